"""A project: made, looked at, and worked through by "next"."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from annotate.actions import projects, queue
from annotate.actions.rechecks import open_rechecks
from annotate.models import Adjudication, Layer, LayerStatus, Project
from annotate.payloads.problems import Invalid
from annotate.permissions import Action
from annotate.reports.talk import n_open_threads
from annotate.web.access import Place, Request, answer, go, page, place_of
from annotate.web.forms import ProjectForm, add_problem
from annotate.web.progress import ACTIVE_TIME, kept_words, own_progress, own_time, team_progress
from annotate.web.reading import asked_round
from annotate.web.returns import ReturnRemark, return_reasons

RECENT = 5
SLUG_TRIES = 20


@page("GET", "POST")
def project_new(request: Request) -> HttpResponse:
    """Make a project; who makes it manages it."""
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = _create(request, form)
        except Invalid as problem:
            add_problem(form, problem)
        else:
            return go(request, "project", made.slug)
    status = 400 if request.method == "POST" else 200
    return answer(request, "annotate/project_new.html", "project-form", {"form": form}, status=status)


def _create(request: Request, form: ProjectForm) -> Project:
    """Make the project; a short name that was left empty is made from the name, and numbered when taken."""
    values = form.cleaned_data
    given = values.pop("slug")
    base = slugify(values["name"])[:90] or "project"
    slugs = [given] if given else [base, *(f"{base}-{number}" for number in range(2, SLUG_TRIES))]
    for slug in slugs:
        try:
            return projects.create_project(user=request.user, slug=slug, now=timezone.now(), **values)
        except Invalid as problem:
            if slug == slugs[-1] or problem.errors[0].pointer != "/slug":
                raise
    raise AssertionError("the last try returns or raises")


@page("GET")
def project(request: Request, slug: str) -> HttpResponse:
    """Show where the project stands, and the one next step."""
    place = place_of(request, slug)
    own, now = own_progress(request.user, [place.project])[place.id], timezone.now()
    recent = _own_layers(request, place).order_by("-updated_at", "id")[:RECENT]
    context = {
        "n_open_units": _n_open_units(request, place) if place.may_curate else 0,
        "place": place,
        "own": own,
        "team": team_progress(request.user, place.project, own.n_documents) if place.may_curate else None,
        "own_time": own_time(request.user, place.project),
        "returned": _returned(request, place),
        "n_threads": n_open_threads(request.user, place.project),
        "active_time": ACTIVE_TIME,
        "n_rechecks": open_rechecks(request.user, place.id).count(),
        "recent": [(layer, kept_words(layer, now)) for layer in recent],
    }
    return render(request, "annotate/project.html", context)


def _n_open_units(request: Request, place: Place) -> int:
    rows = Adjudication.objects.visible_to(request.user).filter(project=place.id)
    return int(rows.aggregate(n=Sum("n_open"))["n"] or 0)


def _returned(request: Request, place: Place) -> list[tuple[Layer, list[ReturnRemark]]]:
    """Return one's own returned layers with what was said. At most 3 queries."""
    layers = list(_own_layers(request, place).filter(status=LayerStatus.RETURNED).order_by("updated_at", "id")[:RECENT])
    reasons = return_reasons(layers)
    return [(layer, reasons[layer.pk]) for layer in layers]


def _own_layers(request: Request, place: Place) -> QuerySet[Layer]:
    layers = Layer.objects.visible_to(request.user).of_annotators().filter(annotator=request.user.pk)
    rows = layers.filter(project=place.id).select_related("document__source", "round")
    return rows.defer("document__text", "document__metadata")


@page("GET", "POST")
def project_next(request: Request, slug: str) -> HttpResponse:
    """POST: open the next document in the reader. GET: only say whether there is one, and why not."""
    place = place_of(request, slug, Action.ANNOTATE)
    now = timezone.now()
    if request.method == "POST":
        found = _next_document(request, place, now, asked_round(request))
        if found is None:
            return go(request, "project-next", slug)
        return go(request, f"{reverse('reader', args=[slug, found.document.pk])}?round={found.round.pk}")
    context = {
        "place": place,
        "own": own_progress(request.user, [place.project])[place.id],
        "peeked": queue.peek_next(user=request.user, project=place.project, now=now),
        "refusals": queue.refusals(user=request.user, project=place.project),
    }
    return render(request, "annotate/next.html", context)


def _was_withdrawn(request: Request, place: Place, found: queue.Assignment) -> bool:
    own = _own_layers(request, place).filter(document=found.document.pk, round=found.round.pk)
    return own.filter(status=LayerStatus.WITHDRAWN).exists()


def _next_document(request: Request, place: Place, now: datetime, round_id: UUID | None) -> queue.Assignment | None:
    """Return the next document, in one round or in any, taken where the round counts places.

    Without an overlap the first write opens a layer: an open one would hide colleagues' readings from a curator.
    """
    peeked = queue.peek_next(user=request.user, project=place.project, now=now, round_id=round_id)
    hands_out = peeked is not None and (peeked.round.overlap is not None or peeked.round.follows_id is not None)
    if peeked is None or not (hands_out or _was_withdrawn(request, place, peeked)):
        return peeked
    return queue.take_next(user=request.user, project=place.project, now=now, round_id=peeked.round.pk)
