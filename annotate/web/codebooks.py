"""The versions of a project's codebook: listed, compared, downloaded; and the start of the next one."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from annotate import permissions
from annotate.actions import codebook as actions
from annotate.models import CodebookVersion
from annotate.payloads.codebook_differences import differences
from annotate.payloads.codebook_files import codebook_dict, file_of
from annotate.payloads.codebook_templates import TEMPLATES
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.problems import FieldError, Invalid, Problem, TooLarge
from annotate.permissions import Action
from annotate.web.access import Place, Request, go, page, place_of

MAX_FILE = 5_000_000
SHOWN = 100


@page("GET", "POST")
def codebook(request: Request, slug: str) -> HttpResponse:
    """List the versions; curators and managers start the next one."""
    is_change = request.method == "POST"
    place = place_of(request, slug, Action.EDIT_CODEBOOK if is_change else Action.SEE_PROJECT)
    if not is_change:
        return _page(request, place)
    try:
        values: dict[str, Any] = {"template": request.POST.get("template") or None}
        if request.POST.get("do") == "file":
            values = {"file": _read(request.FILES.get("file"))}
        actions.start_draft(user=request.user, project=place.project, now=timezone.now(), **values)
    except Problem as problem:
        return _page(request, place, problem=problem)
    return go(request, "codebook-draft", slug)


def _read(sent: UploadedFile[Any] | None) -> object:
    """Return the JSON in a file that was sent. Raises Invalid or TooLarge."""
    if sent is None:
        raise Invalid.of([FieldError(pointer="/file", detail="No file was chosen; choose a codebook file.")])
    if (sent.size or 0) > MAX_FILE:
        raise TooLarge(f"The file has {sent.size} bytes; a codebook file has at most {MAX_FILE}.")
    try:
        return orjson.loads(sent.read())
    except orjson.JSONDecodeError as error:
        detail = f"The file is no JSON (line {error.lineno}, column {error.colno}); choose a codebook file."
        raise Invalid.of([FieldError(pointer="/file", detail=detail)]) from error


def _versions(request: Request, place: Place) -> QuerySet[CodebookVersion]:
    return actions.visible_versions(request.user).filter(codebook=place.project.codebook_id)


def _page(request: Request, place: Place, *, problem: Problem | None = None) -> HttpResponse:
    found = list(_versions(request, place).order_by("-number")[:SHOWN])
    context = {
        "place": place,
        "versions": found,
        "draft": next((version for version in found if version.published_at is None), None),
        "may_edit": permissions.can(request.user, Action.EDIT_CODEBOOK, place.id),
        "templates": [(key, template.name, template.about) for key, template in TEMPLATES.items()],
        "problem": problem,
    }
    return render(request, "annotate/codebook.html", context, status=problem.status if problem else 200)


@page("GET")
def compare(request: Request, slug: str) -> HttpResponse:
    """Say what changed between two versions, `?old=` and `?new=`; without them between the last two."""
    place = place_of(request, slug)
    found = {version.number: version for version in _versions(request, place).order_by("-number")[:SHOWN]}
    newest = next(iter(found), 0)
    new = _asked(request, "new", found, newest)
    old = _asked(request, "old", found, next((number for number in found if number < new.number), new.number))
    files = [file_of(load_codebook(version.pk)) for version in (old, new)]
    context = {
        "place": place,
        "versions": found.values(),
        "old": old,
        "new": new,
        "found": differences(*files, follows=new.number == old.number + 1),
    }
    return render(request, "annotate/codebook_compare.html", context)


def _asked(request: Request, name: str, found: dict[int, CodebookVersion], default: int) -> CodebookVersion:
    raw = request.GET.get(name, str(default))
    number = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else 0
    if number not in found:
        raise Http404
    return found[number]


@page("GET")
def codebook_file(request: Request, slug: str, number: int) -> HttpResponse:
    """Download one version."""
    place = place_of(request, slug)
    found = _versions(request, place).filter(number=number).first() if number < 2**31 else None
    if found is None:
        raise Http404
    return file_response(found, f"{slug}-codebook-v{number}.json")


def file_response(version: CodebookVersion, name: str) -> HttpResponse:
    body = orjson.dumps(
        codebook_dict(load_codebook(version.pk)), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, content_type="application/json", headers=headers)
