"""API tokens: shown once, stored as a digest."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


def digest(secret: str) -> str:
    """Return the stored form of a token. Tokens are 256 random bits, so one plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Token(models.Model):
    """A token of a user; only its digest is stored, with the first characters so that people can tell them apart."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=10, editable=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.prefix}…"


def find_token(secret: str) -> Token | None:
    """Return the token with its user, where both are known and the user is active. One query."""
    return Token.objects.select_related("user").filter(digest=digest(secret), user__is_active=True).first()
