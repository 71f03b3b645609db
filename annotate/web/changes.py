"""The history of a project and of one object in it, and undo of what one action did."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from annotate.actions.undo import LARGE, can_be_undone, undo_batch
from annotate.payloads.problems import NotThere, WrongState
from annotate.permissions import Action
from annotate.reports.history import (
    OBJECT_TYPES,
    Asked,
    BatchShown,
    Names,
    batches_page,
    object_changes,
    object_history,
    type_words,
)
from annotate.reports.history.words import ACTIONS, object_name
from annotate.web.access import Place, Request, answer, page, place_of
from annotate.web.links import talk_url
from corpus.models import Change

TYPES = (*OBJECT_TYPES, "member", "remark", "skip")
FILTERS = ("person", "action", "object_type", "object_id", "day")


@page("GET")
def changes(request: Request, slug: str) -> HttpResponse:
    """List what was done in the project and its corpus, newest first, for curators and managers."""
    place = place_of(request, slug, Action.SEE_CHANGES)
    return _list(request, place)


def _list(request: Request, place: Place, *, refused: str = "", status: int = 200) -> HttpResponse:
    given = {name: request.GET.get(name, "").replace("\0", "")[:150] for name in FILTERS}
    asked = Asked(
        person=given["person"],
        action=given["action"],
        object_type=given["object_type"],
        object_id=given["object_id"],
        day=_day(given["day"]),
    )
    shown = batches_page(request.user, place.project, asked, before=_id(request, "before"))
    context = {
        "place": place,
        "given": given,
        "types": sorted(
            ((name, type_words(name)) for name in (*OBJECT_TYPES, "member", "skip", "remark")), key=_second
        ),
        "actions": sorted(ACTIONS.items(), key=_second),
        "batches": [(batch, _may_undo(place, batch)) for batch in shown.batches],
        "newest": _page_url(given, "", None) if "before" in request.GET else "",
        "older": _page_url(given, "before", shown.older) if shown.older is not None else "",
        "here": request.get_full_path() if request.method == "GET" else reverse("changes", args=[place.project.slug]),
        "refused": refused,
    }
    return answer(request, "annotate/changes.html", "change-list", context, status=status)


@page("GET")
def object_page(request: Request, slug: str, object_type: str, object_id: UUID) -> HttpResponse:
    """Show the history of one object; annotators see that of their own claims and readings."""
    place = place_of(request, slug)
    if object_type not in OBJECT_TYPES:
        raise Http404
    rows = object_changes(request.user, place.project, object_type, object_id)
    newest = rows.order_by("-id").first()
    if newest is None:
        raise Http404
    shown = object_history(request.user, place.project, rows, before=_id(request, "before"))
    context = {
        "place": place,
        "kind": type_words(object_type),
        "name": object_name(newest, Names.of(place.project, [newest], request.user)),
        "batches": [(batch, _may_undo(place, batch)) for batch in shown.batches],
        "talk": _talk(place, newest),
        "older": _page_url({}, "before", shown.older) if shown.older is not None else "",
        "here": request.get_full_path(),
    }
    return answer(request, "annotate/object_changes.html", "change-list", context)


@page("POST")
def undo(request: Request, slug: str, batch: UUID) -> HttpResponse:
    """Undo what one action did, or say why that cannot be."""
    place = place_of(request, slug)
    try:
        undo_batch(user=request.user, project=place.project, batch=batch, now=timezone.now())
    except NotThere:
        raise Http404 from None
    except WrongState as problem:
        if place.may_curate:
            return _list(request, place, refused=problem.detail, status=problem.status)
        raise
    messages.success(request, "It is undone. The undo is listed as a change of its own.")
    return redirect(_back(request, slug))


def _may_undo(place: Place, batch: BatchShown) -> bool:
    """Return whether undo is offered: to those whom its actions may let, for kinds that can be undone."""
    if not can_be_undone(batch.action, batch.types):
        return False
    if batch.action in LARGE or batch.types & {"member", "round", "project"}:
        return place.may_manage
    if "claim" in batch.types and batch.action in ("claim.create", "claim.update", "claim.delete"):
        return batch.is_own
    return place.may_curate or batch.is_own


def _back(request: Request, slug: str) -> str:
    """Return the page that the button was on, if it is one of this site's."""
    asked = request.POST.get("back", "")
    if asked.startswith("/p/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return reverse("changes", args=[slug])


def _talk(place: Place, row: Change) -> str:
    """Return where the claim is talked about, empty for what is no claim."""
    state: dict[str, Any] = row.after or row.before or {}
    if row.object_type != "claim" or "document" not in state:
        return ""
    return talk_url(place.project.slug, UUID(state["document"]), UUID(state["layer"]), row.object_id)


def _page_url(given: dict[str, str], name: str, id: int | None) -> str:
    asked: dict[str, object] = {key: value for key, value in given.items() if value}
    return f"?{urlencode(asked | ({name: id} if id is not None else {}))}"


def _id(request: Request, name: str) -> int | None:
    raw = request.GET.get(name, "")
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) <= 18 else None


def _day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def _second(pair: tuple[str, str]) -> str:
    return pair[1]
