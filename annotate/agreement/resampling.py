"""Bootstrap intervals over documents: B. Efron & R. Tibshirani, An Introduction to the Bootstrap (1993), ch. 13.

Whole documents are drawn, because the claims of one are not independent. All resamples are computed at once: a
document's weight is one large number whose lanes say how often each resample drew it, so that a sum over documents is
a sum of a few large products; exact, and the same on every machine.
"""

from __future__ import annotations

import random
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, permutations
from operator import add, mul
from typing import Any

from annotate.agreement.alpha import interval, masi, nominal
from annotate.agreement.tally import Values, scale_of

TIMES = 1000
SEED = 20_111
LANES = {"H": 2, "I": 4, "Q": 8}  # bytes of a lane, by the type code of its array
MASI_UNIT = 36_000_000  # distances as whole numbers: thirds of common denominators
BLOCKS = 2000  # with more documents, so many blocks of them are drawn: time and memory stay bounded
FEWEST = 2  # documents, below which there is nothing to resample

type Interval = tuple[float, float]


@lru_cache(maxsize=2)
def draws(n: int, times: int, seed: int) -> list[array[int]]:
    """Return for each of n documents how often each resample drew it."""
    rows = [array("H", bytes(2 * times)) for _ in range(n)]
    dice = random.Random(seed)
    for at in range(times):
        for row, count in Counter([(number * n) >> 32 for number in array("I", dice.randbytes(4 * n))]).items():
            rows[row][at] = count
    return rows


@lru_cache(maxsize=6)
def weights(n: int, code: str, times: int = TIMES, seed: int = SEED) -> list[int]:
    """Return the draws of each of n documents as one number; lane r is resample r."""
    return [int.from_bytes(array(code, row).tobytes(), "little") for row in draws(n, times, seed)]


def lanes(found: Mapping[int, int], n: int, times: int = TIMES) -> array[int]:
    """Return the sum of whole numbers ≥ 0 by document in each resample of n documents, or of BLOCKS blocks."""
    numbers = found if n <= BLOCKS else _in_blocks(found)
    n = min(n, BLOCKS)
    most = n * max(numbers.values(), default=0)
    code = next(code for code, size in LANES.items() if most < 256**size)
    packed = weights(n, code)
    whole = sum([number * packed[document] for document, number in numbers.items()])
    summed = array(code)
    summed.frombytes(whole.to_bytes(LANES[code] * times, "little"))
    return summed


def _in_blocks(found: Mapping[int, int]) -> Mapping[int, int]:
    numbers: defaultdict[int, int] = defaultdict(int)
    for document, number in found.items():
        numbers[document % BLOCKS] += number
    return numbers


def percentiles(found: Sequence[float | None], share: float = 0.95) -> Interval | None:
    """Return the middle `share` of what is defined; None where half of the resamples or more are not."""
    values = sorted(value for value in found if value is not None)
    if not values or 2 * len(values) <= len(found):
        return None
    cut = (1 - share) / 2 * (len(values) - 1)
    return values[round(cut)], values[round(len(values) - 1 - cut)]


def ratio_interval(
    above: Mapping[int, int], below: Mapping[int, int], n: int, *, flip: bool = False
) -> Interval | None:
    """Return the interval of Σ above / Σ below over n documents, or of 1 minus that."""
    if len([document for document, number in below.items() if number]) < FEWEST:
        return None
    parts = zip(lanes(above, n), lanes(below, n), strict=True)
    return percentiles([(1 - a / b if flip else a / b) if b else None for a, b in parts])


def alpha_interval(documents: Mapping[int, Sequence[Values]], n: int, metric: Any = nominal) -> Interval | None:
    """Return the interval of alpha over n documents, given each one's units; nominal, interval and MASI only."""
    held = {document: units for document, units in documents.items() if units}
    if len(held) < FEWEST or metric not in EXPECTED:
        return None
    kinds = set(chain.from_iterable(held.values()))
    scale = scale_of(kinds)
    apart = {unit: scale // (len(unit) - 1) * _apart(unit, metric) for unit in kinds}
    whole: dict[int, int] = {}
    observed: dict[int, int] = {}
    categories: defaultdict[Any, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for document, units in held.items():
        whole[document] = scale * sum(map(len, units))
        observed[document] = sum([apart[unit] for unit in units])
        for value in chain.from_iterable(units):
            categories[value][document] += scale
    counts = {value: lanes(numbers, n) for value, numbers in categories.items()}
    all_values = lanes(whole, n)
    rows = zip(all_values, lanes(observed, n), EXPECTED[metric](counts, all_values), strict=True)
    return percentiles([1 - (all - scale) * seen / chance if chance else None for all, seen, chance in rows])


def _apart(unit: Values, metric: Any) -> int:
    """Return the observed disagreement of one unit over its ordered pairs, in the unit of the metric."""
    if metric is nominal:
        if len(unit) == 2:
            return 0 if unit[0] == unit[1] else 2
        return sum(a != b for a, b in permutations(unit, 2))
    whole = MASI_UNIT if metric is masi else INTERVAL_UNIT
    return sum(round(metric(a, b, {}) * whole) for a, b in permutations(unit, 2) if a != b)


def _nominal(counts: Mapping[Any, array[int]], whole: array[int]) -> Iterable[float]:
    squares: list[int] = [0] * len(whole)
    for found in counts.values():
        squares = list(map(add, squares, map(mul, found, found)))
    return [n * n - same for n, same in zip(whole, squares, strict=True)]


INTERVAL_UNIT = 10_000


def _interval(counts: Mapping[Any, array[int]], whole: array[int]) -> Iterable[float]:
    """Σ n_a n_b (a − b)² = 2 (n Σ n_a a² − (Σ n_a a)²)."""
    first, second = [0.0] * len(whole), [0.0] * len(whole)
    for value in sorted(counts):
        first = [total + value * n for total, n in zip(first, counts[value], strict=True)]
        second = [total + value * value * n for total, n in zip(second, counts[value], strict=True)]
    rows = zip(whole, first, second, strict=True)
    found = [2 * (n * squares - total * total) * INTERVAL_UNIT for n, total, squares in rows]
    return [chance if chance > 1e-6 else 0.0 for chance in found]


def _masi(counts: Mapping[Any, array[int]], whole: array[int]) -> Iterable[float]:
    """Sets that share nothing differ by 1, so that only those that share something are taken off n²."""
    holding: dict[Any, set[frozenset[Any]]] = {}
    for value in counts:
        for member in value:
            holding.setdefault(member, set()).add(value)
    expected = [n * n * MASI_UNIT for n in whole]
    for value, found in counts.items():
        near = set[frozenset[Any]]().union(*(holding[member] for member in value)) | {value}
        for other in near:
            like = MASI_UNIT - round(masi(value, other, {}) * MASI_UNIT)
            expected = [n - like * a * b for n, a, b in zip(expected, found, counts[other], strict=True)]
    return expected


EXPECTED: dict[Any, Callable[[Mapping[Any, array[int]], array[int]], Iterable[float]]] = {
    nominal: _nominal,
    interval: _interval,
    masi: _masi,
}
