"""Readings as they were submitted, with their entries as they count now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast

from annotate.models import LayerStatus, Reassignment, Submission
from annotate.records.registries import CodebookNames, Registries, counted_answers, entities_in

CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """One frozen reading: the shape of `layer_dicts`, entries resolved, and where it belongs."""

    layer: UUID
    document: UUID
    round: UUID
    annotator: int
    version: UUID
    number: int
    submitted_at: datetime
    reading: dict[str, Any]

    @property
    def claims(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.reading["claims"]
        return found


def counted_submissions() -> QuerySet[Submission]:
    """Return the submissions of annotators' layers that count: not withdrawn, not of a training or test round."""
    rows = Submission.objects.exclude(layer__status=LayerStatus.WITHDRAWN)
    return rows.filter(layer__kind="annotator", layer__round__purpose="work")


def first_of(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    return rows.filter(number=1)


def last_of(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    later = Submission.objects.filter(layer=OuterRef("layer"), number__gt=OuterRef("number"))
    return rows.filter(~Exists(later))


def submitted(rows: QuerySet[Submission], registries: Registries | None = None) -> Iterator[Submitted]:
    """Yield the readings of a queryset in the order of layer and number; entries as they count after merges.

    Queries: one for each 500 readings, and those for entries and codebooks that were not met before.
    """
    registries = registries or Registries()
    columns = ("layer_id", "layer__document_id", "layer__round_id", "layer__annotator_id", "codebook_version_id")
    found = rows.order_by("layer_id", "number").annotate(json=Cast("reading", TextField()))
    moved = reassignments(rows.values("layer_id"))
    part: list[Submitted] = []
    for layer, document, round, annotator, version, number, at, text in found.values_list(
        *columns, "number", "submitted_at", "json"
    ).iterator(chunk_size=CHUNK):
        reading = orjson.loads(text)
        part.append(
            Submitted(
                layer=layer,
                document=document,
                round=round,
                annotator=annotator,
                version=version,
                number=number,
                submitted_at=at,
                reading=reading,
            )
        )
        if len(part) == CHUNK:
            yield from _resolved(part, registries, moved)
            part = []
    yield from _resolved(part, registries, moved)


def _resolved(
    part: list[Submitted], registries: Registries, moved: dict[str, list[tuple[datetime, str, str]]]
) -> Iterator[Submitted]:
    for item in part:
        reassign_claims(item, moved)
    learn_entries((claim for item in part for claim in item.claims), registries)
    registries.speakers.learn_keys({id for item in part for id in entities_in(item.reading["attributes"])})
    for item in part:
        names = registries.names(item.version)
        item.reading["attributes"] = _counted(item.reading["attributes"], registries)
        for claim in item.claims:
            resolve_claim(claim, registries, names)
        yield item


def learn_entries(claims: Iterable[dict[str, Any]], registries: Registries) -> None:
    """Read the entries that claims name. At most one query for each registry, and one for each level of merges."""
    found = list(claims)
    speakers = [speaker for claim in found for speaker in claim["speakers"]]
    stances = [stance for claim in found for stance in claim["stances"]]
    people = {ref["id"] for ref in speakers}
    people |= {ref["represents"]["id"] for ref in speakers if ref["represents"] is not None}
    people |= {ref["id"] for claim in found for ref in claim["reported_by"]}
    people |= {stance["holder"]["id"] for stance in stances if stance["holder"] is not None}
    people |= {id for claim in found for id in entities_in(claim["attributes"])}
    people |= {id for stance in stances for id in entities_in(stance.get("attributes", {}))}
    registries.speakers.learn_keys(people)
    registries.targets.learn_keys({stance["target"]["id"] for stance in stances if stance["target"] is not None})
    propositions = (claim["proposition"] for claim in found)
    registries.propositions.learn_keys({ref["id"] for ref in propositions if ref is not None})


def resolve_claim(claim: dict[str, Any], registries: Registries, names: CodebookNames) -> None:
    """Put the entries that count in place of those chosen; a stance on a target merged as its opposite is turned."""
    person = registries.speakers.refs
    for speaker in claim["speakers"]:
        speaker |= person[speaker["id"]]
        if speaker["represents"] is not None:
            speaker["represents"] = person[speaker["represents"]["id"]]
    claim["reported_by"] = [person[found["id"]] for found in claim["reported_by"]]
    if claim["proposition"] is not None:
        record = registries.propositions.by_key[claim["proposition"]["id"]]
        claim["proposition"] |= {"id": str(record.id), "text": record.name}
    claim["attributes"] = _counted(claim["attributes"], registries)
    for stance in claim["stances"]:
        if "attributes" in stance:
            stance["attributes"] = _counted(stance["attributes"], registries)
        if stance["holder"] is not None:
            stance["holder"] = person[stance["holder"]["id"]]
        if stance["target"] is None:
            continue
        record = registries.targets.by_key[stance["target"]["id"]]
        stance["target"] = {"id": str(record.id), "name": record.name, "kind": record.kind}
        if record.is_inverted and stance["value"] is not None:
            stance["value"] = names.turned(stance["value"])


def _counted(answers: dict[str, Any], registries: Registries) -> dict[str, Any]:
    """Return answers with the entries that count."""
    ids = {id: registries.speakers.refs[id]["id"] for id in entities_in(answers)}
    return counted_answers(answers, ids) if ids else answers


def reassignments(layers: Any) -> dict[str, list[tuple[datetime, str, str]]]:
    """Return what a curator put in place of entries, by claim and in order: when, the old and the new. One query."""
    rows = Reassignment.objects.filter(layer__in=layers, undone_at__isnull=True).order_by("id")
    found: dict[str, list[tuple[datetime, str, str]]] = {}
    for claim, at, old, new in rows.values_list("claim_key", "created_at", "old", "new"):
        found.setdefault(str(claim), []).append((at, str(old), str(new)))
    return found


def reassign_claims(item: Submitted, moved: dict[str, list[tuple[datetime, str, str]]]) -> None:
    """Put those entries into claims that were frozen before, which keep what was chosen; names are resolved later."""
    for claim in item.claims if moved else ():
        for at, old, new in moved.get(claim["id"], ()):
            for ref in _refs(claim) if at >= item.submitted_at else ():
                if ref["id"] == old:
                    ref["id"] = new


def _refs(claim: dict[str, Any]) -> Iterator[dict[str, Any]]:
    found = [*claim["speakers"], *(speaker["represents"] for speaker in claim["speakers"]), *claim["reported_by"]]
    found += [stance[name] for stance in claim["stances"] for name in ("holder", "target")]
    yield from (ref for ref in (*found, claim["proposition"]) if ref is not None)
