"""Lanes and segments: every claim visible, none on top of another, the text complete."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from corpus.text.segments import Drawn, assign_lanes, cut_segments


@st.composite
def claims(draw):
    found = []
    for key in range(draw(st.integers(0, 12))):
        edges = sorted(draw(st.sets(st.integers(0, 60), min_size=2, max_size=6)))
        edges = edges[: len(edges) // 2 * 2]
        found.append(Drawn(key=key, parts=tuple(zip(edges[::2], edges[1::2], strict=True))))
    return found


@given(claims())
def test_claims_that_overlap_have_lanes_of_their_own(found):
    lanes = assign_lanes(found)
    for one in found:
        for two in found:
            if one.key != two.key and one.start < two.end and two.start < one.end:
                assert lanes[one.key] != lanes[two.key]


@given(claims())
def test_an_inner_claim_lies_nearer_to_the_text(found):
    lanes = assign_lanes(found)
    for outer in found:
        for inner in found:
            if (
                outer.start <= inner.start
                and inner.end <= outer.end
                and inner.end - inner.start < outer.end - outer.start
            ):
                assert lanes[inner.key] < lanes[outer.key]


@given(claims(), st.integers(0, 30), st.integers(31, 60))
def test_segments_cover_the_stretch_and_show_exactly_the_claims_there(found, start, end):
    segments = cut_segments(start, end, found)
    assert segments[0].start == start and segments[-1].end == end
    assert all(one.end == two.start for one, two in pairwise(segments))
    for segment in segments:
        parts = {c.key for c in found if any(s <= segment.start and segment.end <= e for s, e in c.parts)}
        assert {stroke.key for stroke in segment.strokes if not stroke.is_bridge} == parts
        bridges = {c.key for c in found if c.start < segment.end and segment.start < c.end} - parts
        assert {stroke.key for stroke in segment.strokes if stroke.is_bridge} == bridges


@given(claims())
def test_caps_stand_once_at_the_true_ends(found):
    segments = cut_segments(0, 60, found)
    for claim in found:
        strokes = [stroke for segment in segments for stroke in segment.strokes if stroke.key == claim.key]
        assert sum(stroke.is_start for stroke in strokes) == 1
        assert sum(stroke.is_end for stroke in strokes) == 1


def test_thousands_of_claims_on_one_place_are_laid_out_in_bounded_time():
    found = [Drawn(key=n, parts=((n % 50, 5000 + n),)) for n in range(3000)]
    lanes = assign_lanes(found)
    assert sorted(lanes.values()) == list(range(3000))
