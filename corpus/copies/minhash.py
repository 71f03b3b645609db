"""MinHash of a text: 64 minima over its 3-word shingles, and their keys in 16 bands of 4.

Broder 1997, “On the resemblance and containment of documents”; bands after Leskovec, Rajaraman and Ullman, “Mining of
Massive Datasets”, 3.4. Words count without case; ı and İ count as i, which case folding alone would keep apart.
Everything is computed in whole numbers modulo 2⁶⁴, so that a text has the same sketch on every machine.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

type Numbers = NDArray[np.uint64]
type Signature = NDArray[np.uint32]

N_HASHES, N_BANDS, SHINGLE = 64, 16, 3
# Two texts of which this share of shingles is common count as copies; 5 % of changed words leave about 0.74.
LIKE = 0.5
AT_ONCE = 4096
BASE = 0x9E3779B97F4A7C15
INVERSE = pow(BASE, -1, 1 << 64)


def signature(text: str) -> Signature:
    """Return the 64 minima of a text; none where it has no words."""
    words = _words(text.replace("ı", "i").replace("İ", "i").casefold())
    shingles = (_shingles(words) >> np.uint64(32)).astype(np.uint32)
    if not len(shingles):
        return shingles
    factors, terms = _family()
    found = np.full(N_HASHES, np.iinfo(np.uint32).max, np.uint32)
    for start in range(0, len(shingles), AT_ONCE):  # a long text would need gigabytes at once
        hashes = factors * shingles[start : start + AT_ONCE]
        hashes += terms
        np.minimum(found, hashes.min(axis=1), out=found)
    return found


def band_keys(found: Signature) -> list[int]:
    """Return one key for each band, as signed 64-bit numbers; none for an empty signature."""
    if not len(found):
        return []
    rows = found.reshape(N_BANDS, -1).astype(np.uint64)
    keys = np.arange(1, N_BANDS + 1, dtype=np.uint64)
    for column in rows.T:
        keys = _mixed(keys * np.uint64(BASE) + column)
    return [int(key) for key in keys.view(np.int64)]


def likeness(one: Signature, other: Signature) -> float:
    """Return the estimated share of shingles that two texts have in common (Jaccard)."""
    return float(np.mean(one == other)) if len(one) and len(other) else 0.0


def packed(found: Signature) -> bytes:
    return found.astype("<u4").tobytes()


def unpacked(stored: bytes | memoryview) -> Signature:
    return np.frombuffer(stored, "<u4").astype(np.uint32)


def _words(text: str) -> Numbers:
    """Return a hash of each word: a polynomial of its code points, from differences of running sums."""
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    edges = np.diff(np.concatenate(([0], _letters()[points], [0])).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    powers, inverses = _powers(len(points))
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(points.astype(np.uint64) * powers, dtype=np.uint64)))
    return _mixed((sums[ends] - sums[starts]) * inverses[starts])


def _shingles(words: Numbers) -> Numbers:
    if len(words) < SHINGLE:
        return _mixed(words.sum(keepdims=True, dtype=np.uint64)) if len(words) else words
    found = words[: len(words) - SHINGLE + 1]
    for place in range(1, SHINGLE):
        found = _mixed(found * np.uint64(BASE) + words[place : len(words) - SHINGLE + 1 + place])
    return found


def _mixed(values: Numbers) -> Numbers:
    """Spread the bits (the end of splitmix64; Steele, Lea and Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@cache
def _family() -> tuple[Signature, Signature]:
    """Return odd factors and terms, one a hash, as columns."""
    seeds = (_mixed(np.arange(1, 2 * N_HASHES + 1, dtype=np.uint64) * np.uint64(BASE)) >> np.uint64(32)).astype(
        np.uint32
    )
    return (seeds[:N_HASHES] | np.uint32(1))[:, None], seeds[N_HASHES:, None]


@cache
def _letters() -> NDArray[np.uint8]:
    """Return, for each code point, whether it belongs to a word."""
    return np.fromiter((chr(point).isalnum() for point in range(0x110000)), np.uint8, 0x110000)


_known: tuple[Numbers, Numbers] = (np.ones(1, np.uint64), np.ones(1, np.uint64))


def _powers(length: int) -> tuple[Numbers, Numbers]:
    """Return the powers of the base and of its inverse; the longest so far are kept, but not those of huge texts."""
    global _known
    if len(_known[0]) >= length:
        return _known[0][:length], _known[1][:length]
    made = [np.full(length, number, np.uint64) for number in (BASE, INVERSE)]
    for powers in made:
        powers[:1] = 1
        np.cumprod(powers, out=powers)
    found = made[0], made[1]
    if length <= 100_000:
        _known = found
    return found
