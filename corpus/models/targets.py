"""Targets: what stances are toward."""

from django.db import models
from django.db.models import Q

from corpus.models.entries import Entry


class TargetKind(models.TextChoices):
    UNSORTED = "", "not sorted yet"
    EVENT = "event", "event"
    POLICY = "policy", "policy"
    ACTOR = "actor", "actor"
    ISSUE = "issue", "issue"


class Target(Entry):
    """What a stance is toward, worded in the positive."""

    kind = models.CharField(max_length=20, choices=TargetKind, blank=True, default=TargetKind.UNSORTED)
    # Merged as the opposite: a stance for this entry counts as one against the other.
    is_merged_inverted = models.BooleanField(default=False, editable=False)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(merged_into__isnull=False) | Q(is_merged_inverted=False),
                name="only_merged_targets_are_inverted",
            ),
        ]
