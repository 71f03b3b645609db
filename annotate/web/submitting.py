"""The end of an article: its time, submitting it, what comes next, and opening it again."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotate.actions import layers, queue
from annotate.actions.active_time import Visit, record_active_time
from annotate.models import RoundPurpose
from annotate.payloads.problems import Problem, WrongState
from annotate.web.errors import problem_response
from annotate.web.reading import Reading, asked_round, reading_of
from annotate.web.script_requests import check_person, is_script, read_json
from annotate.web.training import after_submit


@require_http_methods(["PUT"])
def active_time(request: HttpRequest, slug: str, document_id: UUID) -> HttpResponse:
    """Store the seconds of a visit; 204 and nothing stored as long as there is no layer to keep them with."""
    check_person(request)
    user: Any = request.user
    reading = reading_of(request, slug, document_id, with_text=False)
    if not reading.is_own:
        raise Http404
    visit = Visit.of(read_json(request))
    if reading.layer is None:
        return HttpResponse(status=204)
    stored = record_active_time(user=user, layer=reading.layer, visit=visit, now=timezone.now())
    return HttpResponse(orjson.dumps({"seconds": stored.seconds}), content_type="application/json")


@require_POST
def submit(request: HttpRequest, slug: str, document_id: UUID) -> HttpResponse:
    """Submit the layer and go on with the next document; with gaps, say which."""
    if not request.user.is_authenticated and not is_script(request):
        return redirect_to_login(reverse("reader", args=[slug, document_id]))
    check_person(request)
    user: Any = request.user
    visit = _visit_sent(request)
    reading = reading_of(request, slug, document_id, with_text=False)
    round_id = reading.round.pk if reading.round else None
    now = timezone.now()
    try:
        if reading.layer is None and reading.round is not None:
            layers.describe_layer(user=user, document=reading.document, body={}, now=now, round_id=round_id)
        layer = layers.submit_layer(user=user, document=reading.document, now=now, round_id=round_id)
    except Problem as problem:
        return _refused_submit(request, reading, problem)
    if visit is not None:
        with suppress(WrongState):  # submitted before: the repeat is welcome, its time is not counted
            record_active_time(user=user, layer=layer, visit=visit, now=now)
    url = f"{reverse('project', args=[slug])}?done={document_id}"
    # Without an overlap the first write opens a layer: an open one would hide colleagues' readings from a curator.
    by_lease = reading.round is not None and reading.round.overlap is not None
    step = queue.take_next if by_lease else queue.peek_next
    seen_first = after_submit(request, reading)
    if seen_first:
        url = seen_first
    elif (found := step(user=user, project=reading.project, now=now, round_id=round_id)) is not None:
        url = url_after(slug, found, document_id)
    if is_script(request):
        return HttpResponse(orjson.dumps({"url": url}), content_type="application/json")
    return redirect(url)


def url_after(slug: str, found: queue.Assignment, done: UUID) -> str:
    """Return where the reader goes on after `done`; prefetching relies on its being the same each time."""
    return f"{reverse('reader', args=[slug, found.document.pk])}?round={found.round.pk}&done={done}"


def document_done(request: HttpRequest) -> UUID | None:
    """Return `?done=`, the document from which somebody came here by submitting it."""
    try:
        return UUID(request.GET["done"])
    except (KeyError, ValueError):
        return None


def _visit_sent(request: HttpRequest) -> Visit | None:
    """Return what a script said of its visit; a form says nothing. Raises Invalid."""
    if request.content_type != "application/json":
        return None
    body = read_json(request)
    return Visit.of(body) if "visit" in body else None


def _refused_submit(request: HttpRequest, reading: Reading, problem: Problem) -> HttpResponse:
    gaps = []
    if reading.layer is not None:
        found = layers.layer_gaps(reading.layer)
        gaps = [{"claim": gap.claim, "field": gap.field, "detail": gap.detail} for gap in found]
    if is_script(request):
        problem.extra["gaps"] = gaps
        return problem_response(request, problem)
    context = {"project": reading.project, "document": reading.document, "gaps": gaps, "detail": problem.detail}
    return render(request, "annotate/not_submitted.html", context, status=problem.status)


@login_required
@require_GET
def ahead(request: HttpRequest, slug: str, document_id: UUID) -> HttpResponse:
    """Tell the browser which page to fetch in advance: the one that submitting would lead to. Nothing is written.

    Where places are handed out, the next document is known only once it is taken, so there is none.
    """
    user: Any = request.user
    reading = reading_of(request, slug, document_id, with_text=False)
    urls = []
    # What a training or test round leads to is known only afterwards.
    if goes_on(reading) and reading.round is not None and reading.round.purpose == RoundPurpose.WORK:
        found = queue.peek_next(
            user=user, project=reading.project, now=timezone.now(), round_id=reading.round.pk, after=document_id
        )
        urls = [url_after(slug, found, document_id)] if found is not None else []
    # The link is how a page that is open for long has it fetched anew (see ahead.js).
    link = {"where": {"selector_matches": ".ahead"}, "eagerness": "immediate"}
    rules = {"prefetch": [{"urls": urls, "eagerness": "immediate"}, link] if urls else []}
    return HttpResponse(
        orjson.dumps(rules),
        content_type="application/speculationrules+json",
        headers={"Cache-Control": "private, no-store"},
    )


def goes_on(reading: Reading) -> bool:
    """Return whether the reader knows beforehand which document follows this one when it is submitted."""
    return reading.is_writable and reading.round is not None and reading.round.overlap is None


def name_what_follows(response: HttpResponse, reading: Reading) -> None:
    """Have the browser ask `ahead` which page to fetch in advance; as headers, because no script may stand inline."""
    if goes_on(reading) and reading.round is not None:
        path = reverse("reader-ahead", args=[reading.project.slug, reading.document.pk])
        response["Speculation-Rules"] = f'"{path}?round={reading.round.pk}"'
        response["No-Vary-Search"] = 'params=("ahead")'


@require_POST
def reopen(request: HttpRequest, slug: str, document_id: UUID) -> HttpResponse:
    """Open a submitted layer again and show it."""
    if not request.user.is_authenticated and not is_script(request):
        return redirect_to_login(reverse("reader", args=[slug, document_id]))
    check_person(request)
    user: Any = request.user
    reading = reading_of(request, slug, document_id, with_text=False)
    layers.reopen_layer(user=user, document=reading.document, now=timezone.now(), round_id=asked_round(request))
    url = reverse("reader", args=[slug, document_id])
    return redirect(f"{url}?round={reading.round.pk}" if reading.round else url)
