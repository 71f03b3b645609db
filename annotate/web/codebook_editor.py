"""The editor of a draft: one section open at a time; every button sends the section, so that nothing typed is lost."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import orjson
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from annotate import permissions
from annotate.actions import codebook as actions
from annotate.models import CodebookVersion
from annotate.payloads.codebook_differences import differences
from annotate.payloads.codebook_files import CodebookFile, codebook_dict, file_of
from annotate.payloads.codebook_reader import parse_codebook
from annotate.payloads.codebook_rules import missing
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.problems import FieldError, Invalid, PreconditionFailed, Problem
from annotate.permissions import Action
from annotate.web import codebook_steps
from annotate.web.access import Place, Request, go, page, place_of
from annotate.web.codebook_form import Document, Section
from annotate.web.codebook_page import page_context, said
from annotate.web.errors import problem_response
from annotate.web.guidelines import markdown
from annotate.web.script_requests import is_script

CHANGED = (
    "The draft was changed meanwhile, in another window or by somebody else. What you typed is here and not saved yet; "
    "everything else is as it was saved there. Save again to put this section in place of theirs."
)
MAX_PREVIEW = 200_000


@page("GET", "POST")
def draft(request: Request, slug: str) -> HttpResponse:
    """Show the draft, or save the open section and do what the button says."""
    place = _place(request, slug)
    found = actions.draft_of(place.project.codebook_id)
    if found is None:
        return go(request, "codebook", slug)
    document, before = codebook_dict(load_codebook(found.pk)), before_of(found)
    if request.method == "POST":
        return _change(request, place, found, document, before)
    section = Section.of(request.GET.get("open", ""), document, before)
    return _page(request, place, found, document, section)


def _place(request: Request, slug: str) -> Place:
    """Return the project for somebody who edits its codebook; for others there is no draft."""
    place = place_of(request, slug)
    if not permissions.can(request.user, Action.EDIT_CODEBOOK, place.id):
        raise Http404
    return place


def before_of(version: CodebookVersion) -> Document | None:
    """Return the published version that the draft follows."""
    newest = actions.newest_published(version.codebook_id)
    return codebook_dict(load_codebook(newest.pk)) if newest is not None else None


def _change(
    request: Request, place: Place, found: CodebookVersion, document: Document, before: Document | None
) -> HttpResponse:
    revision = _number(request.POST.get("revision", ""))
    if revision != found.revision:
        return _outdated(request, place, found, document, before)
    section = Section.of(_section_now(request, document, is_current=True), document, before)
    if section is not None:
        section.fill(request.POST)
    do = request.POST.get("do", "save")
    if do == "preview":
        return _page(request, place, found, document, section, is_preview=True)
    typed = copy.deepcopy(document)
    try:
        parse_codebook(document)
        shown = codebook_steps.run(do, document, section, request.POST)
        saved = actions.save_draft(user=request.user, version=found, body=document, revision=revision)
    except PreconditionFailed:
        return _outdated(request, place, found, codebook_dict(load_codebook(found.pk)), before)
    except Problem as problem:
        if is_script(request):
            return problem_response(request, problem)
        errors = problem.errors or [FieldError(pointer="", detail=problem.detail)]
        extra = {} if document == typed else {"problems": [said(document, error) for error in errors]}
        section = replace(section, document=typed) if section else None
        return _page(request, place, found, typed, section, errors=errors, status=problem.status, **extra)
    return _saved(request, place, saved, section, shown)


def _saved(
    request: Request, place: Place, saved: CodebookVersion, section: Section | None, shown: codebook_steps.Shown
) -> HttpResponse:
    if is_script(request):
        return _json({"revision": saved.revision, "fields": section.kept() if section else {}})
    if request.POST.get("do") == "publish":
        return redirect("codebook-publish", place.project.slug)
    query = f"?open={shown.section}" if shown.section else ""
    anchor = f"#{shown.anchor}" if shown.anchor else ""
    return redirect(f"{reverse('codebook-draft', args=[place.project.slug])}{query}{anchor}")


def _outdated(
    request: Request, place: Place, found: CodebookVersion, document: Document, before: Document | None
) -> HttpResponse:
    """Show the open section as it was typed within the draft as it is now stored."""
    problem = PreconditionFailed(CHANGED)
    if is_script(request):
        return problem_response(request, problem)
    found.refresh_from_db()
    section = Section.of(_section_now(request, document), document, before)
    if section is not None:
        section.fill(request.POST)
    errors = [FieldError(pointer="", detail=CHANGED)]
    return _page(request, place, found, document, section, errors=errors, status=problem.status)


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else 0


def _section_now(request: Request, document: Document, *, is_current: bool = False) -> str:
    """Return the name that the section that was sent has now: its question may have moved, or been removed.

    A question that was removed meanwhile comes back, so that what was typed into it is not lost.
    """
    name = request.POST.get("section", "")
    if not name.startswith("question-") or "was" not in request.POST:
        return name
    if is_current and Section.of(name, document, None) is not None:
        return name
    asked = (request.POST.get("was-scope"), request.POST.get("was"))
    for index, found in enumerate(document["attributes"]):
        if (found["scope"], found["key"]) == asked:
            return f"question-{index}"
    codebook_steps.run("question-add", document, None, request.POST)
    return f"question-{len(document['attributes']) - 1}"


def _page(
    request: Request,
    place: Place,
    found: CodebookVersion,
    document: Document,
    section: Section | None,
    *,
    errors: list[FieldError] | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    context = page_context(found, document, section, errors or []) | {"place": place, **extra}
    return render(request, "annotate/codebook_draft.html", context, status=status)


def _json(value: Any) -> HttpResponse:
    return HttpResponse(orjson.dumps(value), content_type="application/json")


@page("POST")
def preview(request: Request, slug: str) -> HttpResponse:
    """Answer Markdown as it will look; nothing is stored."""
    _place(request, slug)
    return HttpResponse(markdown(request.POST.get("guidelines", "")[:MAX_PREVIEW]))


@page("GET", "POST")
def publish(request: Request, slug: str) -> HttpResponse:
    """Show what publishing changes, then publish."""
    place = _place(request, slug)
    found = actions.draft_of(place.project.codebook_id)
    if found is None:
        return go(request, "codebook", slug)
    if request.method == "GET":
        return _publish_page(request, place, found)
    revision = _number(request.POST.get("revision", ""))
    note = request.POST.get("note", "").replace("\r\n", "\n").strip()
    try:
        made = actions.publish_draft(user=request.user, version=found, note=note, now=timezone.now(), revision=revision)
    except Problem as problem:
        return _publish_page(request, place, found, note=note, problem=problem)
    messages.success(request, f"Version {made.number} is published and frozen.")
    return go(request, "codebook", slug)


def _publish_page(
    request: Request, place: Place, found: CodebookVersion, *, note: str | None = None, problem: Problem | None = None
) -> HttpResponse:
    if problem is not None and not isinstance(problem, Invalid):
        found.refresh_from_db()
    file, newest = file_of(load_codebook(found.pk)), actions.newest_published(found.codebook_id)
    before = file_of(load_codebook(newest.pk)) if newest is not None else CodebookFile()
    context = {
        "place": place,
        "version": found,
        "newest": newest,
        "found": differences(before, file),
        "lacking": [error.detail for error in missing(file)],
        "note": found.note if note is None else note,
        "problem": problem,
        "n_rounds": place.project.rounds.filter(status="open").count(),
    }
    return render(request, "annotate/codebook_publish.html", context, status=problem.status if problem else 200)


@page("POST")
def discard(request: Request, slug: str) -> HttpResponse:
    """Discard the draft, as it was when the person saw it."""
    place = _place(request, slug)
    found = actions.draft_of(place.project.codebook_id)
    if found is not None:
        revision = _number(request.POST.get("revision", ""))
        try:
            actions.discard_draft(user=request.user, version=found, revision=revision)
        except Problem as problem:
            return _publish_page(request, place, found, problem=problem)
        messages.success(request, f"The draft of version {found.number} is discarded.")
    return go(request, "codebook", slug)
