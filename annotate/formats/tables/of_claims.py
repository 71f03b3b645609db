"""A claim as rows of the tables; the same dicts as in `jsonl`, the default holder resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from annotate.models import CodebookVersion
from annotate.payloads.codebooks import CodebookView, load_codebook

GAP = " […] "

type Row = tuple[Any, ...]
type Rows = Mapping[str, list[Row]]


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


def add_rows(claim: dict[str, Any], views: Views, rows: Rows) -> None:
    """Add what the tables say of a claim to their rows, by the name of the table."""
    id = claim["id"]
    rows["claims"].append(_claim(claim))
    for position, stance in enumerate(claim["stances"]):
        rows["stances"].append(_stance(claim, position, stance, views))
    spans = rows["spans"]
    for position, span in enumerate(claim["spans"]):
        spans.append((id, "content", None, position, span["start"], span["end"], span["quote"]))
    for position, span in enumerate(claim["cue"]):
        spans.append((id, "cue", None, position, span["start"], span["end"], span["quote"]))
    for place, speaker in enumerate(claim["speakers"]):
        represents = speaker["represents"] or {}
        names = (speaker["id"], speaker["name"], represents.get("id"), represents.get("name"))
        rows["claim_speakers"].append((id, place, *names))
        for position, span in enumerate(speaker["mention"]):
            spans.append((id, "mention", place, position, span["start"], span["end"], span["quote"]))
    for position, reporter in enumerate(claim["reported_by"]):
        rows["reporters"].append((id, position, reporter["id"], reporter["name"]))
    number, layer = claim["codebook"]["version"], claim["layer"]
    if claim["attributes"]:
        rows["attributes"] += answer_rows(claim["attributes"], views, number, "claim", layer, id)
    for position, stance in enumerate(claim["stances"]):
        if "attributes" in stance:
            rows["attributes"] += answer_rows(stance["attributes"], views, number, "stance", layer, id, position)


def _claim(claim: dict[str, Any]) -> Row:
    spans, proposition, detected = claim["spans"], claim["proposition"] or {}, claim.get("detected")
    return (
        claim["id"], claim["layer"], claim["document"]["id"], claim["round"], claim["project"], claim["layer_kind"],
        claim["annotator"], claim["codebook"]["name"], claim["codebook"]["version"], spans[0]["start"],
        spans[-1]["end"], GAP.join([span["quote"] for span in spans]), len(spans), claim["mode"], proposition.get("id"),
        proposition.get("text"), proposition.get("relation"), claim["no_stance"], claim["unsure"], claim["note"],
        detected["rule"] if detected else None, " ".join(detected["fields"]) if detected else None,
        claim.get("follows"), claim["version"], claim["created_at"], claim["updated_at"],
        claim.get("withdrawn", False),
    )  # fmt: skip


def holder_of(claim: dict[str, Any], stance: dict[str, Any]) -> dict[str, Any]:
    """Return who holds a stance: the holder named, else whom the first speaker represents, else that speaker."""
    if stance.get("holder"):
        holder: dict[str, Any] = stance["holder"]
        return holder
    first: dict[str, Any] | None = claim["speakers"][0] if claim["speakers"] else None
    return (first["represents"] or first) if first else {}


def _stance(claim: dict[str, Any], position: int, stance: dict[str, Any], views: Views) -> Row:
    holder, target = holder_of(claim, stance), stance["target"] or {}
    return (
        claim["id"], position, holder.get("id"), holder.get("name"), stance["holder"] is None, target.get("id"),
        target.get("name"), target.get("kind"), stance["value"],
        views.score(claim["codebook"]["version"], stance["value"]),
    )  # fmt: skip


def answer_rows(
    answers: dict[str, Any],
    views: Views,
    number: int,
    scope: str,
    layer: str,
    claim: str | None = None,
    stance: int | None = None,
) -> Iterator[Row]:
    """Yield a row of the table of attributes for each value that was answered."""
    for key, answer in sorted(answers.items()):
        kind = views.kind(number, scope, key)
        for position, value in enumerate(answer if isinstance(answer, list) else [answer]):
            yield scope, layer, claim, stance, key, kind, position, answer_text(value)


def answer_text(value: Any) -> str:
    """Return a value as words; an entity is its id."""
    if isinstance(value, dict):
        return str(value["id"])
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
