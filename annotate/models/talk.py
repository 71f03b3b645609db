"""Talk: remarks on documents, on readings and on single claims, in threads."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotate import permissions
from annotate.models.layers import Layer
from annotate.models.projects import Project
from annotate.permissions import Action
from corpus.models import Document


class RemarkKind(models.TextChoices):
    REMARK = "remark", "remark"
    RETURN = "return", "returned"


class RemarkQuerySet(models.QuerySet["Remark"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        """Return remarks on layers that `user` may see, and those to everybody in the user's projects."""
        to_all = Q(layer__isnull=True) & permissions.visible(user, Action.SEE_PROJECT, "project")
        return self.filter(to_all | Q(layer__in=Layer.objects.visible_to(user).values("pk")))


class Remark(models.Model):
    """One remark in the thread of a claim, of a layer, or of a document.

    A remark on a layer is between its annotator and the curators; one without a layer is to everybody in the project.
    Claims are named by their key alone: the thread of a deleted claim stays, and is there again when that is undone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="remarks")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="remarks")
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, null=True, blank=True, related_name="remarks")
    claim_key = models.UUIDField(null=True, blank=True, editable=False, db_index=True)
    quote = models.CharField(max_length=300, blank=True, editable=False, help_text="The claim's first words then.")
    kind = models.CharField(max_length=10, choices=RemarkKind, default=RemarkKind.REMARK)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="remarks")
    text = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ["document", "created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="remark_has_text"),
            models.CheckConstraint(
                condition=Q(claim_key__isnull=True) | Q(layer__isnull=False), name="remark_on_claim_names_its_layer"
            ),
        ]
        indexes = [models.Index(fields=["project", "-created_at"], name="remarks_of_project")]

    def __str__(self) -> str:
        return self.text[:60]
