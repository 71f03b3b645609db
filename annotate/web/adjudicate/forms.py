"""What a curator sends from the desk, read into a verdict."""

from __future__ import annotations

import json
from typing import Any

from django.http import QueryDict

from annotate.actions.adjudication import Verdict
from annotate.attributes import AttributeSpec
from annotate.payloads.codebooks import CodebookView
from annotate.payloads.problems import FieldError, Invalid

MAX_CLAIMS = 200
SEPARATOR = ";"


def verdict_of(sent: QueryDict, *, text: str, codebook: CodebookView) -> Verdict:
    """Return the verdict in a form of the desk. Raises Invalid.

    `claim` and `decision` are repeated: a key with a fingerprint, an id with a version. `pick <field>` names a claim.
    """
    return Verdict(
        claims=_pairs(sent.getlist("claim"), "claim"),
        decisions={key: _number(value) for key, value in _pairs(sent.getlist("decision"), "decision").items()},
        picks={name[5:]: value for name, value in sent.items() if name.startswith("pick ") and isinstance(value, str)},
        edits=_edits(sent, text, codebook),
        is_claim=sent.get("do") != "reject",
        reason=_text(sent, "reason").replace("\r\n", "\n").strip(),
        guideline=_text(sent, "guideline"),
    )


def _text(sent: QueryDict, name: str) -> str:
    return str(sent.get(name, ""))


def _pairs(raw: list[str], name: str) -> dict[str, str]:
    pairs = [value.split(" ", 1) for value in raw[:MAX_CLAIMS]]
    if any(len(pair) != 2 for pair in pairs) or len(raw) > MAX_CLAIMS:
        detail = f"The form is damaged: each {name} is a key and its state. Load the desk again."
        raise Invalid.of([FieldError(pointer=f"/{name}", detail=detail)])
    return {pair[0]: pair[1] for pair in pairs}


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 10 else -1


def _edits(sent: QueryDict, text: str, codebook: CodebookView) -> dict[str, Any]:
    """Return what was written by hand; an empty field was not."""
    found: dict[str, Any] = {}
    if sent.get("spans"):
        found["spans"] = _spans(_text(sent, "spans"), text)
    represents = _text(sent, "represents").strip()
    names = _names(_text(sent, "speakers"))
    if names:
        for_whom = {"represents": {"name": represents}} if represents else {}
        found["speakers"] = [{"name": name} | for_whom for name in names]
    elif represents:
        found["represents"] = {"name": represents}
    if _text(sent, "reported_by").strip():
        found["reported_by"] = [{"name": name} for name in _names(_text(sent, "reported_by"))]
    if sent.get("mode"):
        found["mode"] = _text(sent, "mode")
    if _text(sent, "proposition").strip():
        found["proposition"] = {
            "text": _text(sent, "proposition").strip(),
            "relation": sent.get("relation") or "affirms",
        }
    stances = _stances(sent)
    if stances is not None:
        found["stances"] = stances
    for spec in codebook.of_scope("claim"):
        value = _answer(sent, spec)
        if value is not None:
            found[f"attributes/{spec.key}"] = value
    return found


def _names(raw: str) -> list[str]:
    return [name.strip() for name in raw.split(SEPARATOR) if name.strip()]


def _spans(raw: str, text: str) -> list[dict[str, Any]]:
    """Return spans with their quotes, from pairs of offsets in JSON. Raises Invalid."""
    try:
        pairs = [(int(start), int(end)) for start, end in json.loads(raw)]
    except (ValueError, TypeError, OverflowError, RecursionError):
        pairs = []
    if not pairs or len(pairs) > MAX_CLAIMS or any(not 0 <= start < end <= len(text) for start, end in pairs):
        detail = f"{raw[:60]!r} names no words of this text; give pairs of offsets, each end after its start."
        raise Invalid.of([FieldError(pointer="/spans", detail=detail)])
    return [{"start": start, "end": end, "quote": text[start:end]} for start, end in pairs]


def _stances(sent: QueryDict) -> list[dict[str, Any]] | None:
    """Return the stances that were written, an empty list for “no stance”, None where nothing was."""
    if sent.get("no_stance"):
        return []
    values = zip(sent.getlist("target"), sent.getlist("value"), strict=False)
    if any(value and not target.strip() for target, value in values):
        detail = "A stance needs its target: write the target beside it, or pick the cell of a reading."
        raise Invalid.of([FieldError(pointer="/stances", detail=detail)])
    rows = zip(sent.getlist("target"), sent.getlist("value"), sent.getlist("holder"), strict=False)
    found = [
        {"target": {"name": target.strip()}, "value": value or None}
        | ({"holder": {"name": holder.strip()}} if holder.strip() else {})
        for target, value, holder in rows
        if target.strip()
    ]
    return found or None


def document_answers(sent: QueryDict, codebook: CodebookView) -> dict[str, Any]:
    """Return what the curator answered about the document."""
    found = {spec.key: _answer(sent, spec, "answer") for spec in codebook.of_scope("document")}
    return {key: value for key, value in found.items() if value is not None}


def _answer(sent: QueryDict, spec: AttributeSpec, what: str = "attribute") -> object:
    """Return an answer in the shape of the API, None where nothing was written."""
    values = [value for value in sent.getlist(f"{what} {spec.key}") if value.strip()]
    if what == "answer" and spec.kind == "choice" and spec.is_multiple:  # one reading's labels, as the page sent them
        values = [part for value in values for part in value.split("|")]
    if not values:
        return None
    if spec.kind == "choice":
        return values if spec.is_multiple else values[0]
    if spec.kind == "boolean":
        return {"true": True, "false": False}.get(values[0], values[0])
    if spec.kind == "scale":
        try:
            return float(values[0])
        except ValueError:
            return values[0]
    return {"id": values[0]} if spec.kind == "entity" else values[0]
