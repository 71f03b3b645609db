"""What an agreement report is asked for: the filters, read strictly from a query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self
from uuid import UUID

from annotate.models import Mode, Relation
from annotate.payloads.problems import Invalid

NAMES = ("round", "version", "pair", "person", "label", "source", "from", "to")
LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Filters; an empty one filters nothing. `pair` and `person` are names as they are shown in the project."""

    rounds: tuple[UUID, ...] = ()
    version: int | None = None
    pair: tuple[str, ...] = ()
    person: str = ""
    label: tuple[str, str] = field(default=("", ""))
    source: str = ""
    since: date | None = None
    until: date | None = None
    sources: tuple[str, ...] = ()  # any of these; no query asks for several, a release does

    @classmethod
    def parse(cls, query: Mapping[str, Sequence[str]]) -> Self:
        """Read the lists of a query string; empty values ask for nothing. Raises Invalid with the parameter."""
        given = {name: [one for one in found if one != ""] for name, found in query.items()}
        for name in sorted(given.keys() - set(NAMES)):
            raise refused(name, "", f"is not known; known are {', '.join(NAMES)}.")
        for name, found in given.items():
            if len(found) > (20 if name == "round" else 1):
                raise refused(name, found[-1], "is given too often; give it once.")
            for one in found:
                if len(one) > LONGEST or "\0" in one:
                    raise refused(name, one, f"is too long, or has a NUL character; give at most {LONGEST}.")
        first = {name: found[0] for name, found in given.items() if found}
        asked = cls(
            rounds=tuple(_round(raw) for raw in given.get("round", [])),
            version=_number(first.get("version")),
            pair=_pair(first.get("pair", "")),
            person=first.get("person", ""),
            label=_label(first.get("label", "")),
            source=first.get("source", ""),
            since=_date("from", first.get("from")),
            until=_date("to", first.get("to")),
        )
        if asked.since and asked.until and asked.until < asked.since:
            raise refused("to", str(asked.until), "lies before “from”; give a later day.")
        if asked.pair and asked.person:
            raise refused("person", asked.person, "cannot be asked together with a pair; give one of them.")
        return asked

    def as_query(self) -> list[tuple[str, str]]:
        found = [("round", str(id)) for id in self.rounds]
        found += [("version", str(self.version))] if self.version is not None else []
        rest = {
            "pair": ",".join(self.pair),
            "person": self.person,
            "label": ":".join(self.label).strip(":"),
            "source": self.source,
            "from": str(self.since or ""),
            "to": str(self.until or ""),
        }
        return found + [(name, value) for name, value in rest.items() if value]

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = dict.fromkeys(NAMES) | dict(self.as_query())
        return found | {"round": [str(id) for id in self.rounds], "version": self.version}


def refused(name: str, value: str, rule: str) -> Invalid:
    shown = repr(value) if len(value) <= 60 else f"{value[:60]!r}…"
    return Invalid(f"The query parameter {name}={shown} {rule}", extra={"parameter": name})


def _read[T](name: str, raw: str, make: Callable[[str], T], rule: str) -> T:
    try:
        return make(raw if len(raw) <= 45 else "")
    except ValueError:
        raise refused(name, raw, rule) from None


def _round(raw: str) -> UUID:
    return _read("round", raw, UUID, "is no UUID; give the id of a round.")


def _number(raw: str | None) -> int | None:
    if raw is None:
        return None
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 6 and int(raw)):
        raise refused("version", raw, "is no number of a version; give a whole number from 1.")
    return int(raw)


def _pair(raw: str) -> tuple[str, ...]:
    names = tuple(sorted(name.strip() for name in raw.split(","))) if raw else ()
    if names and (len(set(names)) != 2 or not all(names)):
        raise refused("pair", raw, "names no pair; give two different people with a comma between.")
    return names


def _date(name: str, raw: str | None) -> date | None:
    return None if raw is None else _read(name, raw, date.fromisoformat, "is no day; give it as 2026-05-14.")


def _label(raw: str) -> tuple[str, str]:
    """Read `stance:oppose`, `mode:direct`, `relation:denies`, or an attribute's `type:demand`."""
    if not raw:
        return ("", "")
    name, _, value = raw.partition(":")
    fixed: dict[str, Iterable[str]] = {"mode": Mode.values, "relation": Relation.values}
    if not name or not value or value not in fixed.get(name, [value]):
        raise refused("label", raw, "is no label; give as “stance:oppose”, “mode:direct” or “type:demand”.")
    return name, value
