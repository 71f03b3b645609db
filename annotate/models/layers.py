"""Layers: one annotator's reading of one document, and the gold reading that adjudication makes."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotate import permissions
from annotate.models.codebook import CodebookVersion
from annotate.models.projects import Project, Round
from annotate.permissions import Action
from corpus.models import Document


class LayerKind(models.TextChoices):
    ANNOTATOR = "annotator", "annotator"
    GOLD = "gold", "gold"


class LayerStatus(models.TextChoices):
    OPEN = "open", "open"
    SUBMITTED = "submitted", "submitted"
    RETURNED = "returned", "returned"
    WITHDRAWN = "withdrawn", "withdrawn"


WRITABLE = (LayerStatus.OPEN, LayerStatus.RETURNED)


class LayerQuerySet(models.QuerySet["Layer"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        """Return the user's own layers, and others' where neither role nor blindness forbids it.

        Curators see all layers of their projects, annotators those of rounds that are not blind; but who has an
        unfinished layer on a document in a blind round sees nobody else's on that document in that project.
        """
        own = permissions.visible(user, Action.ANNOTATE, "project") & Q(annotator=user.pk)
        others = permissions.visible(user, Action.SEE_LAYERS, "project") | (
            permissions.visible(user, Action.SEE_OPEN_ROUND_LAYERS, "project") & Q(round__is_blind=False)
        )
        return self.filter(own | (others & ~models.Exists(unfinished_blind_layers(user))))

    def gold(self) -> Self:
        return self.filter(kind=LayerKind.GOLD)

    def of_annotators(self) -> Self:
        return self.filter(kind=LayerKind.ANNOTATOR)


def unfinished_blind_layers(user: permissions.AnyUser) -> models.QuerySet[Layer]:
    """Return the user's unfinished layers in blind rounds on the outer layer's document, for use in Exists."""
    return Layer.objects.filter(
        document=models.OuterRef("document"),
        project=models.OuterRef("project"),
        annotator=user.pk,
        kind=LayerKind.ANNOTATOR,
        round__is_blind=True,
        status__in=WRITABLE,
    )


class Layer(models.Model):
    """One annotator's reading of one document in one round, or the gold reading of it in the project."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=LayerKind, default=LayerKind.ANNOTATOR)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="layers")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="layers")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, blank=True, related_name="layers")
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="layers"
    )
    codebook_version = models.ForeignKey(CodebookVersion, on_delete=models.PROTECT, related_name="layers")
    status = models.CharField(max_length=10, choices=LayerStatus, default=LayerStatus.OPEN)
    has_nothing_to_code = models.BooleanField("nothing to code here", default=False)
    # With an overlap: whether one of the document's places is this layer's, and until when if nothing happens.
    has_place = models.BooleanField(default=False)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    n_claims = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True, blank=True)

    objects = LayerQuerySet.as_manager()

    class Meta:
        ordering = ["document", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "round", "annotator"],
                condition=Q(kind="annotator"),
                name="one_layer_per_document_round_annotator",
            ),
            models.UniqueConstraint(
                fields=["document", "project"], condition=Q(kind="gold"), name="one_gold_layer_per_document_project"
            ),
            models.CheckConstraint(
                condition=Q(kind="annotator", round__isnull=False, annotator__isnull=False)
                | Q(kind="gold", round__isnull=True, annotator__isnull=True),
                name="layer_has_annotator_or_is_gold",
            ),
            models.CheckConstraint(
                condition=~Q(status="submitted") | Q(submitted_at__isnull=False), name="submitted_layer_has_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "annotator", "status"], name="layers_of_annotator"),
            models.Index(
                fields=["round", "lease_expires_at"], condition=Q(has_place=True, status="open"), name="running_leases"
            ),
            models.Index(fields=["project", "status"], name="layers_by_status"),
            models.Index(fields=["project"], condition=Q(kind="gold"), name="gold_layers"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} layer of {self.document_id}"

    @property
    def is_writable(self) -> bool:
        return self.status in WRITABLE


class NoClaimMark(models.Model):
    """A span that the annotator declared free of claims."""

    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="no_claim_marks")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField()

    class Meta:
        ordering = ["layer", "start"]
        constraints = [
            models.CheckConstraint(condition=Q(start__gte=0, end__gt=F("start")), name="mark_ends_after_its_start"),
            models.UniqueConstraint(fields=["layer", "start", "end"], name="one_mark_per_place"),
        ]

    def __str__(self) -> str:
        return f"{self.start}–{self.end}"


class Submission(models.Model):
    """The frozen reading stored at each submit; agreement is computed on the first ones."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField()
    codebook_version = models.ForeignKey(CodebookVersion, on_delete=models.PROTECT, related_name="submissions")
    reading = models.JSONField(editable=False)
    n_claims = models.PositiveIntegerField()
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["layer", "number"]
        constraints = [models.UniqueConstraint(fields=["layer", "number"], name="one_submission_per_number")]

    def __str__(self) -> str:
        return f"Submission {self.number} of {self.layer_id}"


class ActiveTimeQuerySet(models.QuerySet["ActiveTime"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        """Return the times of the layers that `user` may see; how long somebody took is part of their work."""
        return self.filter(layer__in=Layer.objects.visible_to(user))

    def total_seconds(self) -> int:
        return int(self.aggregate(total=models.Sum("seconds"))["total"] or 0)


class ActiveTime(models.Model):
    """How long the reader page of a layer was worked at in one visit, as the page measured it; it only ever grows."""

    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="active_times")
    visit = models.UUIDField(help_text="Made by the page when it opens.")
    seconds = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = ActiveTimeQuerySet.as_manager()

    class Meta:
        ordering = ["layer", "started_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["layer", "visit"], name="one_active_time_per_visit"),
            models.CheckConstraint(condition=Q(seconds__lte=86_400), name="active_time_within_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.seconds} s in {self.visit}"
