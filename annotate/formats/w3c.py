"""W3C Web Annotation: one JSON-LD collection, each claim an annotation with position and quote selectors.

Rules: https://www.w3.org/TR/annotation-model/. Positions count code points. Beside standard bodies (tags, comment) the
whole claim stands in a body of its own type; its vocabulary is in the context at the head of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from typing import Any

import orjson

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.incoming import DocumentFound, Found, LayerFound, LinkFound, MarkFound, Refusal, SpanFound
from annotate.formats.layers_out import GOLD, LayerOut, layers_out
from annotate.formats.marks import CLAIM, CUE, SHARED_LOSSES, SPEAKER, payload_of
from annotate.formats.sources import IncomingFile, Malformed, by_file, guarded, text_of, whole

NAMESPACE = "urn:standpoint:vocabulary:"
CONTEXT = [
    "http://www.w3.org/ns/anno.jsonld",
    {
        "sp": NAMESPACE,
        # The claim as this project's API writes it: a JSON literal (JSON-LD 1.1), not taken apart into statements.
        "sp:claim": {"@id": f"{NAMESPACE}claim", "@type": "@json"},
    },
]
BODY = "sp:Claim"
AROUND = 32
URN = "urn:uuid:"


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    yield Member(path="annotations.jsonld", pieces=_pieces(selection, losses))


def _pieces(selection: Selection, losses: Losses) -> Iterator[bytes]:
    """Yield the collection with its one page in it; there is no page where there are no annotations (5.1, 5.2)."""
    id = f"{URN}{selection.project.pk}#{selection.layers}"
    head = {"@context": CONTEXT, "id": id, "type": "AnnotationCollection", "label": selection.project.name}
    yield orjson.dumps(head)[:-1]
    page = orjson.dumps({"id": f"{id}-page-1", "type": "AnnotationPage", "startIndex": 0})
    total = 0
    for layer in layers_out(selection, losses):
        for claim in layer.claims:
            begin = b',"first":' + page[:-1] + b',"items":[' if not total else b","
            yield begin + b"\n" + orjson.dumps(_annotation(layer, claim))
            total += 1
    yield (b"\n]}" if total else b"") + b',"total":%d}\n' % total


def _annotation(layer: LayerOut, claim: dict[str, Any]) -> dict[str, Any]:
    source = _source(layer.document)
    text = layer.document["text"]
    targets = [{"source": source, "selector": _selectors(text, span)} for span in claim["spans"]]
    person = {"creator": {"type": "Person", "nickname": layer.annotator}}
    return {
        "id": URN + claim["id"],
        "type": "Annotation",
        "motivation": "describing",
        **(person | {"sp:round": layer.round} if layer.annotator else {"sp:layerKind": GOLD}),
        "body": [*_standard_bodies(claim), {"type": BODY, "sp:claim": _claim(claim)}],
        "target": targets[0] if len(targets) == 1 else targets,
    }


def _source(document: dict[str, Any]) -> dict[str, Any]:
    found = {"id": URN + document["id"], "type": "Text", "format": "text/plain", "sp:sha256": document["sha256"]}
    optional = {"language": document["language"], "sp:externalId": document["external_id"]}
    return found | {name: value for name, value in optional.items() if value}


def _selectors(text: str, span: dict[str, Any]) -> list[dict[str, Any]]:
    start, end = span["start"], span["end"]
    quote = {"type": "TextQuoteSelector", "exact": span["quote"]}
    around = {"prefix": text[max(start - AROUND, 0) : start], "suffix": text[end : end + AROUND]}
    return [{"type": "TextPositionSelector", "start": start, "end": end}, quote | around]


def _standard_bodies(claim: dict[str, Any]) -> Iterator[dict[str, Any]]:
    values = [stance["value"] for stance in claim["stances"]]
    values += [value for _, value in sorted(claim["attributes"].items()) if isinstance(value, str)]
    for tag in dict.fromkeys(value for value in values if value):
        yield {"type": "TextualBody", "purpose": "tagging", "value": tag}
    if claim["note"]:
        yield {"type": "TextualBody", "purpose": "commenting", "format": "text/plain", "value": claim["note"]}


def _claim(claim: dict[str, Any]) -> dict[str, Any]:
    found = payload_of(claim)
    if claim["cue"]:
        found["cue"] = claim["cue"]
    for speaker, said in zip(claim["speakers"], found.get("speakers", ()), strict=False):
        if speaker["mention"]:
            said["mention"] = speaker["mention"]
    return found


def _read(file: IncomingFile) -> Iterator[Found]:
    items = list(_items(_json(text_of(file))))
    for (source, annotator, round, is_gold), group in groupby(enumerate(items), lambda pair: _whose(pair[1])):
        marks: list[MarkFound] = []
        links: list[LinkFound] = []
        first = None
        for number, item in group:
            first = number if first is None else first
            yield from guarded(file.name, f"item {number + 1}", partial(_take, item, number, marks, links))
        if marks:
            named = dict(source)
            layer = LayerFound(
                annotator=annotator, round=round, is_gold=is_gold, marks=tuple(marks), links=tuple(links)
            )
            yield DocumentFound(
                file=file.name,
                at=f"item {(first or 0) + 1}",
                layers=(layer,),
                id=named.get("id", ""),
                external_id=named.get("external_id", ""),
                sha256=named.get("sha256", ""),
            )


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        pass
    try:
        return [orjson.loads(line) for line in text.split("\n") if line.strip()]
    except ValueError as error:
        raise Malformed(f"the file is neither JSON nor JSON lines ({error}); save it again.") from error


def _items(data: Any) -> list[Any]:
    """Return the annotations of a collection, a page, a list, or the one annotation that the file is."""
    if isinstance(data, list):
        return data
    for holder in (data.get("first"), data) if isinstance(data, dict) else ():
        if isinstance(holder, dict) and isinstance(holder.get("items"), list):
            return list(holder["items"])
    if isinstance(data, dict) and "target" in data:
        return [data]
    if isinstance(data, dict) and data.get("total") == 0:
        return []
    raise Malformed("there are no annotations in this file; give a collection with its first page in it, or a list.")


def _whose(item: Any) -> tuple[tuple[tuple[str, str], ...], str, str, bool]:
    """Return document, annotator and round of an annotation, as a key; empty where it does not say."""
    try:
        source = _targets(item)[0]["source"]
        source = {"id": source} if isinstance(source, str) else source
        id = str(source.get("id", ""))
        named = {"id": id.removeprefix(URN), "external_id": str(source.get("sp:externalId") or id)}
        named["sha256"] = str(source.get("sp:sha256", ""))
        creator = item.get("creator") or {}
        name = creator if isinstance(creator, str) else creator.get("nickname") or creator.get("name") or ""
        return tuple(named.items()), str(name), str(item.get("sp:round", "")), item.get("sp:layerKind") == GOLD
    except (KeyError, TypeError, AttributeError, IndexError):
        return (), "", "", False


def _targets(item: Any) -> list[Any]:
    target = item["target"]
    return target if isinstance(target, list) else [target]


def _take(item: Any, number: int, marks: list[MarkFound], links: list[LinkFound]) -> Iterator[Refusal]:
    key, at = str(number), f"item {number + 1}"
    spans = tuple(_span(target["selector"]) for target in _targets(item))
    bodies = item.get("body") or []
    bodies = bodies if isinstance(bodies, list) else [bodies]
    own = next((body["sp:claim"] for body in bodies if isinstance(body, dict) and "sp:claim" in body), None)
    if own is None:
        marks.append(_foreign(item, bodies, key, at, spans))
        return
    payload = dict(own)
    added: list[MarkFound] = []
    if payload.get("cue"):
        added.append(_words(f"{key}/cue", CUE, payload["cue"], at))
        payload["cue"] = added[-1].key
    payload["speakers"] = [dict(speaker) for speaker in payload.get("speakers", ())]
    for place, speaker in enumerate(payload["speakers"]):
        if speaker.get("mention"):
            added.append(_words(f"{key}/{place}", SPEAKER, speaker["mention"], at))
            speaker["mention"] = added[-1].key
    marks += [MarkFound(key=key, label=CLAIM, spans=spans, at=at, payload=payload), *added]
    yield from ()


def _words(key: str, label: str, spans: list[dict[str, Any]], at: str) -> MarkFound:
    found = tuple(SpanFound(parts=((whole(one["start"]), whole(one["end"])),), quote=one["quote"]) for one in spans)
    return MarkFound(key=key, label=label, spans=found, at=at)


def _foreign(item: Any, bodies: list[Any], key: str, at: str, spans: tuple[SpanFound, ...]) -> MarkFound:
    """Return what another program marked: the first tag is the label, the others are values named “tag”."""
    texts = [{"value": body} if isinstance(body, str) else body for body in bodies]
    tags = [str(body["value"]) for body in texts if body.get("purpose") == "tagging"]
    notes = [str(body["value"]) for body in texts if body.get("purpose") != "tagging" and "value" in body]
    label = tags[0] if tags else str(item.get("motivation") or "annotation")
    answers = {"tag": tags[1:]} if tags[1:] else {}
    return MarkFound(key=key, label=label, spans=spans, at=at, answers=answers, note="\n".join(notes))


def _span(selector: Any) -> SpanFound:
    selectors = selector if isinstance(selector, list) else [selector]
    by_type = {one.get("type"): one for one in selectors}
    position, quote = by_type.get("TextPositionSelector"), by_type.get("TextQuoteSelector")
    if position is None:
        raise Malformed("the target has no TextPositionSelector; words alone may stand in several places.")
    parts = ((whole(position["start"]), whole(position["end"])),)
    if quote is None:
        return SpanFound(parts=parts)
    prefix, suffix = (str(quote.get(name) or "") for name in ("prefix", "suffix"))
    return SpanFound(parts=parts, quote=str(quote["exact"]), prefix=prefix, suffix=suffix)


ENDINGS = (".jsonld", ".json", ".jsonl")
FORMAT = Format(
    key="w3c",
    name="W3C Web Annotation",
    extension="w3c.zip",
    content_type="application/zip",
    description="A JSON-LD collection of annotations with position and quote selectors.",
    write=write,
    is_folder=True,
    read=by_file(_read, *ENDINGS),
    endings=ENDINGS,
    units=("codepoints", "utf16"),
    losses=SHARED_LOSSES,
)
