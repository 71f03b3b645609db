"""Words that take sides: names of entries that hold one get a warning, never a refusal."""

from django.db import models
from django.db.models import Q

from corpus.models.documents import Corpus, InCorpusQuerySet


class LoadedWord(models.Model):
    """A word or phrase that curators want to see named neutrally, with what to write instead."""

    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="loaded_words")
    word = models.CharField(max_length=100, help_text="Compared without regard to case, whole words only.")
    advice = models.CharField(max_length=300, blank=True, help_text="What to write instead, or why.")

    objects = InCorpusQuerySet.as_manager()

    class Meta:
        ordering = ["corpus", "word"]
        constraints = [
            models.UniqueConstraint(
                fields=["corpus", "word"],
                name="one_loaded_word",
                violation_error_message="The word is on the list already.",
            ),
            models.CheckConstraint(condition=~Q(word=""), name="loaded_word_not_empty"),
        ]

    def __str__(self) -> str:
        return self.word
