"""Krippendorff's alpha for any number of observers, any metric, and missing values.

K. Krippendorff, Content Analysis (2004), ch. 11; "Computing Krippendorff's Alpha-Reliability" (2011). Sets are compared
by MASI: R. Passonneau, "Measuring agreement on set-valued items (MASI)", LREC 2006.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# The squared difference of two values, given how often each value occurs in all pairable data.
type Metric = Callable[[Any, Any, Mapping[Any, float]], float]


def nominal(a: Any, b: Any, counts: Mapping[Any, float]) -> float:
    return 0.0 if a == b else 1.0


def interval(a: float, b: float, counts: Mapping[Any, float]) -> float:
    return float(a - b) ** 2


def ratio(a: float, b: float, counts: Mapping[Any, float]) -> float:
    """Return ((a − b) / (a + b))²; values are not negative."""
    return 0.0 if a == b else float((a - b) / (a + b)) ** 2


def ordinal(a: Any, b: Any, counts: Mapping[Any, float]) -> float:
    """Return the squared number of ranks between the values: what lies from a to b, the ends counted by half."""
    low, high = min(a, b), max(a, b)
    between = sum(n for value, n in counts.items() if low <= value <= high)
    return float(between - (counts[low] + counts[high]) / 2) ** 2


def masi(a: frozenset[Hashable], b: frozenset[Hashable], counts: Mapping[Any, float]) -> float:
    """Return (1 − Jaccard) × (1 − monotonicity): 0 for equal sets, 1 for disjoint ones.

    Monotonicity is 1 for equal sets, 2/3 where one holds the other, 1/3 where they only overlap, else 0.
    """
    if a == b:
        return 0.0
    common, union = len(a & b), len(a | b)
    if not common:
        return 1.0
    monotonicity = 2 / 3 if a < b or b < a else 1 / 3
    return (1 - common / union) * (1 - monotonicity)


@dataclass(slots=True)
class Coincidences:
    """The coincidence matrix of pairable values; those of several documents add up, which makes resampling cheap."""

    pairs: Counter[tuple[Any, Any]] = field(default_factory=Counter)

    @classmethod
    def of(cls, units: Iterable[Iterable[Any]]) -> Coincidences:
        """Count the ordered pairs of values within each unit, each unit with m values weighing 1/(m − 1).

        A unit is the values given to it, without those missing; one with a single value pairs with nothing.
        """
        found: Counter[tuple[Any, Any]] = Counter()
        for unit in units:
            values = Counter(unit)
            m = values.total()
            if m < 2:
                continue
            for a, n in values.items():
                for b, k in values.items():
                    found[a, b] += n * (k - (a == b)) / (m - 1)
        return cls(Counter({pair: n for pair, n in found.items() if n}))

    def __add__(self, other: Coincidences) -> Coincidences:
        return Coincidences(self.pairs + other.pairs)

    @property
    def counts(self) -> Counter[Any]:
        """Return how often each value occurs among the pairable ones."""
        found: Counter[Any] = Counter()
        for (a, _), n in self.pairs.items():
            found[a] += n
        return found

    @property
    def n(self) -> float:
        return sum(self.pairs.values())

    def disagreement(self, metric: Metric = nominal) -> tuple[float, float] | None:
        """Return observed and expected disagreement; None below two pairable values."""
        counts, n = self.counts, self.n
        if n < 2:
            return None
        observed = sum(weight * metric(a, b, counts) for (a, b), weight in self.pairs.items()) / n
        expected = sum(counts[a] * counts[b] * metric(a, b, counts) for a in counts for b in counts if a != b) / (
            n * (n - 1)
        )
        return observed, expected

    def alpha(self, metric: Metric = nominal) -> float | None:
        """Return 1 − Do/De; None where nothing is pairable or nothing varies (2004, p. 222)."""
        found = self.disagreement(metric)
        if found is None or found[1] == 0:
            return None
        return 1.0 - found[0] / found[1]

    def alpha_of(self, value: Any) -> float | None:
        """Return the nominal alpha of one category against all others together."""
        folded: Counter[tuple[Any, Any]] = Counter()
        for (a, b), n in self.pairs.items():
            folded[a == value, b == value] += n
        return Coincidences(folded).alpha()


def krippendorff_alpha(units: Iterable[Iterable[Any]], metric: Metric = nominal) -> float | None:
    """Return alpha over units, each the values given to it (missing ones left out); None where not defined."""
    return Coincidences.of(units).alpha(metric)
