"""The append-only record of who changed what, and when."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Change(models.Model):
    """One changed object within one action; rows of the same action share a `batch`.

    `before` is null for what was made, `after` for what was deleted. A document's row carries its sha256 and
    metadata, never the text.
    """

    id = models.BigAutoField(primary_key=True)
    batch = models.UUIDField(db_index=True)
    action = models.CharField(max_length=60)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="changes"
    )
    corpus_id = models.UUIDField(null=True, db_index=True)
    project_id = models.UUIDField(null=True, db_index=True)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="changes_of_object")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row once. (House rule 5 keeps logic out of `save`; an audit row is the exception.)"""
        if self.pk is not None:
            raise TypeError("Change rows are append-only: write a new row instead.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("Change rows are append-only: only `purge` removes them, with a row that says so.")
