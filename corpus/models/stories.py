"""Stories: groups of near-copies, and the sketches of texts by which near-copies are found."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from corpus.models.documents import Corpus, Document, InCorpusQuerySet


class Story(models.Model):
    """Documents of a corpus that are near-copies of each other; there are always two or more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="stories")
    created_at = models.DateTimeField(db_default=Now())

    objects = InCorpusQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stories"
        ordering = ["corpus", "created_at", "id"]

    def __str__(self) -> str:
        return f"Story {self.pk}"


class Sketch(models.Model):
    """The MinHash signature of a text; a document without one has not been compared yet."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="sketch")
    signature = models.BinaryField(help_text="64 unsigned 32-bit numbers, little-endian; empty where no words are.")

    class Meta:
        verbose_name_plural = "sketches"

    def __str__(self) -> str:
        return f"Sketch of {self.document_id}"


class Band(models.Model):
    """One band of a sketch: documents that share a key are compared."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="bands")
    key = models.BigIntegerField(db_index=True)

    class Meta:
        ordering = ["document", "id"]

    def __str__(self) -> str:
        return f"{self.key} of {self.document_id}"


class KeptApart(models.Model):
    """Two documents that a curator parted: no import puts them into one story again. The smaller id comes first."""

    first = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="kept_apart_as_first")
    second = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="kept_apart_as_second")

    class Meta:
        verbose_name_plural = "kept apart"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="kept_apart_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="kept_apart_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"
