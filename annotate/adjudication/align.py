"""Which claims of several annotators are one unit: at most one claim of each, aligned by their words and fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from annotate.adjudication.marks import Mark, shared_fields
from annotate.agreement.matching import jaccard

THRESHOLD = 0.5
WEIGHT_OF_FIELDS = 0.1


def align(marks: Sequence[Mark], fixed: Mapping[str, str] | None = None) -> list[tuple[Mark, ...]]:
    """Return units in the order of the text, each its marks in the order of the text.

    Pairs of different readers with Jaccard ≥ .5, or with common words and the same proposition, are joined in the order
    of Jaccard + .1 × share of equal fields, unless a unit would hold two claims of one reader. `fixed` says of some
    marks (by key) which group they are in: such groups are never joined with each other, but others may join them.
    """
    groups = _Groups(marks, fixed or {})
    for a, b in _pairs(marks):
        groups.join(a, b)
    units = [tuple(sorted(group, key=lambda mark: mark.place)) for group in groups.all()]
    return sorted(units, key=lambda unit: unit[0].place)


def _pairs(marks: Sequence[Mark]) -> list[tuple[Mark, Mark]]:
    """Return the pairs that may be joined, the most alike first. Equal pairs come in the order of the text."""
    scored = []
    for a, b in _overlapping(marks):
        weight = jaccard(a.spans, b.spans)
        if weight >= THRESHOLD or (weight > 0 and _same_proposition(a, b)):
            scored.append((-round(weight + WEIGHT_OF_FIELDS * shared_fields(a, b), 9), a.place, b.place, a, b))
    return [(a, b) for *_, a, b in sorted(scored, key=lambda row: row[:3])]


def _same_proposition(a: Mark, b: Mark) -> bool:
    one, two = a.claim["proposition"], b.claim["proposition"]
    return one is not None and two is not None and one["id"] == two["id"]


def _overlapping(marks: Sequence[Mark]) -> Iterator[tuple[Mark, Mark]]:
    """Yield the pairs of marks of different readers whose outer edges overlap, in the order of the text."""
    running: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: mark.place):
        start = mark.spans[0][0]
        running = [other for other in running if other.spans[-1][1] > start]
        yield from ((other, mark) for other in running if other.reader != mark.reader)
        running.append(mark)


class _Groups:
    """Groups of marks that grow by joining."""

    def __init__(self, marks: Iterable[Mark], fixed: Mapping[str, str]) -> None:
        self.members: dict[str, list[Mark]] = defaultdict(list)
        self.group: dict[str, str] = {}
        self.fixed: set[str] = set()
        for mark in marks:
            name = f"fixed {fixed[mark.key]}" if mark.key in fixed else f"free {mark.key}"
            self.members[name].append(mark)
            self.group[mark.key] = name
            if mark.key in fixed:
                self.fixed.add(name)

    def join(self, a: Mark, b: Mark) -> None:
        one, two = self.group[a.key], self.group[b.key]
        if one == two or {one, two} <= self.fixed:
            return
        if {mark.reader for mark in self.members[one]} & {mark.reader for mark in self.members[two]}:
            return
        kept, gone = (two, one) if two in self.fixed else (one, two)
        for mark in self.members.pop(gone):
            self.group[mark.key] = kept
            self.members[kept].append(mark)

    def all(self) -> list[list[Mark]]:
        return list(self.members.values())


def passages(units: Sequence[tuple[Mark, ...]]) -> list[list[int]]:
    """Return the numbers of the units that are shown together: their words overlap, directly or through others."""
    found: list[list[int]] = []
    reach = -1
    spread = sorted(range(len(units)), key=lambda n: min(mark.spans[0][0] for mark in units[n]))
    for n in spread:
        start = min(mark.spans[0][0] for mark in units[n])
        if start >= reach:
            found.append([])
        found[-1].append(n)
        reach = max(reach, *(mark.spans[-1][1] for mark in units[n]))
    return found
