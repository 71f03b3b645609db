"""Uploads of documents that the task worker reads, with their progress and their list of bad rows."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from annotate import permissions
from annotate.models.projects import Project
from annotate.permissions import Action


class DocumentImportQuerySet(models.QuerySet["DocumentImport"]):
    def visible_to(self, user: permissions.AnyUser) -> Self:
        return self.filter(permissions.visible(user, Action.ADD_DOCUMENTS, "project"))


class ImportStatus(models.TextChoices):
    WAITING = "waiting", "waiting"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class DocumentImport(models.Model):
    """One upload: where its files lie, how far the reading is, what was stored and what was refused."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="imports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imports")
    status = models.CharField(max_length=10, choices=ImportStatus, default=ImportStatus.WAITING)
    # [{"name": as uploaded, "path": below the data directory, "size": bytes}]
    files = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    n_bytes = models.BigIntegerField(default=0)
    n_bytes_read = models.BigIntegerField(default=0)
    n_created = models.PositiveIntegerField(default=0)
    n_duplicates = models.PositiveIntegerField(default=0)
    n_errors = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=list)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DocumentImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"Import {self.pk}"

    @property
    def percent(self) -> int:
        return 100 if self.status == ImportStatus.DONE else int(99 * self.n_bytes_read / max(self.n_bytes, 1))
