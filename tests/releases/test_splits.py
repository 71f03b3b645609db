"""Splits: a story is never divided, everything adds up, and what was placed stays when documents are added."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.releases.settings import SPLIT_NAMES, SplitRule
from annotate.releases.splits import Article, make_splits, stories

BY = st.sampled_from(["date", "ratio"])
SHARES = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(lambda two: sorted(two))


@st.composite
def corpora(draw, largest=40):
    """Return rows as `stories` takes them, with a date or none for each document."""
    n = draw(st.integers(1, largest))
    ids = [f"d{number}" for number in range(n)]
    key = st.one_of(st.none(), st.integers(0, n // 3).map(lambda number: f"s{number}"), st.sampled_from(ids))
    rows = [(id, [draw(key)]) for id in ids]
    day = st.one_of(st.none(), st.integers(0, 60).map(lambda number: date(2026, 1, 1) + timedelta(number)))
    return rows, {id: draw(day) for id in ids}


def articles(rows, dates):
    story = stories(rows)
    return [Article(id=id, story=story[id], published_on=dates[story[id]]) for id, _ in rows]


def rule_of(by, shares, seed=0):
    low, high = shares
    return SplitRule(by=by, train=low, validation=high - low, test=100 - high, seed=seed)


@given(corpora(), BY, SHARES)
def test_a_story_is_never_divided_and_every_document_has_a_split(corpus, by, shares):
    rows, _ = corpus
    found = make_splits(articles(*corpus), rule_of(by, shares))
    placed = found.by_document
    assert set(placed) == {id for id, _ in rows} and set(placed.values()) <= set(SPLIT_NAMES)
    assert sum(found.counts().values()) == len(rows)
    for id, (key,) in rows:
        for other, (same,) in rows:
            if key == other or (key is not None and key == same):
                assert placed[id] == placed[other]


@given(corpora(), BY, SHARES)
def test_documents_that_are_added_move_none(corpus, by, shares):
    """The later ones may belong to earlier stories, but make no two of them one."""
    rows, dates = corpus
    rule, n = rule_of(by, shares), len(rows) // 2 + 1
    known = {id for id, _ in rows[:n]}
    # A story may go on; a link to a later document would make two earlier stories one.
    first = [(id, [key if key is None or key[0] == "s" or key in known else None]) for id, (key,) in rows[:n]]
    later = [(id, [key if key and key[0] == "s" else None]) for id, (key,) in rows[n:]]
    before = make_splits(articles(first, dates), rule)
    after = make_splits(articles(first + later, dates), rule, before.days)
    assert {id: after.by_document[id] for id in known} == dict(before.by_document)


def test_by_date_the_oldest_train_and_no_wanted_split_stays_empty():
    days = [date(2026, 5, n) for n in range(1, 11)]
    found = make_splits([Article(id=f"d{day.day}", story=f"d{day.day}", published_on=day) for day in days], SplitRule())
    assert found.counts() == {"train": 8, "validation": 1, "test": 1}
    assert found.by_document["d1"] == "train" and found.by_document["d10"] == "test"
    assert found.days == ("2026-05-08", "2026-05-09")
    few = make_splits([Article(id=f"d{n}", story=f"d{n}", published_on=days[n]) for n in range(3)], SplitRule())
    assert few.counts() == {"train": 1, "validation": 1, "test": 1}


@pytest.mark.parametrize("seed", [0, 7])
def test_by_ratio_the_shares_come_near_and_the_seed_draws_the_same(seed):
    rule = SplitRule(by="ratio", train=70, validation=20, test=10, seed=seed)
    many = [Article(id=f"d{n}", story=f"d{n}", published_on=None) for n in range(4000)]
    counts = make_splits(many, rule).counts()
    assert counts == make_splits(many, rule).counts()
    assert abs(counts["train"] - 2800) < 150 and abs(counts["test"] - 400) < 80


def dated(n, *, first=0):
    days = ((f"d{number}", date(2026, 1, 1) + timedelta(number)) for number in range(first, first + n))
    return [Article(id=id, story=id, published_on=day) for id, day in days]


@pytest.mark.parametrize(
    ("shares", "last"), [((80, 20, 0), "validation"), ((100, 0, 0), "train"), ((80, 0, 20), "test")]
)
def test_what_is_newer_than_the_last_day_goes_to_the_last_split_that_is_wanted(shares, last):
    rule = SplitRule(train=shares[0], validation=shares[1], test=shares[2])
    before = make_splits(dated(20), rule)
    after = make_splits(dated(25), rule, before.days)
    assert {after.by_document[f"d{number}"] for number in range(20, 25)} == {last}


def test_days_are_fixed_by_enough_stories_and_no_empty_split():
    assert not make_splits(dated(19), SplitRule()).is_fixed
    assert make_splits(dated(20), SplitRule()).is_fixed
    one_day = [Article(id=f"d{n}", story=f"d{n}", published_on=date(2026, 1, 1)) for n in range(30)]
    assert not make_splits(one_day, SplitRule()).is_fixed
    assert make_splits(dated(3), SplitRule(), ("2026-01-01", "2026-01-02")).is_fixed


def test_copies_of_copies_are_one_story_named_for_its_first_document():
    rows = [("a", ["s1"]), ("b", [None]), ("c", ["b"]), ("d", ["c"]), ("e", ["s1"]), ("f", ["e"])]
    assert stories(rows) == {"a": "a", "b": "b", "c": "b", "d": "b", "e": "a", "f": "a"}
