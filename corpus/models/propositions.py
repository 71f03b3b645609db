"""Propositions: the canonical claims that mentions in many articles share."""

from django.db import models

from corpus.models.entries import Entry


class Proposition(Entry):
    """One neutral sentence in the positive. `name` holds the sentence; the API calls it `text`."""

    name = models.CharField("text", max_length=500)
    usual_target = models.ForeignKey(
        "corpus.Target", on_delete=models.PROTECT, null=True, blank=True, related_name="usual_propositions"
    )

    class Meta(Entry.Meta):
        pass
