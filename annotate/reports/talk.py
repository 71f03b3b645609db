"""Threads of remarks, as far as somebody may see them, and the claims that somebody was unsure of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import Greatest, Substr

from annotate.models import Claim, Layer, Project, Remark, RemarkKind, Span, SpanRole
from annotate.payloads.people import people_of, shown_names
from annotate.reports.progress import Scope
from corpus.models import Document
from corpus.text.blocks import split_blocks
from corpus.text.sentences import split_sentences

AROUND = 1000  # so many characters on either side of a claim are looked at for its sentence
MOST = 200  # and so many at most are shown of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One remark as it is shown."""

    id: UUID
    author: str
    is_own: bool
    is_return: bool
    text: str
    at: datetime

    @property
    def may_withdraw(self) -> bool:
        return self.is_own and not self.is_return


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What was said on the same claim, the same layer, or the same document; `remarks` may be none yet."""

    document: Document
    layer: Layer | None
    claim: UUID | None
    quote: str
    annotator: str
    is_own: bool
    is_settled: bool
    remarks: list[Said]

    @property
    def key(self) -> str:
        return str(self.claim or (self.layer.pk if self.layer else self.document.pk))

    @property
    def last(self) -> Said:
        return self.remarks[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadFilter:
    """Which threads are asked for; None filters nothing."""

    document: UUID | None = None
    layer: UUID | None = None
    claim: UUID | None = None
    is_settled: bool | None = None
    is_mine: bool = False

    def remarks(self, user: User, project: Project) -> QuerySet[Remark]:
        rows = Remark.objects.visible_to(user).filter(project=project).order_by()
        for path, value in (("document", self.document), ("layer", self.layer), ("claim_key", self.claim)):
            rows = rows.filter(**{path: value}) if value is not None else rows
        if self.is_settled is not None:
            rows = rows.filter(settled_at__isnull=not self.is_settled)
        if self.is_mine:
            rows = rows.filter(Q(author=user.pk) | Q(layer__annotator=user.pk))
        return rows


def threads(user: User, project: Project, asked: ThreadFilter, *, start: int = 0, size: int = 200) -> list[Thread]:
    """Return threads, the one with the newest remark first. At most 5 queries for any number of them."""
    groups = asked.remarks(user, project).values_list("document", "layer", "claim_key").annotate(last=Max("created_at"))
    keys = [row[:3] for row in groups.order_by("-last", "document", "layer", "claim_key")[start : start + size]]
    if not keys:
        return []
    meant = Q()
    for document, layer, claim in keys:
        meant |= Q(document=document, layer=layer, claim_key=claim)
    found: dict[tuple[Any, ...], list[Remark]] = {key: [] for key in keys}
    rows = Remark.objects.visible_to(user).filter(meant, project=project)
    for remark in rows.order_by("created_at", "id"):
        found[(remark.document_id, remark.layer_id, remark.claim_key)].append(remark)
    return _shown(user, project, found)


def _shown(user: User, project: Project, found: dict[tuple[Any, ...], list[Remark]]) -> list[Thread]:
    documents = Document.objects.filter(pk__in={key[0] for key in found}).defer("text", "metadata").in_bulk()
    layers = Layer.objects.filter(pk__in={key[1] for key in found if key[1]}).select_related("round").in_bulk()
    people = [remark.author_id for remarks in found.values() for remark in remarks]
    names = shown_names(project.pk, [*people, *(layer.annotator_id for layer in layers.values())])
    made = []
    for (document, layer_id, claim), remarks in found.items():
        layer = layers.get(layer_id) if layer_id else None
        made.append(
            Thread(
                document=documents[document],
                layer=layer,
                claim=claim,
                quote=remarks[-1].quote,
                annotator=names.get(layer.annotator_id or 0, "gold") if layer is not None else "",
                is_own=layer is not None and layer.annotator_id == user.pk,
                is_settled=all(remark.settled_at for remark in remarks),
                remarks=[_said(remark, user, names) for remark in remarks],
            )
        )
    return made


def _said(remark: Remark, user: User, names: dict[int, str]) -> Said:
    return Said(
        id=remark.pk,
        author=names[remark.author_id],
        is_own=remark.author_id == user.pk,
        is_return=remark.kind == RemarkKind.RETURN,
        text=remark.text,
        at=remark.created_at,
    )


def n_open_threads(user: User, project: Project) -> int:
    """Return how many open threads there are to see. One query."""
    rows = ThreadFilter(is_settled=False).remarks(user, project)
    return rows.values("document", "layer", "claim_key").distinct().count()


def remarks_on_claims(layer_id: Any, claim: str | None = None) -> dict[str, tuple[int, int]]:
    """Return, by claim, how many remarks there are, and how many of them in open threads. One query.

    The caller has checked that the layer may be seen.
    """
    rows = Remark.objects.filter(layer=layer_id, claim_key__isnull=False).order_by()
    rows = rows.filter(claim_key=claim) if claim is not None else rows
    counts = rows.values_list("claim_key").annotate(n=Count("pk"), n_open=Count("pk", filter=Q(settled_at=None)))
    return {str(key): (n, n_open) for key, n, n_open in counts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A claim that its annotator was unsure of, or left a note on, in its sentence."""

    claim: Claim
    annotator: str
    is_own: bool
    before: str
    quote: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtFilter:
    """Which claims are asked for; None filters nothing."""

    round: UUID | None = None
    annotator: str = ""
    document: UUID | None = None
    kind: str = ""  # unsure, note, or both

    def claims(self, scope: Scope) -> QuerySet[Claim]:
        """Return the claims that are unsure or have a note: everybody's for curators, else one's own."""
        rows = Claim.objects.filter(scope.where("layer__")).order_by()
        kinds = {"unsure": Q(is_unsure=True), "note": ~Q(note="")}
        rows = rows.filter(kinds.get(self.kind, kinds["unsure"] | kinds["note"]))
        for path, value in (("round", self.round), ("document", self.document)):
            rows = rows.filter(**{f"layer__{path}": value}) if value is not None else rows
        if self.annotator:
            rows = rows.filter(layer__annotator__in=people_of(scope.project.pk, self.annotator))
        return rows


def doubts(user: User, project: Project, rows: QuerySet[Claim]) -> list[Doubt]:
    """Return these claims, each in its sentence. At most 4 queries; the caller bounds the rows."""
    claims = list(rows.select_related("layer__document__source", "layer__round").defer("layer__document__text"))
    around = Substr(
        "claim__layer__document__text", Greatest(F("start") - AROUND, 0) + 1, F("end") - F("start") + 2 * AROUND
    )
    spans: dict[UUID, list[Span]] = {claim.pk: [] for claim in claims}
    found = Span.objects.filter(claim__in=spans, role=SpanRole.CONTENT)
    for span in found.annotate(around=around).order_by("claim", "position"):
        spans[span.claim_id].append(span)
    names = shown_names(project.pk, {claim.layer.annotator_id for claim in claims})
    return [_doubt(user, claim, spans[claim.pk], names) for claim in claims]


def _doubt(user: User, claim: Claim, spans: list[Any], names: dict[int, str]) -> Doubt:
    annotator, first = claim.layer.annotator_id or 0, spans[0]
    offset = max(0, first.start - AROUND)
    place = (first.start - offset, first.end - offset)
    before, after = in_sentence(first.around, *place, claim.layer.document.language)
    return Doubt(
        claim=claim,
        annotator=names[annotator],
        is_own=annotator == user.pk,
        before=before,
        quote=" […] ".join(span.quote for span in spans),
        after="" if len(spans) > 1 else after,
    )


def in_sentence(text: str, start: int, end: int, language: str) -> tuple[str, str]:
    """Return what stands before and after a span in its sentences; of very long ones, the words nearby."""
    left, right = start, end
    for block in split_blocks(text):
        for low, high in split_sentences(text, block, language):
            left = low if low <= start < high else left
            right = high if low < end <= high else right
    before, after = text[left:start], text[end:right]
    return (f"…{before[-MOST:]}" if len(before) > MOST else before), (
        f"{after[:MOST]}…" if len(after) > MOST else after
    )
