"""Overlapping spans as flat segments with lanes, so that every claim stays visible under the text."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass


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


def assign_lanes(claims: Iterable[Drawn]) -> dict[Hashable, int]:
    """Return a lane for each claim: the innermost nearest to the text (0), no two overlapping on one lane."""
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


def cut_segments(start: int, end: int, claims: Sequence[Drawn]) -> list[Segment]:
    """Return the segments of the stretch [start, end), in order and without gaps.

    Only claims that reach into the stretch are given lanes; a claim's caps stand at its true ends, and the stretch
    between two of its parts is a bridge.
    """
    inside = [claim for claim in claims if claim.start < end and start < claim.end]
    lanes = assign_lanes(inside)
    edges = {start, end}
    for claim in inside:
        for part in claim.parts:
            edges.update(edge for edge in part if start < edge < end)
    cuts = sorted(edges)
    return [_segment(a, b, inside, lanes) for a, b in zip(cuts, cuts[1:], strict=False)]


def _segment(a: int, b: int, claims: list[Drawn], lanes: dict[Hashable, int]) -> Segment:
    strokes = [_stroke(a, b, claim, lanes[claim.key]) for claim in claims if claim.start < b and a < claim.end]
    return Segment(start=a, end=b, strokes=tuple(sorted(strokes, key=lambda stroke: stroke.lane)))


def _stroke(a: int, b: int, claim: Drawn, lane: int) -> Stroke:
    covered = any(start <= a and b <= end for start, end in claim.parts)
    return Stroke(
        key=claim.key, lane=lane, is_bridge=not covered, is_start=a == claim.start, is_end=b == claim.end
    )
