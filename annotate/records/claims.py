"""The only read of whole claims: plain dicts, in bulk, in a bounded number of queries.

Each chunk of claims costs six SELECTs and those for registry entries not met before; merges are resolved here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import batched
from typing import Any
from uuid import UUID

from django.db.models import F

from annotate.models import Answer, Claim, ClaimSpeaker, Layer, NoClaimMark, Reporter, Span, SpanRole, Stance
from annotate.records.registries import CodebookNames, Registries
from corpus.database.bulk import Among, Key, Stamp, uuid_text
from corpus.database.statements import Select

CHUNK = 1000
# Ids and times come as the database's text: making objects of them costs more than all the rest.
CLAIM_COLUMNS: tuple[Any, ...] = (
    Key("id"),
    Key("layer_id"),
    Key("layer__document_id"),
    Key("layer__round_id"),
    Key("layer__codebook_version_id"),
    "mode",
    Key("proposition_id"),
    "relation",
    "no_stance",
    "is_unsure",
    "note",
    "detected_by",
    "detected_fields",
    Key("follows"),
    "version",
    Stamp("created_at"),
    Stamp("updated_at"),
)
ANSWER_COLUMNS: tuple[Any, ...] = (Key("attribute_id"), Key("label_id"), Key("entity_id"), "number", "flag", "text")


def _of_claims(model: Any, *columns: Any, order: str = "position") -> Select:
    """Return what hangs on claims, each row with its claim's key first."""
    rows = model.objects.order_by(*([order] if order else []))
    return Select(lambda keys: rows.filter(Among(F("claim_id"), keys)).values_list(Key("claim_id"), *columns))


ONE_CLAIM = Select(lambda id: Claim.objects.order_by().filter(pk=id).values_list(*CLAIM_COLUMNS))
SPANS = _of_claims(Span, "role", "claim_speaker_id", "start", "end", "quote")
SPEAKERS = _of_claims(ClaimSpeaker, "id", Key("speaker_id"), Key("represents_id"))
REPORTERS = _of_claims(Reporter, Key("speaker_id"))
STANCES = _of_claims(Stance, "id", Key("holder_id"), Key("target_id"), Key("value_id"))
ANSWERS = _of_claims(Answer, "stance_id", *ANSWER_COLUMNS, order="")


def stamp(moment: datetime | None) -> str | None:
    """Return a time in UTC with microseconds and Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def claim_dicts(
    claims: Any, *, registries: Registries | None = None, chunk: int = CHUNK, ordered: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the claims of a queryset as dicts in the shape of the API, ordered by layer and id unless `ordered`."""
    registries = registries or Registries()
    rows = claims if ordered else claims.order_by("layer_id", "id")
    for part in batched(rows.values_list(*CLAIM_COLUMNS).iterator(chunk_size=chunk), chunk):
        yield from _chunk(part, registries)


def _chunk(rows: tuple[tuple[Any, ...], ...], registries: Registries) -> Iterator[dict[str, Any]]:
    children = _Children([row[0] for row in rows])
    registries.speakers.learn_keys(children.speaker_keys())
    registries.targets.learn_keys(row[3] for found in children.stances.values() for row in found)
    registries.propositions.learn_keys(row[6] for row in rows)
    for row in rows:
        yield _claim(row, children, registries)


class _Children:
    """Everything that hangs on a chunk of claims, by claim."""

    def __init__(self, claims: list[str]) -> None:
        self.spans: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.cue: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.mentions: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for claim, role, owner, start, end, quote in SPANS.rows(keys=claims):
            span = {"start": start, "end": end, "quote": quote}
            if role == SpanRole.MENTION:
                self.mentions[owner].append(span)
            else:
                (self.spans if role == SpanRole.CONTENT else self.cue)[claim].append(span)
        self.speakers = _grouped(SPEAKERS, claims)
        self.reporters = _grouped(REPORTERS, claims)
        self.stances = _grouped(STANCES, claims)
        self.answers: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self.stance_answers: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for claim, stance, *answer in ANSWERS.rows(keys=claims):
            if stance is None:
                self.answers[claim].append(tuple(answer))
            else:
                self.stance_answers[stance].append(tuple(answer))

    def speaker_keys(self) -> Iterator[str | None]:
        for found in self.speakers.values():
            for _, _, speaker, represents in found:
                yield speaker
                yield represents
        for reporters in self.reporters.values():
            yield from (row[1] for row in reporters)
        for stances in self.stances.values():
            yield from (row[2] for row in stances)


def _grouped(select: Select, claims: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Return rows by claim, in the order of their position."""
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in select.rows(keys=claims):
        found[row[0]].append(row)
    return found


def _claim(row: tuple[Any, ...], children: _Children, registries: Registries) -> dict[str, Any]:
    id, layer, document, round_id, version_id, mode, proposition, relation = row[:8]
    no_stance, unsure, note, rule, detected, follows, version, created, updated = row[8:]
    names = registries.names(version_id)
    ref = registries.speakers.ref
    return {
        "id": uuid_text(id),
        "document": uuid_text(document),
        "round": uuid_text(round_id) if round_id else None,
        "layer": uuid_text(layer),
        "spans": children.spans.get(id, []),
        "cue": children.cue.get(id, []),
        "speakers": [
            {**(ref(speaker) or {}), "represents": ref(represents), "mention": children.mentions.get(link, [])}
            for _, link, speaker, represents in children.speakers.get(id, [])
        ],
        "reported_by": [ref(found) for _, found in children.reporters.get(id, [])],
        "mode": mode or None,
        "proposition": _proposition(registries, proposition, relation),
        "stances": [_stance(found, children, registries, names) for found in children.stances.get(id, [])],
        "no_stance": no_stance,
        "attributes": names.answers(children.answers.get(id, [])),
        "unsure": unsure,
        "note": note,
        **detected_dict(rule, detected.split()),
        **({"follows": uuid_text(follows)} if follows else {}),
        "version": version,
        "created_at": created,
        "updated_at": updated,
    }


def detected_dict(rule: str, fields: Iterable[str]) -> dict[str, Any]:
    """Return the member `detected`, or nothing where no rule found anything."""
    return {"detected": {"rule": rule, "fields": list(fields)}} if rule else {}


def _proposition(registries: Registries, key: str | None, relation: str) -> dict[str, Any] | None:
    if key is None:
        return None
    record = registries.propositions.by_key[key]
    return {"id": str(record.id), "text": record.name, "relation": relation}


def _stance(row: tuple[Any, ...], children: _Children, registries: Registries, names: CodebookNames) -> dict[str, Any]:
    _, stance, holder, target, value = row
    record = registries.targets.by_key[target] if target is not None else None
    found: dict[str, Any] = {
        "holder": registries.speakers.ref(holder),
        "target": None if record is None else {"id": str(record.id), "name": record.name, "kind": record.kind},
        "value": names.value(value, inverted=record is not None and record.is_inverted),
    }
    answers = children.stance_answers.get(stance)
    return found | {"attributes": names.answers(answers)} if answers else found


def claim_dict(claim_id: UUID, registries: Registries | None = None) -> dict[str, Any]:
    """Return one claim; the caller has checked that it may be seen."""
    return next(_chunk(tuple(ONE_CLAIM.rows(id=claim_id)), registries or Registries()))


def layer_answers(layers: list[Layer], registries: Registries) -> dict[UUID, dict[str, object]]:
    """Return the answers to document attributes by layer. One query."""
    rows: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    found = Answer.objects.filter(layer__in=[layer.pk for layer in layers])
    for layer, *answer in found.values_list("layer_id", *ANSWER_COLUMNS):
        rows[layer].append(tuple(answer))
    return {layer.pk: registries.names(layer.codebook_version_id).answers(rows.get(layer.pk, [])) for layer in layers}


def layer_marks(layers: list[Layer]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the no-claim marks by layer. One query."""
    marks: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    rows = NoClaimMark.objects.filter(layer__in=[layer.pk for layer in layers]).order_by("layer_id", "start", "end")
    for layer, start, end, quote in rows.values_list("layer_id", "start", "end", "quote"):
        marks[layer].append({"start": start, "end": end, "quote": quote})
    return marks


def layer_dicts(layers: list[Layer], *, registries: Registries | None = None) -> list[dict[str, Any]]:
    """Return whole layers with their claims, marks and answers, in the given order."""
    registries = registries or Registries()
    claims: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for claim in claim_dicts(Claim.objects.filter(layer__in=layers), registries=registries):
        claims[claim["layer"]].append(claim)
    answers, marks = layer_answers(layers, registries), layer_marks(layers)
    return [
        {
            "id": str(layer.pk),
            "kind": layer.kind,
            "round": str(layer.round_id) if layer.round_id else None,
            "status": layer.status,
            "nothing_to_code": layer.has_nothing_to_code,
            "attributes": answers[layer.pk],
            "no_claim": marks.get(layer.pk, []),
            "claims": claims.get(str(layer.pk), []),
            "version": layer.version,
            "created_at": stamp(layer.created_at),
            "updated_at": stamp(layer.updated_at),
            "submitted_at": stamp(layer.submitted_at),
        }
        for layer in layers
    ]
