"""A flat table: one row for each claim and stance, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from annotate.formats.base import Format, Selection, one_file
from annotate.formats.reading import claim_lines

COLUMNS = (
    "claim_id", "project", "layer_kind", "annotator", "document_id", "external_id", "title", "source", "url",
    "published_on", "language", "start", "end", "quote", "parts", "cue", "speakers", "represents", "reported_by",
    "mode", "proposition", "relation", "holder", "target", "target_kind", "stance", "no_stance", "attributes",
    "unsure", "note", "detected", "codebook", "version", "created_at", "updated_at", "withdrawn",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
JOINT = " | "


def write(selection: Selection) -> Iterator[bytes]:
    yield _line(COLUMNS).encode("utf-8-sig")  # the mark tells spreadsheets that this is UTF-8
    for claim in claim_lines(selection):
        for stance in claim["stances"] or [None]:
            yield _line([safe(value) for value in _row(claim, stance)]).encode()


def safe(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe is put before it.

    An apostrophe at the start is doubled in the same way, so that taking off one always gives back the value.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def _row(claim: dict[str, Any], stance: dict[str, Any] | None) -> list[Any]:
    document, spans, stance = claim["document"], claim["spans"], stance or {}
    speakers = claim["speakers"]
    proposition = claim["proposition"] or {}
    target = stance.get("target") or {}
    return [
        claim["id"], claim["project"], claim["layer_kind"], claim["annotator"],
        document["id"], document["external_id"], document["title"], document["source"], document["url"],
        document["published_on"], document["language"],
        spans[0]["start"], spans[-1]["end"], " […] ".join(span["quote"] for span in spans),
        " ".join(f"{span['start']}:{span['end']}" for span in spans),
        JOINT.join(span["quote"] for span in claim["cue"]),
        JOINT.join(speaker["name"] for speaker in speakers),
        JOINT.join(speaker["represents"]["name"] if speaker["represents"] else "" for speaker in speakers).strip(JOINT),
        JOINT.join(reporter["name"] for reporter in claim["reported_by"]),
        claim["mode"], proposition.get("text"), proposition.get("relation"),
        _holder(claim, stance), target.get("name"), target.get("kind"), stance.get("value"),
        _flag(claim["no_stance"]), _attributes(claim["attributes"]), _flag(claim["unsure"]), claim["note"],
        _detected(claim.get("detected")),
        f"{claim['codebook']['name']} v{claim['codebook']['version']}", claim["version"],
        claim["created_at"], claim["updated_at"], _flag(claim.get("withdrawn", False)),
    ]  # fmt: skip


def _holder(claim: dict[str, Any], stance: dict[str, Any]) -> str | None:
    """Return who holds the stance: the holder named, else whom the first speaker represents, else that speaker."""
    if not stance:
        return None
    if stance.get("holder"):
        return str(stance["holder"]["name"])
    first = claim["speakers"][0] if claim["speakers"] else None
    return (first["represents"] or first)["name"] if first else None


def _detected(detected: dict[str, Any] | None) -> str:
    return f"{detected['rule']}: {' '.join(detected['fields'])}" if detected else ""


def _flag(value: bool) -> str:
    return "yes" if value else "no"


def _attributes(answers: dict[str, Any]) -> str:
    return "; ".join(f"{key}={_answer(value)}" for key, value in sorted(answers.items()))


def _answer(value: Any) -> str:
    if isinstance(value, dict):
        return str(value["id"])
    return ",".join(value) if isinstance(value, list) else str(value)


FORMAT = Format(
    key="csv",
    name="Flat table, CSV",
    extension="csv",
    content_type="text/csv; charset=utf-8",
    description="One row for each claim and stance, for spreadsheets.",
    write=one_file(write),
)
