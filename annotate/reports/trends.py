"""What the small charts of rounds show: submissions by day, and how many claims documents have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from annotate.models import LayerStatus
from annotate.reports.progress import Scope

DAYS = 42


def submissions_by_day(scope: Scope, rounds: Iterable[UUID], now: datetime) -> dict[UUID, list[tuple[date, int]]]:
    """Return the submitted layers of each of the last six weeks' days, by round. One query."""
    today = timezone.localdate(now)
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    found: dict[UUID, dict[date, int]] = defaultdict(dict)
    rows = scope.layers().filter(round__in=list(rounds), status=LayerStatus.SUBMITTED)
    rows = rows.filter(submitted_at__gte=now - timedelta(days=DAYS + 1)).annotate(day=TruncDate("submitted_at"))
    for round_id, day, n in rows.values_list("round", "day").annotate(n=Count("pk")):
        found[round_id][day] = n
    return {key: [(day, counts.get(day, 0)) for day in days] for key, counts in found.items()}


def claims_by_document(scope: Scope, rounds: Iterable[UUID]) -> dict[UUID, list[tuple[int, int]]]:
    """Return, by round, how many submitted layers have how many claims, in the order of claims. One query."""
    found: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    rows = scope.layers().filter(round__in=list(rounds), status=LayerStatus.SUBMITTED)
    for round_id, n_claims, n in rows.values_list("round", "n_claims").annotate(n=Count("pk")).order_by("n_claims"):
        found[round_id].append((n_claims, n))
    return found
