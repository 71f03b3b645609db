"""The releases of a project: asking for one, watching it being made, and what a ready one consists of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from annotate.actions.releases import folder_of, progress_of
from annotate.models import Release, ReleaseStatus
from annotate.models.releases import ReleaseQuerySet
from annotate.payloads.people import People
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from annotate.releases.contents import kind_of, ordered
from annotate.releases.selecting import said_of, told
from annotate.releases.settings import LICENCES, TEXTS, ReleaseSettings, SelectionRule
from annotate.tasks import start_release
from annotate.web.access import Place, Request, answer, go, page, place_of
from annotate.web.release_forms import ReleaseForm, initial_of
from annotate.web.release_shares import shares_of

WORKER_LATE = timedelta(seconds=20)
SHOWN_AT_ONCE = 100


@page("GET", "POST")
def releases(request: Request, slug: str) -> HttpResponse:
    """List the releases; managers ask for the next one."""
    is_change = request.method == "POST"
    place = place_of(request, slug, Action.MAKE_RELEASES if is_change else Action.SEE_RELEASES)
    if not is_change:
        return _list(request, place, _new_form(request, place))
    form = ReleaseForm(request.POST, project=place.project)
    if not form.is_valid():
        return _list(request, place, form, status=400)
    try:
        asked = ReleaseSettings.read(form.body())
        made = start_release(user=request.user, project=place.project, settings=asked, now=timezone.now())
    except Problem as problem:
        form.add_problem(problem)
        return _list(request, place, form, status=problem.status)
    messages.success(request, f"Release {made.number} was asked for.")
    return go(request, "release", slug, made.pk)


def _rows(request: Request, place: Place) -> ReleaseQuerySet:
    return Release.objects.visible_to(request.user).filter(project=place.id)


def _new_form(request: Request, place: Place) -> ReleaseForm:
    """Return the form filled as the last release was asked for."""
    last = _rows(request, place).order_by("-created_at").values_list("asked", flat=True).first()
    before = ReleaseSettings.stored(last) if last else ReleaseSettings()
    return ReleaseForm(initial=initial_of(before), project=place.project)


def _list(request: Request, place: Place, form: ReleaseForm, *, status: int = 200) -> HttpResponse:
    found = list(_rows(request, place).defer("files").order_by("-created_at", "pk")[:SHOWN_AT_ONCE])
    closed = set(_rows(request, place).closed_to(request.user).values_list("pk", flat=True))
    items = [(row, row.pk in closed, _part(row)) for row in found]
    context = {"place": place, "form": form, "items": items, "is_busy": any(row.is_unfinished for row in found)}
    return answer(request, "annotate/releases.html", "release-list", context, status=status)


def _part(found: Release) -> str:
    """Return which articles a release takes, in words; nothing where it takes all."""
    return ", ".join(said_of(SelectionRule.stored(found.asked["selection"])))


@page("GET")
def release(request: Request, slug: str, release_id: UUID) -> HttpResponse:
    """Show one release; while it is being made, the fragment asks for itself each second."""
    place = place_of(request, slug, Action.SEE_RELEASES)
    found = get_object_or_404(_rows(request, place), pk=release_id)
    is_closed = found.is_closed_to(request.user)
    context: dict[str, Any] = {
        "place": place,
        "found": found,
        "message": found.told(is_closed=is_closed),
        "by": People().name(place.id, found.made_by_id),
        "is_closed": is_closed,
        "progress": progress_of(found),
        "is_late": found.status == ReleaseStatus.WAITING and timezone.now() - found.created_at > WORKER_LATE,
    }
    if found.status == ReleaseStatus.READY and not is_closed:
        context |= _shown(request, found)
    return answer(request, "annotate/release.html", "release-body", context)


def _shown(request: Request, found: Release) -> dict[str, Any]:
    """Return what the page of a ready release says."""
    asked = ReleaseSettings.stored(found.asked)
    name, address = LICENCES[asked.licence]
    base = f"/api/v1/releases/{found.pk}/"
    return {
        "figures": found.figures,
        "shares": shares_of(found),
        "files": _files(found),
        "other_rule": _other_rule(found),
        "asked": asked,
        "licence": {"name": name, "address": address},
        "texts": TEXTS[asked.texts],
        "base": base,
        "address": f"{settings.SITE_URL}{base}download/",
        "folder": f"{found.project.slug}-release-{found.number}",
        "is_missing": not folder_of(found.pk).is_dir(),
    }  # fmt: skip


def _other_rule(found: Release) -> dict[str, str] | None:
    """Return in words which articles the release before took, and which this one, where that differs."""
    rules = found.figures["difference"].get("selection")
    return {name: told(rule) for name, rule in rules.items()} if rules else None


def _files(found: Release) -> list[dict[str, Any]]:
    known = {file["path"]: file for file in found.files}
    return [known[path] | {"name": path, "what": kind_of(path).what} for path in ordered(known)]
