"""Percent agreement and the kappas: J. Cohen (1960) for two observers, J. L. Fleiss (1971) for a fixed number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """A kappa with what it rests on: n subjects, observed and expected agreement."""

    n: int
    observed: float
    expected: float
    value: float | None
    by_category: dict[Hashable, float | None] = field(default_factory=dict)


def observed_agreement(pairs: Iterable[tuple[Hashable, Hashable]]) -> float | None:
    """Return the share of equal pairs."""
    found = [a == b for a, b in pairs]
    return sum(found) / len(found) if found else None


def _corrected(observed: float, expected: float) -> float | None:
    return None if expected == 1 else (observed - expected) / (1 - expected)


def cohen_kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> Kappa | None:
    """Return Cohen's kappa of two observers' values for the same subjects."""
    found = list(pairs)
    n = len(found)
    if not n:
        return None
    first, second = Counter(a for a, _ in found), Counter(b for _, b in found)
    observed = sum(a == b for a, b in found) / n
    expected = sum(first[value] * second[value] for value in first) / n**2
    return Kappa(n=n, observed=observed, expected=expected, value=_corrected(observed, expected))


def fleiss_kappa(subjects: Iterable[Sequence[Hashable]]) -> Kappa | None:
    """Return Fleiss' kappa; every subject has the same number m ≥ 2 of ratings. Raises ValueError otherwise.

    By category j: 1 − Σ n_ij (m − n_ij) / (N m (m − 1) p_j q_j), as in Fleiss (1971), eq. 17.
    """
    counted = [Counter(ratings) for ratings in subjects]
    if not counted:
        return None
    n, m = len(counted), counted[0].total()
    if m < 2 or any(ratings.total() != m for ratings in counted):
        raise ValueError("Fleiss' kappa needs the same number of ratings, two or more, for each subject.")
    totals = sum(counted, Counter[Hashable]())
    shares = {value: count / (n * m) for value, count in totals.items()}
    observed = sum(k * (k - 1) for ratings in counted for k in ratings.values()) / (n * m * (m - 1))
    expected = sum(share**2 for share in shares.values())
    by_category: dict[Hashable, float | None] = {}
    for value, share in shares.items():
        mixed = sum(ratings[value] * (m - ratings[value]) for ratings in counted)
        chance = n * m * (m - 1) * share * (1 - share)
        by_category[value] = 1 - mixed / chance if chance else None
    return Kappa(
        n=n, observed=observed, expected=expected, value=_corrected(observed, expected), by_category=by_category
    )
