"""The language of searches, and where in a text the words stand that were looked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text.query import MAX_TERMS, QueryError, fold, parse_query


def terms(raw):
    return [("-" * term.is_excluded) + " ".join(term.words) + "*" * term.is_prefix for term in parse_query(raw).terms]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("night ferry", ["night", "ferry"]),
        ('"night ferry" -pier harb*', ["night ferry", "-pier", "harb*"]),
        ("“night ferry” «old pier»", ["night ferry", "old pier"]),
        ('-"old pier" ferry', ["-old pier", "ferry"]),
        ('"night fer"*', ["night fer*"]),
        ('"never closed', ["never closed"]),
        ("night-ferry and/or o’clock", ["night ferry", "and or", "o clock"]),
        ("ÉCOLE Σύλλογος ЁЖ", ["ecole", "σύλλογοσ", "ёж"]),
        ("NEAR(a b) title:x {y}^ AND OR NOT", ["near a", "b", "title x", "y", "and", "or", "not"]),
        ("a & b | !c <-> dd:* ' \\ ;", ["a", "b", "c", "dd*"]),
        ("- -- * ferry", ["ferry"]),
    ],
)
def test_a_search_is_words_phrases_prefixes_and_what_is_left_out(raw, expected):
    assert terms(raw) == expected


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("", "no word"),
        ("?! ☂ *", "no word"),
        ("-pier", "only leaves out"),
        ("a\0b", "Character 1 .* NUL"),
        ("a\ud800", "surrogate"),
        ("x" * 201, "201 characters"),
        ("x" * 10_000_000, "10000000 characters"),
        ("a " * (MAX_TERMS + 1), f"at most {MAX_TERMS}"),
        ("p*", "too short"),
    ],
)
def test_what_cannot_be_looked_for_is_refused_with_the_reason(raw, message):
    with pytest.raises(QueryError, match=message):
        parse_query(raw)


def test_hits_are_offsets_into_the_text_as_it_is_stored():
    text = "Cafe\u0301 ÉCOLE İzmir 🛳️ ecole, école-café"
    query = parse_query("café ecole izmir")
    found = [text[start:end] for start, end in query.hits(text)]
    assert found == ["Cafe\u0301", "ÉCOLE", "İzmir", "ecole", "école", "café"]


def test_a_hit_is_a_whole_word_a_phrase_or_what_begins_so():
    text = "The night ferry, the nightly ferries; night – ferry. Overnight ferrying."
    assert [text[a:b] for a, b in parse_query('"night ferry"').hits(text)] == ["night ferry", "night – ferry"]
    assert [text[a:b] for a, b in parse_query("ferr* -pier").hits(text)] == ["ferry", "ferries", "ferry", "ferrying"]


@given(st.text(max_size=80), st.lists(st.text(alphabet="aAbéÉ́İıßΣς漢가 -", min_size=1, max_size=6), max_size=4))
def test_whatever_the_text_each_hit_folds_to_a_word_that_was_looked_for(around, words):
    text = around.join(words)
    for word in words:
        try:
            query = parse_query(f'"{word}"')
        except QueryError:
            continue
        assert query.fits(f"x {word} y") and query.hits(f"{around} {word} {around}")
        for start, end in query.hits(text):
            assert (
                tuple("".join(c if c.isalnum() else " " for c in fold(text[start:end])).split()) == query.terms[0].words
            )
