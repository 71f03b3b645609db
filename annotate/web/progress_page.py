"""The progress of a project: rounds with small charts, and the same figures by round, person or document as tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from annotate.formats.csv import safe
from annotate.models import Round
from annotate.reports.progress import Scope
from annotate.reports.tables import Row, document_rows, documents_in, people_in, person_rows, round_rows, rounds_in
from annotate.reports.trends import claims_by_document, submissions_by_day
from annotate.web.access import Place, Request, answer, page, place_of
from annotate.web.charts import Bar, Chart, bar_of, claims_chart, days_chart
from annotate.web.links import other_page, page_asked, uuid_asked
from annotate.web.progress import ACTIVE_TIME
from annotate.web.times import time_words

PAGE = 50
CHUNK = 500
BY = {"round": "Rounds", "person": "People", "document": "Documents"}
COLUMNS = (
    "submitted", "open", "returned", "skipped", "free", "claims", "claims_mean", "claims_min", "claims_max",
    "active_seconds", "documents_per_hour", "claims_per_hour", "documents_per_week", "gaps", "unsure", "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the table with what its figures lead to; rounds have charts too."""

    row: Row
    bar: Bar
    layers: str
    doubts: str
    time: str
    days: Chart | None = None
    dots: Chart | None = None


@page("GET")
def progress(request: Request, slug: str) -> HttpResponse:
    """Show how far the work is, as far as one may see it. 25 queries, and up to 4 for each version of the codebook."""
    place = place_of(request, slug)
    by, round, number = _by(request), _round(request, place), page_asked(request, 10_000)
    scope = Scope.of(request.user, place.project)
    rows, has_more = _rows(scope, by, round, number)
    context = {
        "place": place,
        "sees_all": scope.sees_all,
        "by": by,
        "views": BY.items(),
        "round": round,
        "rounds": rounds_in(scope).order_by("number") if by != "round" else [],
        "lines": _lines(place, scope, by, round, rows),
        "active_time": ACTIVE_TIME,
        "csv": f"{reverse('progress-csv', args=[slug])}?{_query(by=by, round=round.pk if round else None)}",
        "earlier": other_page(request, number - 1) if number > 1 else "",
        "later": other_page(request, number + 1) if has_more else "",
    }
    return answer(request, "annotate/progress.html", "figures", context)


@page("GET")
def progress_csv(request: Request, slug: str) -> HttpResponse:
    """Answer a table of figures as CSV; no cell is taken for a formula."""
    place = place_of(request, slug)
    by, round = _by(request), _round(request, place)
    scope = Scope.of(request.user, place.project)
    headers = {
        "Content-Disposition": f'attachment; filename="{place.project.slug}-progress-by-{by}.csv"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    file: Any = StreamingHttpResponse(_csv(scope, by, round), content_type="text/csv; charset=utf-8", headers=headers)
    return cast("HttpResponse", file)


def _by(request: Request) -> Any:
    by = request.GET.get("by", "round")
    if by not in BY:
        raise Http404
    return by


def _round(request: Request, place: Place) -> Round | None:
    id = uuid_asked(request, "round")
    rows = Round.objects.visible_to(request.user).filter(project=place.id)
    return get_object_or_404(rows, pk=id) if id is not None else None


def _listed(scope: Scope, by: str, round: Round | None) -> QuerySet[Any]:
    """Return what the table has rows for, in its order."""
    if by == "person":
        return people_in(scope).order_by("username", "pk")
    if by == "document":
        return documents_in(scope, round).order_by("number")
    rows = rounds_in(scope).order_by("-number")
    return rows.filter(pk=round.pk) if round is not None else rows


def _figures(scope: Scope, by: str, round: Round | None, listed: Sequence[Any]) -> list[Row]:
    if by == "round":
        return round_rows(scope, listed)
    make = person_rows if by == "person" else document_rows
    return make(scope, listed, round.pk if round is not None else None)


def _rows(scope: Scope, by: str, round: Round | None, number: int) -> tuple[list[Row], bool]:
    listed = list(_listed(scope, by, round)[(number - 1) * PAGE : number * PAGE + 1])
    return _figures(scope, by, round, listed[:PAGE]), len(listed) > PAGE


def _lines(place: Place, scope: Scope, by: str, round: Round | None, rows: list[Row]) -> list[Line]:
    ids = [row.of.pk for row in rows] if by == "round" else []
    days = submissions_by_day(scope, ids, timezone.now()) if ids else {}
    dots = claims_by_document(scope, ids) if ids else {}
    slug, lines = place.project.slug, []
    for row in rows:
        key = row.of.pk
        asked: dict[str, Any] = {"round": round.pk if round is not None else None}
        asked |= {"annotator": row.name} if by == "person" else {by: key}
        query = _query(**asked)
        lines.append(
            Line(
                row=row,
                bar=bar_of(row),
                layers=f"{reverse('layers', args=[slug])}?{query}",
                doubts=f"{reverse('talk', args=[slug])}?show=unsure&{query}",
                time=time_words(row.figures.seconds) if row.figures.seconds else "",
                days=days_chart(days.get(key, [])),
                dots=claims_chart(dots.get(key, []), row.figures.mean_claims),
            )
        )
    return lines


def _query(**values: Any) -> str:
    return urlencode({key: value for key, value in values.items() if value})


def _csv(scope: Scope, by: str, round: Round | None) -> Iterator[bytes]:
    named = ("number", "document", "document_id") if by == "document" else (by,)
    yield _line([*named, *COLUMNS]).encode("utf-8-sig")
    listed, start = _listed(scope, by, round), 0
    while part := list(listed[start : start + CHUNK]):
        for row in _figures(scope, by, round, part):
            name = [row.of.number, row.name, row.of.pk] if by == "document" else [row.name]
            yield _line([safe(value) for value in (*name, *_cells(row))]).encode()
        start += CHUNK


def _cells(row: Row) -> list[Any]:
    found = row.figures
    return [
        found.n_submitted, found.n_open, found.n_returned, found.n_skipped, row.n_free, found.n_claims,
        found.mean_claims, found.fewest, found.most, found.seconds, found.documents_per_hour, found.claims_per_hour,
        found.documents_per_week, found.n_gaps, found.n_unsure, found.n_noted,
    ]  # fmt: skip


def _line(cells: Sequence[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
