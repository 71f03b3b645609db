"""Adjudication: what a curator decided on the readings of a document, and what remains to be decided."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotate import permissions
from annotate.models.claims import Claim
from annotate.models.layers import Layer, LayerKind, unfinished_blind_layers
from annotate.models.projects import Project
from annotate.permissions import Action
from corpus.models import Corpus, Document


class AdjudicationQuerySet(models.QuerySet["Adjudication"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        """Return those of projects that `user` adjudicates, without documents that they still read blind."""
        rows = self.filter(permissions.visible(user, Action.ADJUDICATE, "project"))
        return rows.filter(~models.Exists(unfinished_blind_layers(user)))


class Adjudication(models.Model):
    """How far the readings of one document are decided in one project. The counts are of units, kept for lists.

    Writers lock this row; it exists as soon as a reading is submitted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="adjudications")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="adjudications")
    n_readings = models.PositiveIntegerField(default=0)
    n_units = models.PositiveIntegerField(default=0)
    n_open = models.PositiveIntegerField(default=0)
    n_settled = models.PositiveIntegerField(default=0, help_text="Units on which all readings agree.")
    n_decided = models.PositiveIntegerField(default=0)
    # The counts are older than a change of the readings, or of the registries.
    is_stale = models.BooleanField(default=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="finished_adjudications"
    )
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())

    objects = AdjudicationQuerySet.as_manager()

    class Meta:
        ordering = ["project", "document"]
        constraints = [
            models.UniqueConstraint(fields=["project", "document"], name="one_adjudication_per_document_project"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, finished_by__isnull=True)
                | Q(finished_at__isnull=False, finished_by__isnull=False),
                name="finished_adjudication_names_its_curator",
            ),
        ]
        indexes = [models.Index(fields=["project", "-n_open"], name="adjudications_by_open_units")]

    def __str__(self) -> str:
        return f"Adjudication of {self.document_id}"


class DecisionKind(models.TextChoices):
    ACCEPTED = "accepted", "accepted"
    EDITED = "edited", "edited"
    JOINED = "joined", "joined"
    CREATED = "created", "created"
    REJECTED = "rejected", "not a claim"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        """Return decisions of projects that `user` adjudicates, without documents that they still read blind."""
        open_to = Layer.objects.filter(kind=LayerKind.GOLD).filter(
            permissions.visible(user, Action.ADJUDICATE, "project"), ~models.Exists(unfinished_blind_layers(user))
        )
        return self.filter(layer__in=open_to.values("pk"))


class Decision(models.Model):
    """What was decided on one unit: the gold claim, the readings it rests on, and why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="decisions", help_text="The gold layer.")
    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, null=True, blank=True, related_name="decision")
    kind = models.CharField(max_length=10, choices=DecisionKind)
    # All readings agreed, or differed by less than the codebook's rule for boundaries settles: nobody decided.
    by_itself = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    guideline = models.CharField(max_length=200, blank=True, help_text="Heading of the paragraph it rests on.")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    had_coded = models.BooleanField("the decider had coded the document", default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["layer", "created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="rejected", claim__isnull=True) | ~Q(kind="rejected") & Q(claim__isnull=False),
                name="decision_has_a_claim_or_rejects",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.claim_id or self.pk}"


class DecisionReading(models.Model):
    """An annotator's claim that a decision accounts for, as it was then."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="readings")
    gold = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="accounted")
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="decided_readings")
    # The claim may be deleted when its layer is reopened, so no key.
    claim_key = models.UUIDField(db_index=True)
    fingerprint = models.CharField(max_length=64)
    # The decision took every field from this reading.
    is_whole = models.BooleanField(default=False)

    class Meta:
        ordering = ["decision", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["gold", "claim_key"],
                name="one_decision_per_reading",
                violation_error_message="Another decision accounts for this claim already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_key} in {self.decision_id}"


class Basis(models.TextChoices):
    """What the value of a field rests on."""

    UNANIMOUS = "unanimous", "all readings"
    MAJORITY = "majority", "a majority of the readings"
    CHOSEN = "chosen", "one reading, chosen"
    RULE = "rule", "the codebook's rule"
    EDITED = "edited", "written by the curator"


class DecisionField(models.Model):
    """Where the value of one field of a decision comes from, and which values stood against each other."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="fields")
    field = models.CharField(max_length=200, help_text="A path into the claim, as “attributes/type”.")
    basis = models.CharField(max_length=10, choices=Basis)
    n_for = models.PositiveIntegerField(default=0, help_text="Readings with the value that was taken.")
    n_of = models.PositiveIntegerField(default=0, help_text="Readings in the unit.")
    sources = models.JSONField(default=list, help_text="Ids of the claims that the value is from.")
    options = models.JSONField(default=list, help_text="The values in dispute, in words; empty where there were none.")
    value = models.CharField(max_length=500, blank=True, help_text="The value that was taken, in words.")
    # Of the values in dispute, so that earlier decisions on the same ones are found.
    dispute = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        ordering = ["decision", "id"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "field"], name="one_basis_per_field"),
            models.CheckConstraint(condition=Q(n_for__lte=F("n_of")), name="readings_for_within_all"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.decision_id}"


class Pairing(models.Model):
    """Readings that a curator put into one unit, or apart, against what the alignment found."""

    adjudication = models.ForeignKey(Adjudication, on_delete=models.CASCADE, related_name="pairings")
    claim_key = models.UUIDField()
    group = models.UUIDField(help_text="Claims of the same group are one unit.")

    class Meta:
        ordering = ["adjudication", "group", "id"]
        constraints = [
            models.UniqueConstraint(fields=["adjudication", "claim_key"], name="one_pairing_per_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_key} in {self.group}"


class AuditKind(models.TextChoices):
    SETTLED = "settled", "settled by itself"
    SENTENCE = "sentence", "sentence without a claim"


class AuditCheck(models.Model):
    """A curator's look at one item of a seeded sample: a unit that settled itself, or a sentence without claims."""

    adjudication = models.ForeignKey(Adjudication, on_delete=models.PROTECT, related_name="audit_checks")
    kind = models.CharField(max_length=10, choices=AuditKind)
    claim_key = models.UUIDField(null=True, blank=True, help_text="Of a settled unit: its first claim.")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    is_right = models.BooleanField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="audit_checks")
    checked_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["adjudication", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["adjudication", "kind", "start", "end", "claim_key"], name="an_item_audited_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.start}–{self.end}"


class NotSame(models.Model):
    """Two entries of a registry that a curator declared different: they are not offered as doubles again."""

    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="not_same")
    registry = models.CharField(max_length=20, help_text="speaker, target or proposition.")
    first = models.UUIDField(help_text="The smaller of the two ids.")
    second = models.UUIDField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="not_same")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["corpus", "id"]
        constraints = [
            models.UniqueConstraint(fields=["corpus", "first", "second"], name="a_pair_declared_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} is not {self.second}"
