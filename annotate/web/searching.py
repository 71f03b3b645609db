"""The search of a project: documents with the hits in their sentences, and claims with the sentence around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import HttpResponse

from annotate.models import Claim, Member
from annotate.payloads.problems import Invalid
from annotate.search import ClaimFilter, DocumentFilter, Within
from annotate.search.labels import RELATIONS, STATUSES
from annotate.search.walk import Among, Sieve, Steps, walk
from annotate.web.access import Place, Request, answer, page, place_of
from annotate.web.found import FoundClaim, FoundDocument, found_claims, found_documents
from corpus.models import Document, Proposition, Source, Speaker, Target

PAGE = 20
COUNTED = 10_000
OFFERED = 300
MAX_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of results; `later` is the query string of the next one."""

    count: str = ""
    is_one: bool = False
    documents: list[FoundDocument] | None = None
    claims: list[FoundClaim] | None = None
    later: str = ""
    error: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.documents and not self.claims and not self.error


@page("GET")
def search(request: Request, slug: str) -> HttpResponse:
    """Show what fits, 20 a page by keyset. 40 queries at most, whatever is asked."""
    place = place_of(request, slug)
    shows_claims = request.GET.get("show") == "claims"
    try:
        found = _claims(request, place) if shows_claims else _documents(request, place)
    except Invalid as problem:
        found = Found(error=problem.detail)
    context: dict[str, Any] = {"place": place, "found": found, "shows_claims": shows_claims, **_tabs(request)}
    if not request.htmx:
        context |= _choices(request, place)
    return answer(request, "annotate/search.html", "results", context, status=400 if found.error else 200)


def _documents(request: Request, place: Place) -> Found:
    asked = DocumentFilter.parse(request.GET.dict())
    rows = Document.objects.visible_to(request.user).filter(corpus=place.project.corpus_id)
    within = Within(user=request.user, project=place.project)
    rows, among = asked.found(rows.light().defer("text", "metadata"), within)
    after = request.GET.get("after", "")
    number = min(int(after), MAX_NUMBER) if after.isascii() and after.isdigit() and len(after) < 12 else 0
    shown, last = paged(rows, among, key="number", size=PAGE, after=number)
    count, is_one = counted(rows, among)
    later = _later(asked.as_dict(), "documents", last.number) if last else ""
    return Found(count=count, is_one=is_one, documents=found_documents(shown, asked.query), later=later)


def _claims(request: Request, place: Place) -> Found:
    asked = ClaimFilter.parse({key: value for key, value in request.GET.dict().items() if key != "has_claims"})
    rows, among = asked.found(Within(user=request.user, project=place.project))
    after = _uuid(request.GET.get("after", ""))
    sieve = asked.sieve if asked.query else None
    shown, last = paged(rows.only("pk"), among, key="pk", size=PAGE, after=after, sieve=sieve)
    count, is_one = ("", False) if asked.query else counted(rows, among)
    whole = Claim.objects.filter(pk__in=[claim.pk for claim in shown])
    claims = found_claims(request.user, whole, place.project.slug, asked.query)
    later = _later(asked.as_dict(), "claims", last.pk) if last else ""
    return Found(count=count, is_one=is_one, claims=claims, later=later)


def paged[M: Model](
    rows: QuerySet[M],
    among: Among[M] | None,
    *,
    key: str,
    size: int,
    after: object,
    is_back: bool = False,
    sieve: Sieve[M] | None = None,
) -> tuple[list[M], M | None]:
    """Return a page of rows by key, backwards with `is_back`, and the row to go on after; None at the end."""
    beyond, up_to = ("lt", "gte") if is_back else ("gt", "lte")

    def start(every: QuerySet[M]) -> QuerySet[M]:
        ordered = every.order_by(f"-{key}" if is_back else key)
        return ordered.filter(**{f"{key}__{beyond}": after}) if after else ordered

    steps: Steps[M] = Steps(
        beyond=lambda row: Q(**{f"{key}__{beyond}": getattr(row, key)}),
        until=lambda row: Q(**{f"{key}__{up_to}": getattr(row, key)}),
    )
    looked_at = Among(rows=start(among.rows), sizes=among.sizes) if among is not None else None
    return walk(start(rows), size, sieve, steps, looked_at)


def counted(rows: QuerySet[Any], among: Among[Any] | None = None) -> tuple[str, bool]:
    """Return the number of rows, counted so far as it costs little, and whether it is one; empty where it would not."""
    if among is not None and among.rows.order_by()[sum(among.sizes) :][:1].exists():
        return "", False
    n_rows = rows.order_by()[: COUNTED + 1].count()
    return (f"{n_rows:,}" if n_rows <= COUNTED else f"{COUNTED:,}+"), n_rows == 1


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw) if len(raw) == 36 else None
    except ValueError:
        return None


def _later(asked: dict[str, str], show: str, after: object) -> str:
    return "?" + urlencode(asked | ({"show": show} if show == "claims" else {}) | {"after": str(after)})


def _tabs(request: Request) -> dict[str, str]:
    """Return the query strings of the two tabs, and that of a new round on the documents."""
    kept = {key: value for key, value in request.GET.dict().items() if value and key not in ("show", "after")}
    try:
        of_texts = DocumentFilter.parse(kept).of_texts.as_dict()
    except Invalid:
        of_texts = {}
    return {
        "as_documents": "?" + urlencode(kept),
        "as_claims": "?" + urlencode(kept | {"show": "claims"}),
        "as_round": urlencode(of_texts),
    }


def _choices(request: Request, place: Place) -> dict[str, Any]:
    """Return what the filters offer, as far as the person may see it."""
    corpus = place.project.corpus_id
    kinds: dict[str, Any] = {"speakers": Speaker, "targets": Target, "propositions": Proposition}
    names = {
        key: model.objects.visible_to(request.user).filter(corpus=corpus).current() for key, model in kinds.items()
    }
    newest = place.project.codebook.versions.exclude(published_at=None).order_by("-number").first()
    members = Member.objects.visible_to(request.user).filter(project=place.id).order_by("user__username")
    filters = {key: value for key, value in request.GET.items() if value and key not in ("q", "show", "after")}
    return {
        **{key: list(rows.order_by("name").values_list("name", flat=True)[:OFFERED]) for key, rows in names.items()},
        "sources": Source.objects.visible_to(request.user).filter(corpus=corpus).order_by("name")[:OFFERED],
        "stances": newest.stance_labels.order_by("position") if newest else [],
        "members": list(members.values_list("user__username", flat=True)[:OFFERED]),
        "rounds": place.project.rounds.order_by("number").values_list("number", "name")[:OFFERED],
        "statuses": STATUSES,
        "relations": RELATIONS,
        "asked": request.GET,
        "filters": ", ".join(f"{key.replace('_', ' ')} {value}"[:80] for key, value in filters.items()),
    }
