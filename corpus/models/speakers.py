"""Speakers: the persons and bodies that words are attributed to."""

from django.db import models
from django.db.models import F, Q

from corpus.models.entries import Entry


class SpeakerKind(models.TextChoices):
    UNSORTED = "", "not sorted yet"
    PERSON = "person", "person"
    # Government, ministry or administration, whether its status is disputed or not.
    AUTHORITY = "authority", "public authority"
    ORGANISATION = "organisation", "organisation"
    GROUP = "group", "group"
    DOCUMENT = "document", "document"
    OUTLET = "outlet", "outlet"
    UNNAMED = "unnamed", "unnamed"


NOT_STATED = "Not stated"


class Speaker(Entry):
    """A person or body that words are attributed to."""

    kind = models.CharField(max_length=20, choices=SpeakerKind, blank=True, default=SpeakerKind.UNSORTED)
    external_id = models.CharField("external id", max_length=100, blank=True, help_text="For example a Wikidata QID.")
    is_not_stated = models.BooleanField(default=False, editable=False)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=["corpus"], condition=Q(is_not_stated=True), name="one_not_stated_speaker_per_corpus"
            ),
        ]


class SpeakerAlias(models.Model):
    """Another name under which a speaker occurs; it offers the speaker as a candidate and never binds."""

    speaker = models.ForeignKey(Speaker, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=300)

    class Meta:
        verbose_name_plural = "speaker aliases"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["speaker", "name"],
                name="one_alias_per_name",
                violation_error_message="This speaker already has that alias.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Affiliation(models.Model):
    """Which body a person belonged to, and when: open ends are unknown, or not reached yet."""

    speaker = models.ForeignKey(Speaker, on_delete=models.CASCADE, related_name="affiliations")
    body = models.ForeignKey(Speaker, on_delete=models.PROTECT, related_name="affiliated")
    role = models.CharField(max_length=150, blank=True, help_text="For example “spokeswoman”.")
    from_on = models.DateField("from", null=True, blank=True)
    to_on = models.DateField("until", null=True, blank=True)

    class Meta:
        ordering = ["speaker", "from_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(to_on__isnull=True) | Q(from_on__lte=F("to_on")),
                name="affiliation_ends_after_its_start",
                violation_error_message="An affiliation ends on the day it begins, or later.",
            ),
            models.CheckConstraint(
                condition=~Q(speaker=F("body")),
                name="nobody_belongs_to_themselves",
                violation_error_message="A speaker cannot be affiliated with itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speaker_id} at {self.body_id}"
