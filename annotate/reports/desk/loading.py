"""Reads everything that the desk of a document rests on, for many documents in a bounded number of queries."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson
from django.db.models import QuerySet

from annotate import records
from annotate.adjudication.align import passages
from annotate.adjudication.marks import Mark, fingerprint
from annotate.adjudication.units import Standing, State, Unit, units_of
from annotate.models import (
    Adjudication,
    Claim,
    CodebookVersion,
    Decision,
    DecisionReading,
    Layer,
    LayerKind,
    LayerStatus,
    Pairing,
    RoundPurpose,
    Submission,
)
from annotate.payloads.codebooks import CodebookView, load_codebook
from corpus.models import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One annotator's reading, by the place that it is shown at: shuffled, so that it tells no name."""

    number: int
    layer: Layer
    n_claims: int
    # The layer was reopened or returned: what was submitted last counts until it is submitted again.
    is_being_revised: bool


@dataclass(kw_only=True)
class Desk:
    """The readings of one document in one project, as units. Pure once it is loaded."""

    adjudication: Adjudication
    text: str
    codebook: CodebookView
    readers: list[Reader]
    marks: list[Mark]
    decisions: dict[str, Decision]
    standings: list[Standing]
    pairings: dict[str, str]
    gold: Layer | None
    gold_claims: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def units(self) -> list[Unit]:
        return units_of(
            self.marks,
            text=self.text,
            rule=self.codebook.version.boundary_rule,
            readers=[str(reader.layer.pk) for reader in self.readers],
            decisions=self.standings,
            pairings=self.pairings,
        )

    @cached_property
    def passages(self) -> list[list[int]]:
        return passages([unit.marks for unit in self.units if unit.marks])

    @property
    def counts(self) -> dict[str, int]:
        """Return the counts that lists show, in the columns of Adjudication."""
        states = [unit.state for unit in self.units]
        return {
            "n_readings": len(self.readers),
            "n_units": len(states),
            "n_open": sum(state in (State.OPEN, State.REOPENED) for state in states),
            "n_settled": sum(unit.has_settled_itself for unit in self.units),
            "n_decided": sum(unit.state == State.DECIDED and not unit.has_settled_itself for unit in self.units),
        }

    def number_of(self, mark: Mark) -> int:
        """Return the number of the reading that a mark is from."""
        return next(reader.number for reader in self.readers if str(reader.layer.pk) == mark.reader)

    def by_key(self) -> dict[str, Mark]:
        return {mark.key: mark for mark in self.marks}


def load_desk(adjudication: Adjudication) -> Desk:
    """Return the desk of one document. The caller has checked that the user may see it."""
    return load_desks([adjudication])[0]


def load_desks(adjudications: Sequence[Adjudication]) -> list[Desk]:
    """Return the desks of documents of one project. At most 20 queries, however many; bound the number before."""
    layers = _layers(adjudications)
    claims = _claims(layers)
    texts = _texts(adjudications)
    gold = {layer.document_id: layer for layer in _gold_layers(adjudications)}
    decisions, standings = _decisions(gold.values())
    pairings: dict[UUID, dict[str, str]] = defaultdict(dict)
    for owner, key, group in Pairing.objects.filter(adjudication__in=adjudications).values_list(
        "adjudication_id", "claim_key", "group"
    ):
        pairings[owner][str(key)] = str(group)
    gold_claims = _gold_claims(gold.values())
    by_document: dict[UUID, list[Layer]] = defaultdict(list)
    for layer in layers:
        by_document[layer.document_id].append(layer)
    return [
        _desk(
            row,
            by_document[row.document_id],
            claims,
            text=texts[row.document_id],
            gold=gold.get(row.document_id),
            decisions=decisions,
            standings=standings,
            pairings=pairings[row.pk],
            gold_claims=gold_claims,
        )
        for row in adjudications
    ]


def _desk(
    row: Adjudication,
    layers: list[Layer],
    claims: Mapping[UUID, list[Mark]],
    *,
    text: str,
    gold: Layer | None,
    decisions: Mapping[UUID, dict[str, Decision]],
    standings: Mapping[UUID, list[Standing]],
    pairings: dict[str, str],
    gold_claims: Mapping[str, dict[str, dict[str, Any]]],
) -> Desk:
    own = gold.pk if gold is not None else row.pk
    shuffled = sorted(layers, key=lambda layer: hashlib.sha256(f"{row.pk} {layer.annotator_id}".encode()).digest())
    readers = [
        Reader(
            number=number,
            layer=layer,
            n_claims=len(claims[layer.pk]),
            is_being_revised=layer.status != LayerStatus.SUBMITTED,
        )
        for number, layer in enumerate(shuffled, start=1)
    ]
    return Desk(
        adjudication=row,
        text=text,
        codebook=_codebook(row, layers, gold),
        readers=readers,
        marks=[mark for reader in readers for mark in claims[reader.layer.pk]],
        decisions=decisions.get(own, {}),
        standings=standings.get(own, []),
        pairings=pairings,
        gold=gold,
        gold_claims=gold_claims.get(str(own), {}),
    )


def _layers(adjudications: Sequence[Adjudication]) -> list[Layer]:
    """Return the layers that count: of each annotator on a document the one of the latest round, once submitted."""
    if not adjudications:
        return []
    rows = Layer.objects.filter(
        project=adjudications[0].project_id,
        document__in=[row.document_id for row in adjudications],
        kind=LayerKind.ANNOTATOR,
        round__purpose=RoundPurpose.WORK,
    ).exclude(status=LayerStatus.WITHDRAWN)
    latest: dict[tuple[UUID, int], Layer] = {}
    for layer in rows.filter(submitted_at__isnull=False).select_related("round").order_by("round__number"):
        latest[layer.document_id, layer.annotator_id or 0] = layer
    return list(latest.values())


def _claims(layers: Sequence[Layer]) -> dict[UUID, list[Mark]]:
    """Return the marks of each layer: live claims of submitted ones, the last submission of those under revision."""
    chosen: dict[UUID, list[dict[str, Any]]] = {layer.pk: [] for layer in layers}
    raw = records.Registries.as_chosen()
    live = [layer.pk for layer in layers if layer.status == LayerStatus.SUBMITTED]
    for claim in records.claim_dicts(Claim.objects.filter(layer__in=live), registries=raw):
        chosen[UUID(claim["layer"])].append(claim)
    revised = [layer.pk for layer in layers if layer.status != LayerStatus.SUBMITTED]
    if revised:
        last = records.last_of(Submission.objects.filter(layer__in=revised))
        chosen |= {item.layer: item.claims for item in records.submitted(last, raw)}
    return _marks(layers, chosen)


def _marks(layers: Sequence[Layer], chosen: Mapping[UUID, list[dict[str, Any]]]) -> dict[UUID, list[Mark]]:
    registries = records.Registries()
    records.learn_entries((claim for claims in chosen.values() for claim in claims), registries)
    found: dict[UUID, list[Mark]] = {}
    for layer in layers:
        names = registries.names(layer.codebook_version_id)
        found[layer.pk] = []
        for claim in chosen[layer.pk]:
            print_ = fingerprint(claim)
            resolved = orjson.loads(orjson.dumps(claim))
            records.resolve_claim(resolved, registries, names)
            key = claim.get("follows") or claim["id"]
            found[layer.pk].append(Mark(key=key, reader=str(layer.pk), claim=resolved, fingerprint=print_))
    return found


def _texts(adjudications: Sequence[Adjudication]) -> dict[UUID, str]:
    rows = Document.objects.filter(pk__in=[row.document_id for row in adjudications])
    return dict(rows.values_list("pk", "text"))


def _gold_layers(adjudications: Sequence[Adjudication]) -> QuerySet[Layer]:
    documents = [row.document_id for row in adjudications]
    projects = {row.project_id for row in adjudications}
    return Layer.objects.gold().filter(project__in=projects, document__in=documents)


def _decisions(
    gold: Iterable[Layer],
) -> tuple[dict[UUID, dict[str, Decision]], dict[UUID, list[Standing]]]:
    """Return the decisions in each gold layer, and what each accounts for."""
    ids = [layer.pk for layer in gold]
    readings: dict[UUID, dict[str, str]] = defaultdict(dict)
    rows = DecisionReading.objects.filter(gold__in=ids).values_list("decision_id", "claim_key", "fingerprint")
    for decision, key, print_ in rows:
        readings[decision][str(key)] = print_
    decisions: dict[UUID, dict[str, Decision]] = defaultdict(dict)
    standings: dict[UUID, list[Standing]] = defaultdict(list)
    for found in Decision.objects.filter(layer__in=ids).order_by("created_at", "id"):
        decisions[found.layer_id][str(found.pk)] = found
        standing = Standing(
            id=str(found.pk),
            readings=readings[found.pk],
            by_itself=found.by_itself,
            is_rejection=found.claim_id is None,
        )
        standings[found.layer_id].append(standing)
    return decisions, standings


def _gold_claims(gold: Iterable[Layer]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the gold claims of each gold layer by their id."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    ids = [layer.pk for layer in gold]
    for claim in records.claim_dicts(Claim.objects.filter(layer__in=ids)) if ids else ():
        found[claim["layer"]][claim["id"]] = claim
    return found


def _codebook(row: Adjudication, layers: Sequence[Layer], gold: Layer | None) -> CodebookView:
    """Return the newest version among the readings; it is also that of the gold layer."""
    ids = {layer.codebook_version_id for layer in layers} | ({gold.codebook_version_id} if gold is not None else set())
    views = [load_codebook(id) for id in ids]
    if views:
        return max(views, key=lambda view: view.version.number)
    newest = CodebookVersion.objects.filter(codebook__projects=row.project_id, published_at__isnull=False)
    return load_codebook(newest.order_by("-number").values_list("pk", flat=True)[0])
