"""Which claims of two annotators are the same: maximum-weight bipartite matching on the overlap of their spans.

The assignment is solved per connected component by successive shortest augmenting paths (H. W. Kuhn, 1955; J. Munkres,
1957; in the O(n³) form of R. Jonker and A. Volgenant, 1987).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

type Spans = Sequence[tuple[int, int]]

THRESHOLD = 0.5


def _length(spans: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)


def _common(a: Spans, b: Spans) -> int:
    """Return the number of characters that both sorted, disjoint lists of spans hold."""
    found = i = j = 0
    while i < len(a) and j < len(b):
        found += max(0, min(a[i][1], b[j][1]) - max(a[i][0], b[j][0]))
        if a[i][1] <= b[j][1]:
            i += 1
        else:
            j += 1
    return found


def jaccard(a: Spans, b: Spans) -> float:
    """Return common characters by all characters of two claims; spans are sorted and disjoint, half-open."""
    if len(a) == len(b) == 1:
        (left, right), (start, end) = a[0], b[0]
        common = max(0, min(right, end) - max(left, start))
        return common / (right - left + end - start - common) if common else 0.0
    common = _common(a, b)
    whole = _length(a) + _length(b) - common
    return common / whole if whole else 0.0


def match_claims[K: Hashable](
    first: Mapping[K, Spans], second: Mapping[K, Spans], *, threshold: float = THRESHOLD
) -> list[tuple[K, K]]:
    """Return the pairs (of first, of second) with Jaccard ≥ threshold whose sum of Jaccards is largest.

    Among equal sums the keys decide, so that the order of the input does not matter.
    """
    edges = _edges(first, second, threshold)
    found = [pair for left, right in _components(edges) for pair in _assign(left, right, edges)]
    return sorted(found, key=lambda pair: (str(pair[0]), str(pair[1])))


def _edges[K: Hashable](
    first: Mapping[K, Spans], second: Mapping[K, Spans], threshold: float
) -> dict[tuple[K, K], float]:
    """Return the weight of each pair that may match; claims are swept in the order of their text."""
    others = sorted(second, key=lambda key: (second[key][0][0], str(key)))
    edges = {}
    for a in sorted(first, key=lambda key: (first[key][0][0], str(key))):
        spans = first[a]
        start, end = spans[0][0], spans[-1][1]
        for b in others:
            theirs = second[b]
            if theirs[0][0] >= end:
                break
            if theirs[-1][1] <= start:
                continue
            weight = jaccard(spans, theirs)
            if weight >= threshold and weight > 0:
                edges[a, b] = weight
    return edges


def _components[K: Hashable](edges: Mapping[tuple[K, K], float]) -> Iterable[tuple[list[K], list[K]]]:
    """Yield the connected components: their keys on either side, sorted."""
    left: dict[K, set[K]] = defaultdict(set)
    right: dict[K, set[K]] = defaultdict(set)
    for a, b in edges:
        left[a].add(b)
        right[b].add(a)
    seen: set[K] = set()
    for start in sorted(left, key=str):
        if start in seen:
            continue
        lefts, rights, waiting = {start}, set[K](), [start]
        while waiting:
            new = left[waiting.pop()] - rights
            rights |= new
            more = {a for b in new for a in right[b]} - lefts
            lefts |= more
            waiting += more
        seen |= lefts
        yield sorted(lefts, key=str), sorted(rights, key=str)


def _assign[K: Hashable](left: list[K], right: list[K], edges: Mapping[tuple[K, K], float]) -> Iterable[tuple[K, K]]:
    """Yield the heaviest assignment of one component; pairs without an edge weigh nothing and are left out."""
    if len(left) == len(right) == 1:
        yield left[0], right[0]
        return
    size = max(len(left), len(right))
    cost = [[0.0] * size for _ in range(size)]
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            cost[i][j] = -edges.get((a, b), 0.0)
    for i, j in enumerate(_cheapest(cost)):
        if i < len(left) and j < len(right) and (left[i], right[j]) in edges:
            yield left[i], right[j]


def _cheapest(cost: list[list[float]]) -> list[int]:
    """Return for each row of a square matrix the column of the assignment with the least sum."""
    n = len(cost)
    row_price, column_price = [0.0] * (n + 1), [0.0] * (n + 1)
    row_of, came_from = [n] * (n + 1), [n] * (n + 1)
    for row in range(n):
        row_of[n] = row
        column = n
        least = [float("inf")] * n
        used = [False] * (n + 1)
        while row_of[column] != n or column == n:
            used[column] = True
            i, step, best = row_of[column], float("inf"), n
            for j in range(n):
                if used[j]:
                    continue
                now = cost[i][j] - row_price[i] - column_price[j]
                if now < least[j]:
                    least[j], came_from[j] = now, column
                if least[j] < step:
                    step, best = least[j], j
            for j in range(n + 1):
                if used[j]:
                    row_price[row_of[j]] += step
                    column_price[j] -= step
                elif j < n:
                    least[j] -= step
            column = best
        while column != n:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
        row_of[n] = n
    found = [0] * n
    for j in range(n):
        found[row_of[j]] = j
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class F1:
    """Precision and recall of the first against the second, with what they count; values are None without data."""

    n_first: float
    n_second: float
    n_matched: float

    @property
    def precision(self) -> float | None:
        return self.n_matched / self.n_first if self.n_first else None

    @property
    def recall(self) -> float | None:
        return self.n_matched / self.n_second if self.n_second else None

    @property
    def value(self) -> float | None:
        whole = self.n_first + self.n_second
        return 2 * self.n_matched / whole if whole else None

    def __add__(self, other: F1) -> F1:
        return F1(
            n_first=self.n_first + other.n_first,
            n_second=self.n_second + other.n_second,
            n_matched=self.n_matched + other.n_matched,
        )


def exact_f1[K: Hashable](
    first: Mapping[K, Spans], second: Mapping[K, Spans], *, form: Callable[[Spans], Hashable] = tuple
) -> F1:
    """Count claims whose spans are equal in `form` (all of them, or without punctuation), one to one."""
    theirs: dict[Hashable, int] = defaultdict(int)
    for spans in second.values():
        theirs[form(spans)] += 1
    n_matched = 0
    for spans in first.values():
        key = form(spans)
        if theirs[key]:
            theirs[key] -= 1
            n_matched += 1
    return F1(n_first=len(first), n_second=len(second), n_matched=n_matched)


def matched_f1[K: Hashable](first: Mapping[K, Spans], second: Mapping[K, Spans], *, threshold: float = THRESHOLD) -> F1:
    """Count claims that are matched one to one at Jaccard ≥ threshold."""
    n_matched = len(match_claims(first, second, threshold=threshold))
    return F1(n_first=len(first), n_second=len(second), n_matched=n_matched)


def character_f1(first: Iterable[Spans], second: Iterable[Spans]) -> F1:
    """Count characters that lie in any claim of each."""
    a, b = _union(first), _union(second)
    return F1(n_first=_length(a), n_second=_length(b), n_matched=_common(a, b))


def _union(claims: Iterable[Spans]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for spans in claims for span in spans):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
