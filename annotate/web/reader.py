"""The reader: one article, the caller's claims on it, and the answers to what they change."""

from __future__ import annotations

from itertools import chain
from typing import Any, cast
from uuid import UUID

import orjson
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_http_methods

from annotate.actions import claims as claim_actions
from annotate.actions import layers
from annotate.models import Layer, LayerStatus, Mode
from annotate.payloads.codebooks import CodebookView
from annotate.payloads.people import People
from annotate.payloads.preconditions import Precondition, etag
from annotate.payloads.problems import PreconditionFailed
from annotate.reports.talk import remarks_on_claims
from annotate.web.answer import answer_body
from annotate.web.answered import named_as_sent
from annotate.web.article import Article
from annotate.web.follow_ups import follow_up_url, is_followed_up
from annotate.web.item import items_of
from annotate.web.page_state import layer_state, page_state
from annotate.web.reading import Reading, SeveralRounds, asked_round, reading_of
from annotate.web.returns import return_state
from annotate.web.script_requests import check_person, read_json
from annotate.web.signs import GLYPHS
from annotate.web.submitting import document_done, name_what_follows
from annotate.web.training import afterwards
from corpus.models import Document
from corpus.models.documents import DocumentQuerySet


@login_required
@require_GET
def reader(request: HttpRequest, slug: str, document_id: UUID) -> HttpResponse:
    """Show the article with the caller's claims, or with those of the layer asked for."""
    try:
        reading = reading_of(request, slug, document_id)
    except SeveralRounds as choice:
        return render(request, "annotate/choose_round.html", {"choice": choice, "project": choice.project})
    if is_followed_up(reading) and "layer" not in request.GET:
        return redirect(follow_up_url(reading))
    found = reading.claims()
    article = Article.of(reading.document.text, reading.document.title, reading.document.language)
    context = {
        "reading": reading,
        "project": reading.project,
        "document": reading.document,
        "title": reading.document.title or f"Document {reading.document.number}",
        "article": article.html(found, reading.codebook),
        "has_headline": article.headline is not None,
        "items": items_of(found, article, reading.codebook, _remarks(reading)),
        "n_claims": len(found),
        "n_words": len(reading.document.text.split()),
        "codebook": reading.codebook,
        "stances": [(label, GLYPHS[label.slot]) for label in reading.codebook.stances.values()],
        "has_short_scale": all(len(label.name) <= 8 for label in reading.codebook.stances.values()),
        "attributes": _attributes(reading, "claim", "attribute"),
        "stance_attributes": _attributes(reading, "stance", "stance-attribute"),
        "document_attributes": _attributes(reading, "document", "document-attribute"),
        "needs_answers": _needs_answers(reading.codebook),
        "others": _others(request, reading),
        "afterwards": afterwards(request, reading),
        "n_submitted": _n_submitted(request, reading),
        "modes": [(value, name) for value, name in Mode.choices if value],
        "in_round": f"?round={reading.round.pk}" if reading.round and _stays(request) else "",
        "state": page_state(cast(User, request.user), reading, found),
        **return_state(cast(User, request.user), reading),
        **_neighbours(request, reading),
    }
    response = render(request, "annotate/reader.html", context)
    name_what_follows(response, reading)
    patch_cache_control(response, private=True, no_cache=True)  # a tab that is opened again asks for what is stored
    return response


def _remarks(reading: Reading) -> dict[str, tuple[int, int]]:
    return remarks_on_claims(reading.layer.pk) if reading.layer is not None else {}


def _others(request: HttpRequest, reading: Reading) -> list[Layer]:
    """Return the other readings of the document that the caller may look at, named. Two queries."""
    user: Any = request.user
    rows = Layer.objects.visible_to(user).filter(project=reading.project, document=reading.document)
    own = [reading.layer.pk] if reading.layer is not None else []
    found = list(rows.exclude(pk__in=own).order_by("kind", "pk"))
    People().name_layers([*found, *([reading.layer] if reading.layer is not None and not reading.is_own else [])])
    return sorted(found, key=lambda layer: (layer.kind, layer.annotator_name))  # type: ignore[attr-defined]


def _n_submitted(request: HttpRequest, reading: Reading) -> int:
    """Return how many documents are submitted. The one just left counts even if this page was fetched before that."""
    rows = Layer.objects.filter(project=reading.project, round=reading.round, annotator=request.user.pk)
    rows = rows.filter(status=LayerStatus.SUBMITTED)
    done = document_done(request)
    return rows.count() if done is None else rows.exclude(document=done).count() + 1


def _attributes(reading: Reading, scope: str, slot: str) -> list[dict[str, Any]]:
    """Return the attributes of a scope with their labels; `slot` names the data attribute of their fields."""
    codebook = reading.codebook
    specs = codebook.of_scope(scope)
    keys = {id: f"{spec.key}/{key}" for spec in specs for key, id in spec.labels.items()}
    return [
        {
            "spec": spec,
            "labels": codebook.labels.get(spec.id, ()),
            "slot": slot,
            "is_first": spec is specs[0],
            # The card itself knows the conditions of questions about claims.
            "condition": keys.get(spec.condition, "") if spec.condition and scope != "claim" else "",
        }
        for spec in specs
    ]


def _needs_answers(codebook: CodebookView) -> bool:
    """Return whether there are letters, or conditions that the card does not know."""
    labels = chain(codebook.stances.values(), *codebook.labels.values())
    conditional = any(spec.condition and spec.scope != "claim" for spec in codebook.attributes.values())
    return conditional or any(label.shortcut for label in labels)


def _stays(request: HttpRequest) -> bool:
    """Return whether the links to other documents stay in the round of the address."""
    return asked_round(request) is not None and "layer" not in request.GET


def _documents(request: HttpRequest, reading: Reading) -> DocumentQuerySet | None:
    """Return what the caller can open in the round, None where that is the whole corpus."""
    rows, round = Document.objects.filter(corpus=reading.document.corpus_id), reading.round
    if round is None or "layer" in request.GET:
        return None
    if round.is_open:
        return None if round.covers_corpus else rows.filter(round_documents__round=round)
    return rows.filter(layers__round=round, layers__annotator=request.user.pk) if _stays(request) else None


def _neighbours(request: HttpRequest, reading: Reading) -> dict[str, Any]:
    """Return the documents before and after, and where this one stands. Three queries."""
    number, found = reading.document.number, _documents(request, reading)
    rows = Document.objects.filter(corpus=reading.document.corpus_id) if found is None else found
    if found is None:
        place, n = number, rows.order_by("-number").values_list("number", flat=True).first()
    else:
        place, n = rows.aggregate(place=Count("pk", filter=Q(number__lte=number)), n=Count("pk")).values()
    return {
        "previous": rows.filter(number__lt=number).order_by("-number").values_list("pk", flat=True).first(),
        "next": rows.filter(number__gt=number).order_by("number").values_list("pk", flat=True).first(),
        "place": place,
        "n_documents": n,
    }


@require_http_methods(["PUT", "DELETE"])
def claim(request: HttpRequest, slug: str, document_id: UUID, claim_id: UUID) -> HttpResponse:
    """Store or delete one claim; the answer holds it with the changed paragraphs, its list item and the counters."""
    check_person(request)
    saved = _write(request, slug, document_id, claim_id)
    deleted = request.method == "DELETE"
    body = orjson.dumps(answer_body(saved, is_deleted=deleted))
    response = HttpResponse(body, status=201 if saved.is_new else 200, content_type="application/json")
    if not deleted:
        response["ETag"] = etag(saved.claim["version"])
    return response


def _write(request: HttpRequest, slug: str, document_id: UUID, claim_id: UUID) -> claim_actions.SavedClaim:
    user: Any = request.user
    precondition = Precondition.of(request.headers)
    if request.method == "DELETE":
        return claim_actions.delete_claim(user=user, claim_id=claim_id, precondition=precondition, now=timezone.now())
    try:
        return claim_actions.put_claim(
            user=user,
            claim_id=claim_id,
            body=read_json(request) | {"document": str(document_id)},
            precondition=precondition,
            now=timezone.now(),
            round_id=asked_round(request) or _only_round(request, slug, document_id),
        )
    except PreconditionFailed as refused:
        both: Any = refused.extra
        if both["current"] is not None:
            both["current"] = named_as_sent(both["current"], both["sent"])
        raise


def _only_round(request: HttpRequest, slug: str, document_id: UUID) -> UUID | None:
    """Return the round that the page would show; the scripts name it themselves. Raises Http404, SeveralRounds."""
    round = reading_of(request, slug, document_id, with_text=False).round
    return round.pk if round is not None else None


@require_http_methods(["PUT"])
def layer(request: HttpRequest, slug: str, document_id: UUID) -> HttpResponse:
    """Store what concerns the whole document."""
    check_person(request)
    user: Any = request.user
    reading = reading_of(request, slug, document_id, with_text=False)
    round_id = reading.round.pk if reading.round else None
    body = read_json(request)
    stored = layers.describe_layer(
        user=user, document=reading.document, body=body, now=timezone.now(), round_id=round_id
    )
    return HttpResponse(orjson.dumps(layer_state(stored)), content_type="application/json")
