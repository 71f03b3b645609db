"""The only read of whole layers: plain dicts with their claims, marks and answers, in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from annotate.models import Answer, Layer, NoClaimMark
from annotate.records.claims import ANSWER_COLUMNS, Home, claims_of_layers
from annotate.records.registries import CodebookNames, Registries
from corpus.database.bulk import Among, Flag, Key, Stamp, database_key, uuid_text
from corpus.database.statements import Select

# Without what the claims of a layer have in common, which is in its Home.
LAYER_COLUMNS: tuple[Any, ...] = (
    Key("id"),
    "kind",
    "status",
    Flag("has_nothing_to_code"),
    "version",
    Stamp("created_at"),
    Stamp("updated_at"),
    Stamp("submitted_at"),
)
ANSWERS = Select(
    lambda keys: (
        Answer.objects.order_by().filter(Among(F("layer_id"), keys)).values_list(Key("layer_id"), *ANSWER_COLUMNS)
    )
)
MARKS = Select(
    lambda keys: (
        NoClaimMark.objects.order_by("start", "end")
        .filter(Among(F("layer_id"), keys))
        .values_list(Key("layer_id"), "start", "end", "quote")
    )
)


def stamp(moment: datetime | None) -> str | None:
    """Return a time in UTC with microseconds and Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def whole_layers(
    rows: Sequence[tuple[Any, ...]], homes: Mapping[str, Home], registries: Registries, *, only: Q | None = None
) -> list[dict[str, Any]]:
    """Return layers with their claims, or only some, their marks and answers; rows of LAYER_COLUMNS, homes by key.

    In the given order. Two queries beside those of the claims, whose rows are all held: let them be some thousands.
    Raises Misquoted at a claim whose quote differs from the text of its home.
    """
    keys = [row[0] for row in rows]
    answers, marks = answers_of({key: homes[key].names for key in keys}, registries), marks_of(keys)
    claims: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for claim in claims_of_layers({key: homes[key] for key in keys}, registries, only=only):
        claims[claim["layer"]].append(claim)
    found = []
    for key, kind, status, nothing, version, created, updated, submitted in rows:
        home = homes[key]
        found.append(
            {
                "id": home.layer,
                "kind": kind,
                "round": home.round,
                "status": status,
                "nothing_to_code": bool(nothing),
                "attributes": answers.get(key, {}),
                "no_claim": marks.get(key, []),
                "claims": claims.get(home.layer, []),
                "version": version,
                "created_at": created,
                "updated_at": updated,
                "submitted_at": submitted,
            }
        )
    return found


def layer_dicts(layers: list[Layer], *, registries: Registries | None = None) -> list[dict[str, Any]]:
    """Return whole layers in the given order, as `whole_layers` does; their quotes are not compared with the text."""
    registries = registries or Registries()
    homes = {database_key(layer.pk): _home(layer, registries) for layer in layers}
    return whole_layers([_row(layer) for layer in layers], homes, registries)


def _row(layer: Layer) -> tuple[Any, ...]:
    times = (stamp(layer.created_at), stamp(layer.updated_at), stamp(layer.submitted_at))
    return (database_key(layer.pk), layer.kind, layer.status, layer.has_nothing_to_code, layer.version, *times)


def _home(layer: Layer, registries: Registries) -> Home:
    return Home(
        layer=str(layer.pk),
        document=str(layer.document_id),
        round=str(layer.round_id) if layer.round_id else None,
        names=registries.names(layer.codebook_version_id),
    )


def layer_answers(layers: list[Layer], registries: Registries) -> dict[UUID, dict[str, object]]:
    """Return the answers to document attributes by layer. One query, and one more where entries answer."""
    names = {database_key(layer.pk): registries.names(layer.codebook_version_id) for layer in layers}
    found = answers_of(names, registries)
    return {layer.pk: found.get(database_key(layer.pk), {}) for layer in layers}


def layer_marks(layers: list[Layer]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the no-claim marks by layer, of those that have any. One query."""
    marks = marks_of([database_key(layer.pk) for layer in layers])
    return {UUID(uuid_text(key)): found for key, found in marks.items()}


def answers_of(layers: Mapping[str, CodebookNames], registries: Registries) -> dict[str, dict[str, object]]:
    """Return the answers to document attributes of the layers that have any, by key; given are their codebooks.

    One query, and one more where entries answer.
    """
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    rows = ANSWERS.rows(keys=list(layers))
    registries.speakers.learn_keys({row[3] for row in rows})
    for layer, *answer in rows:
        found[layer].append(tuple(answer))
    return {key: layers[key].answers(answers, registries.speakers) for key, answers in found.items()}


def marks_of(keys: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the no-claim marks of the layers that have any, by key. One query."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for layer, start, end, quote in MARKS.rows(keys=keys):
        found[layer].append({"start": start, "end": end, "quote": quote})
    return found
