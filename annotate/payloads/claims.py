"""A claim as JSON: read into dataclasses, with every error found at once and its JSON pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from annotate.models import Mode, Relation
from annotate.payloads.problems import FieldError, Invalid

MAX_SPANS = 200
MAX_LIST = 50
MAX_NOTE = 10_000
MAX_OFFSET = 2**31 - 1
# What the reader's rules can find in the text, and the names that a set of such rules may bear.
DETECTABLE = ("cue", "mention", "mode", "speakers")
RULE = re.compile(r"[A-Za-z0-9._-]{1,40}")
READ_ONLY = frozenset(
    [
        "id",
        "document",
        "round",
        "layer",
        "follows",
        "version",
        "created_at",
        "updated_at",
        "project",
        "annotator",
        "layer_kind",
        "codebook",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SpanIn:
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryIn:
    """A registry entry, by id or by its exact name; `pointer` says where it stood in the body."""

    id: UUID | None = None
    name: str | None = None
    pointer: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerIn:
    entry: EntryIn
    represents: EntryIn | None = None
    mention: tuple[SpanIn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceIn:
    holder: EntryIn | None = None
    target: EntryIn | None = None
    value: str | None = None
    attributes: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedIn:
    """The fields whose value a rule found in the text and the annotator accepted unchanged; sorted, each once."""

    rule: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimIn:
    """A claim as a client sends it; entries, labels and quotes are not yet checked against the database."""

    spans: tuple[SpanIn, ...]
    cue: tuple[SpanIn, ...] = ()
    speakers: tuple[SpeakerIn, ...] = ()
    reported_by: tuple[EntryIn, ...] = ()
    mode: str = ""
    proposition: EntryIn | None = None
    relation: str = ""
    stances: tuple[StanceIn, ...] = ()
    no_stance: bool = False
    attributes: dict[str, object] = field(default_factory=dict)
    unsure: bool = False
    note: str = ""
    detected: DetectedIn = DetectedIn()


class Reader:
    """Walks a body and collects every error instead of stopping at the first."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def fail(self, pointer: str, detail: str) -> None:
        self.errors.append(FieldError(pointer=pointer, detail=detail))

    def obj(self, raw: object, pointer: str, known: frozenset[str]) -> dict[str, object]:
        if not isinstance(raw, dict):
            self.fail(pointer, f"{_shown(raw)} stands where an object is needed.")
            return {}
        for key in raw.keys() - known:
            self.fail(
                f"{pointer}/{_escape(key)}", f"“{key}” is not a field here; known are {', '.join(sorted(known))}."
            )
        return raw

    def items[T](self, raw: object, pointer: str, limit: int, one: Callable[[object, str], T | None]) -> tuple[T, ...]:
        if raw is None:
            return ()
        if not isinstance(raw, list):
            self.fail(pointer, f"{_shown(raw)} stands where a list is needed.")
            return ()
        if len(raw) > limit:
            self.fail(pointer, f"The list has {len(raw)} items; at most {limit} are allowed.")
            return ()
        found = [one(item, f"{pointer}/{index}") for index, item in enumerate(raw)]
        return tuple(item for item in found if item is not None)

    def flag(self, raw: object, pointer: str) -> bool:
        if not isinstance(raw, bool):
            self.fail(pointer, f"{_shown(raw)} stands where true or false is needed.")
            return False
        return raw

    def text(self, raw: object, pointer: str, *, limit: int) -> str:
        if not isinstance(raw, str):
            self.fail(pointer, f"{_shown(raw)} stands where a text is needed.")
            return ""
        if len(raw) > limit:
            self.fail(pointer, f"The text has {len(raw)} characters; at most {limit} are allowed.")
        bad = bad_character(raw)
        if bad is not None:
            self.fail(pointer, f"Character {bad} is NUL or a lone surrogate, which no database keeps; remove it.")
            return ""
        return raw

    def choice(self, raw: object, pointer: str, allowed: Sequence[str]) -> str:
        if raw in allowed and isinstance(raw, str):
            return raw
        named = ", ".join(value or '""' for value in allowed)
        self.fail(pointer, f"{_shown(raw)} is not allowed here; choose from {named}.")
        return ""

    def span(self, raw: object, pointer: str) -> SpanIn | None:
        body = self.obj(raw, pointer, frozenset(("start", "end", "quote")))
        start, end = body.get("start"), body.get("end")
        for name, value in (("start", start), ("end", end)):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_OFFSET:
                self.fail(f"{pointer}/{name}", f"{_shown(value)} is no offset; give a whole number of code points ≥ 0.")
                return None
        quote = self.text(body.get("quote"), f"{pointer}/quote", limit=MAX_OFFSET)
        assert isinstance(start, int) and isinstance(end, int)
        if end <= start:
            self.fail(pointer, f"Span {start}–{end} ends before it starts; end must be greater than start.")
            return None
        return SpanIn(start=start, end=end, quote=quote)

    def spans(self, raw: object, pointer: str) -> tuple[SpanIn, ...]:
        return tuple(sorted(self.items(raw, pointer, MAX_SPANS, self.span)))

    def entry(self, raw: object, pointer: str, *, name_key: str = "name") -> EntryIn | None:
        if not isinstance(raw, dict):
            self.fail(pointer, f'{_shown(raw)} names no entry; give {{"id": …}} or {{"{name_key}": …}}.')
            return None
        if raw.get("id") is not None:
            id = self.uuid(raw["id"], f"{pointer}/id")
            return EntryIn(id=id, pointer=pointer) if id else None
        name = raw.get(name_key)
        if not isinstance(name, str) or not name.strip():
            self.fail(pointer, f'{_shown(raw)} names no entry; give {{"id": …}} or {{"{name_key}": …}}.')
            return None
        return EntryIn(name=self.text(name, f"{pointer}/{name_key}", limit=1000), pointer=pointer)

    def uuid(self, raw: object, pointer: str) -> UUID | None:
        try:
            return UUID(raw) if isinstance(raw, str) and len(raw) <= 45 else _raise()
        except ValueError:
            self.fail(pointer, f"{_shown(raw)} is no UUID.")
            return None

    def speaker(self, raw: object, pointer: str) -> SpeakerIn | None:
        entry = self.entry(raw, pointer)
        if entry is None or not isinstance(raw, dict):
            return None
        represents = raw.get("represents")
        return SpeakerIn(
            entry=entry,
            represents=None if represents is None else self.entry(represents, f"{pointer}/represents"),
            mention=self.spans(raw.get("mention"), f"{pointer}/mention"),
        )

    def stance(self, raw: object, pointer: str) -> StanceIn | None:
        body = self.obj(raw, pointer, frozenset(("holder", "target", "value", "attributes")))
        entries = {
            name: None if body.get(name) is None else self.entry(body[name], f"{pointer}/{name}")
            for name in ("holder", "target")
        }
        value = body.get("value")
        if value is not None and not isinstance(value, str):
            self.fail(f"{pointer}/value", f"{_shown(value)} is no label key of the stance scale.")
            value = None
        if entries["target"] is None and value is None:
            self.fail(pointer, "A stance needs a target or a value; leave it out of the list for none.")
            return None
        return StanceIn(
            **entries, value=value, attributes=self.answers(body.get("attributes"), f"{pointer}/attributes")
        )

    def answers(self, raw: object, pointer: str) -> dict[str, object]:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.fail(pointer, f"{_shown(raw)} stands where an object of answers is needed.")
            return {}
        return {key: value for key, value in raw.items() if value is not None}

    def detected(self, raw: object, pointer: str) -> DetectedIn:
        if raw is None:
            return DetectedIn()
        body = self.obj(raw, pointer, frozenset(("rule", "fields")))
        fields = self.items(body.get("fields"), f"{pointer}/fields", MAX_LIST, self.detectable)
        rule = body.get("rule")
        if not isinstance(rule, str) or not RULE.fullmatch(rule):
            self.fail(
                f"{pointer}/rule",
                f"{_shown(rule)} is no name of a rule; give 1 to 40 letters, digits, dots, hyphens or underscores.",
            )
            return DetectedIn()
        return DetectedIn(rule=rule, fields=tuple(sorted(set(fields)))) if fields else DetectedIn()

    def detectable(self, raw: object, pointer: str) -> str | None:
        return self.choice(raw, pointer, DETECTABLE) or None


CLAIM_FIELDS = frozenset(ClaimIn.__slots__) - {"relation"}


def parse_claim(raw: object) -> ClaimIn:
    """Return the claim in `raw`, a decoded JSON body. Raises Invalid with a pointer for each bad field."""
    reader = Reader()
    body = reader.obj(raw, "", CLAIM_FIELDS | READ_ONLY)
    proposition, relation = _proposition(reader, body.get("proposition"))
    claim = ClaimIn(
        spans=reader.spans(body.get("spans"), "/spans"),
        cue=reader.spans(body.get("cue"), "/cue"),
        speakers=reader.items(body.get("speakers"), "/speakers", MAX_LIST, reader.speaker),
        reported_by=reader.items(body.get("reported_by"), "/reported_by", MAX_LIST, reader.entry),
        mode=reader.choice(body.get("mode") or "", "/mode", Mode.values),
        proposition=proposition,
        relation=relation,
        stances=reader.items(body.get("stances"), "/stances", MAX_LIST, reader.stance),
        no_stance=reader.flag(body.get("no_stance", False), "/no_stance"),
        attributes=reader.answers(body.get("attributes"), "/attributes"),
        unsure=reader.flag(body.get("unsure", False), "/unsure"),
        note=reader.text(body.get("note") or "", "/note", limit=MAX_NOTE),
        detected=reader.detected(body.get("detected"), "/detected"),
    )
    _check_claim(reader, claim)
    if reader.errors:
        raise Invalid.of(reader.errors)
    return claim


def _proposition(reader: Reader, raw: object) -> tuple[EntryIn | None, str]:
    if raw is None:
        return None, ""
    entry = reader.entry(raw, "/proposition", name_key="text")
    relation = raw.get("relation", "affirms") if isinstance(raw, dict) else ""
    return entry, reader.choice(relation, "/proposition/relation", [value for value in Relation.values if value])


def _check_claim(reader: Reader, claim: ClaimIn) -> None:
    """Add the errors that concern several fields."""
    if not claim.spans and not any(error.pointer.startswith("/spans") for error in reader.errors):
        reader.fail("/spans", "A claim needs at least one span; select the words in which it is made.")
    for index, (one, two) in enumerate(zip(claim.spans, claim.spans[1:], strict=False), start=1):
        if two.start < one.end:
            reader.fail(
                f"/spans/{index}",
                f"Span {two.start}–{two.end} overlaps {one.start}–{one.end}; the parts of one claim must not overlap.",
            )
    if claim.no_stance and claim.stances:
        reader.fail("/no_stance", "“No stance” and a stance exclude each other; keep one of them.")


def bad_character(text: str) -> int | None:
    """Return the position of the first NUL or lone surrogate, or None."""
    if text.isascii() and "\0" not in text:
        return None
    return next((i for i, char in enumerate(text) if char == "\0" or "\ud800" <= char <= "\udfff"), None)


def _raise() -> UUID:
    raise ValueError


def _escape(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
