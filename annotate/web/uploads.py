"""Bringing articles in: files for the task worker, or one pasted article; and how an import goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from annotate.actions.documents import add_documents
from annotate.models import DocumentImport
from annotate.models.imports import ImportStatus
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from annotate.tasks import start_import
from annotate.web.access import Place, Request, answer, go, page, place_of
from annotate.web.forms import PasteForm, UploadForm, add_problem
from corpus.ingest import Outcome
from corpus.models import Document
from corpus.readers import READERS
from corpus.readers.base import Row
from corpus.readers.txt import title_of

RUNNING = (ImportStatus.WAITING, ImportStatus.RUNNING)
WORKER_LATE = timedelta(seconds=20)


@page("GET", "POST")
def upload(request: Request, slug: str) -> HttpResponse:
    """Take files; a worker reads them."""
    place = place_of(request, slug, Action.ADD_DOCUMENTS)
    if request.method == "GET":
        return _page(request, place, upload=UploadForm(), paste=PasteForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, place, status=400, upload=form, paste=PasteForm())
    options = dict(form.cleaned_data)
    files = options.pop("file")
    try:
        made = start_import(user=request.user, project=place.project, files=files, options=options, now=timezone.now())
    except Problem as problem:
        add_problem(form, problem)
        return _page(request, place, status=problem.status, upload=form, paste=PasteForm())
    return go(request, "import", slug, made.pk)


@page("POST")
def paste(request: Request, slug: str) -> HttpResponse:
    """Store one article from a text field."""
    place = place_of(request, slug, Action.ADD_DOCUMENTS)
    form = PasteForm(request.POST)
    if form.is_valid():
        outcome = _store(request, place, form.cleaned_data)
        if not outcome.errors:
            _tell(request, place, outcome)
            return go(request, "upload", slug)
        for error in outcome.errors:
            said = f"{error.value}: {error.rule}; {error.remedy}." if error.value else f"{error.rule}; {error.remedy}."
            form.add_error(error.field if error.field in form.fields else None, said)
    return _page(request, place, status=400, upload=UploadForm(), paste=form)


def _store(request: Request, place: Place, values: dict[str, Any]) -> Outcome:
    title = values["title"] or title_of(values["text"])
    rows = [Row(number=1, file="pasted", values=values | {"title": title})]
    return next(add_documents(user=request.user, project=place.project, rows=rows, now=timezone.now()))


def _tell(request: Request, place: Place, outcome: Outcome) -> None:
    stored = Document.objects.visible_to(request.user).light().get(pk=outcome.id)
    if outcome.is_duplicate:
        messages.error(request, f"Not stored again: “{stored}” is here already, with {outcome.reason}.")
    else:
        messages.success(request, f"“{stored}” is stored as document {stored.number}. Paste the next one, or start.")


def _page(request: Request, place: Place, *, status: int = 200, **given: forms.Form) -> HttpResponse:
    partial = "paste-form" if given["paste"].is_bound else "upload-form"
    n_documents = Document.objects.visible_to(request.user).filter(corpus=place.project.corpus_id).count()
    context = {"place": place, "readers": READERS.values(), "n_documents": n_documents, **given}
    return answer(request, "annotate/upload.html", partial, context, status=status)


@page("GET")
def show_import(request: Request, slug: str, import_id: UUID) -> HttpResponse:
    """Show how far an import is; the fragment asks for itself each second until it has ended."""
    place = place_of(request, slug, Action.ADD_DOCUMENTS)
    rows = DocumentImport.objects.visible_to(request.user).filter(project=place.id)
    found = get_object_or_404(rows, pk=import_id)
    is_waiting = found.status == ImportStatus.WAITING
    context = {
        "place": place,
        "found": found,
        "is_running": found.status in RUNNING,
        "is_late": is_waiting and timezone.now() - found.created_at > WORKER_LATE,
        "refused": [row for row in found.report if "duplicate_of" not in row],
        "repeated": [row for row in found.report if "duplicate_of" in row],
    }
    return answer(request, "annotate/import.html", "import-progress", context)
