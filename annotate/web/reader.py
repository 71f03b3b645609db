"""The reader: one article, the caller's claims on it, and the answers to what they change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotate.actions import claims as claim_actions
from annotate.actions import layers, queue
from annotate.actions.gaps import gaps_of
from annotate.models import Layer, LayerStatus, Mode
from annotate.payloads.preconditions import Precondition, etag
from annotate.payloads.problems import Invalid, Problem, SignedOut
from annotate.records import Registries, layer_answers
from annotate.web.answer import answer_body
from annotate.web.article import Article
from annotate.web.errors import problem_response
from annotate.web.item import items_of
from annotate.web.reading import Reading, SeveralRounds, asked_round, reading_of
from annotate.web.signs import GLYPHS
from corpus.models import Document, Speaker


@login_required
@require_GET
def reader(request: HttpRequest, slug: str, document_id: UUID) -> HttpResponse:
    """Show the article with the caller's claims, or with those of the layer asked for."""
    try:
        reading = reading_of(request, slug, document_id)
    except SeveralRounds as choice:
        return render(request, "annotate/choose_round.html", {"choice": choice, "project": choice.project})
    found = reading.claims()
    article = Article.of(reading.document.text, reading.document.title)
    context = {
        "reading": reading,
        "project": reading.project,
        "document": reading.document,
        "title": reading.document.title or f"Document {reading.document.number}",
        "article": article.html(found, reading.codebook),
        "has_headline": article.headline is not None,
        "items": items_of(found, article, reading.codebook),
        "n_claims": len(found),
        "n_words": len(reading.document.text.split()),
        "codebook": reading.codebook,
        "stances": [(label, GLYPHS[label.slot]) for label in reading.codebook.stances.values()],
        "attributes": _attributes(reading),
        "others": _others(request, reading),
        "n_submitted": _n_submitted(request, reading),
        "modes": [(value, name) for value, name in Mode.choices if value],
        "state": _state(request, reading, found),
        **_neighbours(reading),
    }
    return render(request, "annotate/reader.html", context)


def _others(request: HttpRequest, reading: Reading) -> QuerySet[Layer]:
    """Return the other readings of the document that the caller may look at."""
    user: Any = request.user
    rows = Layer.objects.visible_to(user).filter(project=reading.project, document=reading.document)
    own = [reading.layer.pk] if reading.layer is not None else []
    return rows.exclude(pk__in=own).select_related("annotator").order_by("kind", "annotator__username", "pk")


def _n_submitted(request: HttpRequest, reading: Reading) -> int:
    rows = Layer.objects.filter(project=reading.project, round=reading.round, annotator=request.user.pk)
    return rows.filter(status=LayerStatus.SUBMITTED).count()


def _attributes(reading: Reading) -> list[dict[str, Any]]:
    """Return the attributes of claims with their labels, as the card asks them."""
    return [
        {"spec": spec, "labels": reading.codebook.labels.get(spec.id, ())}
        for spec in reading.codebook.of_scope("claim")
    ]


def _state(request: HttpRequest, reading: Reading, found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the scripts start from."""
    path = reverse("reader", args=[reading.project.slug, reading.document.pk])
    source = reading.document.source
    not_stated = Speaker.objects.filter(corpus=reading.document.corpus_id, is_not_stated=True).first()
    return {
        "document": str(reading.document.pk),
        "round": str(reading.round.pk) if reading.round else None,
        "path": path,
        "entries": reverse("entry-options", args=[reading.project.slug, "speaker"]).removesuffix("speaker/"),
        "user": str(request.user.pk),
        "writable": reading.is_writable,
        "locked": _why_locked(reading),
        "claims": found,
        "stances": {key: {"name": s.name, "slot": s.slot} for key, s in reading.codebook.stances.items()},
        "scopes": {spec.key: spec.kind for spec in reading.codebook.of_scope("claim")},
        "outlet": _entry(source.speaker) if source else None,
        "notStated": _entry(not_stated),
        "layer": _layer_state(reading.layer),
    }


def _why_locked(reading: Reading) -> str:
    """Say why nothing can be marked here, for who tries."""
    if not reading.is_own:
        return "You are looking at another reading; it cannot be changed here."
    if reading.layer is not None and not reading.layer.is_writable:
        return f"Your reading is {reading.layer.status}. Reopen it to change it."
    return "Nothing can be marked here: the round is closed, or it hands out its documents with “Start”."


def _layer_state(layer: Layer | None) -> dict[str, Any]:
    if layer is None:
        return {"nothing_to_code": False, "attributes": {}}
    return {
        "nothing_to_code": layer.has_nothing_to_code,
        "attributes": layer_answers([layer], Registries())[layer.pk],
    }


def _entry(speaker: Speaker | None) -> dict[str, str] | None:
    return {"id": str(speaker.pk), "name": speaker.name} if speaker else None


def _neighbours(reading: Reading) -> dict[str, Any]:
    """Return the documents before and after, and where this one stands. Three queries."""
    number = reading.document.number
    rows = Document.objects.filter(corpus=reading.document.corpus_id)
    return {
        "previous": rows.filter(number__lt=number).order_by("-number").values_list("pk", flat=True).first(),
        "next": rows.filter(number__gt=number).order_by("number").values_list("pk", flat=True).first(),
        "n_documents": rows.order_by("-number").values_list("number", flat=True).first(),
    }


def _check_person(request: HttpRequest) -> None:
    """Raise SignedOut unless the page's own user is still the one who is signed in.

    Unsent work of one person must never be stored as another's who signed in on the same browser.
    """
    if not request.user.is_authenticated:
        raise SignedOut("You are signed out. Sign in again in another tab, then come back here.")
    if request.headers.get("X-Page-User", str(request.user.pk)) != str(request.user.pk):
        raise SignedOut("Somebody else is signed in on this browser now. Sign in as yourself again.")


@require_http_methods(["PUT", "DELETE"])
def claim(request: HttpRequest, slug: str, document_id: UUID, claim_id: UUID) -> HttpResponse:
    """Store or delete one claim; the answer holds it with the changed paragraphs, its list item and the counters."""
    _check_person(request)
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
    return claim_actions.put_claim(
        user=user,
        claim_id=claim_id,
        body=read_json(request) | {"document": str(document_id)},
        precondition=precondition,
        now=timezone.now(),
        round_id=asked_round(request) or _only_round(request, slug, document_id),
    )


def _only_round(request: HttpRequest, slug: str, document_id: UUID) -> UUID | None:
    """Return the round that the page would show; the scripts name it themselves. Raises Http404, SeveralRounds."""
    round = reading_of(request, slug, document_id, with_text=False).round
    return round.pk if round is not None else None


def read_json(request: HttpRequest) -> dict[str, Any]:
    """Return the body, a JSON object. Raises Invalid."""
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"The body is no JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Invalid("The body is no JSON object.")
    return body


@require_http_methods(["PUT"])
def layer(request: HttpRequest, slug: str, document_id: UUID) -> HttpResponse:
    """Store what concerns the whole document."""
    _check_person(request)
    user: Any = request.user
    reading = reading_of(request, slug, document_id, with_text=False)
    round_id = reading.round.pk if reading.round else None
    body = read_json(request)
    stored = layers.describe_layer(
        user=user, document=reading.document, body=body, now=timezone.now(), round_id=round_id
    )
    return HttpResponse(orjson.dumps(_layer_state(stored)), content_type="application/json")


@login_required
@require_POST
def submit(request: HttpRequest, slug: str, document_id: UUID) -> HttpResponse:
    """Submit the layer and go on with the next document; with gaps, say which."""
    user: Any = request.user
    reading = reading_of(request, slug, document_id)
    round_id = reading.round.pk if reading.round else None
    now = timezone.now()
    try:
        if reading.layer is None and reading.round is not None:
            layers.describe_layer(user=user, document=reading.document, body={}, now=now, round_id=round_id)
        layers.submit_layer(user=user, document=reading.document, now=now, round_id=round_id)
    except Problem as problem:
        return _refused_submit(request, reading, problem)
    url = f"{reverse('project', args=[slug])}?done={document_id}"
    # Without an overlap the first write opens a layer: an open one would hide colleagues' readings from a curator.
    by_lease = reading.round is not None and reading.round.overlap is not None
    step = queue.take_next if by_lease else queue.peek_next
    found = step(user=user, project=reading.project, now=now, round_id=round_id)
    if found is not None:
        url = f"{reverse('reader', args=[slug, found.document.pk])}?round={found.round.pk}&done={document_id}"
    if "application/json" in request.headers.get("Accept", ""):
        return HttpResponse(orjson.dumps({"url": url}), content_type="application/json")
    return redirect(url)


def _refused_submit(request: HttpRequest, reading: Reading, problem: Problem) -> HttpResponse:
    gaps = []
    if reading.layer is not None:
        state = {"claims": reading.claims(), "attributes": _layer_state(reading.layer)["attributes"]}
        gaps = [{"claim": g.claim, "field": g.field, "detail": g.detail} for g in gaps_of(state, reading.codebook)]
    if "application/json" in request.headers.get("Accept", ""):
        problem.extra["gaps"] = gaps
        return problem_response(request, problem)
    context = {"project": reading.project, "document": reading.document, "gaps": gaps, "detail": problem.detail}
    return render(request, "annotate/not_submitted.html", context, status=problem.status)


@login_required
@require_POST
def reopen(request: HttpRequest, slug: str, document_id: UUID) -> HttpResponse:
    """Open a submitted layer again and show it."""
    user: Any = request.user
    reading = reading_of(request, slug, document_id, with_text=False)
    layers.reopen_layer(user=user, document=reading.document, now=timezone.now(), round_id=asked_round(request))
    url = reverse("reader", args=[slug, document_id])
    return redirect(f"{url}?round={reading.round.pk}" if reading.round else url)
