"""brat standoff: a text and a file of annotations for each document, a folder for each annotator.

Rules: https://brat.nlplab.org/standoff.html. Offsets count code points. A line of the file holds no line break, so
marked words that cross one are written in fragments; what brat has no place for stands as JSON in a note.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import orjson

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.incoming import DocumentFound, Found, LayerFound, LinkFound, MarkFound, Refusal, SpanFound
from annotate.formats.layers_out import GOLD, layers_out
from annotate.formats.marks import (
    CLAIM,
    CUE,
    CUE_LINK,
    SHARED_LOSSES,
    SPEAKER,
    SPEAKER_LINK,
    Mark,
    Marks,
    choices_of,
    marks_of,
    stances_of,
)
from annotate.formats.sources import IncomingFile, Malformed, by_file, guarded, text_of
from annotate.models import Mode

OWN = "standpoint"
# Some programs that read lines break them at these too.
BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
BREAK = re.compile(f"[{BREAKS}]")


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    choices = choices_of(selection.project)
    yield Member(path="annotation.conf", pieces=[_configuration(choices, stances_of(selection.project)).encode()])
    for layer in layers_out(selection, losses):
        path = f"{layer.folder}/{layer.document['id']}"
        text = layer.document["text"]
        yield Member(path=f"{path}.txt", pieces=[text.encode()])
        lines = _lines(marks_of(layer.claims, choices), text)
        yield Member(path=f"{path}.ann", pieces=["".join(f"{line}\n" for line in lines).encode()])


def _configuration(choices: Mapping[str, Sequence[str]], stances: Sequence[str]) -> str:
    modes = [mode for mode in Mode.values if mode]
    values: dict[str, Sequence[str]] = {"mode": modes, "stance": stances, "unsure": (), "no_stance": ()}
    lines = ["[entities]", CLAIM, CUE, SPEAKER, "", "[relations]"]
    lines += [f"{CUE_LINK}\tArg1:{CLAIM}, Arg2:{CUE}", f"{SPEAKER_LINK}\tArg1:{CLAIM}, Arg2:{SPEAKER}"]
    lines += ["<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>", "", "[events]", "", "[attributes]"]
    for name, labels in {**choices, **values}.items():
        lines.append(f"{name}\tArg:{CLAIM}" + (f", Value:{'|'.join(labels)}" if labels else ""))
    return "\n".join(lines) + "\n"


def _lines(found: Marks, text: str) -> Iterator[str]:
    joins: dict[str, list[int]] = {}
    for mark in found.marks:
        fragments = [_fragments(text, span["start"], span["end"]) for span in mark.spans]
        if any(len(parts) > 1 for parts in fragments):
            joins[mark.key] = [len(parts) for parts in fragments]
        parts = [part for own in fragments for part in own]
        offsets = ";".join(f"{start} {end}" for start, end in parts)
        yield f"{mark.key}\t{mark.label} {offsets}\t{' '.join(text[start:end] for start, end in parts)}"
    for number, (source, target, label) in enumerate(found.links, start=1):
        yield f"R{number}\t{label} Arg1:{source} Arg2:{target}"
    answers = [(mark.key, name, value) for mark in found.marks for name, value in mark.answers.items()]
    for number, (key, name, value) in enumerate(answers, start=1):
        yield f"A{number}\t{name} {key}" + ("" if value is True else f" {value}")
    claims = [mark for mark in found.marks if mark.payload is not None]
    for number, mark in enumerate(claims, start=1):
        yield f"#{number}\tAnnotatorNotes {mark.key}\t{_note(mark, joins)}"


def _note(mark: Mark, joins: Mapping[str, list[int]]) -> str:
    payload = dict(mark.payload or {})
    keys = [mark.key, payload.get("cue"), *(one.get("mention") for one in payload.get("speakers", ()))]
    if own := {key: joins[key] for key in keys if key in joins}:
        payload["fragments"] = own
    note = json.dumps({OWN: payload}, ensure_ascii=False, separators=(",", ":"))
    return BREAK.sub(lambda found: f"\\u{ord(found[0]):04x}", note)


def _fragments(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the parts of a span on each line, those without a word left out."""
    edges = [start - 1, *(found.start() for found in BREAK.finditer(text, start, end)), end]
    parts = [(one + 1, two) for one, two in pairwise(edges)]
    return [(one, two) for one, two in parts if text[one:two].strip()]


def read(files: Sequence[IncomingFile]) -> Iterator[Found]:
    texts = {file.name: file for file in files if file.name.lower().endswith(".txt")}
    yield from by_file(lambda file: _document(file, texts), *ENDINGS)(files)


def _document(file: IncomingFile, texts: Mapping[str, IncomingFile]) -> Iterator[Found]:
    beside = texts.get(f"{file.name[:-4]}.txt")
    reading = _Reading()
    for number, line in enumerate(text_of(file).split("\n"), start=1):
        if line.strip():
            yield from guarded(file.name, f"line {number}", partial(reading.take, line, number))
    yield from reading.refusals(file)
    yield DocumentFound(
        file=file.name,
        at="",
        layers=(reading.layer(file),),
        id=file.stem,
        external_id=file.stem,
        text=None if beside is None else _text(beside),
    )


def _text(file: IncomingFile) -> str:
    """Return the text beside a file of annotations; a mark at its start stays, for offsets may count it."""
    try:
        return file.data().decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"byte {error.start} of {file.name} is not UTF-8; save the file in UTF-8.") from error


class _Reading:
    """One file of annotations, line by line."""

    def __init__(self) -> None:
        self._marks: dict[str, tuple[str, SpanFound, str]] = {}
        self._triggers: dict[str, str] = {}
        self._links: list[LinkFound] = []
        self._answers: dict[str, dict[str, Any]] = {}
        self._notes: dict[str, list[str]] = {}
        self._payloads: dict[str, dict[str, Any]] = {}
        self._said: list[tuple[str, str, str]] = []  # of which key something is said, what it is, and where

    def take(self, line: str, number: int) -> Iterator[Found]:
        """Take one line. Raises Malformed, KeyError or ValueError where it is not in the format."""
        at = f"line {number}"
        key, _, rest = line.rstrip("\r").partition("\t")
        data, _, tail = rest.partition("\t")
        kind = key[:1]
        if kind == "T" and key in self._marks:
            raise Malformed(f"another line has the key {key[:60]!r}; give each mark a key of its own.")
        if kind == "T":
            label, _, offsets = data.partition(" ")
            pairs = (part.split() for part in offsets.split(";"))
            parts = tuple((int(start), int(end)) for start, end in pairs)
            self._marks[key] = (label, SpanFound(parts=parts, quote=tail), at)
        elif kind in ("R", "E", "*"):
            self._take_links(key, kind, data.split(), at)
        elif kind in ("A", "M", "N"):
            name, target, *value = data.split(None, 2)
            if name in self._answers.setdefault(target, {}):
                raise Malformed(f"{target[:60]} has the attribute {name[:60]!r} already; keep one of them.")
            self._answers[target][name] = value[0] if value else True
            self._said.append((target, f"attribute {name}", at))
        elif kind == "#":
            self._take_note(data.split()[1], tail)
            self._said.append((data.split()[1], "note", at))
        else:
            raise Malformed(f"{line[:60]!r} is no line of brat's; lines begin with T, R, E, A, M, N, * or #.")
        yield from ()

    def _take_links(self, key: str, kind: str, words: list[str], at: str) -> None:
        if kind == "*":
            label, first, *others = words
            self._links += [LinkFound(source=first, target=other, label=label, at=at) for other in others]
            return
        named = [word.partition(":")[::2] for word in words]
        if kind == "R":
            (label, _), (_, source), (_, target) = named
            self._links.append(LinkFound(source=source, target=target, label=label, at=at))
            return
        self._triggers[key] = named[0][1]
        self._links += [LinkFound(source=key, target=target, label=role, at=at) for role, target in named[1:]]

    def _take_note(self, target: str, text: str) -> None:
        try:
            found = orjson.loads(text)[OWN]
        except (ValueError, KeyError, TypeError):
            self._notes.setdefault(target, []).append(text)
            return
        if not isinstance(found, dict):
            raise Malformed("the note is not one of ours; correct it, or delete it.")
        self._payloads[target] = found

    def refusals(self, file: IncomingFile) -> Iterator[Refusal]:
        """Yield what is said of relations, and of keys that are not there: only marks carry answers and notes."""
        for target, what, at in self._said:
            if self._key(target) not in self._marks:
                rule = "it belongs to no mark, and links carry no answers or notes"
                remedy = "attach it to the words, or enter it by hand"
                yield Refusal(file=file.name, at=at, value=f"{what} of {target}"[:80], rule=rule, remedy=remedy)

    def layer(self, file: IncomingFile) -> LayerFound:
        joins: dict[str, tuple[int, ...]] = {}
        for payload in self._payloads.values():
            joins |= {key: tuple(own) for key, own in payload.pop("fragments", {}).items()}
        marks = tuple(self._mark(key, joins) for key in self._marks)
        links = tuple(
            LinkFound(source=self._key(link.source), target=self._key(link.target), label=link.label, at=link.at)
            for link in self._links
        )
        is_gold = file.folder == GOLD
        return LayerFound(annotator=file.annotator, round=file.round, is_gold=is_gold, marks=marks, links=links)

    def _mark(self, key: str, joins: Mapping[str, tuple[int, ...]]) -> MarkFound:
        label, span, at = self._marks[key]
        if key in joins:
            span = SpanFound(parts=span.parts, quote=span.quote, joins=joins[key])
        events = [event for event, trigger in self._triggers.items() if trigger == key]
        answers = {name: value for own in (key, *events) for name, value in self._answers.get(own, {}).items()}
        note = "\n".join(text for own in (key, *events) for text in self._notes.get(own, ()))
        payload = self._payloads.get(key)
        return MarkFound(key=key, label=label, spans=(span,), at=at, answers=answers, note=note, payload=payload)

    def _key(self, key: str) -> str:
        return self._triggers.get(key, key)


ENDINGS = (".ann",)
FORMAT = Format(
    key="brat",
    name="brat standoff",
    extension="brat.zip",
    content_type="application/zip",
    description="A text and a file of standoff annotations for each document and annotator, for brat.",
    write=write,
    is_folder=True,
    read=read,
    endings=ENDINGS,
    units=("codepoints", "utf16", "utf8"),
    losses=SHARED_LOSSES,
)
