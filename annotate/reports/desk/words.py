"""The values of a field in words: for the desk, for the record of a decision, and for who reads it later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from annotate.adjudication.fields import Field, stance_key
from annotate.adjudication.marks import Claim, Mark
from annotate.payloads.codebooks import CodebookView

NAMES = {
    "spans": "Words",
    "speakers": "Speaker",
    "represents": "On behalf of",
    "reported_by": "Reported by",
    "cue": "Cue",
    "mode": "Mode",
    "proposition": "Proposition",
    "stances": "Stance",
}
RELATIONS = {"affirms": "affirms", "denies": "denies", "leaves_open": "leaves open"}
NOTHING = "—"


def field_name(field: str, codebook: CodebookView, marks: Iterable[Mark] = ()) -> str:
    """Return the heading of a field."""
    if field.startswith("attributes/"):
        spec = codebook.attributes.get(("claim", field.split("/", 1)[1]))
        return spec.name if spec is not None else field.split("/", 1)[1]
    if field.startswith("stances/"):
        target = _target(field, marks)
        return f"Stance on {target}" if target else "Stance"
    return NAMES.get(field, field)


def _target(field: str, marks: Iterable[Mark]) -> str:
    _, target = stance_key(field)
    names = (
        s["target"]["name"]
        for mark in marks
        for s in mark.claim["stances"]
        if s["target"] and s["target"]["id"] == target
    )
    return next(names, "")


def in_words(field: Field, mark: Mark, codebook: CodebookView) -> str:
    """Return the value that a mark has in a field, in words; a dash where it was not answered."""
    name, claim = field.name, mark.claim
    if name.startswith("stances/"):
        found = [s for key, s in zip(mark.stances, claim["stances"], strict=True) if key == stance_key(name)]
        return stance_value(found[0], codebook) if found else NOTHING
    if name == "speakers" and _has_pairs(field):
        return value_in_words("people", claim, codebook)
    return value_in_words(name, claim, codebook)


def _has_pairs(field: Field) -> bool:
    """Return whether the speakers are compared with whom they represent."""
    return any(isinstance(value, tuple) and value and isinstance(value[0], tuple) for value in field.values)


def value_in_words(name: str, claim: Claim, codebook: CodebookView) -> str:
    """Return the value of a field of a claim in words."""
    if name in ("spans", "cue"):
        return " … ".join(span["quote"] for span in claim[name]) or NOTHING
    if name == "speakers":
        return ", ".join(speaker["name"] for speaker in claim["speakers"]) or NOTHING
    if name == "people":
        named = (
            f"{s['name']}, for {s['represents']['name']}" if s["represents"] else s["name"] for s in claim["speakers"]
        )
        return "; ".join(named) or NOTHING
    if name == "represents":
        return ", ".join(s["represents"]["name"] for s in claim["speakers"] if s["represents"]) or NOTHING
    if name == "reported_by":
        return " › ".join(found["name"] for found in claim["reported_by"]) or NOTHING
    if name == "proposition":
        found = claim["proposition"]
        return f"{RELATIONS[found['relation']]}: {found['text']}" if found else NOTHING
    if name.startswith("stances"):
        return stances_in_words(claim, codebook)
    if name.startswith("attributes/"):
        return _answer(name.split("/", 1)[1], claim, codebook)
    return str(claim.get(name) or NOTHING)


def stances_in_words(claim: Claim, codebook: CodebookView) -> str:
    if claim["no_stance"]:
        return "no stance expressed"
    return "; ".join(stance_in_words(stance, codebook) for stance in claim["stances"]) or NOTHING


def stance_in_words(stance: dict[str, Any], codebook: CodebookView) -> str:
    target = stance["target"]["name"] if stance["target"] else NOTHING
    holder = f"{stance['holder']['name']}: " if stance["holder"] else ""
    return f"{holder}{stance_value(stance, codebook)} · {target}"


def stance_value(stance: dict[str, Any], codebook: CodebookView) -> str:
    label = codebook.stances.get(stance["value"] or "")
    return label.name if label is not None else (stance["value"] or NOTHING)


def _answer(key: str, claim: Claim, codebook: CodebookView) -> str:
    value = claim["attributes"].get(key)
    if value is None:
        return NOTHING
    spec = codebook.attributes.get(("claim", key))
    names = {label.key: label.name for label in codebook.labels.get(spec.id, ())} if spec is not None else {}
    values = value if isinstance(value, list) else [value]
    return ", ".join(_plain(item, names) for item in values)


def _plain(value: Any, names: dict[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return str(value.get("name", value.get("id", "")))
    return names.get(value, value) if isinstance(value, str) else f"{value:g}"
