"""Training and test rounds: feedback on one document, and who has reached what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from annotate import permissions
from annotate.models import Layer, LayerStatus, Round, RoundPurpose
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.people import shown_names
from annotate.permissions import Action
from annotate.reports.compare import said, summary
from annotate.reports.decisions import finished_gold
from annotate.reports.training import Feedback, feedback, own_results, results_seen, standing
from annotate.web.access import Place, Request, page, place_of
from annotate.web.links import reader_url
from annotate.web.reading import Reading, asked_round, document_of


@page("GET")
def document_feedback(request: Request, slug: str, document_id: UUID) -> HttpResponse:
    """Show one's first submission of a document beside gold, once that is for one to see."""
    place = place_of(request, slug, Action.ANNOTATE)
    document = document_of(request.user, place.project, document_id, with_text=False)
    layer = _own_layer(request, place, document_id)
    if layer is None or layer.round is None:
        raise Http404
    found = feedback(request.user, layer.round, document)
    if found is None:
        raise Http404
    context = {
        "place": place,
        "document": document,
        "round": layer.round,
        "found": found,
        "own": found.standing,
        "items": _items(found, layer),
        "reader": reader_url(slug, document.pk, layer, is_own=True),
    }
    return render(request, "annotate/feedback.html", context)


def _own_layer(request: Request, place: Place, document_id: UUID) -> Layer | None:
    """Return one's submitted layer on the document in the round asked for, else in the newest of its kind."""
    rows = Layer.objects.of_annotators().filter(project=place.id, document=document_id, annotator=request.user.pk)
    rows = rows.filter(status=LayerStatus.SUBMITTED).exclude(round__purpose=RoundPurpose.WORK)
    asked = asked_round(request)
    rows = rows.filter(round=asked) if asked is not None else rows
    return rows.select_related("round__project").order_by("-round__number").first()


def _items(found: Feedback, layer: Layer) -> list[dict[str, Any]]:
    codebook = load_codebook(layer.codebook_version_id)
    return [
        {
            "pair": pair,
            "words": said(claim),
            "summary": summary(claim, codebook),
            "verdict": "matched" if pair.is_joint and not pair.differences else pair.verdict,
        }
        for pair in found.pairs
        if (claim := pair.own or pair.gold) is not None
    ]


@page("GET")
def round_results(request: Request, slug: str, round_id: UUID) -> HttpResponse:
    """Show who has reached what in a training or test round: curators everybody, others themselves."""
    place = place_of(request, slug)
    rows = Round.objects.visible_to(request.user).filter(project=place.id).exclude(purpose=RoundPurpose.WORK)
    round: Round = get_object_or_404(rows.select_related("project", "admission"), pk=round_id)
    found = results_seen(request.user, round)
    names = shown_names(place.id, [one.user for one in found])
    own = own_results(request.user, round)
    context = {
        "place": place,
        "round": round,
        "results": sorted(((names[one.user], one) for one in found), key=lambda pair: pair[0].casefold()),
        "own": own,
        "documents": _own_documents(request, place, round),
        "admits_to": round.admits_to.order_by("number"),
    }
    return render(request, "annotate/round_results.html", context)


def _own_documents(request: Request, place: Place, round: Round) -> list[tuple[Layer, str]]:
    """Return one's submitted documents in a round, each with the address of its feedback, empty as long as it hides."""
    rows = Layer.objects.of_annotators().filter(round=round, annotator=request.user.pk, status=LayerStatus.SUBMITTED)
    rows = rows.select_related("document").defer("document__text", "document__metadata").order_by("submitted_at")
    layers = list(rows)
    hides = round.purpose == RoundPurpose.TEST and not (layers and standing(round, request.user).is_finished)
    return [(layer, "" if hides else feedback_url(place.project.slug, layer.document_id, round)) for layer in layers]


def feedback_url(slug: str, document_id: UUID, round: Round) -> str:
    return f"{reverse('document-feedback', args=[slug, document_id])}?round={round.pk}"


def after_submit(request: Any, reading: Reading) -> str:
    """Return where somebody goes after submitting in a training or test round; empty where the next document comes.

    After each document of a training to its feedback, after the last of a test to the result.
    """
    round, slug = reading.round, reading.project.slug
    if round is None or round.purpose == RoundPurpose.WORK:
        return ""
    if round.purpose == RoundPurpose.TEST:
        is_finished = standing(round, request.user).is_finished
        return reverse("round-results", args=[slug, round.pk]) if is_finished else ""
    return feedback_url(slug, reading.document.pk, round)


def afterwards(request: Any, reading: Reading) -> tuple[str, str]:
    """Return address and words of what there is to read of a submitted reading; empty where there is nothing."""
    layer, round, slug = reading.layer, reading.round, reading.project.slug
    if not reading.is_own or layer is None or layer.status != LayerStatus.SUBMITTED or round is None:
        return "", ""
    if round.purpose != RoundPurpose.WORK:
        is_there = feedback(request.user, round, reading.document) is not None
        return (feedback_url(slug, reading.document.pk, round), "feedback") if is_there else ("", "")
    if not permissions.can(request.user, Action.SEE_DECISIONS, reading.project.pk):
        return "", ""
    if not finished_gold(request.user, reading.project).filter(document=reading.document).exists():
        return "", ""
    return reverse("document-decisions", args=[slug, reading.document.pk]), "what was decided"
