"""The desk of one document: its units, and each step that a curator takes there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from annotate.actions import adjudication
from annotate.actions.batch import Batch
from annotate.actions.returns import return_layer
from annotate.actions.same_names import merge_names
from annotate.models import Adjudication, Decision, Layer, Mode, Relation
from annotate.payloads.people import People
from annotate.payloads.problems import FieldError, Invalid, Problem, WrongState
from annotate.permissions import Action
from annotate.reports.desk import Desk, load_desk
from annotate.reports.desk.document import document_questions
from annotate.reports.desk.names import entries_apart
from annotate.tasks import start_recount
from annotate.web.access import Place, Request, go, page, place_of
from annotate.web.adjudicate.drawing import LANES, DeskArticle
from annotate.web.adjudicate.forms import document_answers, verdict_of
from annotate.web.adjudicate.panels import panels_of, state_of
from annotate.web.adjudicate.undo import undo_step
from annotate.web.article import Article
from annotate.web.guidelines import headings
from corpus.models import Document

# The batch by which a step is taken back, and the decision that it made, as far as there are such.
type Step = tuple[UUID | None, Decision | None]


@page("GET")
def desk(request: Request, slug: str, document_id: UUID) -> HttpResponse:
    """Show the units of a document, the open ones first to be decided."""
    place = place_of(request, slug, Action.ADJUDICATE)
    row = _row(request, place, document_id)
    return _page(request, place, row)


@page("POST")
def desk_step(request: Request, slug: str, document_id: UUID) -> HttpResponse:
    """Take one step: `do` says which. Scripts are answered in JSON, forms by the page again."""
    place = place_of(request, slug, Action.ADJUDICATE)
    row = _row(request, place, document_id)
    take = STEPS.get(request.POST.get("do", ""))
    if take is None:
        raise Http404
    try:
        batch, made = take(request, place, row)
    except Problem as problem:
        if _is_script(request):
            return JsonResponse(problem.as_dict(), status=problem.status)
        return _page(request, place, row, errors=[error.detail for error in problem.errors] or [problem.detail])
    row.refresh_from_db()
    start_recount(place.project)
    if _is_script(request):
        state = {"n_open": row.n_open, "is_finished": row.finished_at is not None}
        decision = {"id": str(made.pk), "version": made.version} if made is not None else None
        return JsonResponse(state | {"batch": str(batch) if batch is not None else None, "decision": decision})
    if request.POST.get("do") == "finish":
        messages.success(request, f"“{row.document.title or row.document.number}” is finished.")
        return go(request, "desk-list", slug)
    return go(request, "desk", slug, document_id)


def _is_script(request: Request) -> bool:
    return request.headers.get("Accept") == "application/json"


def _row(request: Request, place: Place, document_id: UUID) -> Adjudication:
    rows = Adjudication.objects.visible_to(request.user).filter(project=place.id, document=document_id)
    found = rows.select_related("project", "document__source", "document__corpus").first()
    if found is None:
        raise Http404
    return found


def _decide(request: Request, place: Place, row: Adjudication) -> Step:
    batch = Batch(action="decision.make", actor=request.user, project_id=place.id, corpus_id=place.project.corpus_id)
    made = adjudication.decide(**_what(request, place, row), verdict=_verdict(request, row), batch=batch)
    return batch.id, made


def _what(request: Request, place: Place, row: Adjudication) -> dict[str, Any]:
    return {
        "user": request.user,
        "project": place.project,
        "document_id": row.document_id,
        "now": timezone.now(),
    }


def _verdict(request: Request, row: Adjudication) -> adjudication.Verdict:
    return verdict_of(request.POST, text=row.document.text, codebook=load_desk(row).codebook)


def _split(request: Request, place: Place, row: Adjudication) -> Step:
    what = _what(request, place, row)
    return adjudication.keep_apart(**what, verdict=_verdict(request, row), apart=request.POST.getlist("apart")).id, None


def _join(request: Request, place: Place, row: Adjudication) -> Step:
    """Join the unit with another one as the page showed it: its key and a digest of its state."""
    desk, verdict = load_desk(row), _verdict(request, row)
    key, _, seen = str(request.POST.get("with", "")).partition(" ")
    other = next((unit for unit in desk.units if unit.key == key), None)
    if not key:
        raise Invalid.of([FieldError(pointer="/with", detail="Choose the unit to join this one with.")])
    if other is None or state_of(other, desk) != seen:
        raise WrongState("The unit to join with was changed since this page was loaded; load it again.")
    claims = dict(verdict.claims) | {mark.key: mark.fingerprint for mark in other.marks}
    decisions = dict(verdict.decisions) | {s.id: desk.decisions[s.id].version for s in other.decisions}
    both = adjudication.Verdict(claims=claims, decisions=decisions)
    return adjudication.join_units(**_what(request, place, row), verdict=both).id, None


def _same(request: Request, place: Place, row: Adjudication) -> Step:
    """Merge the entries that stand against each other in one field of a unit."""
    marks = load_desk(row).by_key()
    found = [marks[key] for key in _verdict(request, row).claims if key in marks]
    registry, entries = entries_apart(found, request.POST.get("field", ""), place.project.corpus_id)
    is_inverted = registry == "target" and "inverted" in request.POST
    batch = merge_names(
        user=request.user, project=place.project, entries=entries, is_inverted=is_inverted, now=timezone.now()
    )
    return batch.id, None


def _finish(request: Request, place: Place, row: Adjudication) -> Step:
    batch = Batch(
        action="adjudication.finish", actor=request.user, project_id=place.id, corpus_id=place.project.corpus_id
    )
    answers = document_answers(request.POST, load_desk(row).codebook)
    adjudication.finish_adjudication(**_what(request, place, row), answers=answers, batch=batch)
    return batch.id, None


def _undo(request: Request, place: Place, row: Adjudication) -> Step:
    batch = undo_step(user=request.user, project=place.project, row=row, raw=request.POST.get("batch", ""))
    return batch.id, None


def _return(request: Request, place: Place, row: Adjudication) -> Step:
    """Send a reading back to its annotator, with a remark."""
    reader = next((r for r in load_desk(row).readers if str(r.number) == request.POST.get("reading")), None)
    if reader is None:
        raise Invalid.of([FieldError(pointer="/reading", detail="Choose the reading to send back.")])
    remark = request.POST.get("remark", "").replace("\r\n", "\n")
    return_layer(user=request.user, layer=reader.layer, remark=remark, now=timezone.now())
    return None, None


STEPS: dict[str, Callable[[Request, Place, Adjudication], Step]] = {
    "accept": _decide,
    "reject": _decide,
    "two": _split,
    "join": _join,
    "same": _same,
    "finish": _finish,
    "undo": _undo,
    "return": _return,
}


def _page(request: Request, place: Place, row: Adjudication, *, errors: list[str] | None = None) -> HttpResponse:
    found = load_desk(row)
    document = row.document
    names = _names(found) if row.finished_at is not None else {}
    article = Article.of(document.text, document.title, document.language)
    context = {
        "place": place,
        "project": place.project,
        "document": document,
        "title": document.title or f"Document {document.number}",
        "row": row,
        "desk": found,
        "counts": found.counts,
        "panels": panels_of(found, names, request.user),
        "readers": [(reader, names.get(str(reader.layer.pk), ""), reader.number <= LANES) for reader in found.readers],
        "article": DeskArticle(article, found).html(),
        "has_headline": article.headline is not None,
        "questions": [q for q in document_questions(found) if not q.is_agreed],
        "codebook": found.codebook,
        "modes": [choice for choice in Mode.choices if choice[0]],
        "relations": [choice for choice in Relation.choices if choice[0]],
        "headings": headings(found.codebook.version.guidelines),
        "attributes": [(spec, found.codebook.labels.get(spec.id, ())) for spec in found.codebook.of_scope("claim")],
        "errors": errors or [],
        "next": _next(request, place, document),
        "step": reverse("desk-step", args=[place.project.slug, document.pk]),
        "has_coded": Layer.objects.filter(project=place.id, document=document, annotator=request.user.pk).exists(),
    }
    return render(request, "annotate/desk.html", context, status=400 if errors else 200)


def _names(desk: Desk) -> dict[str, str]:
    """Return who made the readings; shown only once the document is finished."""
    people = People()
    project = desk.adjudication.project_id
    return {str(r.layer.pk): people.name(project, r.layer.annotator_id or 0) for r in desk.readers}


def _next(request: Request, place: Place, document: Document) -> UUID | None:
    """Return the document with the most open units besides this one."""
    rows = Adjudication.objects.visible_to(request.user).filter(project=place.id, n_open__gt=0)
    found: UUID | None = (
        rows.exclude(document=document)
        .order_by("-n_open", "document__number")
        .values_list("document", flat=True)
        .first()
    )
    return found
