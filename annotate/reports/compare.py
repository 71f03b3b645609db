"""Two claims field by field: what each says, in the words of the screens, and where they differ.

Entries are the same by their ids, as they count after merges; what they are called makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotate.payloads.codebooks import CodebookView

type Value = tuple[Any, str]  # what is compared, and its words
NOTHING = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field in which one's own claim and the gold claim differ; a dash stands for no answer."""

    field: str
    own: str
    gold: str


def differences(own: dict[str, Any], gold: dict[str, Any], codebook: CodebookView) -> list[Difference]:
    """Return the fields that differ, in the order of the card. Notes and doubts are one's own and not compared."""
    mine, theirs = dict(_fields(own, codebook)), dict(_fields(gold, codebook))
    nothing: Value = (None, NOTHING)
    found = []
    for field in dict.fromkeys((*mine, *theirs)):
        (key, words), (other, other_words) = mine.get(field, nothing), theirs.get(field, nothing)
        if key != other:
            found.append(Difference(field=field, own=words, gold=other_words))
    return found


def said(claim: dict[str, Any]) -> str:
    """Return the words of a claim."""
    return " […] ".join(span["quote"] for span in claim["spans"])


def summary(claim: dict[str, Any], codebook: CodebookView) -> str:
    """Return who says it and where they stand, on one line."""
    fields = dict(_fields(claim, codebook))
    parts = [fields["speaker"][1], *(words for name, (_, words) in fields.items() if name.startswith("stance"))]
    return " · ".join(part for part in parts if part != NOTHING) or NOTHING


def joint_key(claim: dict[str, Any]) -> tuple[Any, ...]:
    """Return what has to be equal beside the words for two claims to agree jointly: speakers, targets and stances."""
    speakers = frozenset(found["id"] for found in claim["speakers"])
    stances = frozenset((_id(found["target"]), _id(found["holder"]), found["value"]) for found in claim["stances"])
    return speakers, stances, bool(claim["no_stance"])


def _id(ref: dict[str, Any] | None) -> str | None:
    return ref["id"] if ref is not None else None


def _fields(claim: dict[str, Any], codebook: CodebookView) -> Iterator[tuple[str, Value]]:
    yield "words", (tuple((span["start"], span["end"]) for span in claim["spans"]), f"“{said(claim)}”")
    yield "speaker", _people(claim["speakers"])
    if claim["reported_by"]:
        yield "reported by", _people(claim["reported_by"])
    yield from _stances(claim, codebook)
    if claim["mode"]:
        yield "mode", (claim["mode"], claim["mode"])
    if claim["proposition"]:
        found = claim["proposition"]
        relation = (found["relation"] or "").replace("_", " ")
        yield "proposition", ((found["id"], found["relation"]), f"{relation} “{found['text']}”".strip())
    yield from _answers("", claim["attributes"], "claim", codebook)


def _people(found: list[dict[str, Any]]) -> Value:
    words = [
        f"{one['name']}, on behalf of {one['represents']['name']}" if one.get("represents") else one["name"]
        for one in found
    ]
    keys = frozenset((one["id"], _id(one.get("represents"))) for one in found)
    return (keys, ", ".join(words)) if keys else (None, NOTHING)


def _stances(claim: dict[str, Any], codebook: CodebookView) -> Iterator[tuple[str, Value]]:
    if claim["no_stance"]:
        yield "stance", ("none", "no stance")
    for found in claim["stances"]:
        target = found["target"]["name"] if found["target"] else "no target"
        holder = f", held by {found['holder']['name']}" if found["holder"] else ""
        label = codebook.stances.get(found["value"] or "")
        words = label.name if label is not None else found["value"] or "not answered"
        yield f"stance on {target}{holder}", ((_id(found["target"]), found["value"]), f"{words}: {target}{holder}")
        yield from _answers(f"stance on {target}, ", found.get("attributes") or {}, "stance", codebook)


def _answers(where: str, answers: dict[str, Any], scope: str, codebook: CodebookView) -> Iterator[tuple[str, Value]]:
    for key, value in sorted(answers.items()):
        spec = codebook.attributes.get((scope, key))
        labels = {label.key: label.name for label in codebook.labels.get(spec.id, ())} if spec is not None else {}
        several = value if isinstance(value, list) else [value]
        same = frozenset(several) if isinstance(value, list) else value
        words = ", ".join(labels.get(str(one)) or _plain(one) for one in several)
        yield f"{where}{spec.name.lower() if spec is not None else key}", (same, words or NOTHING)


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
