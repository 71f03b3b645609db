"""Rows of a whole project, read from their lines and checked in themselves. No database."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError
from django.db import models

from annotate.actions.restoring.lines import LAYER_KEYS, ClaimLine, LineReader
from annotate.attributes import KINDS
from annotate.formats.project_tables import Table
from annotate.models import Attribute
from annotate.payloads.claims import bad_character
from annotate.payloads.problems import Invalid
from corpus.models import Entry, Proposition, Speaker, Target

MAX_NAME = 150
# What a frozen reading always says, and the claims, speakers and stances in it: figures and desks rely on them.
READING = frozenset(LAYER_KEYS - {"annotator", "codebook", "entities"})
CLAIM = frozenset(
    (
        *("id", "document", "round", "layer", "spans", "cue", "speakers", "reported_by", "mode", "proposition"),
        *("stances", "no_stance", "attributes", "unsure", "note", "version", "created_at", "updated_at"),
    )
)
# Of what kind members of a frozen reading are: it is kept and read as it stands, so nothing else may stand for them.
LIST_OF = ("claims", "no_claim", "spans", "cue", "speakers", "reported_by", "stances", "mention")
FORMS: dict[str, tuple[Any, str]] = {
    **dict.fromkeys(LIST_OF, (list, "a list")),
    "mode": (str | None, "a text"),
    "note": (str, "a text"),
    **dict.fromkeys(("no_stance", "unsure", "nothing_to_code"), (bool, "true or false")),
    "attributes": (dict, "an object"),
}
PARTS = (("speakers", frozenset(("represents", "mention"))), ("stances", frozenset(("holder", "target", "value"))))
# JSON whose form others rely on: lists of texts, and objects.
LISTS, OBJECTS = ("replaces", "sources", "options", "reopened_fields"), ("selection", "reading")
# Columns that hold what people call something, on one line; and those that say of which registry an entry is.
NAMES = frozenset(("name", "disambiguation", "external_id", "word", "advice", "role", "pseudonym", "whose_claims"))
REGISTRIES: dict[str, type[Entry]] = {"speaker": Speaker, "target": Target, "proposition": Proposition}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """One row: its number in the file, what it said, and its values; of a frozen reading the claims in it too."""

    number: int
    raw: dict[str, Any]
    values: dict[str, Any]
    claims: tuple[ClaimLine, ...] = ()


class RowReader(LineReader):
    """Reads the columns of tables."""

    def row(self, raw: object, table: Table) -> dict[str, Any]:
        body = self.obj(raw, "", frozenset(table.columns))
        if body:
            for name in table.columns:
                if name not in body:
                    self.fail(f"/{name}", f"“{name}” is missing.")
        return {name: self._value(found, body.get(name), f"/{name}") for name, found in table.fields.items()}

    def _value(self, found: Any, raw: Any, pointer: str) -> Any:
        if raw is None and found.null:
            return None
        if found.related_model is not None and not isinstance(found.target_field, models.UUIDField):
            return self.text(raw, pointer, limit=MAX_NAME)
        if found.is_relation or isinstance(found, models.UUIDField):
            return self.id(raw, pointer)
        if isinstance(found, models.DateTimeField):
            return self.moment(raw, pointer)
        if isinstance(found, models.DateField):
            return self._day(raw, pointer)
        if isinstance(found, models.BooleanField):
            return self.flag(raw, pointer)
        if isinstance(found, models.JSONField):
            return self._json(found.name, raw, pointer)
        n_errors = len(self.errors)
        value = self._plain(found, raw, pointer)
        return self._valid(found, value, pointer) if len(self.errors) == n_errors else value

    def _plain(self, found: Any, raw: Any, pointer: str) -> Any:
        if isinstance(found, models.IntegerField):
            return self.count(raw, pointer, low=0)
        if isinstance(found, models.FloatField):
            return self._number(raw, pointer)
        if found.name == "registry":
            return self.choice(raw, pointer, list(REGISTRIES))
        if found.model is Attribute and found.name == "kind":
            return self.choice(raw, pointer, list(KINDS))
        if found.choices:
            return self.choice(raw, pointer, [value for value, _ in found.flatchoices])
        read = self.line if found.name in NAMES else self.text
        return read(raw, pointer, limit=found.max_length or 500_000_000)

    def _number(self, raw: Any, pointer: str) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
            self.fail(pointer, f"{str(raw)[:60]!r} is no number.")
            return 0.0
        return float(raw)

    def _valid(self, found: Any, value: Any, pointer: str) -> Any:
        try:
            found.run_validators(value)
        except ValidationError as error:
            self.fail(pointer, f"{str(value)[:60]!r}: {' '.join(error.messages)}")
        return value

    def _day(self, raw: Any, pointer: str) -> date | None:
        try:
            return date.fromisoformat(raw)
        except (TypeError, ValueError):
            self.fail(pointer, f"{str(raw)[:60]!r} is no day, such as 2026-05-15.")
            return None

    def _json(self, name: str, raw: Any, pointer: str) -> Any:
        # Looking at each text takes long; a text with NUL shows it, and lone surrogates are no JSON to begin with.
        if b"\\u0000" in orjson.dumps(raw) and any(bad_character(text) is not None for text in _texts(raw)):
            self.fail(pointer, "It holds NUL or a lone surrogate, which no database keeps.")
        if name in LISTS and not (isinstance(raw, list) and all(isinstance(one, str) for one in raw)):
            self.fail(pointer, f"{str(raw)[:60]!r} stands where a list of texts is needed.")
        if name in OBJECTS and not isinstance(raw, dict):
            self.fail(pointer, f"{str(raw)[:60]!r} stands where an object is needed.")
        return raw

    def reading(self, raw: object, pointer: str, layer: UUID) -> tuple[ClaimLine, ...]:
        """Return the claims of a frozen reading; quotes are not compared, for pages show them as they are."""
        body = self.obj(raw, pointer, LAYER_KEYS)
        self._has(body, READING, pointer)
        if body.get("id") != str(layer):
            self.fail(f"{pointer}/id", f"{str(body.get('id'))[:60]!r} is not the layer of the submission, {layer}.")
        self.spans(body.get("no_claim"), f"{pointer}/no_claim")
        self.answers(body.get("attributes"), f"{pointer}/attributes")
        claims = self.many(body.get("claims"), f"{pointer}/claims")
        return tuple(self._frozen(one, f"{pointer}/claims/{i}") for i, one in enumerate(claims))

    def _frozen(self, raw: object, pointer: str) -> ClaimLine:
        n_errors = len(self.errors)
        found = self.claim(raw, pointer, None, None)
        if len(self.errors) == n_errors:
            self._has(found.raw, CLAIM, pointer)
            for name, keys in PARTS:
                for i, part in enumerate(found.raw.get(name) or ()):
                    self._has(part, keys, f"{pointer}/{name}/{i}")
        return found

    def _has(self, body: dict[str, Any], keys: frozenset[str], pointer: str) -> None:
        if missing := sorted(keys - body.keys()):
            self.fail(pointer, f"“{missing[0]}” is missing.")
        for name in sorted(keys & FORMS.keys() & body.keys()):
            form, said = FORMS[name]
            if not isinstance(body[name], form):
                self.fail(f"{pointer}/{name}", f"{str(body[name])[:60]!r} stands where {said} is needed.")


def _texts(raw: Any) -> Iterator[str]:
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, dict):
        for key, value in raw.items():
            yield key
            yield from _texts(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from _texts(value)


def table_line(table: Table, number: int, raw: object, *, is_earlier: bool = False) -> TableLine:
    """Return a row; one of an earlier version may lack columns. Raises Invalid, with a pointer to what is wrong."""
    if isinstance(raw, Invalid):
        raise raw
    if is_earlier and isinstance(raw, dict):
        raw = table.absent | raw
    reader = RowReader()
    values = reader.row(raw, table)
    claims: tuple[ClaimLine, ...] = ()
    if table.name == "submissions" and isinstance(values["reading"], dict):
        claims = reader.reading(values["reading"], "/reading", values["layer"])
    if reader.errors:
        raise Invalid.of(reader.errors)
    assert isinstance(raw, dict)
    return TableLine(number=number, raw=raw, values=values, claims=claims)


def names_in(table: Table, line: TableLine) -> Iterator[str]:
    """Yield the users whom a row names."""
    yield from (line.values[name] for name in table.people if line.values[name] is not None)


def ids_in(lines: list[TableLine], column: str) -> set[UUID]:
    return {line.values[column] for line in lines if line.values[column] is not None}
