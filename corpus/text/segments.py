"""Overlapping spans as flat segments with lanes, so that every claim stays visible under the text."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A claim to be drawn: its sorted, disjoint parts, each a half-open (start, end) in code points."""

    key: Hashable
    parts: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        return self.parts[0][0]

    @property
    def end(self) -> int:
        return self.parts[-1][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """How one claim runs through a segment: on which lane, bridging a gap or not, with its true ends."""

    key: Hashable
    lane: int
    is_bridge: bool = False
    is_start: bool = False
    is_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of text under which the same claims run."""

    start: int
    end: int
    strokes: tuple[Stroke, ...] = ()


# Beyond so many claims in one connected overlap nobody can read lanes; they are then given out in one quick pass.
MAX_CAREFUL = 400


def assign_lanes(claims: Iterable[Drawn]) -> dict[Hashable, int]:
    """Return a lane for each claim: the innermost nearest to the text (0), no two overlapping on one lane."""
    lanes: dict[Hashable, int] = {}
    for group in _connected(claims):
        lanes |= _careful_lanes(group) if len(group) <= MAX_CAREFUL else _quick_lanes(group)
    return lanes


def _connected(claims: Iterable[Drawn]) -> Iterator[list[Drawn]]:
    """Yield groups of claims that overlap, directly or through others; groups do not touch each other's lanes."""
    group: list[Drawn] = []
    reach = -1
    for claim in sorted(claims, key=lambda c: (c.start, c.end)):
        if group and claim.start >= reach:
            yield group
            group = []
        group.append(claim)
        reach = max(reach, claim.end)
    if group:
        yield group


def _careful_lanes(claims: list[Drawn]) -> dict[Hashable, int]:
    """Place the shortest first, each above all that lie inside it. Quadratic in the size of the group."""
    lanes: dict[Hashable, int] = {}
    placed: list[tuple[int, int, int]] = []
    for claim in sorted(claims, key=lambda c: (c.end - c.start, c.start, str(c.key))):
        crossed = [(s, e, lane) for s, e, lane in placed if s < claim.end and claim.start < e]
        inside = [lane for s, e, lane in crossed if claim.start <= s and e <= claim.end]
        taken = {lane for _, _, lane in crossed}
        lane = max(inside, default=-1) + 1
        while lane in taken:
            lane += 1
        lanes[claim.key] = lane
        placed.append((claim.start, claim.end, lane))
    return lanes


def _quick_lanes(claims: list[Drawn]) -> dict[Hashable, int]:
    """Place from left to right, each on the lane that fell free first or on a new one."""
    lanes: dict[Hashable, int] = {}
    running: list[tuple[int, int]] = []  # (end, lane)
    for claim in claims:
        if running and running[0][0] <= claim.start:
            lane = heapq.heapreplace(running, (claim.end, running[0][1]))[1]
        else:
            lane = len(running)
            heapq.heappush(running, (claim.end, lane))
        lanes[claim.key] = lane
    return lanes


def cut_segments(
    start: int, end: int, claims: Iterable[Drawn], *, n_lanes: int | None = None, cuts: Iterable[int] = ()
) -> list[Segment]:
    """Return the segments of the stretch [start, end), in order and without gaps.

    Only claims that reach into the stretch are given lanes; a claim's caps stand at its true ends, and the stretch
    between two of its parts is a bridge. Claims beyond the first `n_lanes` lanes are left out. `cuts` are further
    places where a segment has to end, such as the edges of sentences.
    """
    inside = [claim for claim in claims if claim.start < end and start < claim.end]
    lanes = assign_lanes(inside)
    if n_lanes is not None:
        inside = [claim for claim in inside if lanes[claim.key] < n_lanes]
    edges = {start, end, *(cut for cut in cuts if start < cut < end)}
    for claim in inside:
        for part in claim.parts:
            edges.update(edge for edge in part if start < edge < end)
    coming = sorted(inside, key=lambda claim: claim.start, reverse=True)
    running: list[Drawn] = []
    segments = []
    for a, b in pairwise(sorted(edges)):
        running = [claim for claim in running if a < claim.end]
        while coming and coming[-1].start < b:
            running.append(coming.pop())
        strokes = [_stroke(a, b, claim, lanes[claim.key]) for claim in running if a < claim.end]
        segments.append(Segment(start=a, end=b, strokes=tuple(sorted(strokes, key=lambda stroke: stroke.lane))))
    return segments


def _stroke(a: int, b: int, claim: Drawn, lane: int) -> Stroke:
    covered = any(start <= a and b <= end for start, end in claim.parts)
    return Stroke(key=claim.key, lane=lane, is_bridge=not covered, is_start=a == claim.start, is_end=b == claim.end)
