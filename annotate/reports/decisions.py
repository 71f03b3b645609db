"""What was decided on somebody's own claims, to be read by them afterwards.

What is shown, and why it tells nothing of a colleague's work: one's own claims, the gold claims of a document whose
adjudication is finished, the reason and the guideline that the curator wrote. One's own reading is submitted by then
and not reopened, so nothing can be copied into it. Left out are the names of other annotators and of the decider, the
values that stood against each other, how many agreed, and whether a unit settled itself: from these one could tell how
a colleague read, who may still be at work blind on other documents. Gold that one is still to be trained or tested on
is hidden until then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet

from annotate import permissions, records
from annotate.models import Claim, Decision, DecisionKind, DecisionReading, Layer, LayerKind, LayerStatus, Project
from annotate.models.layers import WRITABLE
from annotate.payloads.codebooks import load_codebook
from annotate.permissions import Action
from annotate.records import Registries
from annotate.reports.compare import Difference, differences
from annotate.reports.training import hidden_gold
from corpus.models import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One claim of one's own with what was decided on it, or a gold claim that one did not mark (`own` is None).

    `decision` is None for a claim that no decision accounts for, `gold` for what is not a claim.
    """

    own: dict[str, Any] | None
    gold: dict[str, Any] | None
    decision: Decision | None
    differences: Sequence[Difference] = ()

    @property
    def verdict(self) -> str:
        if self.own is None:
            return "not marked"
        if self.decision is None:
            return "not looked at"
        if self.decision.kind == DecisionKind.REJECTED:
            return "not a claim"
        return "edited" if self.differences else "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedDocument:
    """A document with everything that was decided on one's own reading of it, in the order of the text."""

    document: Document
    layer: Layer
    gold: Layer
    items: list[Decided]

    @property
    def n_differing(self) -> int:
        return sum(item.verdict != "accepted" for item in self.items)

    @property
    def counts(self) -> dict[str, int]:
        found = dict.fromkeys(("accepted", "edited", "not a claim", "not marked", "not looked at"), 0)
        for item in self.items:
            found[item.verdict] += 1
        return found

    @property
    def n_rejected(self) -> int:
        return self.counts["not a claim"]

    @property
    def n_missed(self) -> int:
        return self.counts["not marked"]


def own_decisions(user: User, project: Project) -> QuerySet[Decision]:
    """Return the decisions on the user's own submitted claims that they may read."""
    own = DecisionReading.objects.filter(
        layer__annotator=user.pk, layer__kind=LayerKind.ANNOTATOR, layer__status=LayerStatus.SUBMITTED
    )
    rows = Decision.objects.filter(layer__in=finished_gold(user, project).values("pk"))
    return rows.filter(pk__in=own.values("decision"))


def finished_gold(user: User, project: Project) -> QuerySet[Layer]:
    """Return the finished gold layers on documents that the user read for the work, and has not open just now."""
    own = Layer.objects.of_annotators().filter(
        project=project, document=OuterRef("document"), annotator=user.pk, round__isnull=False
    )
    rows = Layer.objects.filter(project=project, kind=LayerKind.GOLD, status=LayerStatus.SUBMITTED)
    rows = rows.filter(permissions.visible(user, Action.SEE_DECISIONS, "project"))
    submitted = own.filter(status=LayerStatus.SUBMITTED, round__purpose="work")
    rows = rows.filter(Exists(submitted), ~Exists(own.filter(status__in=WRITABLE)))
    hidden = hidden_gold(user, project)
    return rows.exclude(document__in=hidden) if hidden else rows


def decided_documents(user: User, project: Project, gold: Iterable[Layer]) -> list[DecidedDocument]:
    """Return what was decided on these finished gold layers, in the order given. At most 22 queries for any number."""
    layers = list(gold)
    documents = [layer.document_id for layer in layers]
    own = Layer.objects.of_annotators().filter(project=project, document__in=documents, annotator=user.pk)
    own = own.filter(status=LayerStatus.SUBMITTED, round__purpose="work").select_related("round")
    readings: dict[UUID, list[Layer]] = defaultdict(list)
    for layer in own.order_by("submitted_at"):
        readings[layer.document_id].append(layer)
    claims = _claims([*layers, *(one for found in readings.values() for one in found)])
    links = _links(layers)
    return [
        DecidedDocument(
            document=layer.document,
            layer=readings[layer.document_id][-1],
            gold=layer,
            items=_items(layer, readings[layer.document_id], claims, links),
        )
        for layer in layers
        if readings[layer.document_id]
    ]


def _claims(layers: list[Layer]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = Claim.objects.filter(layer__in=[layer.pk for layer in layers])
    for claim in records.claim_dicts(rows, registries=Registries()):
        found[claim["layer"]].append(claim)
    return found


def _links(layers: list[Layer]) -> dict[str, Decision]:
    """Return the decision that accounts for each claim of a reading, and the one that made each gold claim."""
    ids = [layer.pk for layer in layers]
    decisions = Decision.objects.filter(layer__in=ids).in_bulk()
    found = {str(one.claim_id): one for one in decisions.values() if one.claim_id is not None}
    rows = DecisionReading.objects.filter(gold__in=ids).values_list("claim_key", "decision")
    return found | {str(key): decisions[decision] for key, decision in rows}


def _items(
    gold: Layer, readings: list[Layer], claims: dict[str, list[dict[str, Any]]], links: dict[str, Decision]
) -> list[Decided]:
    codebook = load_codebook(gold.codebook_version_id)
    settled = {claim["id"]: claim for claim in claims[str(gold.pk)]}
    found, seen = [], set()
    for own in (claim for layer in readings for claim in claims[str(layer.pk)]):
        decision = links.get(own["id"])
        result = settled.get(str(decision.claim_id)) if decision is not None else None
        if decision is not None and decision.claim_id is not None and result is None:
            decision = None  # the gold claim is being written just now
        seen.add(result["id"] if result is not None else None)
        differ = differences(own, result, codebook) if result is not None else ()
        found.append(Decided(own=own, gold=result, decision=decision, differences=differ))
    found += [Decided(own=None, gold=claim, decision=links.get(id)) for id, claim in settled.items() if id not in seen]
    return sorted(found, key=_place)


def _place(item: Decided) -> tuple[int, str]:
    claim = item.own or item.gold
    assert claim is not None
    return claim["spans"][0]["start"], claim["id"]
