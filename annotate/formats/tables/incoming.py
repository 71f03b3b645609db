"""The folder of tables read again, as the layers of its annotators. The tables of one folder are held in memory."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import orjson

from annotate.formats.incoming import DocumentFound, Found, LayerFound, MarkFound, Place, Refusal, SpanFound
from annotate.formats.marks import CLAIM, CUE, SPEAKER
from annotate.formats.sources import IncomingFile, Malformed, guarded
from annotate.formats.tables.columns import TABLES
from annotate.formats.tables.own import COLUMNS, own_tables, read_own

type Cells = dict[str, str]

NEEDED = ("claims", "spans")
ROW = ""  # the cell that holds the number of its row in the file; no column has an empty name
PARTS = ("spans", "stances", "claim_speakers", "reporters", "attributes")
BY_NAME = {table.name: table for table in TABLES}
WORDS = {table.name: {one.name for one in table.columns if one.type in ("string", "json")} for table in TABLES}


def read_tables(files: Sequence[IncomingFile]) -> Iterator[Found]:
    """Yield the documents of each folder that has a table of claims."""
    folders: dict[str, dict[str, IncomingFile]] = defaultdict(dict)
    for file in files:
        path = PurePosixPath(file.name)
        if path.suffix.lower() == ".csv":
            folders[str(path.parent)][path.stem] = file
    found = {name: tables for name, tables in folders.items() if all(table in tables for table in NEEDED)}
    own = list(own_tables(files)) if not found else []
    for table in own:
        yield from guarded(table.name, "", partial(read_own, table))
    for file in files if own else ():
        if file.name.lower().endswith(".csv") and file not in own:
            rule, remedy = f"it is no table with the columns {COLUMNS}", "name the columns so, or leave the file out"
            yield Refusal(file=file.name, at="", value="", rule=rule, remedy=remedy)
    if not found and not own:
        names = ", ".join(file.name for file in files[:3]) or "nothing"
        rule = (
            f"there is no folder with claims.csv and spans.csv among {names}, and no table with the columns {COLUMNS}"
        )
        remedy = "choose the folder, or the zip file, of the tables, or name the columns so"
        yield Refusal(file="", at="", value="", rule=rule, remedy=remedy)
    for name, tables in sorted(found.items()):
        yield from guarded(f"{name}/claims.csv".removeprefix("./"), "", partial(_folder, tables))


def _folder(tables: dict[str, IncomingFile]) -> Iterator[Found]:
    parts = _Parts(tables)
    about = {row["document_id"]: row for row in _rows(tables, "documents")}
    layers: dict[str, dict[tuple[str, str], list[tuple[int, Cells]]]] = defaultdict(lambda: defaultdict(list))
    for number, row in enumerate(_rows(tables, "claims"), start=2):
        if _is_true(row["withdrawn"]):
            rule, remedy = "the reading of this claim was withdrawn", "leave it out, or mark it anew"
            file, at = tables["claims"].name, f"row {number}"
            yield Refusal(file=file, at=at, value=row["claim_id"], rule=rule, remedy=remedy)
        else:
            layers[row["document_id"]][row["layer_id"], row["annotator"]].append((number, row))
    for document, own in layers.items():
        known = about.get(document, {})
        yield DocumentFound(
            file=tables["claims"].name,
            at=f"document {document}",
            layers=tuple(_layer(annotator, claims, parts) for (_, annotator), claims in own.items()),
            id=document,
            external_id=known.get("external_id", ""),
            sha256=known.get("sha256", ""),
            text=known.get("text") or None,
        )


def _rows(tables: dict[str, IncomingFile], name: str) -> Iterator[Cells]:
    """Yield the rows of a table with the apostrophes taken off; a table that is not there has none."""
    if name not in tables:
        return
    file, words = tables[name], WORDS[name]
    try:
        text = file.data().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"byte {error.start} of {file.name} is not UTF-8; save the file in UTF-8.") from error
    # A text is one cell, and may be longer than Python's own limit.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [one.name for one in BY_NAME[name].columns if one.name not in (reader.fieldnames or ())]
    if missing:
        raise Malformed(f"{file.name} lacks the column {missing[0]!r}; give the table as it was written.")
    for number, row in enumerate(reader, start=2):
        cells = {key: (value or "").removeprefix("'") if key in words else value or "" for key, value in row.items()}
        yield cells | {ROW: str(number)}


class _Parts:
    """What hangs on claims, by claim."""

    def __init__(self, tables: dict[str, IncomingFile]) -> None:
        self._files = {name: file.name for name, file in tables.items()}
        self.by_claim: dict[str, dict[str, list[Cells]]] = {}
        for name in PARTS:
            own = self.by_claim[name] = defaultdict(list)
            for row in _rows(tables, name):
                own[row["claim_id"]].append(row)
        # Answers that are entries are ids; elsewhere they are found by their names.
        self.names = {row["speaker_id"]: row["name"] for row in _rows(tables, "speakers")}

    def of(self, name: str, claim: str) -> list[Cells]:
        rows = self.by_claim[name].get(claim, [])
        return rows if name == "attributes" else sorted(rows, key=lambda row: int(row["position"]))

    def place(self, name: str, row: Cells) -> Place:
        return self._files[name], f"row {row[ROW]}"

    def places(self, claim: str) -> dict[str, Place]:
        """Return where the parts of a claim stand, by the beginning of their JSON pointers."""
        found: dict[str, Place] = {}
        for pointer, name in (("stances", "stances"), ("speakers", "claim_speakers"), ("reported_by", "reporters")):
            for at, row in enumerate(self.of(name, claim)):
                found[f"/{pointer}/{at}"] = self.place(name, row)
        for row in self.of("attributes", claim):
            of = f"/stances/{row['stance_position']}" if row["scope"] == "stance" else ""
            found.setdefault(f"{of}/attributes/{row['key']}", self.place("attributes", row))
        return found


def _layer(annotator: str, claims: list[tuple[int, Cells]], parts: _Parts) -> LayerFound:
    marks: list[MarkFound] = []
    for number, row in claims:
        marks += _marks(row, parts, f"row {number}")
    return LayerFound(
        annotator=annotator,
        round=claims[0][1]["round_id"],
        is_gold=all(row["layer_kind"] == "gold" for _, row in claims),
        marks=tuple(marks),
    )


def _marks(row: Cells, parts: _Parts, at: str) -> Iterator[MarkFound]:
    """Yield the claim with all that it says, then the marks of its cue and of the words that name its speakers."""
    id, payload = row["claim_id"], _payload(row, parts)
    spans: dict[str, list[SpanFound]] = defaultdict(list)
    for cells in parts.of("spans", id):
        role = f"{cells['role']}{cells['speaker_position']}"
        here = ((int(cells["start"]), int(cells["end"])),)
        spans[role].append(SpanFound(parts=here, quote=cells["quote"] or None, place=parts.place("spans", cells)))
    if spans["cue"]:
        payload["cue"] = f"{id}/cue"
    for position, speaker in enumerate(payload.get("speakers", ())):
        if spans[f"mention{position}"]:
            speaker["mention"] = f"{id}/mention{position}"
    places = parts.places(id)
    yield MarkFound(key=id, label=CLAIM, spans=tuple(spans["content"]), at=at, payload=payload, places=places)
    for role, found in spans.items():
        if found and role != "content":
            label = CUE if role == "cue" else SPEAKER
            yield MarkFound(key=f"{id}/{role}", label=label, spans=tuple(found), at=at)


def _payload(row: Cells, parts: _Parts) -> dict[str, Any]:
    id = row["claim_id"]
    answers = parts.of("attributes", id)
    found: dict[str, Any] = {
        "id": id,
        "speakers": [
            _entry(one["speaker_id"], one["speaker"])
            | ({"represents": _entry(one["represents_id"], one["represents"])} if one["represents"] else {})
            for one in parts.of("claim_speakers", id)
        ],
        "stances": [_stance(one, answers, parts.names) for one in parts.of("stances", id)],
        "reported_by": [_entry(one["speaker_id"], one["speaker"]) for one in parts.of("reporters", id)],
        "mode": row["mode"],
        "no_stance": _is_true(row["no_stance"]),
        "attributes": _answers((one for one in answers if one["scope"] == "claim"), parts.names),
        "unsure": _is_true(row["unsure"]),
        "note": row["note"],
    }
    if row["proposition"]:
        entry = {"id": row["proposition_id"], "text": row["proposition"]}
        found["proposition"] = entry | {"relation": row["relation"]}
    if row["detected_rule"]:
        found["detected"] = {"rule": row["detected_rule"], "fields": row["detected_fields"].split()}
    return {name: value for name, value in found.items() if value}


def _entry(id: str, name: str) -> dict[str, Any]:
    return {"id": id, "name": name} if id else {"name": name}


def _stance(row: Cells, answers: list[Cells], names: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if row["holder"] and not _is_true(row["holder_is_default"]):
        found["holder"] = _entry(row["holder_id"], row["holder"])
    if row["target"]:
        found["target"] = _entry(row["target_id"], row["target"])
    if row["value"]:
        found["value"] = row["value"]
    of_stance = (one for one in answers if one["scope"] == "stance" and one["stance_position"] == row["position"])
    own = _answers(of_stance, names)
    return found | ({"attributes": own} if own else {})


def _answers(rows: Iterator[Cells], names: dict[str, str]) -> dict[str, Any]:
    """Return answers by key; several labels of one question are a list. What was one label of many stays one."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["key"]].append(_value(row["kind"], row["value"], names))
    return {key: values if len(values) > 1 else values[0] for key, values in found.items()}


def _value(kind: str, value: str, names: dict[str, str]) -> Any:
    if kind == "entity":
        return {"id": value} | ({"name": names[value]} if value in names else {})
    if kind == "boolean" and value:
        return _is_true(value)
    return orjson.loads(value) if kind == "scale" else value


def _is_true(value: str) -> bool:
    """Return whether a cell says true; programs for tables save it as TRUE."""
    if value.casefold() not in ("true", "false", ""):
        raise Malformed(f"{value[:60]!r} is neither true nor false; write true or false.")
    return value.casefold() == "true"
