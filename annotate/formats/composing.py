"""Marks and links put together to claims as the API takes them, under a mapping of labels; nothing is guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from annotate.formats.incoming import DocumentFound, LayerFound, LinkFound, MarkFound, Place, Refusal, SpanFound
from annotate.formats.marks import CLAIM, CUE, CUE_LINK, PART_LINK, SHOWN_VALUES, SPEAKER, SPEAKER_LINK
from annotate.formats.offsets import NoPlace, Ruler, Units, stored_offset
from annotate.formats.sources import NOT_OURS

ROLES = ("claim", "cue", "speaker", "target", "part", "ignore")
LEFT_OUT = ("ignore", "")
NO_WORDS = ("claim", *LEFT_OUT)  # a link to these adds no words to a claim
FLAGS = ("unsure", "no_stance")
GRAMMAR = (
    "a label becomes a role (claim, cue, speaker, target, part, ignore), a value (stance=KEY, mode=KEY, ATTRIBUTE=KEY, "
    "unsure, no_stance), or several of these with “;” between them"
)
OWN = {CLAIM: "claim", CUE: "cue", SPEAKER: "speaker", CUE_LINK: "cue", SPEAKER_LINK: "speaker", PART_LINK: "part"}
UNMAPPED = "the label has no meaning here yet"
WITHOUT = "so this claim was not brought in"


class BadMapping(ValueError):
    """A mapping that cannot be read; the message names value, rule and remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a foreign label stands for: a role of the mark or link, and values of the claim."""

    role: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMap:
    """Foreign labels and what they stand for; a value of an attribute is looked up as NAME=VALUE, then as it is."""

    meanings: Mapping[str, Meaning] = field(default_factory=dict)
    met: set[str] = field(default_factory=set, compare=False)  # labels of the mapping that the files have held so far

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]]) -> LabelMap:
        return cls(meanings={old: _meaning(old, new) for old, new in pairs})

    def of_label(self, label: str) -> Meaning | None:
        found = self._meaning_of(label)
        return found or (Meaning(role=OWN[label]) if label in OWN else None)

    def of_answer(self, name: str, value: Any) -> Meaning | None:
        return self._meaning_of(f"{name}={value}") or self._meaning_of(str(value))

    def not_met(self) -> list[str]:
        """Return the labels of the mapping that the files did not hold, as after a typing error."""
        return sorted(self.meanings.keys() - self.met)

    def _meaning_of(self, label: str) -> Meaning | None:
        found = self.meanings.get(label)
        if found:
            self.met.add(label)
        return found


def _meaning(old: str, new: str) -> Meaning:
    role, values = "", dict[str, Any]()
    for word in (word.strip() for word in new.split(";")):
        name, equals, value = (part.strip() for part in word.partition("="))
        if not equals and name in ROLES and not role:
            role = name
        elif not equals and name in FLAGS:
            values[name] = True
        elif equals and name and value:
            values[name] = value
        else:
            raise BadMapping(f"The mapping {old[:60]!r} = {new[:60]!r} cannot be read: {GRAMMAR}.")
    return Meaning(role=role, values=values)


def pairs_of(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Read OLD=NEW; the label may hold an equals sign too, so the last one after which a meaning stands is taken."""
    found = []
    for line in lines:
        cuts = reversed([at for at, char in enumerate(line) if char == "="])
        pairs = ((line[:at].strip(), line[at + 1 :].strip()) for at in cuts)
        pair = next((pair for pair in pairs if _fits(*pair)), None)
        if pair is None:
            raise BadMapping(f"{line[:80]!r} is no mapping: write OLD=NEW, where {GRAMMAR}.")
        found.append(pair)
    return found


def _fits(old: str, new: str) -> bool:
    try:
        meaning = _meaning(old, new)
    except BadMapping:
        return False
    return bool(old) and all("=" not in str(value) for value in meaning.values.values())


def pairs_of_file(name: str, data: bytes) -> list[tuple[str, str]]:
    """Read a mapping from a file: a JSON object, or CSV with two columns. Raises BadMapping."""
    try:
        if name.lower().endswith(".json"):
            found = orjson.loads(data)
            if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
                raise BadMapping(f"{name}: the mapping must be one JSON object of texts, label to meaning.")
            return list(found.items())
        rows = [row for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) if row]
    except (ValueError, csv.Error) as error:
        if isinstance(error, BadMapping):
            raise
        raise BadMapping(f"{name} cannot be read as a mapping ({error}); write JSON, or CSV in UTF-8.") from error
    bad = next((row for row in rows if len(row) != 2), None)
    if bad is not None:
        raise BadMapping(f"{name}: the row {bad!r} needs two columns: the foreign label, and what it becomes here.")
    return [(old, new) for old, new in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A claim as the API takes it, with its place in the file, and those of parts that stand elsewhere."""

    at: str
    body: dict[str, Any]
    places: Mapping[str, Place] = field(default_factory=dict)

    def place_of(self, pointer: str) -> Place | None:
        """Return where the part stands that a JSON pointer names, where that is known."""
        found = [start for start in self.places if f"{pointer}/".startswith(f"{start}/")]
        return self.places[max(found, key=len)] if found else None


def compose(
    document: DocumentFound, layer: LayerFound, text: str, mapping: LabelMap, units: Units
) -> Iterator[Composed | Refusal]:
    """Yield the claims of one layer on the stored `text`, and everything of it that has no sure place or meaning."""
    yield from _Composer(document, layer, text, mapping, units).claims()


class _Composer:
    def __init__(self, document: DocumentFound, layer: LayerFound, text: str, mapping: LabelMap, units: Units) -> None:
        self._document, self._layer, self._text, self._mapping, self._units = document, layer, text, mapping, units
        self._ruler = Ruler(text if document.text is None else document.text)
        self._refused: list[Refusal] = []
        self._told: set[str] = set()
        self._used: set[str] = set()
        self._placed: set[str] = set()
        self._marks = self._by_key(layer.marks)
        self._roles = {key: self._role(mark) for key, mark in self._marks.items()}

    def claims(self) -> Iterator[Composed | Refusal]:
        links: dict[str, list[tuple[str, MarkFound]]] = {}
        for link in self._layer.links:
            self._sort(link, links)
        for key, role in self._roles.items():
            if role == "claim" and key not in self._used:
                try:
                    yield from self._claim(self._marks[key], links)
                except NOT_OURS:
                    rule = "what stands beside the words is not in the form of our own export"
                    self._refuse(self._marks[key].at, self._marks[key].label, rule, "delete it, or export it again")
        for key, role in self._roles.items():
            if role not in LEFT_OUT and key not in self._placed:
                rule, remedy = f"the {role} belongs to no claim", "link a claim to it, or map its label to ignore"
                if role == "claim":
                    rule, remedy = "links lead to it, and no claim takes it in", "turn the links round, or correct them"
                self._refuse(self._marks[key].at, self._marks[key].label, rule, remedy)
        yield from self._refused

    def _by_key(self, marks: Iterable[MarkFound]) -> dict[str, MarkFound]:
        """Return the marks by key; a key names one mark only, so a second one with it is refused."""
        found: dict[str, MarkFound] = {}
        for mark in marks:
            if found.setdefault(mark.key, mark) is not mark:
                rule = f"another mark has the key {mark.key[:60]!r}, and links to it could mean either"
                self._refuse(mark.at, mark.label, rule, "give each mark a key of its own")
        return found

    def _role(self, mark: MarkFound) -> str:
        if mark.payload is not None and mark.label in OWN:
            return "claim"
        meaning = self._mapping.of_label(mark.label)
        if meaning is None:
            self._unmapped(mark.at, mark.label)
            return ""
        return meaning.role or "claim"

    def _sort(self, link: LinkFound, links: dict[str, list[tuple[str, MarkFound]]]) -> None:
        source, target = self._marks.get(link.source), self._marks.get(link.target)
        if source is None or target is None:
            missing = link.source if source is None else link.target
            self._refuse(link.at, missing, "the link names a mark that is not there", "correct the file")
            return
        meaning = self._mapping.of_label(link.label)
        if meaning is None:
            self._unmapped(link.at, link.label, ", so claims came in without what it links")
            return
        role = meaning.role or self._roles[target.key]
        if role not in NO_WORDS:
            links.setdefault(source.key, []).append((role, target))
            self._used.add(target.key)

    def _claim(self, mark: MarkFound, links: dict[str, list[tuple[str, MarkFound]]]) -> Iterator[Composed]:
        n_refused = len(self._refused)
        payload = dict(mark.payload or {})
        body: dict[str, Any] = {name: value for name, value in payload.items() if name not in ("cue", "speakers")}
        body["spans"] = self._words(mark, links)
        body["cue"] = self._named(mark, payload.get("cue"), links)
        body["speakers"] = [
            speaker | ({"mention": self._named(mark, speaker["mention"], links)} if "mention" in speaker else {})
            for speaker in payload.get("speakers", ())
        ]
        self._add_links(body, mark, links, known={str(payload.get("cue")), *_mentions(payload)})
        self._add_answers(body, mark)
        if mark.note and not body.get("note"):
            body["note"] = mark.note
        if len(self._refused) == n_refused:
            yield Composed(at=mark.at, body=body, places=mark.places)

    def _words(self, mark: MarkFound, links: dict[str, list[tuple[str, MarkFound]]]) -> list[dict[str, Any]]:
        """Return where a mark stands, with the marks that are parts of it."""
        self._used.add(mark.key)
        joined = [mark, *(target for role, target in links.get(mark.key, ()) if role == "part")]
        self._placed |= {one.key for one in joined}
        found = [span for one in joined for span in self._spans(one)]
        return sorted(found, key=lambda span: (span["start"], span["end"]))

    def _named(self, mark: MarkFound, key: Any, links: dict[str, list[tuple[str, MarkFound]]]) -> list[dict[str, Any]]:
        """Return the words of a mark that our own export named."""
        if key is None:
            return []
        found = self._marks.get(str(key))
        if found is None:
            self._refuse(mark.at, str(key), "the claim names a mark that is not there", "correct the file")
            return []
        return self._words(found, links)

    def _spans(self, mark: MarkFound) -> Iterator[dict[str, Any]]:
        for span in mark.spans:
            try:
                places = self._units.place(self._ruler, span)
            except NoPlace as problem:
                shown = span.quote if span.quote is not None else f"{_shown_parts(span)}"
                value = f"{_shown_parts(span)} {shown[:60]!r}"
                self._refuse(mark.at, value, problem.rule, problem.remedy, place=span.place)
                continue
            for place in span.joined(places):
                start, end = (stored_offset(self._ruler.text, at) for at in place)
                yield {"start": start, "end": end, "quote": self._text[start:end]}

    def _add_links(
        self, body: dict[str, Any], mark: MarkFound, links: dict[str, list[tuple[str, MarkFound]]], known: set[str]
    ) -> None:
        for role, target in links.get(mark.key, ()):
            if target.key in known or role == "part":
                continue
            words = self._words(target, links)
            name = " ".join(span["quote"] for span in words)
            if role == "cue":
                body["cue"] += words
            elif role == "speaker":
                body["speakers"].append({"name": name, "mention": words})
            else:
                body.setdefault("stances", []).append({"target": {"name": name}})

    def _add_answers(self, body: dict[str, Any], mark: MarkFound) -> None:
        """Set the values that the label and the answers of the mark stand for."""
        meaning = self._mapping.of_label(mark.label)
        for name, value in (meaning.values if meaning else {}).items():
            _set(body, name, value)
        for name, answer in mark.answers.items():
            for value in answer if isinstance(answer, list | tuple) else (answer,):
                self._add_answer(body, mark, name, value)

    def _add_answer(self, body: dict[str, Any], mark: MarkFound, name: str, value: Any) -> None:
        found = self._mapping.of_answer(name, value)
        if found is not None:
            for own, mapped in found.values.items():
                _set(body, own, mapped)
        elif mark.payload is not None or mark.label == CLAIM:
            _set(body, name, value)  # as our own export writes it: the names are those of the codebook
        else:  # at each claim: it does not come in without what was answered
            self._refuse(mark.at, f"{name}={value}", f"{UNMAPPED}, {WITHOUT}", _say(f"{name}={value}"))

    def _unmapped(self, at: str, label: str, what: str = "") -> None:
        if label not in self._told:
            self._told.add(label)
            self._refuse(at, label, f"{UNMAPPED}{what}", _say(label))

    def _refuse(self, at: str, value: str, rule: str, remedy: str, *, place: Place | None = None) -> None:
        self._refused.append(self._document.refusal(at, value, rule, remedy, place=place))


def _say(label: str) -> str:
    return f"say what it stands for: --map '{label}=…', where {GRAMMAR}"


def _mentions(payload: Mapping[str, Any]) -> list[str]:
    return [str(speaker["mention"]) for speaker in payload.get("speakers", ()) if "mention" in speaker]


def _set(body: dict[str, Any], name: str, value: Any) -> None:
    if name == "stance":
        stances = body.setdefault("stances", [])
        open_one = next((stance for stance in stances if "value" not in stance), None)
        if open_one is None:
            stances.append({"value": value})
        else:
            open_one["value"] = value
    elif name in SHOWN_VALUES:
        body[name] = value if name == "mode" else _flag(value)
    else:
        _add_answer(body.setdefault("attributes", {}), name, value)


def _add_answer(answers: dict[str, Any], name: str, value: Any) -> None:
    """Set an answer; a second one makes a list, which the codebook allows or refuses."""
    if name not in answers:
        answers[name] = value
    elif answers[name] != value:
        before = answers[name] if isinstance(answers[name], list) else [answers[name]]
        answers[name] = sorted({*before, value})


def _flag(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "yes", "1")


def _shown_parts(span: SpanFound) -> str:
    return " ".join(f"{start}–{end}" for start, end in span.parts)
