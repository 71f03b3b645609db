"""The flat tables that a newcomer opens first: one row for each claim and stance."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from annotate.formats.csv import safe
from annotate.payloads.codebooks import CodebookView

CLAIM_COLUMNS = (
    *("claim_id", "document_id", "external_id", "source", "published_on", "split", "start", "end", "quote"),
    *("speaker", "speaker_ids", "represents", "reported_by", "mode", "proposition", "relation"),
    *("holder", "target", "target_id", "target_kind", "stance", "score", "no_stance", "codebook_version"),
)
READING_COLUMNS = ("annotator", "round", "submission", "layer_id")
# How pandas and `datasets` should read them; everything else is text.
NUMBERS = {"start": "int64", "end": "int64", "score": "float64", "codebook_version": "int64", "submission": "int64"}
NUMBERS |= {"round": "int64"}
JOINT = " | "
GAP = " […] "


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a row says of its document."""

    external_id: str
    source: str
    published_on: str
    split: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatTable:
    """Rows in the order of `columns`: those of claims, then one for each attribute of claims of any version."""

    attributes: tuple[str, ...]
    scores: Mapping[tuple[int, str], float | None]

    @classmethod
    def of(cls, codebooks: Sequence[CodebookView]) -> FlatTable:
        keys = sorted({spec.key for view in codebooks for spec in view.of_scope("claim")})
        scores = {
            (view.version.number, label.key): label.score for view in codebooks for label in view.stances.values()
        }
        return cls(attributes=tuple(keys), scores=scores)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*CLAIM_COLUMNS, *(f"attribute_{key}" for key in self.attributes))

    def rows(self, claim: dict[str, Any], document_id: str, place: Place, version: int) -> Iterator[list[Any]]:
        """Yield the rows of a claim: one for each stance, or one without."""
        spans, speakers, proposition = claim["spans"], claim["speakers"], claim["proposition"] or {}
        head = [
            *(claim["id"], document_id, place.external_id, place.source, place.published_on, place.split),
            *(spans[0]["start"], spans[-1]["end"], GAP.join(span["quote"] for span in spans)),
            JOINT.join(speaker["name"] for speaker in speakers),
            JOINT.join(speaker["id"] for speaker in speakers),
            _in_place([(speaker["represents"] or {}).get("name", "") for speaker in speakers]),
            JOINT.join(found["name"] for found in claim["reported_by"]),
            *(claim["mode"], proposition.get("text"), proposition.get("relation")),
        ]
        tail = [_plain(claim["attributes"].get(key)) for key in self.attributes]
        for stance in claim["stances"] or [{}]:
            target, value = stance.get("target") or {}, stance.get("value")
            score = self.scores.get((version, value)) if value else None
            said = [
                (holder(claim, stance) or {}).get("name"),
                target.get("name"),
                target.get("id"),
                target.get("kind"),
                value,
                score,
            ]
            yield [*head, *said, "yes" if claim["no_stance"] else "no", version, *tail]


def holder(claim: dict[str, Any], stance: dict[str, Any]) -> dict[str, Any] | None:
    """Return who holds a stance: who is named, else whom the first speaker represents, else that speaker."""
    if not stance:
        return None
    first: dict[str, Any] = claim["speakers"][0] if claim["speakers"] else {}
    return stance.get("holder") or first.get("represents") or first or None


def _in_place(names: Sequence[str]) -> str:
    """Return names joined with those that are missing as empty places, so that each stays with its speaker."""
    return JOINT.join(names) if any(names) else ""


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return JOINT.join(map(str, value))
    if isinstance(value, dict):
        return value.get("id") or orjson.dumps(value).decode()
    return ("yes" if value else "no") if isinstance(value, bool) else value


def line(cells: Iterable[Any]) -> bytes:
    """Return a line of CSV; numbers stay numbers, and no text is taken for a formula by a spreadsheet."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(
        [cell if isinstance(cell, int | float) else safe(cell) for cell in cells]
    )
    return buffer.getvalue().encode()
