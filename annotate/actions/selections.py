"""Which documents a round is about: all of the corpus, those that a filter finds, or those of a list."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, Self
from uuid import UUID

from django.contrib.auth.models import User

from annotate.actions.checking import invalid
from annotate.actions.listing import Numbered, rank
from annotate.models import Project, RoundDocument
from annotate.payloads.claims import bad_character
from annotate.payloads.problems import FieldError, Invalid
from annotate.search import DocumentFilter
from corpus.models import Document
from corpus.models.documents import DocumentQuerySet

MAX_LISTED = 10_000
MAX_NUMBER = 2**31 - 1
MAX_REFERENCE = 300
SHOWN = 8
AT_ONCE = 500
NUMBER = re.compile(r"#([0-9]{1,10})", re.ASCII)
KEYS = ("filter", "documents", "at_most", "not_in")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was asked for when documents were chosen; an empty one means the whole corpus, later imports too.

    `listed` holds ids, external ids, or numbers of documents; `at_most` of what was found are drawn by the seed.
    """

    filter: DocumentFilter = field(default_factory=DocumentFilter)
    listed: tuple[str, ...] = ()
    at_most: int | None = None
    not_in: UUID | None = None

    @classmethod
    def read(cls, raw: object, pointer: str = "/selection") -> Self:
        """Read {"filter", "documents", "at_most", "not_in"}; each may be missing. Raises Invalid."""
        if raw is None:
            return cls()
        if not isinstance(raw, Mapping):
            raise invalid(pointer, f"{str(raw)[:60]!r} stands where an object with {', '.join(KEYS)} is needed.")
        unknown = next((str(key) for key in raw if key not in KEYS), None)
        if unknown is not None:
            raise invalid(f"{pointer}/{unknown[:60]}", f"“{unknown[:60]}” is not known here; use {', '.join(KEYS)}.")
        found = cls(
            filter=_filter(raw.get("filter"), f"{pointer}/filter"),
            listed=_listed(raw.get("documents"), f"{pointer}/documents"),
            at_most=_at_most(raw.get("at_most"), f"{pointer}/at_most"),
            not_in=_not_in(raw.get("not_in"), f"{pointer}/not_in"),
        )
        if found.listed and not found.filter.is_empty:
            raise invalid(f"{pointer}/documents", "A filter and a list were given; give one of them.")
        return found

    @property
    def is_everything(self) -> bool:
        return self == type(self)()

    def stored(self) -> dict[str, Any]:
        """Return what a round keeps of it; of a list only the length, as the rows of the round say the rest."""
        kept = {"filter": self.filter.as_dict(), "n_listed": len(self.listed), "at_most": self.at_most}
        return {key: value for key, value in kept.items() if value} | (
            {"not_in": str(self.not_in)} if self.not_in else {}
        )


def documents_of(
    *, user: User, project: Project, selection: Selection, seed: int, without: Collection[Numbered] = ()
) -> list[Numbered]:
    """Return the documents that are meant, by number. Raises Invalid where something named does not exist."""
    rows = Document.objects.visible_to(user).filter(corpus=project.corpus_id).order_by()
    if selection.listed:
        found = _resolved(rows, selection.listed)
    else:
        found = set(selection.filter.apply(rows).values_list("pk", "number"))
    if selection.not_in is not None:
        found -= _held_by(project, selection.not_in)
    found -= set(without)
    if selection.at_most is not None:
        drawn = sorted(found, key=lambda one: rank(seed, "draw", one[1]))
        found = set(drawn[: selection.at_most])
    return sorted(found, key=lambda one: one[1])


def _held_by(project: Project, round_id: UUID) -> set[Numbered]:
    round = project.rounds.filter(pk=round_id).first()
    if round is None:
        raise invalid("/selection/not_in", f"This project has no round {round_id}; give the id of one of its rounds.")
    if round.covers_corpus:
        raise invalid(
            "/selection/not_in", f"“{round.name}” holds the whole corpus, so nothing is left; choose another round."
        )
    return set(RoundDocument.objects.filter(round=round).values_list("document", "document__number"))


def _resolved(rows: DocumentQuerySet, listed: tuple[str, ...]) -> set[Numbered]:
    """Return the documents of a list. Raises Invalid, naming what is unknown and what could be two documents."""
    known: dict[str, set[Numbered]] = {reference: set() for reference in listed}
    ids = {id: reference for reference in listed if (id := _uuid(reference)) is not None}
    numbers = {number: reference for reference in listed if (number := _number(reference)) is not None}
    for lookup, keys in (("pk", ids), ("external_id", {one: one for one in listed}), ("number", numbers)):
        for part in batched(keys, AT_ONCE):
            for value, id, number in rows.filter(**{f"{lookup}__in": part}).values_list(lookup, "pk", "number"):
                known[keys[value]].add((id, number))
    missing = [reference for reference, found in known.items() if not found]
    if missing:
        raise invalid(
            "/selection/documents",
            f"The corpus has no document {_some(missing)}; give ids, external ids, or numbers, and correct or remove "
            "what is not there.",
        )
    double = [reference for reference, found in known.items() if len(found) > 1]
    if double:
        raise invalid(
            "/selection/documents",
            f"{_some(double)} is the external id of one document and the number of another; write #{double[0]} for "
            "the number, or give the id.",
        )
    return set().union(*known.values())


def _some(references: list[str]) -> str:
    shown = ", ".join(f"“{reference[:60]}”" for reference in references[:SHOWN])
    return shown if len(references) <= SHOWN else f"{shown} and {len(references) - SHOWN} more"


def _uuid(reference: str) -> UUID | None:
    try:
        return UUID(reference) if len(reference) in (32, 36) else None
    except ValueError:
        return None


def _number(reference: str) -> int | None:
    """Return the number that “12” or “#12” means."""
    found = NUMBER.fullmatch(reference if reference.startswith("#") else f"#{reference}")
    return int(found[1]) if found and int(found[1]) <= MAX_NUMBER else None


def split_list(text: str) -> list[str]:
    """Return what a pasted list names: one a line, or separated by commas, semicolons or tabs."""
    return [part.strip() for part in re.split(r"[\n\r,;\t]+", text) if part.strip()]


def _filter(raw: object, pointer: str) -> DocumentFilter:
    if raw is None:
        return DocumentFilter()
    if not isinstance(raw, Mapping):
        raise invalid(pointer, f"{str(raw)[:60]!r} stands where an object is needed.")
    known = ("q", "source", "language", "from", "to")
    unknown = next((str(key) for key in raw if key not in known), None)
    if unknown is not None:
        raise invalid(f"{pointer}/{unknown[:60]}", f"“{unknown[:60]}” is no filter; use {', '.join(known)}.")
    try:
        return DocumentFilter.parse(raw)
    except Invalid as problem:
        errors = [FieldError(pointer=f"{pointer}{error.pointer}", detail=error.detail) for error in problem.errors]
        raise Invalid.of(errors) from None


def _listed(raw: object, pointer: str) -> tuple[str, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise invalid(pointer, f"{str(raw)[:60]!r} stands where a list of ids, external ids or numbers is needed.")
    if len(raw) > MAX_LISTED:
        raise invalid(pointer, f"The list names {len(raw)} documents; give at most {MAX_LISTED}, or use a filter.")
    return tuple(dict.fromkeys(_references(raw, pointer)))


def _references(raw: list[Any], pointer: str) -> Iterable[str]:
    for index, one in enumerate(raw):
        # A whole number in JSON is always the number of a document.
        text = f"#{one}" if isinstance(one, int) and not isinstance(one, bool) else one
        if (
            not isinstance(text, str)
            or not text.strip()
            or len(text) > MAX_REFERENCE
            or bad_character(text) is not None
        ):
            raise invalid(
                f"{pointer}/{index}", f"{str(one)[:60]!r} names no document; give an id, external id or number."
            )
        yield text.strip()


def _at_most(raw: object, pointer: str) -> int | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= 1_000_000:
        raise invalid(pointer, f"{str(raw)[:60]} is out of range; give a whole number from 1 to 1000000.")
    return raw


def _not_in(raw: object, pointer: str) -> UUID | None:
    if raw is None:
        return None
    found = _uuid(raw) if isinstance(raw, str) else None
    if found is None:
        raise invalid(pointer, f"{str(raw)[:60]!r} is no id of a round; give it as the API wrote it.")
    return found
