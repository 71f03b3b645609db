"""Attempts counted in the database: exact with any number of processes, and still there after a restart."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from annotate.models import Attempt


@transaction.atomic
def count_attempt(*, key: str, seconds: int, now: datetime) -> int:
    """Count one more and return how many there were since the count began; it ends `seconds` after its first."""
    ends_at = now + timedelta(seconds=seconds)
    Attempt.objects.filter(ends_at__lte=now).exclude(pk=key).delete()
    Attempt.objects.bulk_create([Attempt(key=key, n=0, ends_at=ends_at)], ignore_conflicts=True)
    Attempt.objects.filter(pk=key, ends_at__lte=now).update(n=0, ends_at=ends_at)
    Attempt.objects.filter(pk=key).update(n=F("n") + 1)
    return Attempt.objects.values_list("n", flat=True).get(pk=key)


def n_attempts(*, key: str, now: datetime) -> int:
    return Attempt.objects.filter(pk=key, ends_at__gt=now).values_list("n", flat=True).first() or 0


@transaction.atomic
def take_back(*, key: str, n: int, now: datetime) -> None:
    """Take back so many attempts, as they turned out to be somebody's own."""
    left = Attempt.objects.filter(pk=key, ends_at__gt=now)
    if not left.filter(n__gt=n).update(n=F("n") - n):
        left.delete()
