"""Speakers, targets and propositions: one set of views, made for each registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions import registries as actions
from annotate.api import entry_serializers as shown
from annotate.api.fetch import answer, caller, fetch, fields, project_of
from annotate.api.pagination import page
from annotate.api.parameters import flag_of, search_of
from annotate.api.search import matching
from annotate.api.shapes import entry_dict, entry_dicts
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import FieldError, Invalid
from annotate.permissions import Action
from annotate.reports.warnings import warnings_of
from corpus.models import Entry, Proposition, Speaker, Target

READ_ONLY = frozenset(("id", "merged_into", "inverted", "version", "warnings"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One registry: its model, its names in the API, and what the schema says of it."""

    model: type[Entry]
    plural: str
    one: str
    body: type[s.Serializer[Any]]
    answer: type[s.Serializer[Any]]
    example: dict[str, Any]
    # Names in the API that differ from the names of the fields.
    renamed: dict[str, str]


SPEAKERS = Kind(
    model=Speaker,
    plural="speakers",
    one="speaker",
    body=shown.SpeakerInSerializer,
    answer=shown.SpeakerSerializer,
    example={"name": "Port authority"},
    renamed={"provisional": "is_provisional"},
)
TARGETS = Kind(
    model=Target,
    plural="targets",
    one="target",
    body=shown.TargetInSerializer,
    answer=shown.TargetSerializer,
    example={"name": "Closure of the bridge"},
    renamed={"provisional": "is_provisional"},
)
PROPOSITIONS = Kind(
    model=Proposition,
    plural="propositions",
    one="proposition",
    body=shown.PropositionInSerializer,
    answer=shown.PropositionSerializer,
    example={"text": "The bridge has to be closed."},
    renamed={"provisional": "is_provisional", "text": "name"},
)
REGISTRIES = (SPEAKERS, TARGETS, PROPOSITIONS)


def list_entries(request: Request, kind: Kind, slug: str) -> Response:
    """List the entries that the caller may see, ordered by name."""
    user, project = caller(request), project_of(request, slug)
    rows = matching(rows_of(request, kind).filter(corpus=project.corpus_id), search_of(request, "q"), user)
    provisional, merged = flag_of(request, "provisional"), flag_of(request, "merged")
    if provisional is not None:
        rows = rows.filter(is_provisional=provisional)
    rows = rows.filter(merged_into__isnull=not merged)
    return page(request, rows, ("name", "id"), lambda found: entry_dicts(found, user, project.corpus_id))


def create_entry(request: Request, kind: Kind, slug: str) -> Response:
    """Make an entry. An entry of that name is answered as a new one, so that nobody learns who typed it before."""
    user, project = caller(request), project_of(request, slug)
    with _api_names(kind):
        made = actions.create_entry(user=user, project=project, model=kind.model, values=_values(request, kind))
    found = one_of(request, kind, made.pk)
    shape = entry_dict(found, user) | _warnings(found)
    return answer(shape, status=201, version=shape["version"], location=f"/api/v1/{kind.plural}/{made.pk}/")


def get_entry(request: Request, kind: Kind, id: UUID) -> Response:
    shape = entry_dict(one_of(request, kind, id), caller(request))
    return answer(shape, version=shape["version"])


def change_entry(request: Request, kind: Kind, id: UUID) -> Response:
    user, found = caller(request), one_of(request, kind, id)
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, found.corpus_id)
    precondition = Precondition.of(request.headers)
    with _api_names(kind):
        actions.update_entry(user=user, entry=found, values=_values(request, kind), precondition=precondition)
    found = one_of(request, kind, id)
    shape = entry_dict(found, user)
    return answer(shape | _warnings(found), version=shape["version"])


def _warnings(entry: Entry) -> dict[str, list[str]]:
    """Return what is said of loaded words in the name, or nothing. One query."""
    found = warnings_of(entry.corpus_id, [entry.name])
    return {"warnings": found} if found else {}


def merge_entry(request: Request, kind: Kind, id: UUID) -> Response:
    user, found = caller(request), one_of(request, kind, id)
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, found.corpus_id)
    body = fields(request, ["into", "inverted"])
    inverted = body.get("inverted", False)
    if not isinstance(inverted, bool):
        raise _invalid("/inverted", f"{str(inverted)[:60]!r} stands where true or false is needed.")
    actions.merge_entry(user=user, entry=found, into=_into(request, kind, body.get("into")), is_inverted=inverted)
    return get_entry(request, kind, id)


def unmerge_entry(request: Request, kind: Kind, id: UUID) -> Response:
    user, found = caller(request), one_of(request, kind, id)
    actions.unmerge_entry(user=user, entry=found)
    return get_entry(request, kind, id)


def rows_of(request: Request, kind: Kind) -> QuerySet[Any]:
    rows: QuerySet[Any] = kind.model._default_manager.visible_to(caller(request))
    if kind.model is Speaker:
        return rows.prefetch_related("aliases", "affiliations__body")
    return rows.select_related("usual_target") if kind.model is Proposition else rows


def one_of(request: Request, kind: Kind, id: UUID) -> Entry:
    found: Entry = fetch(rows_of(request, kind), pk=id)
    return found


def _into(request: Request, kind: Kind, raw: object) -> Entry:
    try:
        id = UUID(raw if isinstance(raw, str) and len(raw) <= 45 else "")
    except ValueError:
        raise _invalid("/into", f"{str(raw)[:60]!r} is no UUID; give the id of the entry to merge into.") from None
    found: Entry | None = rows_of(request, kind).filter(pk=id).first()
    if found is None:
        raise _invalid("/into", f"{id} is no {kind.one} of this corpus; choose one that is listed.")
    return found


def _values(request: Request, kind: Kind) -> dict[str, Any]:
    """Return the body under the names of the fields; what only the API writes is passed over."""
    known = set(kind.body().fields)
    body = {key: value for key, value in fields(request).items() if key not in READ_ONLY - known}
    if unknown := sorted(body.keys() - known):
        detail = f"“{unknown[0][:60]}” is not a field here; known are {', '.join(sorted(known))}."
        raise _invalid(f"/{unknown[0]}", detail)
    return {kind.renamed.get(key, key): value for key, value in body.items()}


@contextmanager
def _api_names(kind: Kind) -> Iterator[None]:
    """Let errors point to the names that the API uses."""
    try:
        yield
    except Invalid as error:
        names = {f"/{field}": f"/{name}" for name, field in kind.renamed.items()}
        for index, found in enumerate(error.errors):
            pointer = names.get(found.pointer, found.pointer)
            error.errors[index] = FieldError(pointer=pointer, detail=found.detail)
        raise


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=pointer, detail=detail)])
