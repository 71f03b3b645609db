"""Submitted claims as they are compared: spans, one value for each measure, and stances by holder and target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from annotate.agreement.matching import Spans
from annotate.agreement.wording import without_punctuation
from annotate.records import Registries
from annotate.reports.agreement.measures import FIELDS, Measures, value_of_answer

NOBODY, NO_STANCE, JOINT, CHAIN = "–", "no stance", "+", ">"


@dataclass(slots=True, kw_only=True)
class Marked:
    """One claim. A value is None where it was not answered; entries are ids, several of them joined by “+”."""

    key: str
    spans: Spans
    trimmed: Spans
    cue: Spans
    values: tuple[Any, ...]
    stances: dict[tuple[str, str], tuple[Any, ...]]
    order: tuple[str, str]
    is_nested: bool = False

    @property
    def joint(self) -> tuple[Any, ...]:
        """Return what has to be equal for the joint F1: speaker, target and stance."""
        return self.values[0], self.values[5], {key: values[0] for key, values in self.stances.items()}


@dataclass(slots=True, kw_only=True)
class Reading:
    """What one annotator submitted on one document in one round; annotator 0 is gold."""

    annotator: int
    document: UUID
    round: UUID | None
    layer: UUID
    version: UUID
    number: int
    claims: list[Marked]
    answers: tuple[Any, ...]


@dataclass(slots=True)
class Namer:
    """What the ids that are compared are called; known when all claims are read."""

    entries: dict[str, str] = field(default_factory=dict)

    def learn(self, registries: Registries) -> None:
        """Take the names of the entries that were met, as they count after merges."""
        for registry in (registries.speakers, registries.targets, registries.propositions):
            self.entries.update((str(found.id), found.name) for found in registry.by_key.values())

    def name(self, value: object) -> str:
        if isinstance(value, frozenset):
            return ", ".join(sorted(self.name(member) for member in value)) or NOBODY
        if isinstance(value, float):
            return f"{value:g}"
        text = str(value)
        for sign, shown in ((CHAIN, " → "), (JOINT, " + ")):
            parts = text.split(sign)
            if all(part in self.entries for part in parts):
                names = [self.entries[part] for part in parts]
                return shown.join(names if sign == CHAIN else sorted(names))
        return text or NOBODY


@dataclass(slots=True, kw_only=True)
class Compactor:
    """Makes claims of one codebook version ready for comparison."""

    measures: Measures

    def reading(self, claims: Iterable[dict[str, Any]], answers: dict[str, Any], **values: Any) -> Reading:
        marked = sorted((self.claim(claim) for claim in claims), key=_place)
        _mark_nested(marked)
        compared = tuple(value_of_answer(measure, answers) for measure in self.measures.document)
        return Reading(claims=marked, answers=compared, **values)

    def claim(self, claim: dict[str, Any]) -> Marked:
        spans = claim["spans"]
        speakers = [found["id"] for found in claim["speakers"]]
        represents = [found["represents"]["id"] for found in claim["speakers"] if found["represents"] is not None]
        default = next(iter(claim["speakers"]), None)
        holder = str((default["represents"] or default)["id"]) if default is not None else ""
        return Marked(
            key=claim["id"],
            spans=_spans(spans),
            trimmed=without_punctuation([(span["start"], span["end"], span["quote"]) for span in spans]),
            cue=_spans(claim["cue"]),
            values=self._values(claim, speakers, represents, holder),
            stances=self._stances(claim, holder),
            order=(claim["proposition"]["text"] if claim["proposition"] else "", claim["note"]),
        )

    def _values(self, claim: dict[str, Any], speakers: list[str], represents: list[str], holder: str) -> Any:
        chain, proposition = [found["id"] for found in claim["reported_by"]], claim["proposition"]
        targets = {stance["target"]["id"] for stance in claim["stances"] if stance["target"] is not None}
        holders = {stance["holder"]["id"] if stance["holder"] else holder for stance in claim["stances"]}
        unstated = NO_STANCE if claim["no_stance"] else None
        return (
            JOINT.join(sorted(speakers)) or None,
            frozenset(represents) if speakers else None,
            CHAIN.join(chain) if speakers else None,
            (chain[-1] if chain else "") if speakers else None,
            claim["mode"],
            JOINT.join(sorted(targets)) or unstated,
            JOINT.join(sorted(holders)) or None,
            proposition["id"] if proposition is not None else None,
            proposition["relation"] if proposition is not None else None,
            *(value_of_answer(measure, claim["attributes"]) for measure in self.measures.claim[len(FIELDS) :]),
        )

    def _stances(self, claim: dict[str, Any], default: str) -> dict[tuple[str, str], tuple[Any, ...]]:
        found: dict[tuple[str, str], tuple[Any, ...]] = {}
        for stance in claim["stances"]:
            if stance["target"] is None:
                continue
            holder = stance["holder"]
            answers = stance.get("attributes") or {}
            values = [stance["value"]]
            for measure in self.measures.stance[1:]:
                label = self.measures.codebook.stances.get(stance["value"] or "")
                is_score = measure.key == "stance_score"
                values.append((label.score if label else None) if is_score else value_of_answer(measure, answers))
            found[holder["id"] if holder else default, stance["target"]["id"]] = tuple(values)
        return found


def _spans(found: Iterable[dict[str, Any]]) -> Spans:
    return tuple([(span["start"], span["end"]) for span in found])


def _place(claim: Marked) -> Any:
    """Order claims by their place and what they say, so that their ids decide nothing."""
    return claim.spans, claim.order, claim.key


def _mark_nested(claims: list[Marked]) -> None:
    """Say which claims lie inside another of the same reading: every part in a part of a longer one."""
    for inner in claims:
        start, end = inner.spans[0][0], inner.spans[-1][1]
        for outer in claims:
            if outer.spans[0][0] > start:
                break
            if outer.spans[-1][1] >= end and outer is not inner and _holds(outer.spans, inner.spans):
                inner.is_nested = True
                break


def _holds(outer: Spans, inner: Spans) -> bool:
    if _length(outer) <= _length(inner):
        return False
    return all(any(left <= start and end <= right for left, right in outer) for start, end in inner)


def _length(spans: Spans) -> int:
    return sum(end - start for start, end in spans)
