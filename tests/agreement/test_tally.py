"""Whole-number tallies give the published figures too, and intervals over documents depend on nothing but the data."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.agreement import alpha, kappa
from annotate.agreement.correlation import pearson
from annotate.agreement.resampling import alpha_interval, draws, lanes, percentiles, ratio_interval
from annotate.agreement.tally import Tally, cohen_of, fleiss_of
from annotate.agreement.wording import without_punctuation
from tests.agreement.test_published import FLEISS, FOUR, crossed, units

values = st.lists(st.lists(st.integers(1, 4), max_size=4).map(tuple), max_size=12)
SETS = [frozenset(letters) for letters in ("", "a", "b", "ab", "abc", "cd")]


def tally(found):
    return Tally.of(Counter(tuple(unit) for unit in found))


@pytest.mark.parametrize(
    ("metric", "value"),
    [(alpha.nominal, 0.7434), (alpha.ordinal, 0.8154), (alpha.interval, 0.8491), (alpha.ratio, 0.7974)],
)
def test_a_tally_of_krippendorff_2011(metric, value):
    assert tally(units(FOUR)).alpha(metric) == pytest.approx(value, abs=5e-5)


def test_kappas_of_a_tally_are_those_published():
    assert fleiss_of(tally(FLEISS.split())) == pytest.approx(kappa.fleiss_kappa(FLEISS.split()).value)
    pairs = crossed([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    assert cohen_of(Counter(pairs)) == pytest.approx(0.4915, abs=5e-5)
    assert cohen_of({}) is None and cohen_of({("a", "a"): 4}) is None and fleiss_of(Tally()) is None


@given(values)
def test_a_tally_is_the_alpha_of_coincidences(found):
    counted, other = tally(found), alpha.Coincidences.of(found)
    for metric in (alpha.nominal, alpha.ordinal, alpha.interval):
        one, two = counted.alpha(metric), other.alpha(metric)
        assert one == pytest.approx(two) if two is not None else one is None
    for value in (1, 2, 3, 4):
        one, two = counted.alpha_of(value), other.alpha_of(value)
        assert one == pytest.approx(two) if two is not None else one is None


def test_percent_counts_pairs():
    found = tally(["aab", "aa", "b"])
    assert (found.n_units, found.n_pairs, found.n_equal, found.percent) == (2, 4, 2, 0.5)
    assert tally([]).percent is None


def test_each_resample_draws_as_many_documents_as_there_are():
    rows = draws(7, 50, 1)
    assert [sum(row[at] for row in rows) for at in range(50)] == [7] * 50
    assert draws(7, 50, 1) == rows != draws(7, 50, 2)


@given(st.dictionaries(st.integers(0, 4), st.integers(0, 10**6), max_size=5))
def test_sums_of_resamples_are_exact_however_large(numbers):
    drawn = draws(5, 1000, 20_111)
    expected = [sum(n * drawn[document][at] for document, n in numbers.items()) for at in (0, 1, 999)]
    found = lanes(numbers, 5)
    assert [found[0], found[1], found[999]] == expected


@pytest.mark.parametrize(
    ("metric", "values"), [(alpha.nominal, "abcd"), (alpha.interval, (0.0, 0.5, 1.0)), (alpha.masi, SETS)]
)
def test_an_interval_holds_the_figure_and_no_order_changes_it(metric, values):
    dice = random.Random(3)
    documents = {}
    for at in range(40):
        true = [dice.choice(values) for _ in range(5)]
        documents[at] = [
            tuple(value if dice.random() < 0.7 else dice.choice(values) for _ in range(2 + n % 2))
            for n, value in enumerate(true)
        ]
    low, high = alpha_interval(documents, 40, metric)
    figure = tally(unit for found in documents.values() for unit in found).alpha(metric)
    shuffled = {at: dice.sample(documents[at], 5) for at in dice.sample(range(40), 40)}

    assert low < figure < high and high - low < 0.5
    assert alpha_interval(shuffled, 40, metric) == (low, high)


def test_of_very_many_documents_blocks_are_drawn():
    found = lanes(dict.fromkeys(range(5000), 1), 5000)
    assert min(found) > 4800 and max(found) < 5200 and len(found) == 1000
    low, high = ratio_interval({at: at % 2 for at in range(5000)}, dict.fromkeys(range(5000), 1), 5000)
    assert 0.46 < low < 0.5 < high < 0.54


def test_what_is_the_same_in_every_document_has_an_interval_without_width():
    documents = {at: [("a", "a"), ("b", "b"), ("a", "b")] for at in range(10)}
    low, high = alpha_interval(documents, 10)
    assert low == pytest.approx(high, abs=0.02)
    assert ratio_interval(dict.fromkeys(range(10), 3), dict.fromkeys(range(10), 4), 10) == (0.75, 0.75)


def test_there_is_no_interval_without_documents_or_variation():
    assert alpha_interval({}, 4) is None and alpha_interval({0: [("a", "b")]}, 4) is None
    assert alpha_interval({at: [("a", "a")] for at in range(9)}, 9) is None
    assert alpha_interval({at: [(1, 2)] for at in range(9)}, 9, alpha.ordinal) is None
    assert ratio_interval({0: 1}, {0: 2}, 3) is None
    assert percentiles([]) is None and percentiles([None, None, 0.5]) is None


def test_punctuation_and_space_at_the_ends_of_a_span_are_left_out():
    assert without_punctuation([(10, 17, "“Close,”"[:7]), (20, 23, "it ")]) == ((11, 16), (20, 22))
    assert without_punctuation([(4, 6, "…”")]) == ()


def test_correlation():
    assert pearson([1, 2, 3], [2, 4, 6]) == pytest.approx(1)
    assert pearson([1, 2, 3, 4], [1, 3, 2, 4]) == pytest.approx(0.8)
    assert pearson([1, 2], [1, 2]) is None and pearson([1, 1, 1], [1, 2, 3]) is None
