"""Counts of attempts to sign in, so that guessing ends; shared by all processes of the site."""

from __future__ import annotations

from django.db import models


class Attempt(models.Model):
    """How often something was tried until the count ends. Keys are hashes: no name and no address is kept."""

    key = models.CharField(max_length=64, primary_key=True, editable=False)
    n = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.n} until {self.ends_at}"
