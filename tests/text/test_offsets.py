"""Spans: exact quotes and whole characters, compared with an independent implementation of UAX #29."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.text.graphemes import is_boundary
from corpus.text.offsets import SpanProblem, check_span

regex = pytest.importorskip("regex")

PIECES = [
    "a",
    "é",
    "e\u0301",
    "\u0301",
    "🙂",
    "👩‍👩‍👧",
    "👍🏽",
    "🇪🇺",
    "🇫🇷",
    "ש",
    "ا",
    "\u200d",
    "\u200c",
    "\ufe0f",
    "❤️",
    "\t",
    " ",
    "한",
    "각",
    "ᄀ",
    "ᅡ",
    "\u00a0",
    "é",
    "کـ",
    "ㅏ",
    "🏴\U000e0067\U000e007f",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("🇪🇺🇫🇷a")
@example("a\u0301\u0302b")
def test_boundaries_are_those_of_the_standard(text):
    edges = {0, len(text)}
    for match in regex.finditer(r"\X", text):
        edges |= {match.start(), match.end()}
    assert {i for i in range(len(text) + 1) if is_boundary(text, i)} == edges


@pytest.mark.parametrize(
    ("start", "end", "quote", "says"),
    [
        (4, 2, "", "ends before it starts"),
        (0, 99, "Ti", "reaches past the text"),
        (0, 2, "to", "'to'"),
        (0, 3, "Ti ", "white space"),
        (3, 4, "e", "cuts the character"),
    ],
)
def test_a_bad_span_is_refused_with_the_reason(start, end, quote, says):
    with pytest.raises(SpanProblem, match=says):
        check_span("Ti e\u0301tait", start, end, quote)


def test_a_span_counts_code_points():
    check_span("🙂🙂 yes", 3, 6, "yes")
