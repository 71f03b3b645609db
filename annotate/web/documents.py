"""The documents of a project: a list by number, with the status of one's own reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse

from annotate.models import Layer
from annotate.payloads.problems import Invalid
from annotate.search import DocumentFilter, Within
from annotate.search.walk import Among
from annotate.web.access import Place, Request, answer, page, place_of
from annotate.web.forms import DocumentListForm
from annotate.web.searching import counted, paged
from corpus.models import Document
from corpus.models.documents import DocumentQuerySet

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of documents with the statuses of one's own layers, and the addresses of its neighbours."""

    rows: list[tuple[Document, str]]
    count: str
    is_one: bool
    earlier: str
    later: str


@page("GET")
def documents(request: Request, slug: str) -> HttpResponse:
    """List documents by number, 50 a page, by keyset: far pages cost what the first one does. 12 queries at most."""
    place = place_of(request, slug)
    form = DocumentListForm(request.GET)
    asked = form.values()
    try:
        wanted, problem = DocumentFilter.parse(request.GET.dict()), ""
    except Invalid as refused:
        wanted, problem = DocumentFilter(), refused.detail
    listing = _listing(request, place, asked, wanted)
    context = {"place": place, "form": form, "listing": listing, "wanted": wanted, "problem": problem}
    return answer(request, "annotate/documents.html", "document-list", context)


def _listing(request: Request, place: Place, asked: dict[str, Any], wanted: DocumentFilter) -> Listing:
    found, among = _found(request, place, wanted)
    after, before = asked["after"] or 0, asked["before"]
    if before is not None:
        rows, edge = paged(found, among, key="number", size=PAGE, after=before, is_back=True)
        rows.reverse()
        earlier, later = edge and edge.number, rows[-1].number if rows else max(before - 1, 0)
    else:
        rows, edge = paged(found, among, key="number", size=PAGE, after=after)
        earlier, later = (rows[0].number if rows else after + 1) if after else None, edge and edge.number
    statuses = _statuses(request, place, rows)
    count, is_one = counted(found, among)
    return Listing(
        rows=[(row, statuses.get(row.pk, "")) for row in rows],
        count=count,
        is_one=is_one,
        earlier=_address(wanted, before=earlier) if earlier is not None and (rows or edge) else "",
        later=_address(wanted, after=later) if later is not None and (rows or edge) else "",
    )


def _found(request: Request, place: Place, wanted: DocumentFilter) -> tuple[DocumentQuerySet, Among[Document] | None]:
    rows = Document.objects.visible_to(request.user).filter(corpus=place.project.corpus_id)
    rows = rows.light().defer("text", "metadata")
    return wanted.found(rows, Within(user=request.user, project=place.project))


def _own(request: Request, place: Place) -> QuerySet[Layer]:
    layers = Layer.objects.visible_to(request.user).of_annotators()
    return layers.filter(project=place.id, annotator=request.user.pk)


def _statuses(request: Request, place: Place, rows: list[Document]) -> dict[UUID, str]:
    """Return the status of one's own layer by document; of several rounds, the latest counts."""
    own = _own(request, place).filter(document__in=rows).order_by("round__number")
    return dict(own.values_list("document", "status"))


def _address(wanted: DocumentFilter, **place: int) -> str:
    return "?" + urlencode(wanted.as_dict() | place)
