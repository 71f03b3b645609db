"""One round: what it asks, its documents, who has which until when, what was skipped; and places given by managers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from annotate.actions import assignments, skips
from annotate.actions import rounds as actions
from annotate.actions.round_rows import RoundRow, round_rows, rows_of, running_leases
from annotate.actions.selections import Selection
from annotate.models import Layer, Round, RoundDocument, Skip
from annotate.payloads.people import People
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from annotate.web.access import Place, Request, answer, go, page, place_of
from annotate.web.progress import kept_words
from annotate.web.round_forms import AddDocumentsForm, AssignForm, add_round_problem, people_of
from corpus.models import Document

PAGE = 50
MOST = 100


@page("GET")
def round_page(request: Request, slug: str, round_id: UUID) -> HttpResponse:
    """Show a round: everybody what it asks and their own part, curators all of it."""
    place = place_of(request, slug)
    return _page(request, place, _round(request, place, round_id))


@page("POST")
def round_places(request: Request, slug: str, round_id: UUID) -> HttpResponse:
    """Assign a document, pass a layer on, put a place back, or undo a skip."""
    place = place_of(request, slug, Action.SEE_PROGRESS)
    found = _round(request, place, round_id)
    try:
        said = _act(request, place, found)
    except Problem as problem:
        return _page(request, place, found, refused=problem.detail, status=problem.status)
    return _done(request, place, found, said)


@page("POST")
def round_add(request: Request, slug: str, round_id: UUID) -> HttpResponse:
    """Add documents to a round over a selection."""
    place = place_of(request, slug, Action.MANAGE_ROUNDS)
    found = _round(request, place, round_id)
    form = AddDocumentsForm(request.POST, project=place.project)
    if not form.is_valid():
        return _page(request, place, found, adding=form, status=400)
    try:
        selection = Selection.read(form.selection())
        n_added = actions.add_round_documents(user=request.user, round=found, selection=selection)
    except Problem as problem:
        add_round_problem(form, problem)
        return _page(request, place, found, adding=form, status=problem.status)
    return _done(request, place, found, f"{n_added} document{'s' if n_added != 1 else ''} added.")


def _act(request: Request, place: Place, found: Round) -> str:
    """Do what was asked and return what to say of it. Raises Problem, Http404 or PermissionDenied."""
    user, asked, now = request.user, request.POST.get("do"), timezone.now()
    if asked == "unskip":
        rows = skips.skips_seen(user, place.project).filter(round=found)
        skip: Skip = get_object_or_404(rows, pk=_number(request, "skip"))
        skips.unskip(user=user, skip=skip)
        return f"“{skip.document}” may be handed to {skip.user} again."
    if asked == "assign":
        documents = Document.objects.visible_to(user).filter(corpus=place.project.corpus_id).defer("text")
        document = get_object_or_404(documents, number=_number(request, "number"))
        person = assignments.person_of(found, request.POST.get("username"))
        assignments.assign_document(user=user, round=found, document=document, person=person, now=now)
        return f"{person} has “{document}” now."
    layer = _layer(request, found)
    if asked == "release":
        assignments.release_layer(user=user, layer=layer)
        return f"The place on “{layer.document}” is free."
    if asked != "reassign":
        raise Http404
    person = assignments.person_of(found, request.POST.get("username"))
    assignments.reassign_layer(user=user, layer=layer, to=person, now=now)
    return f"{person} has “{layer.document}” now; the other reading is withdrawn."


def _number(request: Request, name: str) -> int:
    """Return a whole number of a form, 0 for anything else: there is no such row."""
    raw = request.POST.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 9 else 0


def _layer(request: Request, found: Round) -> Layer:
    try:
        id = UUID(request.POST.get("layer", ""))
    except ValueError:
        raise Http404 from None
    rows = Layer.objects.visible_to(request.user).of_annotators().filter(round=found)
    layer: Layer = get_object_or_404(rows.select_related("document", "round__project").defer("document__text"), pk=id)
    return layer


def _round(request: Request, place: Place, round_id: UUID) -> Any:
    rows = Round.objects.visible_to(request.user).filter(project=place.id)
    rows = rows.select_related("project", "codebook_version__codebook", "follows", "admission")
    return get_object_or_404(actions.with_sizes(rows), pk=round_id)


def _done(request: Request, place: Place, found: Round, said: str) -> HttpResponse:
    if request.htmx:
        return _page(request, place, _round(request, place, found.pk), said=said)
    messages.success(request, said)
    return go(request, "round", place.project.slug, found.pk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of the documents of a round, and where its neighbours start."""

    rows: list[RoundRow]
    earlier: int | None
    later: int | None


def _listing(request: Request, found: Round) -> Listing:
    """Return a page by keyset: far pages cost what the first one does. Three queries."""
    rows: QuerySet[Any] = rows_of(found)
    key = "number" if rows.model is Document else "position"
    after, before = (_place(request, name) for name in ("after", "before"))
    if before is not None:
        page = list(rows.filter(**{f"{key}__lt": before}).order_by(f"-{key}")[: PAGE + 1])
        has_earlier, has_later, page = len(page) > PAGE, True, page[:PAGE][::-1]
    else:
        page = list(rows.filter(**{f"{key}__gt": after or 0})[: PAGE + 1])
        has_earlier, has_later, page = bool(after), len(page) > PAGE, page[:PAGE]
    listed, people = round_rows(request.user, found, page), People()
    for row in listed:
        people.name_layers(row.layers)
    return Listing(
        rows=listed,
        earlier=getattr(page[0], key) if page and has_earlier else None,
        later=getattr(page[-1], key) if page and has_later else None,
    )


def _place(request: Request, name: str) -> int | None:
    raw = request.GET.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 9 else None


def _own(request: Request, found: Round, now: datetime) -> dict[str, Any]:
    """Return one's own part in a round: counts, and the open documents with the time that is left."""
    own = Layer.objects.visible_to(request.user).of_annotators().filter(round=found, annotator=request.user.pk)
    open_ones = own.filter(status__in=("open", "returned")).select_related("document", "round")
    open_ones = open_ones.defer("document__text", "document__metadata").order_by("-updated_at", "pk")[:MOST]
    return {
        "n_submitted": own.filter(status="submitted").count(),
        "open": [(layer, kept_words(layer, now)) for layer in open_ones],
        "skips": skips.skips_seen(request.user, found.project).filter(round=found, user=request.user.pk)[:MOST],
    }


def _page(
    request: Request,
    place: Place,
    found: Any,
    *,
    status: int = 200,
    refused: str = "",
    adding: AddDocumentsForm | None = None,
    said: str = "",
) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {"place": place, "round": found, "n_documents": actions.size_of(found)}
    context |= {"own": _own(request, found, now), "refused": refused, "said": said}
    if place.may_curate:
        leases = list(running_leases(request.user, found)[:MOST]) if found.overlap is not None else []
        skipped = list(skips.skips_seen(request.user, place.project).filter(round=found)[:MOST])
        people = People()
        people.name_layers(leases)
        context |= {
            "listing": _listing(request, found),
            "leases": [(layer, kept_words(layer, now)) for layer in leases],
            "skips": [(skip, people.name(place.id, skip.user_id)) for skip in skipped],
            "n_double": RoundDocument.objects.filter(round=found, n_places__gt=1).count() if found.share else None,
        }
    if place.may_manage:
        context["people"] = people_of(request.user, found)
        context["assign"] = AssignForm(people=context["people"])
        if not found.covers_corpus and found.follows_id is None:
            context["adding"] = adding or AddDocumentsForm(project=place.project)
    return answer(request, "annotate/round.html", "round-work", context, status=status)
