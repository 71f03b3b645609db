"""The curation of registries: likely doubles, claims that get another entry, a proposition's mentions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions.reassigning import reassign_claims
from annotate.api.fetch import caller, fields, project_of
from annotate.api.pagination import page
from annotate.api.parameters import number_of, refuse
from annotate.api.registries import Kind, one_of
from annotate.models import Claim
from annotate.payloads.claims import EntryIn
from annotate.payloads.problems import FieldError, Invalid
from annotate.permissions import Action
from annotate.reports.doubles import Double, likely_doubles
from annotate.reports.usage import Usage
from annotate.search.mentions import Mention, mention_rows, mentions
from corpus.models import Proposition

MAX_START = 10_000


def list_doubles(request: Request, kind: Kind, slug: str) -> Response:
    """List pairs of entries that may mean the same, the likeliest first."""
    user, project = caller(request), project_of(request, slug)
    permissions.require(user, Action.EDIT_REGISTRIES, project.pk)
    size = number_of(request, "page_size", low=1, high=100, default=50)
    start = _start(request)
    found = likely_doubles(project.corpus_id, kind.model, user=user, start=start, limit=size + 1)
    after = _link(request, start + size) if len(found) > size and start + size <= MAX_START else None
    before = _link(request, max(start - size, 0)) if start else None
    return Response({"next": after, "previous": before, "results": [_double(pair) for pair in found[:size]]})


def _start(request: Request) -> int:
    raw = request.query_params.get("cursor") or "0"
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 6 and int(raw) <= MAX_START):
        raise refuse("cursor", raw, "is no cursor of this list; follow the links next and previous, or leave it out.")
    return int(raw)


def _link(request: Request, start: int) -> str:
    query = request.query_params.copy()
    query["cursor"] = str(start)
    return f"{request.build_absolute_uri(request.path)}?{query.urlencode()}"


def _double(pair: Double) -> dict[str, Any]:
    return {
        "keep": _used(pair.keep, pair.keep_usage),
        "other": _used(pair.other, pair.other_usage),
        "score": round(min(pair.score, 1.0), 3),
        "reasons": pair.reasons,
        "opposite": pair.is_opposite,
    }


def _used(entry: Any, usage: Usage) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "name": entry.name,
        "disambiguation": entry.disambiguation,
        "provisional": entry.is_provisional,
        "n_claims": usage.n,
        "n_gold": usage.n_gold,
    }


def reassign(request: Request, kind: Kind, id: UUID) -> Response:
    """Put another entry into claims that name this one."""
    user, found = caller(request), one_of(request, kind, id)
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, found.corpus_id)
    body = fields(request, ["claims", "to"])
    claims, to = _claims(body.get("claims")), _entry(body.get("to"))
    done = reassign_claims(user=user, entry=found, claims=claims, to=to, now=timezone.now())
    return Response({"batch": done.batch, "to": {"id": done.to.pk, "name": done.to.name}, "n_claims": done.n_claims})


def _claims(raw: object) -> list[UUID]:
    if not isinstance(raw, list):
        raise _invalid("/claims", f"{str(raw)[:60]!r} stands where a list of ids of claims is needed.")
    return [_uuid(item, f"/claims/{at}") for at, item in enumerate(raw)]


def _entry(raw: object) -> EntryIn:
    if isinstance(raw, dict) and raw.keys() == {"id"}:
        return EntryIn(id=_uuid(raw["id"], "/to/id"), pointer="/to")
    if isinstance(raw, dict) and raw.keys() == {"name"} and isinstance(raw["name"], str):
        return EntryIn(name=raw["name"], pointer="/to")
    raise _invalid("/to", f'{str(raw)[:60]!r} names no entry; give {{"id": …}} or {{"name": …}}.')


def _uuid(raw: object, pointer: str) -> UUID:
    try:
        return UUID(raw if isinstance(raw, str) and len(raw) <= 45 else "")
    except ValueError:
        raise _invalid(pointer, f"{str(raw)[:60]!r} is no UUID.") from None


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=pointer, detail=detail)])


def list_mentions(request: Request, kind: Kind, id: UUID) -> Response:
    """List the claims that mention a proposition, in their sentences."""
    found = one_of(request, kind, id)
    assert isinstance(found, Proposition)
    permissions.require_in_corpus(caller(request), Action.EDIT_REGISTRIES, found.corpus_id)
    return page(request, mention_rows(caller(request), found).only("pk"), ("id",), _mentions)


def _mentions(found: list[Claim]) -> Iterator[dict[str, Any]]:
    rows = Claim.objects.filter(pk__in=[claim.pk for claim in found]).order_by("pk")
    return map(_mention, mentions(rows))


def _mention(mention: Mention) -> dict[str, Any]:
    document = mention.layer.document
    return {
        "claim": mention.claim,
        "document": {
            "id": document.pk,
            "number": document.number,
            "title": document.title,
            "source": document.source.name if document.source else "",
            "published_on": document.published_on.isoformat() if document.published_on else None,
        },
        "annotator": None if mention.is_gold else mention.whose,
        "sentences": [sentence.as_dict() for sentence in mention.context.sentences],
    }
