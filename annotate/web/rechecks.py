"""Claims to look at again: what a new version of the codebook could not carry over, each with its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from annotate.actions.rechecks import dismiss_recheck, open_rechecks
from annotate.models import Claim, Recheck
from annotate.payloads.people import People
from annotate.records import claim_dicts
from annotate.web.access import Place, Request, answer, go, page, place_of
from annotate.web.forms import PageForm
from annotate.web.outlines import outline_of
from annotate.web.version_words import VersionWords
from corpus.models import Document

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One answer to look at again; the sentence is cut into what stands before, in and after the claim."""

    row: Recheck
    document: Document
    url: str
    sentence: tuple[str, str, str]
    question: str
    was: str
    options: list[str]
    whose: str


@page("GET")
def rechecks(request: Request, slug: str) -> HttpResponse:
    """List the answers to look at again, 50 a page. 20 queries at most."""
    place = place_of(request, slug)
    return _page(request, place, after=PageForm(request.GET).start())


@page("POST")
def recheck_dismiss(request: Request, slug: str, recheck_id: int) -> HttpResponse:
    """Take one answer off the list."""
    place = place_of(request, slug)
    dismiss_recheck(user=request.user, project_id=place.id, recheck_id=recheck_id, now=timezone.now())
    if request.htmx:
        return _page(request, place, after=PageForm(request.GET).start(), said="Taken off the list.")
    return go(request, "rechecks", slug)


def _page(request: Request, place: Place, *, after: int, said: str = "") -> HttpResponse:
    rows = open_rechecks(request.user, place.id)
    found = list(_with_all(rows.filter(pk__gt=after).order_by("pk"))[: PAGE + 1])
    context = {
        "place": place,
        "looks": list(_looks(request, place, found[:PAGE])),
        "n_found": rows.count(),
        "later": found[PAGE - 1].pk if len(found) > PAGE else None,
        "after": after,
        "said": said,
    }
    return answer(request, "annotate/rechecks.html", "recheck-list", context)


def _with_all(rows: QuerySet[Recheck]) -> QuerySet[Recheck]:
    return rows.select_related("layer__document", "version")


def _looks(request: Request, place: Place, rows: list[Recheck]) -> Iterator[Look]:
    ids = [row.claim_id for row in rows if row.claim_id is not None]
    claims = {claim["id"]: claim for claim in claim_dicts(Claim.objects.filter(pk__in=ids))}
    words, people = VersionWords.of(rows), People()
    for row in rows:
        claim = claims.get(str(row.claim_id))
        is_own = row.layer.annotator_id == request.user.pk
        scope = "document" if claim is None else "stance" if row.field.startswith("stances") else "claim"
        yield Look(
            row=row,
            document=row.layer.document,
            url=_url(place, row, is_own=is_own),
            sentence=_sentence(row.layer.document, claim),
            question=words.question(row.version, row.field, scope, claim),
            was=words.answer(row.version, row.field, scope, row.old),
            options=[words.option(row.version, row.field, scope, option) for option in row.options],
            whose="" if is_own else people.name(place.id, row.layer.annotator_id) if row.layer.annotator_id else "gold",
        )


def _url(place: Place, row: Recheck, *, is_own: bool) -> str:
    path = reverse("reader", args=[place.project.slug, row.layer.document_id])
    query = f"?round={row.layer.round_id}" if is_own else f"?layer={row.layer_id}"
    return f"{path}{query}#c-{row.claim_id}" if row.claim_id else f"{path}{query}#whole"


def _sentence(document: Document, claim: dict[str, Any] | None) -> tuple[str, str, str]:
    """Return the sentences that the claim reaches into, cut at its ends; of several parts, from first to last."""
    if claim is None:
        return "", "", ""
    start, end = claim["spans"][0]["start"], claim["spans"][-1]["end"]
    outline = outline_of(document.text, document.language, document.title)
    around = [found for found in outline.sentences if found.start < end and start < found.end]
    first, last = _ends(((found.start, found.end) for found in around), start, end)
    return document.text[first:start], document.text[start:end], document.text[end:last]


def _ends(around: Iterable[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    places = [*around, (start, end)]
    return min(place[0] for place in places), max(place[1] for place in places)
