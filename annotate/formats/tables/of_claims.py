"""A claim as rows of the tables; the same dicts as in `jsonl`, the default holder resolved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from annotate.formats.tables.columns import (
    ATTRIBUTES,
    CLAIM_SPEAKERS,
    CLAIMS,
    REPORTERS,
    SPANS,
    STANCES,
    Table,
)
from annotate.models import CodebookVersion
from annotate.payloads.codebooks import CodebookView, load_codebook

GAP = " […] "

type Row = tuple[Any, ...]


@dataclass(slots=True)
class Views:
    """The versions of a project's codebook by number. One query for each number met."""

    codebook_id: UUID
    known: dict[int, CodebookView] = field(default_factory=dict)

    def of(self, number: int) -> CodebookView:
        if number not in self.known:
            version = CodebookVersion.objects.get(codebook=self.codebook_id, number=number)
            self.known[number] = load_codebook(version.pk)
        return self.known[number]

    def score(self, number: int, value: str | None) -> float | None:
        label = self.of(number).stances.get(value or "")
        return label.score if label is not None else None

    def kind(self, number: int, scope: str, key: str) -> str:
        return self.of(number).attributes[scope, key].kind


def claim_rows(claim: dict[str, Any], views: Views) -> Iterator[tuple[Table, Row]]:
    """Yield the rows of a claim, that of the table of claims first."""
    id = claim["id"]
    yield CLAIMS, _claim(claim)
    for position, stance in enumerate(claim["stances"]):
        yield STANCES, _stance(claim, position, stance, views)
    for role, speaker, spans in span_groups(claim):
        for position, span in enumerate(spans):
            yield SPANS, (id, role, speaker, position, span["start"], span["end"], span["quote"])
    for position, speaker in enumerate(claim["speakers"]):
        represents = speaker["represents"] or {}
        names = (speaker["id"], speaker["name"], represents.get("id"), represents.get("name"))
        yield CLAIM_SPEAKERS, (id, position, *names)
    for position, reporter in enumerate(claim["reported_by"]):
        yield REPORTERS, (id, position, reporter["id"], reporter["name"])
    number, layer = claim["codebook"]["version"], claim["layer"]
    yield from answer_rows(claim["attributes"], views, number, "claim", layer, id)
    for position, stance in enumerate(claim["stances"]):
        yield from answer_rows(stance.get("attributes", {}), views, number, "stance", layer, id, position)


def _claim(claim: dict[str, Any]) -> Row:
    spans, proposition, detected = claim["spans"], claim["proposition"] or {}, claim.get("detected")
    return (
        claim["id"], claim["layer"], claim["document"]["id"], claim["round"], claim["project"], claim["layer_kind"],
        claim["annotator"], claim["codebook"]["name"], claim["codebook"]["version"], spans[0]["start"],
        spans[-1]["end"], GAP.join(span["quote"] for span in spans), len(spans), claim["mode"], proposition.get("id"),
        proposition.get("text"), proposition.get("relation"), claim["no_stance"], claim["unsure"], claim["note"],
        detected["rule"] if detected else None, " ".join(detected["fields"]) if detected else None,
        claim.get("follows"), claim["version"], claim["created_at"], claim["updated_at"],
        claim.get("withdrawn", False),
    )  # fmt: skip


def holder_of(claim: dict[str, Any], stance: dict[str, Any]) -> dict[str, Any]:
    """Return who holds a stance: the holder named, else whom the first speaker represents, else that speaker."""
    if stance.get("holder"):
        return dict(stance["holder"])
    first = claim["speakers"][0] if claim["speakers"] else None
    return dict(first["represents"] or first) if first else {}


def _stance(claim: dict[str, Any], position: int, stance: dict[str, Any], views: Views) -> Row:
    holder, target = holder_of(claim, stance), stance["target"] or {}
    return (
        claim["id"], position, holder.get("id"), holder.get("name"), stance["holder"] is None, target.get("id"),
        target.get("name"), target.get("kind"), stance["value"],
        views.score(claim["codebook"]["version"], stance["value"]),
    )  # fmt: skip


def span_groups(claim: dict[str, Any]) -> Iterator[tuple[str, int | None, list[dict[str, Any]]]]:
    """Yield (role, place of the speaker, spans) of a claim."""
    yield "content", None, claim["spans"]
    yield "cue", None, claim["cue"]
    for position, speaker in enumerate(claim["speakers"]):
        yield "mention", position, speaker["mention"]


def answer_rows(
    answers: dict[str, Any],
    views: Views,
    number: int,
    scope: str,
    layer: str,
    claim: str | None = None,
    stance: int | None = None,
) -> Iterator[tuple[Table, Row]]:
    """Yield a row for each value that was answered."""
    for key, answer in sorted(answers.items()):
        kind = views.kind(number, scope, key)
        for position, value in enumerate(answer if isinstance(answer, list) else [answer]):
            yield ATTRIBUTES, (scope, layer, claim, stance, key, kind, position, answer_text(value))


def answer_text(value: Any) -> str:
    """Return a value as words; an entity is its id."""
    if isinstance(value, dict):
        return str(value["id"])
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
