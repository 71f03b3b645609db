"""What a file of annotations holds, before anything of it is looked up: documents, layers, marks and links."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SHOWN = 80

type Place = tuple[str, str]  # the file, and where in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One thing that was not taken: where it stands, what it says, which rule it breaks and what to do."""

    file: str
    at: str
    value: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.at) if part)
        value = "" if self.at == f"document {self.value}" else self.value
        return f"{': '.join(part for part in (where, value, self.rule) if part)}; {self.remedy}."

    def as_dict(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("file", "at", "value", "rule", "remedy")}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanFound:
    """Places in the text as the file counts them, and the words that it says stand there.

    Several parts have one quote where the format joins them (brat: by a space). Without a quote nothing can be checked.
    `prefix` and `suffix` are the words around, where the file has them: they decide where the quote fits twice.
    `joins` says how many parts, one after the other, are one span; without it each is a span of its own.
    `place` is the file and the place in it, where that is not the place of the mark.
    """

    parts: tuple[tuple[int, int], ...]
    quote: str | None = None
    joiner: str = " "
    joins: tuple[int, ...] = ()
    prefix: str = ""
    suffix: str = ""
    place: Place | None = None

    def joined(self, places: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int]]:
        """Yield the spans that the parts make."""
        if sum(self.joins) != len(places):
            yield from places
            return
        at = 0
        for n_parts in self.joins:
            yield places[at][0], places[at + n_parts - 1][1]
            at += n_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkFound:
    """Marked words with a label; `payload` is what our own export wrote beside a claim.

    `answers` are values by name, as brat's attributes and Label Studio's choices; `at` says where the mark stands,
    `places` where parts of the payload do, by the beginning of their JSON pointer.
    """

    key: str
    label: str
    spans: tuple[SpanFound, ...]
    at: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    payload: Mapping[str, Any] | None = None
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFound:
    """An arrow from one mark to another, by their keys."""

    source: str
    target: str
    label: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFound:
    """What one person marked on one document; `annotator` is empty where the file does not say who it was.

    `round` says in which round it was, by any name: readings of two rounds are never one layer.
    """

    annotator: str = ""
    round: str = ""
    is_gold: bool = False
    marks: tuple[MarkFound, ...] = ()
    links: tuple[LinkFound, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFound:
    """A document with its layers; the more of id, external id, sha256 and text it has, the surer it is found again.

    `text` is the text as the file has it, in which its offsets count. `file` names the unit of counting: one file
    counts in one way. `as_written` makes of a stored text what the file can hold of it, one character for each.
    """

    file: str
    at: str
    layers: tuple[LayerFound, ...]
    id: str = ""
    external_id: str = ""
    sha256: str = ""
    text: str | None = None
    as_written: Callable[[str], str] | None = None

    def is_text(self, stored: str) -> bool:
        """Return whether the file holds this text, as far as its format can hold it."""
        return self.as_written is not None and self.text == self.as_written(stored)

    @property
    def shown(self) -> str:
        found = self.external_id or self.id or (self.text or "")[:SHOWN] or self.sha256
        return found.partition("\n")[0][:SHOWN]

    def refusal(self, at: str, value: object, rule: str, remedy: str, *, place: Place | None = None) -> Refusal:
        file, where = place or (self.file, at or self.at)
        return Refusal(file=file, at=where, value=str(value)[:SHOWN], rule=rule, remedy=remedy)


type Found = DocumentFound | Refusal
