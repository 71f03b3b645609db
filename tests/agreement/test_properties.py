"""What holds of the statistics whatever the data: no order matters, nothing undefined turns into a number."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.agreement import alpha, kappa, matching, unitizing
from annotate.agreement.unitizing import Unit, covered

values = st.lists(st.lists(st.integers(1, 4), max_size=4), max_size=12)
spans = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=6).map(
    lambda drawn: {f"k{n}": [(start, start + length)] for n, (start, length) in enumerate(drawn)}
)


@given(values, st.randoms(use_true_random=False))
def test_alpha_does_not_depend_on_order(units, random):
    shuffled = [random.sample(unit, len(unit)) for unit in random.sample(units, len(units))]
    for metric in (alpha.nominal, alpha.ordinal, alpha.interval):
        first, second = alpha.krippendorff_alpha(units, metric), alpha.krippendorff_alpha(shuffled, metric)
        assert first == pytest.approx(second) if first is not None else second is None


@given(values)
def test_alpha_is_at_most_one_or_not_defined(units):
    found = alpha.krippendorff_alpha(units)
    assert found is None or found <= 1 + 1e-12
    if len({value for unit in units if len(unit) > 1 for value in unit}) < 2:
        assert found is None


@given(values, values)
def test_coincidences_of_documents_add_up(first, second):
    together = alpha.Coincidences.of(first + second)
    added = alpha.Coincidences.of(first) + alpha.Coincidences.of(second)
    assert dict(added.pairs) == pytest.approx(dict(together.pairs))


@pytest.mark.parametrize("units", [[], [[1]], [[1], [2]], [[1, 1], [1, 1]]])
def test_alpha_without_data_or_variation_is_not_defined(units):
    assert alpha.krippendorff_alpha(units) is None


def test_kappas_without_data_are_not_defined():
    assert kappa.cohen_kappa([]) is None and kappa.fleiss_kappa([]) is None
    assert kappa.observed_agreement([]) is None
    assert kappa.cohen_kappa([("a", "a")]).value is None


def test_fleiss_refuses_an_uneven_number_of_ratings():
    with pytest.raises(ValueError, match="same number"):
        kappa.fleiss_kappa(["11", "111"])


@given(spans, spans)
def test_the_matching_is_the_heaviest_one_to_one(first, second):
    found = matching.match_claims(first, second)
    assert len({a for a, _ in found}) == len({b for _, b in found}) == len(found)
    weights = [matching.jaccard(first[a], second[b]) for a, b in found]
    assert all(weight >= 0.5 for weight in weights)
    assert sum(weights) == pytest.approx(_heaviest(list(first), list(second), first, second))


def _heaviest(left, right, first, second):
    if len(left) > len(right):
        left, right, first, second = right, left, second, first
    weight = {(a, b): matching.jaccard(first[a], second[b]) for a in left for b in right}
    weight = {pair: found if found >= 0.5 else 0 for pair, found in weight.items()}
    return max(sum(weight[pair] for pair in zip(left, order, strict=True)) for order in permutations(right, len(left)))


@given(spans, spans)
def test_f1_is_symmetric(first, second):
    for one, other in (
        (matching.matched_f1(first, second), matching.matched_f1(second, first)),
        (matching.exact_f1(first, second), matching.exact_f1(second, first)),
        (
            matching.character_f1(first.values(), second.values()),
            matching.character_f1(second.values(), first.values()),
        ),
    ):
        assert one.value == other.value and one.precision == other.recall


def test_f1_of_nothing_is_not_defined():
    assert matching.matched_f1({}, {}).value is None


@given(st.lists(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), max_size=5), min_size=2, max_size=4))
def test_unitizing_alpha_does_not_depend_on_who_is_first(drawn):
    observers = [covered((start, start + length) for start, length in found) for found in drawn]
    found = unitizing.unitizing_alpha(observers, 40)
    assert found is None or found <= 1 + 1e-9
    other = unitizing.unitizing_alpha(observers[::-1], 40)
    assert found == pytest.approx(other) if found is not None else other is None


def test_unitizing_without_units_is_not_defined():
    assert unitizing.unitizing_alpha([[], []], 10) is None
    assert unitizing.unitizing_alpha([[Unit(start=0, end=3)]], 10) is None


def test_units_that_overlap_are_refused():
    with pytest.raises(ValueError, match="disjoint"):
        unitizing.unitizing_alpha_of([[Unit(start=0, end=5), Unit(start=3, end=6)], []], 10)
