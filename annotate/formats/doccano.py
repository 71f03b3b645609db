"""doccano JSONL: one text a line with its marked words, as triples and as entities with relations.

Its page counts UTF-16 code units, or grapheme clusters where a project says so, and a line has no quotes. Ours carry
the quotes beside, which doccano keeps as metadata.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import orjson

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.incoming import DocumentFound, Found, LayerFound, LinkFound, MarkFound, SpanFound
from annotate.formats.layers_out import GOLD, LayerOut, layers_out
from annotate.formats.marks import SHARED_LOSSES, marks_of, says_more, single_spans
from annotate.formats.offsets import utf16_edges
from annotate.formats.side_by_side import side_by_side
from annotate.formats.sources import IncomingFile, by_file, guarded, text_of, whole

VALUES = "values"
LOSSES = SHARED_LOSSES | {
    VALUES: "a claim is its words, its cue and the words that name its speakers; mode, stances, targets, proposition, "
    "reporters, attributes, notes and the registry's names are left out",
}


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    yield from side_by_side(_lines(selection, losses))


def _lines(selection: Selection, losses: Losses) -> Iterator[tuple[str, bytes]]:
    for layer in layers_out(selection, losses):
        for claim in filter(says_more, layer.claims):
            losses.note(VALUES, claim["id"])
        yield f"{layer.folder}.jsonl", orjson.dumps(_line(layer), option=orjson.OPT_APPEND_NEWLINE)


def _line(layer: LayerOut) -> dict[str, Any]:
    document = layer.document
    found = single_spans(marks_of(layer.claims, {}))
    edges = utf16_edges(document["text"])
    ids = {mark.key: number for number, mark in enumerate(found.marks, start=1)}
    entities = [
        {
            "id": ids[mark.key],
            "label": mark.label,
            "start_offset": edges[mark.spans[0]["start"]],
            "end_offset": edges[mark.spans[0]["end"]],
        }
        for mark in found.marks
    ]
    relations = [
        {"id": number, "from_id": ids[source], "to_id": ids[target], "type": label}
        for number, (source, target, label) in enumerate(found.links, start=1)
    ]
    triples = [[one["start_offset"], one["end_offset"], one["label"]] for one in entities]
    return {
        "text": document["text"],
        "label": triples,
        "entities": entities,
        "relations": relations,
        "document": document["id"],
        "external_id": document["external_id"] or "",
        "annotator": layer.annotator or GOLD,
        "quotes": [
            [one["start_offset"], one["end_offset"], mark.spans[0]["quote"]]
            for one, mark in zip(entities, found.marks, strict=True)
        ],
    }


def _read(file: IncomingFile) -> Iterator[Found]:
    for number, line in enumerate(text_of(file).split("\n"), start=1):
        if line.strip():
            yield from guarded(file.name, f"line {number}", partial(_document, file, line, number))


def _document(file: IncomingFile, raw: str, number: int) -> Iterator[Found]:
    line, at = orjson.loads(raw), f"line {number}"
    annotator = str(line.get("annotator", ""))
    is_gold = annotator == GOLD
    layer = LayerFound(
        annotator="" if is_gold else annotator,
        round=file.round,
        is_gold=is_gold,
        marks=tuple(_marks(line, at)),
        links=tuple(
            LinkFound(source=str(one["from_id"]), target=str(one["to_id"]), label=str(one["type"]), at=at)
            for one in line.get("relations", ())
        ),
    )
    yield DocumentFound(
        file=file.name,
        at=at,
        layers=(layer,),
        id=str(line.get("document", "")),
        external_id=str(line.get("external_id", "")),
        text=str(line["text"] if "text" in line else line["data"]),
    )


def _marks(line: Mapping[str, Any], at: str) -> Iterator[MarkFound]:
    quotes = {(start, end): quote for start, end, quote in line.get("quotes", ())}
    found = [(one["id"], one["start_offset"], one["end_offset"], one["label"]) for one in line.get("entities", ())]
    if "entities" not in line:
        triples = line.get("label", line.get("labels", ()))
        found = [(number, *triple) for number, triple in enumerate(triples, start=1)]
    for key, start, end, label in found:
        span = SpanFound(parts=((whole(start), whole(end)),), quote=quotes.get((start, end)))
        yield MarkFound(key=str(key), label=str(label), spans=(span,), at=f"{at}, mark {key}")


ENDINGS = (".jsonl", ".json")
FORMAT = Format(
    key="doccano",
    name="doccano",
    extension="doccano.zip",
    content_type="application/zip",
    description="One text a line with its marks, as triples and as entities with relations, for doccano.",
    write=write,
    is_folder=True,
    read=by_file(_read, *ENDINGS),
    endings=ENDINGS,
    units=("utf16", "graphemes", "codepoints"),
    losses=LOSSES,
)
