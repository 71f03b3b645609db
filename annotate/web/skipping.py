"""Passing over an article: with a reason, or giving it back for now."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from annotate.actions import queue, skips
from annotate.payloads.problems import Problem
from annotate.web.access import Request, go, page, place_of
from annotate.web.reading import Reading, reading_of
from annotate.web.round_forms import SkipForm, add_round_problem


@page("GET", "POST")
def skip(request: Request, slug: str, document_id: UUID) -> HttpResponse:
    """Ask for the reason; then pass the article over and go on with the next one."""
    place, reading = place_of(request, slug), reading_of(request, slug, document_id, with_text=False)
    if not reading.is_own or reading.round is None:
        raise Http404
    form, status = SkipForm(request.POST if request.method == "POST" else None, reasons=skips.REASONS), 200
    if request.method == "POST":
        now, reason = timezone.now(), form.given() if form.is_valid() else ""
        try:
            skips.skip_document(
                user=request.user, document=reading.document, round=reading.round, reason=reason, now=now
            )
        except Problem as problem:
            add_round_problem(form, problem)
            status = problem.status
        else:
            return go(request, _next_url(request, slug, reading))
    context = {"place": place, "reading": reading, "form": form}
    return render(request, "annotate/skip.html", context, status=status)


def _next_url(request: Request, slug: str, reading: Reading) -> str:
    """Return the reader's address for the next document of the round, else the project's."""
    assert reading.round is not None
    step = queue.peek_next if reading.round.overlap is None else queue.take_next
    found = step(user=request.user, project=reading.project, now=timezone.now(), round_id=reading.round.pk)
    if found is None:
        return reverse("project", args=[slug])
    return f"{reverse('reader', args=[slug, found.document.pk])}?round={found.round.pk}"


@page("POST")
def give_back(request: Request, slug: str, document_id: UUID) -> HttpResponse:
    """Give up the place on an article; the reading is kept."""
    reading = reading_of(request, slug, document_id, with_text=False)
    if not reading.is_own or reading.round is None:
        raise Http404
    skips.give_back_document(user=request.user, document=reading.document, round=reading.round)
    messages.success(request, "The document is given back. What you marked in it is kept.")
    return go(request, "project", slug)
