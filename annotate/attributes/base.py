"""What a kind of attribute must say: how an answer is read from JSON, which column keeps it, how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeSpec:
    """An attribute of a codebook version, without the database: what a kind needs to judge an answer."""

    id: UUID
    key: str
    name: str
    scope: str
    kind: str
    definition: str = ""
    is_required: bool = False
    is_multiple: bool = False
    minimum: float | None = None
    maximum: float | None = None
    condition: UUID | None = None
    labels: Mapping[str, UUID] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()


class InvalidAnswer(ValueError):
    """An answer that its attribute does not allow; the message names value, rule and remedy."""


def shown(value: object) -> str:
    """Return `value` for an error message, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of attribute.

    `column` names the field of Answer that keeps a value; `parse` returns one value for each row to store;
    `dump` turns the stored values (label keys for a choice, ids for an entity) into JSON.
    """

    key: str
    name: str
    column: str
    parse: Callable[[AttributeSpec, object], list[object]]
    dump: Callable[[AttributeSpec, list[object]], object]


def first(spec: AttributeSpec, values: list[object]) -> object:
    """Dump the only value as it is."""
    return values[0]
