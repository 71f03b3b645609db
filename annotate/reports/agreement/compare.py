"""Two readings of one document beside each other, and all readings of it together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from operator import add
from uuid import UUID

from annotate.agreement.matching import character_f1, jaccard, match_claims
from annotate.agreement.tally import Values
from annotate.agreement.unitizing import covered, disagreement
from annotate.reports.agreement.claims import Marked, Reading

type Pair = tuple[Marked, Marked]
# What is counted of two readings, each as (of the first, of the second, of both): F1 is 2 × both / (first + second).
DEPTHS = ("all", "top", "nested")
WAYS = ("exact", "punctuation", "overlap", "characters")
F1S = (*((way, depth) for depth in DEPTHS for way in WAYS), ("joint", "all"), ("cue", "all"))
NOTHING = (0,) * (3 * len(F1S))


@dataclass(slots=True, kw_only=True)
class Compared:
    """Two readings of a document by different people (or by one, in two rounds), with their matched claims."""

    first: Reading
    second: Reading
    pairs: list[Pair]
    counts: tuple[int, ...]


def compare(first: Reading, second: Reading) -> Compared:
    """Match the claims of two readings by the heaviest assignment on Jaccard ≥ .5 and count what they share."""
    pairs = _matched(first.claims, second.claims)
    return Compared(first=first, second=second, pairs=pairs, counts=counts_of(first.claims, second.claims, pairs))


def _matched(first: Sequence[Marked], second: Sequence[Marked]) -> list[Pair]:
    ones = {f"{n:05}": claim.spans for n, claim in enumerate(first)}
    others = {f"{n:05}": claim.spans for n, claim in enumerate(second)}
    return [(first[int(a)], second[int(b)]) for a, b in match_claims(ones, others)]


def counts_of(first: Sequence[Marked], second: Sequence[Marked], pairs: Sequence[Pair]) -> tuple[int, ...]:
    found = _detected(first, second, len(pairs))
    if any(claim.is_nested for claim in (*first, *second)):
        for is_nested in (False, True):
            a = [claim for claim in first if claim.is_nested == is_nested]
            b = [claim for claim in second if claim.is_nested == is_nested]
            found += _detected(a, b, sum(one.is_nested == two.is_nested == is_nested for one, two in pairs))
    else:
        found += (*found, *(0,) * len(found))
    joint = sum(one.joint == two.joint for one, two in pairs)
    return (*found, len(first), len(second), joint, *_cues(pairs))


def _detected(first: Sequence[Marked], second: Sequence[Marked], n_matched: int) -> tuple[int, ...]:
    a, b = len(first), len(second)
    exact = _equal((claim.spans for claim in first), (claim.spans for claim in second))
    trimmed = _equal((claim.trimmed for claim in first), (claim.trimmed for claim in second))
    letters = character_f1((claim.spans for claim in first), (claim.spans for claim in second))
    signs = (int(letters.n_first), int(letters.n_second), int(letters.n_matched))
    return (a, b, exact, a, b, trimmed, a, b, n_matched, *signs)


def _equal(first: Iterable[Hashable], second: Iterable[Hashable]) -> int:
    """Return how many are equal, one to one."""
    return (Counter(first) & Counter(second)).total()


def _cues(pairs: Sequence[Pair]) -> tuple[int, int, int]:
    """Count the cues of matched claims, and those that overlap."""
    both = sum(bool(one.cue and two.cue) and jaccard(one.cue, two.cue) > 0 for one, two in pairs)
    return sum(bool(one.cue) for one, _ in pairs), sum(bool(two.cue) for _, two in pairs), both


def sum_counts(compared: Iterable[Compared]) -> tuple[int, ...]:
    found: Sequence[int] = NOTHING
    for one in compared:
        found = list(map(add, found, one.counts))
    return tuple(found)


@dataclass(slots=True, kw_only=True)
class Cell:
    """All readings of one document in one round, in the order of their annotators, compared two by two."""

    at: int  # the document's place among all that are compared
    document: UUID
    round: UUID | None
    readings: list[Reading]
    compared: list[Compared] = field(default_factory=list)

    def compare(self) -> None:
        self.compared = [compare(one, two) for one, two in combinations(self.readings, 2)]

    def groups(self) -> list[list[Marked]]:
        """Return the claims that are the same, at most one of each annotator: the units of the alphas.

        With two annotators these are the matched pairs. With more, the matched pairs of all of them are joined in the
        order of their Jaccard overlap, unless a group would hold two claims of one annotator; claims that say the
        same place are told apart by their order in the text, so that no order of rows matters.
        """
        if len(self.readings) == 2:
            return [list(pair) for pair in self.compared[0].pairs]
        return _joined(self.readings, self.compared)


def _joined(readings: Sequence[Reading], compared: Iterable[Compared]) -> list[list[Marked]]:
    place = {id(claim): (n, at) for n, one in enumerate(readings) for at, claim in enumerate(one.claims)}
    edges = []
    for one in compared:
        for a, b in one.pairs:
            overlap = 1.0 if a.spans == b.spans else jaccard(a.spans, b.spans)
            edges.append((-overlap, place[id(a)], place[id(b)], a, b))
    edges.sort(key=lambda edge: edge[:3])
    groups: dict[tuple[int, int], dict[int, Marked]] = {}
    for _, one_at, two_at, a, b in edges:
        left, right = groups.get(one_at) or {one_at[0]: a}, groups.get(two_at) or {two_at[0]: b}
        if left is right or left.keys() & right.keys():
            continue
        left.update(right)
        for n, claim in left.items():
            groups[n, place[id(claim)][1]] = left
    kept = {id(group): group for group in groups.values()}
    return [[group[n] for n in sorted(group)] for group in kept.values()]


def claim_units(groups: Iterable[Sequence[Marked]], at: int) -> list[Values]:
    """Return the values of one measure in each group that has at least two."""
    found = (tuple(value for claim in group if (value := claim.values[at]) is not None) for group in groups)
    return [unit for unit in found if len(unit) > 1]


def stance_units(groups: Iterable[Sequence[Marked]], n_values: int) -> list[list[Values]]:
    """Return the values of each stance measure, aligned by holder and target: only what is the same is compared."""
    found: list[list[Values]] = [[] for _ in range(n_values)]
    for group in groups:
        for key in _shared(group):
            given = [claim.stances[key] for claim in group if key in claim.stances]
            for n in range(n_values):
                unit = tuple(values[n] for values in given if values[n] is not None)
                if len(unit) > 1:
                    found[n].append(unit)
    return found


def _shared(group: Sequence[Marked]) -> list[tuple[str, str]]:
    if len(group) == 2:
        return list(group[0].stances.keys() & group[1].stances.keys())
    seen = Counter(key for claim in group for key in claim.stances)
    return [key for key, n in seen.items() if n > 1]


UNITIZING_UNIT = 10**9  # disagreements as whole numbers, so that those of documents add up in any order


def unitizing(cell: Cell, length: int, depth: str) -> tuple[int, int] | None:
    """Return observed and expected disagreement on what lies in claims, each weighted by the document's length."""
    wanted = {"all": (False, True), "top": (False,), "nested": (True,)}[depth]
    observers = [
        covered(span for claim in one.claims if claim.is_nested in wanted for span in claim.spans)
        for one in cell.readings
    ]
    found = disagreement(observers, length) if any(observers) else None
    return (
        None
        if found is None
        else (round(found[0] * length * UNITIZING_UNIT), round(found[1] * length * UNITIZING_UNIT))
    )
