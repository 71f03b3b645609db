"""What a page of the reader rests on: the document, the round and the caller's layer, or one that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from annotate import records
from annotate.actions.layers import open_rounds
from annotate.models import Layer, LayerKind, Project, Round
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.payloads.problems import WrongState
from annotate.reports.training import not_admitted, refusal
from corpus.models import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One document in one round of a project. `layer` is None until the first write; `is_own` is False when a
    curator looks at somebody else's layer."""

    project: Project
    document: Document
    round: Round | None
    layer: Layer | None
    codebook: CodebookView
    is_own: bool = True
    # Why nothing can be begun here yet: another round has to be passed first.
    refusal: str = ""

    @property
    def is_writable(self) -> bool:
        if self.refusal or not self.is_own or self.round is None or not self.round.is_open:
            return False
        return self.layer.is_writable if self.layer is not None else self.round.overlap is None

    def claims(self) -> list[dict[str, Any]]:
        """Return the layer's claims in the order of the text."""
        if self.layer is None:
            return []
        found = list(records.claim_dicts(self.layer.claims.all()))
        return sorted(found, key=text_order)


def text_order(claim: dict[str, Any]) -> tuple[int, int, str]:
    return claim["spans"][0]["start"], -claim["spans"][-1]["end"], claim["id"]


class SeveralRounds(WrongState):
    """The document is in several open rounds of the project; the person has to choose."""

    def __init__(self, project: Project, document: Document, rounds: list[Round]) -> None:
        names = ", ".join(f"“{found.name}”" for found in rounds)
        super().__init__(f"This document is in several open rounds: {names}. Choose one with ?round=.")
        self.project, self.document, self.rounds = project, document, rounds


def project_of(user: User, slug: str) -> Project:
    found: Project = get_object_or_404(Project.objects.visible_to(user).select_related("corpus"), slug=slug)
    return found


def document_of(user: User, project: Project, document_id: UUID, *, with_text: bool = True) -> Document:
    rows = Document.objects.visible_to(user).filter(corpus=project.corpus_id).select_related("source__speaker")
    found: Document = get_object_or_404(rows if with_text else rows.defer("text"), pk=document_id)
    return found


def asked_round(request: HttpRequest) -> UUID | None:
    """Return `?round=`, or None. An id that is no UUID is no round: 404."""
    raw = request.GET.get("round")
    if not raw:
        return None
    try:
        return UUID(raw)
    except ValueError:
        raise Http404 from None


def reading_of(request: HttpRequest, slug: str, document_id: UUID, *, with_text: bool = True) -> Reading:
    """Return what the caller reads. Raises Http404, or SeveralRounds where a choice is needed."""
    user: Any = request.user
    project = project_of(user, slug)
    document = document_of(user, project, document_id, with_text=with_text)
    if "layer" in request.GET:
        return _looked_at(user, project, document, request.GET["layer"])
    asked = asked_round(request)
    own = Layer.objects.filter(project=project, document=document, annotator=user.pk, kind=LayerKind.ANNOTATOR)
    layers = [layer for layer in own.select_related("round", "project") if asked in (None, layer.round_id)]
    opened = [found for found in open_rounds(user, document) if found.project_id == project.pk]
    open_here = [found for found in opened if asked in (None, found.pk)]
    if len(open_here) > 1:
        raise SeveralRounds(project, document, open_here)
    round = open_here[0] if open_here else max((la.round for la in layers if la.round), key=_number, default=None)
    if round is None and asked is not None:
        raise Http404
    layer = next((found for found in layers if round is not None and found.round_id == round.pk), None)
    return Reading(
        project=project,
        document=document,
        round=round,
        layer=layer,
        codebook=_codebook(project, round, layer),
        refusal=_refusal(user, round) if layer is None and round is not None else "",
    )


def _refusal(user: User, round: Round) -> str:
    own = not_admitted(user, round)
    return refusal(round, own) if own is not None else ""


def _number(round: Round) -> int:
    return round.number


def _looked_at(user: User, project: Project, document: Document, raw: str) -> Reading:
    try:
        id = UUID(raw)
    except ValueError:
        raise Http404 from None
    rows = Layer.objects.visible_to(user).filter(project=project, document=document)
    layer: Layer = get_object_or_404(rows.select_related("round", "project", "annotator"), pk=id)
    return Reading(
        project=project,
        document=document,
        round=layer.round,
        layer=layer,
        codebook=_codebook(project, layer.round, layer),
        is_own=layer.annotator_id == user.pk,
    )


def _codebook(project: Project, round: Round | None, layer: Layer | None) -> CodebookView:
    """Return the version that the layer names, else the round's, else the project's newest."""
    if layer is not None:
        return load_codebook(layer.codebook_version_id)
    if round is not None:
        return load_codebook(round.codebook_version_id)
    published = project.codebook.versions.filter(published_at__isnull=False)
    newest = published.order_by("-number").values_list("pk", flat=True).first()
    if newest is None:
        raise Http404
    return load_codebook(newest)
