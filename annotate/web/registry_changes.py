"""What is done to one registry entry from its pages: changed, accepted, merged, split; everything goes to an action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from annotate.actions import registries as actions
from annotate.actions.affiliations import affiliation_dicts
from annotate.actions.reassigning import reassign_claims, undo_reassignment
from annotate.payloads.claims import EntryIn
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import NotThere, Problem, WrongState
from annotate.web.access import Request, page
from annotate.web.registries import list_page
from annotate.web.registry_entry import entry_page
from annotate.web.shelves import Shelf, named, shelf_of
from corpus.models import Target

FIELDS = ("name", "disambiguation", "note", "kind", "external_id")
type Doing = Callable[[Request, Shelf, Any], str]


@page("POST")
def registry_change(request: Request, slug: str, registry: str, entry_id: UUID) -> HttpResponse:
    """Do to an entry what the form says; `?from=` says which page comes next: list, doubles, or the entry's own."""
    shelf = shelf_of(request, slug, registry)
    entry = shelf.entry(request, entry_id)
    is_list = request.GET.get("from") == "list"
    try:
        do = request.POST.get("do", "")
        if do not in DOINGS:
            raise Problem(f"{do[:60]!r} cannot be done with an entry; send one of {', '.join(DOINGS)}.")
        did = DOINGS[do](request, shelf, entry)
    except Problem as problem:
        entry = shelf.entry(request, entry_id)
        if is_list:
            return list_page(request, shelf, refused=problem.detail, status=problem.status)
        return entry_page(request, shelf, entry, refused=problem.detail, status=problem.status, sent=request.POST)
    if is_list:
        kept = {name: request.GET[name] for name in ("q", "state", "kind", "after") if request.GET.get(name)}
        return redirect(shelf.address("registry", **kept, did=did))
    if request.GET.get("from") == "doubles":
        return redirect(shelf.address("registry-doubles", did=did))
    return redirect(shelf.address("registry-entry", entry_id, did=did))


@page("POST")
def registry_claims(request: Request, slug: str, registry: str, entry_id: UUID) -> HttpResponse:
    """Put another entry into the claims that were chosen: one that is there, or with `do=make` a new one."""
    shelf = shelf_of(request, slug, registry)
    entry = shelf.entry(request, entry_id)
    try:
        claims = [_uuid(raw) for raw in request.POST.getlist("claim")]
        to = request.POST.get("to", "")
        makes = request.POST.get("do") == "make"
        other = EntryIn(name=to, pointer="/to")
        if not makes:
            other = EntryIn(id=named(shelf.rows(request), to).pk, pointer="/to")
        done = reassign_claims(user=request.user, entry=entry, claims=claims, to=other, now=timezone.now())
    except NotThere:
        raise
    except Problem as problem:
        return entry_page(request, shelf, entry, refused=problem.detail, status=problem.status, sent=request.POST)
    return redirect(shelf.address("registry-entry", entry_id, did=f"reassign:{done.to.pk}:{done.batch}"))


@page("POST")
def registry_undo(request: Request, slug: str, registry: str, entry_id: UUID, batch: UUID) -> HttpResponse:
    """Take a re-assignment back, and show the entry that the claims name again."""
    shelf = shelf_of(request, slug, registry)
    entry = shelf.entry(request, entry_id)
    try:
        undo_reassignment(user=request.user, batch=batch, now=timezone.now())
    except NotThere:
        raise
    except Problem as problem:
        return entry_page(request, shelf, entry, refused=problem.detail, status=problem.status)
    return redirect(shelf.address("registry-entry", entry_id, did=f"undone:{entry.pk}"))


def _uuid(raw: str) -> UUID:
    try:
        return UUID(raw)
    except ValueError:
        raise NotThere(f"There is no claim {raw[:60]!r}.") from None


def _update(request: Request, entry: Any, did: str, **values: Any) -> str:
    """Store values; a form that says which version it was made from is refused when that is outdated."""
    version = request.POST.get("version", "")
    seen = Precondition(if_match=frozenset([version])) if version else None
    try:
        actions.update_entry(user=request.user, entry=entry, values=values, precondition=seen)
    except Problem as problem:
        if problem.status == 412:
            raise WrongState("Somebody changed this entry meanwhile; look at it below, and repeat the step.") from None
        raise
    return f"{did}:{entry.pk}"


def _accept(request: Request, shelf: Shelf, entry: Any) -> str:
    actions.accept_entries(user=request.user, entries=[entry])
    return f"accept:{entry.pk}"


def _rename(request: Request, shelf: Shelf, entry: Any) -> str:
    return _update(request, entry, "rename", name=request.POST.get("name", ""))


def _edit(request: Request, shelf: Shelf, entry: Any) -> str:
    values: dict[str, Any] = {name: request.POST[name] for name in FIELDS if name in request.POST}
    if "note" in values:
        values["note"] = values["note"].replace("\r\n", "\n")
    if "aliases" in request.POST:
        values["aliases"] = [line for line in request.POST["aliases"].splitlines() if line.strip()]
    if "usual_target" in request.POST and shelf.plural == "propositions":
        raw = request.POST["usual_target"].strip()
        target = named(_targets(request, shelf), raw) if raw else None
        values["usual_target"] = {"id": str(target.pk)} if target else None
    return _update(request, entry, "edit", **values)


def _targets(request: Request, shelf: Shelf) -> Any:
    return replace(shelf, plural="targets", model=Target).rows(request)


def _merge(request: Request, shelf: Shelf, entry: Any) -> str:
    into = named(shelf.rows(request), request.POST.get("to", ""))
    is_inverted = request.POST.get("opposite") == "on"
    actions.merge_entry(user=request.user, entry=entry, into=into, is_inverted=is_inverted)
    return f"{'opposite' if is_inverted else 'merge'}:{entry.pk}:{into.pk}"


def _unmerge(request: Request, shelf: Shelf, entry: Any) -> str:
    actions.unmerge_entry(user=request.user, entry=entry)
    return f"unmerge:{entry.pk}"


def _unmerge_other(request: Request, shelf: Shelf, entry: Any) -> str:
    """Un-merge one of those that were merged into the entry."""
    raw = request.POST.get("other", "")
    other = shelf.rows(request).filter(merged_into=entry, pk=_uuid(raw)).first()
    if other is None:
        raise WrongState("That one is not merged into this entry any more.")
    return _unmerge(request, shelf, other)


def _alias(request: Request, shelf: Shelf, entry: Any) -> str:
    """Add aliases to those that are there."""
    names = [*entry.aliases.values_list("name", flat=True), *request.POST.getlist("alias")]
    return _update(request, entry, "edit", aliases=names)


def _affiliate(request: Request, shelf: Shelf, entry: Any) -> str:
    """Add an affiliation, or change or take away the one with this number."""
    known = affiliation_dicts(entry)
    number, do = request.POST.get("number", ""), request.POST["do"]
    is_number = number.isascii() and number.isdecimal() and len(number) < 4
    at = int(number) if is_number and int(number) < len(known) else None
    if do != "affiliate" and at is None:
        raise WrongState("That affiliation is not there any more.")
    new: list[Any] = []
    if do != "affiliation-remove":
        body = named(shelf.rows(request), request.POST.get("body", ""))
        new = [{"body": {"id": str(body.pk)}} | {key: request.POST.get(key, "") for key in ("role", "from", "to")}]
    before, after = (known, []) if at is None else (known[:at], known[at + 1 :])
    rows = [row | {"body": {"id": row["body"]["id"]}} for row in (*before, *after)]
    return _update(request, entry, "edit", affiliations=[*rows, *new])


DOINGS: dict[str, Doing] = {
    "accept": _accept,
    "rename": _rename,
    "edit": _edit,
    "merge": _merge,
    "unmerge": _unmerge,
    "unmerge-other": _unmerge_other,
    "alias": _alias,
    "affiliate": _affiliate,
    "affiliation": _affiliate,
    "affiliation-remove": _affiliate,
}
