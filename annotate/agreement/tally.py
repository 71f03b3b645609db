"""Agreement on values in whole numbers: what was counted adds up exactly, so that no order of rows matters.

The same alpha as in `alpha` (K. Krippendorff, 2011), from how often each combination of values was given to one unit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from math import fsum, lcm
from typing import Any

from annotate.agreement.alpha import Metric, nominal

type Values = tuple[Hashable, ...]


def scale_of(units: Iterable[Values]) -> int:
    """Return the least whole number by which every weight 1/(m − 1) becomes whole."""
    return lcm(*{len(unit) - 1 for unit in units if len(unit) > 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What pairable values were given, times `scale`: an ordered pair in a unit of m values weighs scale/(m − 1).

    `counts` says how often each value was given, `same` how often it stands against itself.
    """

    units: Mapping[Values, int] = field(default_factory=dict)
    scale: int = 1
    counts: Mapping[Any, int] = field(default_factory=dict)
    same: Mapping[Any, int] = field(default_factory=dict)
    n_units: int = 0
    n_pairs: int = 0
    n_equal: int = 0

    @classmethod
    def of(cls, units: Mapping[Values, int]) -> Tally:
        """Count units, each the values given to it without those missing, with how often it occurs."""
        units = {unit: times for unit, times in units.items() if len(unit) > 1}
        scale = scale_of(units)
        counts: defaultdict[Any, int] = defaultdict(int)
        same: defaultdict[Any, int] = defaultdict(int)
        n_pairs = n_equal = 0
        for unit, times in units.items():
            m = len(unit)
            n_pairs += times * m * (m - 1) // 2
            for value in unit:
                counts[value] += times * scale
            if m == 2:
                if unit[0] == unit[1]:
                    same[unit[0]] += 2 * times * scale
                    n_equal += times
            elif len(set(unit)) < m:
                for value, n in Counter(unit).items():
                    same[value] += times * (scale // (m - 1)) * n * (n - 1)
                    n_equal += times * n * (n - 1) // 2
        return cls(
            units=units,
            scale=scale,
            counts=counts,
            same={value: n for value, n in same.items() if n},
            n_units=sum(units.values()),
            n_pairs=n_pairs,
            n_equal=n_equal,
        )

    @property
    def percent(self) -> float | None:
        """Return the share of pairs of values that are equal."""
        return self.n_equal / self.n_pairs if self.n_pairs else None

    @property
    def pairs(self) -> Counter[tuple[Any, Any]]:
        """Return the coincidence matrix, times `scale`."""
        found: Counter[tuple[Any, Any]] = Counter()
        for unit, times in self.units.items():
            weight = times * (self.scale // (len(unit) - 1))
            for pair in permutations(unit, 2):
                found[pair] += weight
        return found

    def alpha(self, metric: Metric = nominal) -> float | None:
        """Return 1 − Do/De; None where nothing is pairable or nothing varies."""
        counts, whole = self.counts, sum(self.counts.values())
        if metric is nominal:
            expected: float = whole**2 - sum(n * n for n in counts.values())
            observed: float = whole - sum(self.same.values())
        else:
            shares: dict[Any, float] = {value: n / self.scale for value, n in counts.items()}
            expected = fsum(counts[a] * counts[b] * metric(a, b, shares) for a in counts for b in counts if a != b)
            observed = fsum(n * metric(a, b, shares) for (a, b), n in self.pairs.items())
        return 1 - (whole - self.scale) * observed / expected if expected else None

    def alpha_of(self, value: Any) -> float | None:
        """Return the nominal alpha of one category against all others together."""
        whole, own = sum(self.counts.values()), self.counts.get(value, 0)
        expected, observed = own * (whole - own), own - self.same.get(value, 0)
        return 1 - (whole - self.scale) * observed / expected if expected else None


def fleiss_of(tally: Tally) -> float | None:
    """Return Fleiss' kappa (1971) of a tally whose units all have the same number of values."""
    if tally.percent is None:
        return None
    counts = tally.counts
    whole = sum(counts.values())
    expected = sum(n * n for n in counts.values())
    return (tally.percent - expected / whole**2) / (1 - expected / whole**2) if expected != whole**2 else None


def cohen_of(units: Mapping[Values, int]) -> float | None:
    """Return Cohen's kappa (1960) of pairs of values, always of the same two observers in the same order."""
    first, second = Counter[Hashable](), Counter[Hashable]()
    for (a, b), n in units.items():
        first[a] += n
        second[b] += n
    n = first.total()
    by_chance = sum(first[value] * second[value] for value in first)
    if not n or by_chance == n * n:
        return None
    equal = sum(times for (a, b), times in units.items() if a == b)
    return (equal / n - by_chance / n**2) / (1 - by_chance / n**2)
