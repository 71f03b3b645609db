"""What a manager asks of a release, read strictly from a JSON body, and kept in the row as it was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self
from uuid import UUID

from annotate.payloads.problems import FieldError, Invalid

# Licences of the annotations, by their SPDX identifier: what they are called, and where they stand.
LICENCES = {
    "CC-BY-4.0": ("Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC0-1.0": ("Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-BY-SA-4.0": ("Creative Commons Attribution-ShareAlike 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "CC-BY-NC-4.0": (
        "Creative Commons Attribution-NonCommercial 4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
    ),
    "ODbL-1.0": ("Open Data Commons Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
}
TEXTS = {"quotes": "left out: offsets and short quotes only", "full": "included in full"}
DOCUMENTS = {"read": "those that somebody has submitted, or that have gold", "all": "all of the corpus"}
GOLD = {"finished": "of documents whose adjudication is finished", "all": "all that is decided so far"}
SPLITS = {"date": "by publication date", "ratio": "by ratio, from a seed"}
SPLIT_NAMES = ("train", "validation", "test")
TEXTS_LICENCE = "The articles belong to their publishers and are under no licence of this release."
MAX_QUOTE, MAX_CREATORS, MAX_ROUNDS, MAX_SOURCES, LONGEST_SOURCE = 1000, 200, 500, 500, 300
ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)
DOI = re.compile(r"10\.\d{4,9}/\S+", re.ASCII)
DOI_ADDRESS = "https://doi.org/"
LENGTHS = {"title": 300, "note": 10_000, "description": 10_000, "licence_texts": 2000, "publisher": 300, "doi": 200}
PLAIN = {"creators", "selection", "splits"}
# What the fields of a selection are called in JSON, and those of them that are days in the rule.
DAYS = {"from": "first", "to": "last"}
SELECTED = ("rounds", "documents", "gold", "sources", *DAYS)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Creator:
    """Who is cited. Without a given name it is a body."""

    name: str
    given: str = ""
    orcid: str = ""
    affiliation: str = ""

    @property
    def whole(self) -> str:
        return f"{self.name}, {self.given}" if self.given else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRule:
    """Percent of the documents for each split; stories are never divided. `until` are days that were fixed earlier."""

    by: str = "date"
    train: int = 80
    validation: int = 10
    test: int = 10
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionRule:
    """Which documents, rounds and gold layers; no rounds are all rounds of work, no sources all of them.

    `first` and `last` are days of publication, both included; with one of them, what has no date is left out.
    """

    rounds: tuple[str, ...] = ()
    documents: str = "read"
    gold: str = "finished"
    sources: tuple[str, ...] = ()  # by their names
    first: date | None = None
    last: date | None = None

    @property
    def has_scope(self) -> bool:
        return bool(self.sources or self.first or self.last)

    @property
    def scope(self) -> tuple[frozenset[str], date | None, date | None]:
        """Return which articles can be in the release at all, whoever read them."""
        return frozenset(self.sources), self.first, self.last

    def as_dict(self) -> dict[str, Any]:
        days = {name: day.isoformat() if day else None for name, day in (("from", self.first), ("to", self.last))}
        lists = {"rounds": list(self.rounds), "sources": list(self.sources)}
        return {"documents": self.documents, "gold": self.gold} | lists | days

    @classmethod
    def stored(cls, found: Mapping[str, Any]) -> Self:
        """Return the rule that a row keeps; rows of earlier versions say nothing of sources and days."""
        first, last = (date.fromisoformat(found[key]) if found.get(key) else None for key in DAYS)
        return cls(
            rounds=tuple(found["rounds"]),
            documents=found["documents"],
            gold=found["gold"],
            sources=tuple(found.get("sources", ())),
            first=first,
            last=last,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSettings:
    title: str = ""
    note: str = ""
    description: str = ""
    licence: str = "CC-BY-4.0"
    licence_texts: str = TEXTS_LICENCE
    texts: str = "quotes"
    quote_characters: int = 80
    publisher: str = ""
    doi: str = ""
    creators: tuple[Creator, ...] = ()
    splits: SplitRule = field(default_factory=SplitRule)
    selection: SelectionRule = field(default_factory=SelectionRule)

    @property
    def has_texts(self) -> bool:
        return self.texts == "full"

    def as_dict(self) -> dict[str, Any]:
        found = asdict(self)
        found["creators"] = list(found["creators"])
        found["selection"] = self.selection.as_dict()
        return found

    @classmethod
    def stored(cls, asked: dict[str, Any]) -> Self:
        """Return the settings that a row keeps."""
        return cls(
            **{key: value for key, value in asked.items() if key not in PLAIN},
            creators=tuple(Creator(**one) for one in asked["creators"]),
            splits=SplitRule(**asked["splits"]),
            selection=SelectionRule.stored(asked["selection"]),
        )

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        """Return the settings in a JSON body; what is missing has its default. Raises Invalid with pointers."""
        _known(body, cls.__slots__, "")
        values: dict[str, Any] = {name: _text(body, name, longest) for name, longest in LENGTHS.items() if name in body}
        if values.get("doi"):
            values["doi"] = _doi(values["doi"])
        for name, allowed in (("licence", LICENCES), ("texts", TEXTS)):
            if name in body:
                values[name] = _choice(body, name, allowed)
        if "quote_characters" in body:
            values["quote_characters"] = _number(body, "quote_characters", 0, MAX_QUOTE)
        if "creators" in body:
            values["creators"] = _creators(body["creators"])
        if "splits" in body:
            values["splits"] = _splits(body["splits"])
        if "selection" in body:
            values["selection"] = _selection(body["selection"])
        return cls(**values)


def invalid(pointer: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=pointer, detail=detail)])


def shown(value: object) -> str:
    return repr(str(value)[:60])


def _known(body: object, names: Iterable[str], at: str) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise invalid(at, f"{shown(body)} stands where an object belongs.")
    for key in body:
        if key not in tuple(names):
            raise invalid(f"{at}/{str(key)[:60]}", f"{shown(key)} is not a field here; known are {', '.join(names)}.")
    return body


def _text(body: dict[str, Any], name: str, longest: int, at: str = "") -> str:
    value = body[name]
    if not isinstance(value, str):
        raise invalid(f"{at}/{name}", f"{shown(value)} is no text; give a string.")
    value = value.replace("\r\n", "\n").strip()
    if len(value) > longest:
        raise invalid(f"{at}/{name}", f"The text has {len(value)} characters; {longest} is the limit.")
    if (bad := CONTROL.search(value)) is not None:
        detail = f"Character {bad.start() + 1} is U+{ord(bad.group()):04X}, which is no plain text; remove it."
        raise invalid(f"{at}/{name}", detail)
    return value


def _doi(value: str) -> str:
    found = value.removeprefix(DOI_ADDRESS)
    if not DOI.fullmatch(found):
        raise invalid("/doi", f"{shown(value)} is no DOI; write it as 10.5281/zenodo.1234567.")
    return found


def _choice(body: dict[str, Any], name: str, allowed: Iterable[str], at: str = "") -> str:
    if not isinstance(body[name], str) or body[name] not in allowed:
        raise invalid(f"{at}/{name}", f"{shown(body[name])} is not known; choose from {', '.join(allowed)}.")
    return str(body[name])


def _number(body: dict[str, Any], name: str, low: int, high: int, at: str = "") -> int:
    value = body[name]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise invalid(f"{at}/{name}", f"{shown(value)} is out of range; give a whole number from {low} to {high}.")
    return value


def _list(value: object, at: str, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise invalid(at, f"{shown(value)} is no list of at most {most}; give a list.")
    return value


def _each[T](rows: list[Any], at: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
    return tuple(read(row, f"{at}/{number}") for number, row in enumerate(rows))


def _creators(raw: object) -> tuple[Creator, ...]:
    found = _each(_list(raw, "/creators", MAX_CREATORS), "/creators", _creator)
    return tuple(dict.fromkeys(found))  # whoever is named twice is cited once


def _creator(raw: Any, at: str) -> Creator:
    body = _known(raw, Creator.__slots__, at)
    found = Creator(**{"name": ""} | {name: _text(body, name, 300, at) for name in body})
    if not found.name:
        raise invalid(f"{at}/name", "A creator needs a name: the family name, or that of a body.")
    if found.orcid and not ORCID.fullmatch(found.orcid):
        raise invalid(f"{at}/orcid", f"{shown(found.orcid)} is no ORCID; write it as 0000-0002-1825-0097.")
    return found


def _splits(raw: object) -> SplitRule:
    body = _known(raw, SplitRule.__slots__, "/splits")
    values: dict[str, Any] = {name: _number(body, name, 0, 100, "/splits") for name in SPLIT_NAMES if name in body} | (
        {"seed": _number(body, "seed", 0, 2**31 - 1, "/splits")} if "seed" in body else {}
    )
    if "by" in body:
        values["by"] = _choice(body, "by", SPLITS, "/splits")
    found = SplitRule(**values)
    total = found.train + found.validation + found.test
    if total != 100:
        raise invalid("/splits/train", f"The splits add up to {total} percent; make it 100.")
    return found


def _selection(raw: object) -> SelectionRule:
    body = _known(raw, SELECTED, "/selection")
    values: dict[str, Any] = {}
    for name, allowed in (("documents", DOCUMENTS), ("gold", GOLD)):
        if name in body:
            values[name] = _choice(body, name, allowed, "/selection")
    if "rounds" in body:
        rows = _list(body["rounds"], "/selection/rounds", MAX_ROUNDS)
        values["rounds"] = tuple(dict.fromkeys(_each(rows, "/selection/rounds", _id)))
    if "sources" in body:
        rows = _list(body["sources"], "/selection/sources", MAX_SOURCES)
        values["sources"] = tuple(dict.fromkeys(_each(rows, "/selection/sources", _source)))
    values |= {name: _day(body[key], f"/selection/{key}") for key, name in DAYS.items() if body.get(key) is not None}
    found = SelectionRule(**values)
    if found.first and found.last and found.last < found.first:
        raise invalid("/selection/to", f"{found.last} lies before {found.first}, the first day; give a later one.")
    if found.rounds and found.documents == "all":
        detail = "Chosen rounds have only the documents that were read in them; ask for “read”, or for no rounds."
        raise invalid("/selection/documents", detail)
    return found


def _source(raw: Any, at: str) -> str:
    parent, _, place = at.rpartition("/")
    name = _text({place: raw}, place, LONGEST_SOURCE, parent)
    if not name:
        raise invalid(at, "A source needs a name; leave this one out.")
    return name


def _day(raw: Any, at: str) -> date:
    try:
        return date.fromisoformat(raw if isinstance(raw, str) and len(raw) <= 10 else "")
    except ValueError:
        raise invalid(at, f"{shown(raw)} is no day; write it as 2026-05-31.") from None


def _id(raw: Any, at: str) -> str:
    try:
        return str(UUID(raw if isinstance(raw, str) and len(raw) <= 45 else ""))
    except ValueError:
        raise invalid(at, f"{shown(raw)} is no id of a round; give a UUID as the API wrote it.") from None
