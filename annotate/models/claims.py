"""Claims: what is asserted, by whom, through whom, and where they stand."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotate import permissions
from annotate.models.codebook import Attribute, CodebookVersion, Label, StanceLabel
from annotate.models.layers import Layer
from corpus.models import Proposition, Speaker, Target


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        """Return the claims of the layers that `user` may see."""
        return self.filter(layer__in=Layer.objects.visible_to(user).values("pk"))

    def gold(self) -> Self:
        return self.filter(layer__kind="gold")


class Mode(models.TextChoices):
    UNANSWERED = "", "not answered"
    DIRECT = "direct", "direct"
    INDIRECT = "indirect", "indirect"
    MIXED = "mixed", "mixed"
    REPORTED = "reported", "reported"
    NARRATED = "narrated", "narrated"


class Relation(models.TextChoices):
    NONE = "", "no proposition"
    AFFIRMS = "affirms", "affirms"
    DENIES = "denies", "denies"
    LEAVES_OPEN = "leaves_open", "leaves open"


class Claim(models.Model):
    """What is asserted: spans, attribution, stances and attributes, in one layer. The client makes the id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="claims")
    mode = models.CharField(max_length=10, choices=Mode, blank=True, default=Mode.UNANSWERED)
    proposition = models.ForeignKey(Proposition, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    relation = models.CharField(max_length=12, choices=Relation, blank=True, default=Relation.NONE)
    no_stance = models.BooleanField("no stance expressed", default=False)
    is_unsure = models.BooleanField("unsure", default=False)
    note = models.TextField(blank=True)
    # Provenance: the rule that found the value of these fields in the text; the annotator accepted it unchanged.
    detected_by = models.CharField("detected by the rule", max_length=40, blank=True, default="")
    detected_fields = models.CharField(max_length=60, blank=True, default="", help_text="Sorted, with spaces between.")
    # In a follow-up round: the claim of the earlier round that this one takes up. That one may be deleted, so no key.
    follows = models.UUIDField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["layer", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(proposition__isnull=True, relation="") | Q(proposition__isnull=False) & ~Q(relation=""),
                name="proposition_has_a_relation",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="claim_version_from_one"),
            models.CheckConstraint(
                condition=Q(detected_by="", detected_fields="") | ~Q(detected_by="") & ~Q(detected_fields=""),
                name="detected_fields_name_their_rule",
            ),
        ]
        indexes = [  # in the order of a page, so that a search finds its rows or that there are none
            models.Index(fields=["mode", "id"], name="claims_by_mode"),
            models.Index(fields=["relation", "id"], condition=~Q(relation=""), name="claims_by_relation"),
            models.Index(fields=["id"], condition=Q(is_unsure=True), name="unsure_claims"),
            models.Index(fields=["id"], condition=~Q(note=""), name="claims_with_a_note"),
        ]

    def __str__(self) -> str:
        return f"Claim {self.pk}"


class ClaimSpeaker(models.Model):
    """One of the speakers of a claim, in order, with whom the text says they represent."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="claim_speakers")
    position = models.PositiveIntegerField()
    speaker = models.ForeignKey(Speaker, on_delete=models.PROTECT, related_name="claim_speakers")
    represents = models.ForeignKey(
        Speaker, on_delete=models.PROTECT, null=True, blank=True, related_name="represented_in"
    )

    class Meta:
        ordering = ["claim", "position"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "position"], name="one_speaker_per_position"),
            models.UniqueConstraint(fields=["claim", "speaker"], name="a_speaker_once_per_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.speaker_id} of {self.claim_id}"


class Reporter(models.Model):
    """Someone between the outlet and the speaker; position 0 is the outermost."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="reporters")
    position = models.PositiveIntegerField()
    speaker = models.ForeignKey(Speaker, on_delete=models.PROTECT, related_name="reported_claims")

    class Meta:
        ordering = ["claim", "position"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "position"], name="one_reporter_per_position"),
            models.UniqueConstraint(fields=["claim", "speaker"], name="a_reporter_once_per_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.speaker_id} reports {self.claim_id}"


class SpanRole(models.TextChoices):
    CONTENT = "content", "content"
    CUE = "cue", "cue"
    MENTION = "mention", "mention of a speaker"


class Span(models.Model):
    """Half-open code points of the document's text, with the quote that stands there."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="spans")
    role = models.CharField(max_length=10, choices=SpanRole, default=SpanRole.CONTENT)
    claim_speaker = models.ForeignKey(
        ClaimSpeaker, on_delete=models.CASCADE, null=True, blank=True, related_name="mentions"
    )
    position = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField()

    class Meta:
        ordering = ["claim", "role", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__gte=0, end__gt=F("start")),
                name="span_ends_after_its_start",
                violation_error_message="A span's end must be greater than its start.",
            ),
            models.CheckConstraint(
                condition=Q(role="mention", claim_speaker__isnull=False)
                | ~Q(role="mention") & Q(claim_speaker__isnull=True),
                name="mention_names_a_speaker",
            ),
            models.UniqueConstraint(
                fields=["claim", "role", "position"],
                condition=Q(claim_speaker__isnull=True),
                name="one_span_per_position",
            ),
            models.UniqueConstraint(
                fields=["claim_speaker", "position"],
                condition=Q(claim_speaker__isnull=False),
                name="one_mention_per_position",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start}–{self.end}"


class Stance(models.Model):
    """Where a holder stands toward a target. Target and value may be missing while the layer is open."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="stances")
    position = models.PositiveIntegerField()
    # Null is the default holder: whom the first speaker represents, else that speaker.
    holder = models.ForeignKey(Speaker, on_delete=models.PROTECT, null=True, blank=True, related_name="held_stances")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, null=True, blank=True, related_name="stances")
    value = models.ForeignKey(StanceLabel, on_delete=models.PROTECT, null=True, blank=True, related_name="stances")

    class Meta:
        ordering = ["claim", "position"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "position"], name="one_stance_per_position"),
            models.UniqueConstraint(
                fields=["claim", "target"],
                condition=Q(holder__isnull=True, target__isnull=False),
                name="one_default_stance_per_target",
            ),
            models.UniqueConstraint(
                fields=["claim", "holder", "target"],
                condition=Q(holder__isnull=False, target__isnull=False),
                name="one_stance_per_holder_target",
            ),
            models.CheckConstraint(
                condition=Q(target__isnull=False) | Q(value__isnull=False), name="stance_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"stance of {self.claim_id}"


class Answer(models.Model):
    """One answer to an attribute: of a claim, of one of its stances, or of the document in a layer.

    Exactly one of the value columns is filled; which one is said by the attribute's kind (annotate.attributes).
    """

    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="answers")
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, null=True, blank=True, related_name="answers")
    stance = models.ForeignKey(Stance, on_delete=models.CASCADE, null=True, blank=True, related_name="answers")
    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, null=True, blank=True, related_name="answers")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, null=True, blank=True, related_name="answers")
    entity = models.ForeignKey(Speaker, on_delete=models.PROTECT, null=True, blank=True, related_name="answers")
    number = models.FloatField(null=True, blank=True)
    flag = models.BooleanField(null=True, blank=True)
    text = models.TextField(null=True, blank=True)  # noqa: DJ001  (null: another column holds the value)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__isnull=False, layer__isnull=True)
                | Q(claim__isnull=True, stance__isnull=True, layer__isnull=False),
                name="answer_is_of_claim_or_layer",
            ),
            models.CheckConstraint(
                condition=Q(
                    label__isnull=False, entity__isnull=True, number__isnull=True, flag__isnull=True, text__isnull=True
                )
                | Q(label__isnull=True, entity__isnull=False, number__isnull=True, flag__isnull=True, text__isnull=True)
                | Q(label__isnull=True, entity__isnull=True, number__isnull=False, flag__isnull=True, text__isnull=True)
                | Q(label__isnull=True, entity__isnull=True, number__isnull=True, flag__isnull=False, text__isnull=True)
                | Q(label__isnull=True, entity__isnull=True, number__isnull=True, flag__isnull=True)
                & ~Q(text__isnull=True),
                name="answer_has_one_value",
            ),
            models.UniqueConstraint(
                fields=["claim", "attribute", "label"],
                condition=Q(claim__isnull=False, stance__isnull=True, label__isnull=False),
                name="a_label_once_per_claim",
            ),
            models.UniqueConstraint(
                fields=["claim", "attribute"],
                condition=Q(claim__isnull=False, stance__isnull=True, label__isnull=True),
                name="one_value_per_claim",
            ),
            models.UniqueConstraint(
                fields=["stance", "attribute", "label"],
                condition=Q(stance__isnull=False, label__isnull=False),
                name="a_label_once_per_stance",
            ),
            models.UniqueConstraint(
                fields=["stance", "attribute"],
                condition=Q(stance__isnull=False, label__isnull=True),
                name="one_value_per_stance",
            ),
            models.UniqueConstraint(
                fields=["layer", "attribute", "label"],
                condition=Q(layer__isnull=False, label__isnull=False),
                name="a_label_once_per_layer",
            ),
            models.UniqueConstraint(
                fields=["layer", "attribute"],
                condition=Q(layer__isnull=False, label__isnull=True),
                name="one_value_per_layer",
            ),
        ]

    def __str__(self) -> str:
        return f"answer to {self.attribute_id}"


class Reassignment(models.Model):
    """An entry that a curator put in place of another on one claim: frozen readings are read with the new one."""

    batch = models.UUIDField(db_index=True, help_text="Of the Change rows.")
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="reassignments")
    claim_key = models.UUIDField(db_index=True)
    registry = models.CharField(max_length=20, help_text="speaker, target or proposition.")
    old = models.UUIDField()
    new = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.registry} of {self.claim_key}"


class RecheckQuerySet(models.QuerySet["Recheck"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        """Return those on layers that `user` may see."""
        return self.filter(layer__in=Layer.objects.visible_to(user).values("pk"))

    def open(self) -> Self:
        """Return those whose claim, or layer, has not been changed since."""
        return self.filter(
            Q(claim__isnull=True, layer__version=F("at_version")) | Q(claim__version=F("at_version")),
            settled_at__isnull=True,
        )


class Recheck(models.Model):
    """An answer that a new version of the codebook could not carry over: what it was, and what may stand for it."""

    version = models.ForeignKey(CodebookVersion, on_delete=models.PROTECT, related_name="rechecks")
    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="rechecks")
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, null=True, blank=True, related_name="rechecks")
    field = models.CharField(max_length=100, help_text="A path into the claim, as “attributes/type”.")
    old = models.JSONField(help_text="The answer as it was.")
    options = models.JSONField(default=list, help_text="Keys of the new version that may stand for it.")
    at_version = models.PositiveIntegerField(help_text="Version of the claim, or of the layer, after the migration.")
    created_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = RecheckQuerySet.as_manager()

    class Meta:
        ordering = ["layer", "claim", "field", "id"]

    def __str__(self) -> str:
        return f"{self.field} of {self.claim_id or self.layer_id}"
