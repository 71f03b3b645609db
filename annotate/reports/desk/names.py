"""Names first: entries that stand against each other in the open units of a project, most units settled first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any
from uuid import UUID

from annotate.adjudication.marks import Mark
from annotate.adjudication.units import Unit, is_settled_by_merging
from annotate.models import Adjudication, NotSame
from annotate.payloads.problems import FieldError, Invalid
from annotate.reports.desk.loading import load_desks
from corpus.models import Entry, Proposition, Speaker, Target
from corpus.text.quotes import in_marks

MODELS: dict[str, type[Entry]] = {"speaker": Speaker, "target": Target, "proposition": Proposition}
FIELDS = {
    "speakers": "speaker",
    "represents": "speaker",
    "reported_by": "speaker",
    "proposition": "proposition",
    "stances": "target",
}
AT_ONCE = 200


@dataclass(slots=True, kw_only=True)
class NamePair:
    """Two entries of a registry that stand against each other."""

    registry: str
    kept: Entry
    other: Entry
    n_units: int
    n_settled: int
    examples: list[tuple[UUID, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The pairs, and how many open units they were found in."""

    pairs: list[NamePair]
    n_open: int
    n_documents: int
    is_cut: bool


def name_pairs(rows: Sequence[Adjudication], corpus_id: UUID) -> Names:
    """Return the pairs in the open units of these documents; at most 200 of them are looked at. 25 queries or so."""
    looked_at = [row for row in rows if row.n_open or row.is_stale][:AT_ONCE]
    n_units: Counter[tuple[str, str, str]] = Counter()
    n_settled: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], list[tuple[UUID, str]]] = defaultdict(list)
    n_open = 0
    for desk in load_desks(looked_at):
        for unit in desk.units:
            if not unit.is_open:
                continue
            n_open += 1
            for key in set(pairs_of(unit)):
                n_units[key] += 1
                n_settled[key] += is_settled_by_merging(unit, key[1], key[2])
                if len(examples[key]) < 3:
                    quote = unit.marks[0].claim["spans"][0]["quote"]
                    examples[key].append((desk.adjudication.document_id, in_marks(quote)))
    found = _pairs(n_units, n_settled, examples, corpus_id)
    return Names(pairs=found, n_open=n_open, n_documents=len(looked_at), is_cut=len(rows) > len(looked_at) >= AT_ONCE)


def pairs_of(unit: Unit) -> Iterator[tuple[str, str, str]]:
    """Yield (registry, one id, another id), the ids in order, for entries in the same place of two readings."""
    for a, b in combinations(unit.marks, 2):
        for name, registry in FIELDS.items():
            for one, other in _apart(a, b, name):
                yield (registry, *sorted((one, other)))  # type: ignore[misc]


def _apart(a: Mark, b: Mark, name: str) -> Iterator[tuple[str, str]]:
    """Yield the entries of two marks that stand in the same place of a field and differ."""
    one, other = entries_in(a, name), entries_in(b, name)
    if len(one) == len(other):
        yield from ((x, y) for x, y in zip(one, other, strict=True) if x != y and x and y)


def entries_in(mark: Mark, name: str) -> list[str]:
    """Return the ids of the entries in a field of a mark, in the order of the claim."""
    claim = mark.claim
    if name == "speakers":
        return [speaker["id"] for speaker in claim["speakers"]]
    if name == "represents":
        return [speaker["represents"]["id"] if speaker["represents"] else "" for speaker in claim["speakers"]]
    if name == "reported_by":
        return [found["id"] for found in claim["reported_by"]]
    if name == "proposition":
        return [claim["proposition"]["id"]] if claim["proposition"] else []
    return [stance["target"]["id"] if stance["target"] else "" for stance in claim["stances"]]


def _pairs(
    n_units: Counter[tuple[str, str, str]],
    n_settled: Counter[tuple[str, str, str]],
    examples: dict[tuple[str, str, str], list[tuple[UUID, str]]],
    corpus_id: UUID,
) -> list[NamePair]:
    different = set(NotSame.objects.filter(corpus=corpus_id).values_list("first", "second"))
    entries: dict[str, dict[str, Any]] = {
        registry: {
            str(e.pk): e for e in model._default_manager.filter(pk__in=_ids(n_units, registry), corpus=corpus_id)
        }
        for registry, model in MODELS.items()
    }
    found = []
    for key, n in n_units.items():
        registry, *ids = key
        one, other = (entries[registry].get(id) for id in ids)
        if one is None or other is None or (UUID(ids[0]), UUID(ids[1])) in different:
            continue
        kept, gone = sorted((one, other), key=_worth)
        if not getattr(gone, "is_not_stated", False) and not getattr(kept, "is_not_stated", False):
            found.append(
                NamePair(
                    registry=registry,
                    kept=kept,
                    other=gone,
                    n_units=n,
                    n_settled=n_settled[key],
                    examples=examples[key],
                )
            )
    return sorted(found, key=lambda pair: (-pair.n_settled, -pair.n_units, pair.kept.name, pair.other.name))


def _ids(n_units: Iterable[tuple[str, str, str]], registry: str) -> set[str]:
    return {id for key in n_units if key[0] == registry for id in key[1:]}


def _worth(entry: Entry) -> tuple[bool, Any, str]:
    """Sort what is kept first: accepted before provisional, then the older."""
    return entry.is_provisional, entry.created_at, str(entry.pk)


def entries_apart(marks: Sequence[Mark], name: str, corpus_id: UUID) -> tuple[str, list[Any]]:
    """Return the registry and the entries that stand against each other in a field, the one to keep first.

    Raises Invalid where the field names no entries, or where it is not clear which stand against which.
    """
    registry = FIELDS.get(name.split("/")[0])
    places = [entries_in(mark, name) for mark in marks] if registry is not None else []
    ids = {place[0] for place in places if len(place) == 1 and place[0]}
    if registry is None or len(ids) != 2:
        detail = "Exactly two names must stand against each other in this field; say which of several on “Names first”."
        raise Invalid.of([FieldError(pointer="/field", detail=detail)])
    found = sorted(MODELS[registry]._default_manager.filter(pk__in=ids, corpus=corpus_id), key=_worth)
    if any(getattr(entry, "is_not_stated", False) for entry in found):
        detail = "“Not stated” is nobody’s name; pick the cell that is right instead."
        raise Invalid.of([FieldError(pointer="/field", detail=detail)])
    return registry, found
