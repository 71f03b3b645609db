"""Releases: frozen, numbered versions of a project's dataset. What is ready never changes; the database refuses it."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from annotate import permissions
from annotate.models.layers import WRITABLE, Layer
from annotate.models.projects import Project
from annotate.permissions import Action


class ReleaseStatus(models.TextChoices):
    WAITING = "waiting", "waiting"
    RUNNING = "running", "being made"
    READY = "ready", "ready"
    FAILED = "failed", "failed"
    # The files are gone, because a document in them was purged; number, figures and hashes stay.
    WITHDRAWN = "withdrawn", "withdrawn"


UNFINISHED = (ReleaseStatus.WAITING, ReleaseStatus.RUNNING)
FAILED_UNSEEN = (
    "The release could not be made, and nothing was kept of it. The reason may show others’ work on a document that "
    "you still read blind: submit your reading or give it back to see it."
)


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        """Return those of projects where `user` may see releases: they hold everybody's readings."""
        return self.filter(permissions.visible(user, Action.SEE_RELEASES, "project"))

    def closed_to(self, user: permissions.AnyUser) -> Self:
        """Return those of which `user` still reads a document blind: they would show others' work on it."""
        own = Layer.objects.of_annotators().filter(project=models.OuterRef("project"), annotator=user.pk)
        own = own.filter(round__is_blind=True, status__in=WRITABLE)
        frozen = Coalesce(models.OuterRef("frozen_at"), models.OuterRef("created_at"))
        return self.filter(models.Exists(own.filter(document__created_at__lte=frozen)))

    def ready(self) -> Self:
        return self.filter(status=ReleaseStatus.READY)


class Release(models.Model):
    """One frozen dataset: how it was asked for, which files it has, and what the pages say of it.

    Triggers (migrations 0008, 0009) refuse to change or delete a row that is ready; withdrawing it is the one way on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    # From 1, without gaps: one is made at a time, and one that fails gives its number back.
    number = models.PositiveIntegerField(null=True)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followers")
    status = models.CharField(max_length=10, choices=ReleaseStatus, default=ReleaseStatus.WAITING)
    title = models.CharField(max_length=300)
    # What was asked for; see annotate.releases.settings.
    asked = models.JSONField(default=dict)
    # [{"path", "size", "sha256"}], in the order of their paths.
    files = models.JSONField(default=list)
    n_bytes = models.BigIntegerField(default=0)
    # Of the file SHA256SUMS, and so of everything.
    sha256 = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="releases")
    created_at = models.DateTimeField(db_default=Now())
    frozen_at = models.DateTimeField(null=True, blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["project", "-created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="one_release_per_number"),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(status__in=("waiting", "running")),
                name="one_unfinished_release_per_project",
                violation_error_message="Another release of this project is being made; wait until it is ready.",
            ),
            models.CheckConstraint(
                condition=Q(status="failed", number__isnull=True)
                | ~Q(status="failed") & Q(number__isnull=False, number__gte=1),
                name="failed_release_has_no_number",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("ready", "withdrawn")) | Q(frozen_at__isnull=False) & ~Q(sha256=""),
                name="ready_release_has_time_and_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"Release {self.number}" if self.number else "Release that failed"

    def is_closed_to(self, user: permissions.AnyUser) -> bool:
        """Return whether `user` still reads one of its documents blind."""
        return Release.objects.filter(pk=self.pk).closed_to(user).exists()

    def told(self, *, is_closed: bool) -> str:
        """Return the message; why a release failed may quote a claim, which a blind reader must not see."""
        return FAILED_UNSEEN if is_closed and self.status == ReleaseStatus.FAILED else self.message

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED
