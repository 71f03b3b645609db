"""Unitizing alpha: agreement on where units begin and end on a continuum.

K. Krippendorff, Content Analysis (2004), ch. 11.6; "On the reliability of unitizing continuous data" (1995).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unit:
    """A stretch [start, end) of the continuum with its category."""

    start: int
    end: int
    category: Hashable = None

    @property
    def length(self) -> int:
        return self.end - self.start


type Section = tuple[int, int, bool]  # start, end, whether it is a unit (else a gap)


def _sections(units: Sequence[Unit], length: int) -> list[Section]:
    """Return one observer's whole continuum [0, length) as alternating gaps and units, without empty gaps."""
    found: list[Section] = []
    at = 0
    for unit in sorted(units, key=lambda unit: (unit.start, unit.end)):
        if unit.start < at or unit.end <= unit.start or unit.end > length:
            raise ValueError(f"Units of one observer and category are disjoint and lie within 0…{length}: {unit}.")
        if unit.start > at:
            found.append((at, unit.start, False))
        found.append((unit.start, unit.end, True))
        at = unit.end
    if at < length:
        found.append((at, length, False))
    return found


def _difference(a: Section, b: Section) -> float:
    """Return δ² of two overlapping sections (2004, eq. 15)."""
    if a[2] and b[2]:
        return float((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)
    if a[2] and not b[2]:
        return float((a[1] - a[0]) ** 2) if b[0] <= a[0] and a[1] <= b[1] else 0.0
    if b[2] and not a[2]:
        return _difference(b, a)
    return 0.0


def _overlapping(first: list[Section], second: list[Section]) -> Iterable[tuple[Section, Section]]:
    i = j = 0
    while i < len(first) and j < len(second):
        yield first[i], second[j]
        if first[i][1] == second[j][1]:
            i, j = i + 1, j + 1
        elif first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1


def _observed(observers: list[list[Section]], length: int) -> float:
    """Return Do; a difference is the same either way round, so that each pair of observers counts twice."""
    n = len(observers)
    total = sum(
        [_difference(a, b) for first, second in combinations(observers, 2) for a, b in _overlapping(first, second)]
    )
    return 2 * total / (n * (n - 1) * length**2)


def _expected(observers: list[list[Section]], length: int) -> float:
    n = len(observers)
    units = [end - start for sections in observers for start, end, is_unit in sections if is_unit]
    gaps = sorted(end - start for sections in observers for start, end, is_unit in sections if not is_unit)
    sums = [0, *accumulate(gaps)]
    total = 0.0
    for unit in sorted(units):
        at = bisect_left(gaps, unit)
        in_gaps = sums[-1] - sums[at] - (len(gaps) - at) * (unit - 1)  # Σ over gaps ≥ unit of gap − unit + 1
        total += (len(units) - 1) / 3 * (2 * unit**3 - 3 * unit**2 + unit) + unit**2 * in_gaps
    whole = n * length * (n * length - 1) - sum([unit * (unit - 1) for unit in units])
    return 2 / length * total / whole if whole else 0.0


def disagreement(observers: Sequence[Sequence[Unit]], length: int) -> tuple[float, float] | None:
    """Return observed and expected disagreement on the units of one category; None below two observers."""
    if len(observers) < 2 or length < 1:
        return None
    sections = [_sections(units, length) for units in observers]
    return _observed(sections, length), _expected(sections, length)


def unitizing_alpha_of(observers: Sequence[Sequence[Unit]], length: int) -> float | None:
    """Return the alpha of units of one category, each observer's disjoint, on a continuum of `length`."""
    found = disagreement(observers, length)
    return None if found is None or found[1] == 0 else 1 - found[0] / found[1]


def unitizing_alpha(observers: Sequence[Sequence[Unit]], length: int) -> float | None:
    """Return the joint alpha over all categories: 1 − ΣDo / ΣDe."""
    categories = sorted({unit.category for units in observers for unit in units}, key=str)
    observed = expected = 0.0
    for category in categories:
        of_it = [[unit for unit in units if unit.category == category] for units in observers]
        found = disagreement(of_it, length)
        if found is not None:
            observed, expected = observed + found[0], expected + found[1]
    return 1 - observed / expected if expected else None


def covered(spans: Iterable[tuple[int, int]]) -> list[Unit]:
    """Return the union of spans as disjoint units: what a category covers when its claims overlap or nest."""
    merged: list[list[int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return [Unit(start=start, end=end) for start, end in merged]


__all__ = ["Unit", "covered", "disagreement", "unitizing_alpha", "unitizing_alpha_of"]
