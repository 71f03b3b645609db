"""The statistics give the figures that were published with their definitions."""

from __future__ import annotations

import pytest

from annotate.agreement import alpha, kappa, matching, unitizing
from annotate.agreement.unitizing import Unit

FOUR = (
    "A 1 2 3 3 2 1 4 1 2 . . .",
    "B 1 2 3 3 2 2 4 1 2 5 . 3",
    "C . 3 3 3 2 3 4 2 2 5 1 .",
    "D 1 2 3 3 2 4 4 1 2 5 1 .",
)
THREE = (
    "A * * * * * 3 4 1 2 1 1 3 3 * 3",
    "B 1 * 2 1 3 3 4 3 * * * * * * *",
    "C * * 2 1 3 4 4 * 2 1 1 3 3 * 4",
)
FLEISS = (
    "444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444 224445 333335 "
    "111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444 133333 555555"
)


def units(table):
    """Return the values of each column, without those missing."""
    columns = zip(*(row.split()[1:] for row in table), strict=True)
    return [[int(value) for value in column if value not in ".*"] for column in columns]


def crossed(table):
    """Return the pairs that a contingency table counts."""
    return [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]


@pytest.mark.parametrize(
    ("metric", "value"),
    [(alpha.nominal, 0.7434), (alpha.ordinal, 0.8154), (alpha.interval, 0.8491), (alpha.ratio, 0.7974)],
)
def test_alpha_of_krippendorff_2011(metric, value):
    assert alpha.krippendorff_alpha(units(FOUR), metric) == pytest.approx(value, abs=5e-5)


def test_disagreements_of_krippendorff_2011():
    observed, expected = alpha.Coincidences.of(units(FOUR)).disagreement()
    assert (round(observed, 3), round(expected, 3)) == (0.200, 0.779)


@pytest.mark.parametrize(("metric", "value"), [(alpha.nominal, 0.6914), (alpha.interval, 0.8108)])
def test_alpha_with_many_missing_values(metric, value):
    assert alpha.krippendorff_alpha(units(THREE), metric) == pytest.approx(value, abs=5e-5)


def test_fleiss_1971():
    found = kappa.fleiss_kappa(FLEISS.split())
    assert round(found.observed, 4) == 0.5556 and round(found.expected, 4) == 0.2199
    assert round(found.value, 3) == 0.430
    # The categories were printed from shares rounded by hand; from unrounded ones they differ by up to .003.
    printed = dict(zip("12345", (0.248, 0.248, 0.517, 0.470, 0.565), strict=True))
    assert found.by_category == pytest.approx(printed, abs=0.0035)
    assert alpha.krippendorff_alpha(FLEISS.split()) == pytest.approx(0.4334, abs=5e-5)


def test_cohen_1960():
    found = kappa.cohen_kappa(crossed([[88, 14, 18], [10, 40, 10], [2, 6, 12]]))
    assert (round(found.observed, 2), round(found.expected, 2), round(found.value, 4)) == (0.70, 0.41, 0.4915)
    assert alpha.krippendorff_alpha(crossed([[88, 14, 18], [10, 40, 10], [2, 6, 12]])) == pytest.approx(
        0.4885, abs=5e-5
    )
    other = kappa.cohen_kappa(crossed([[25, 12, 3], [13, 2, 15], [12, 16, 2]]))
    assert (round(other.observed, 2), round(other.expected, 2), round(other.value, 4)) == (0.29, 0.35, -0.0923)


def test_alpha_of_two_observers():
    pairs = alpha.Coincidences.of(["00", "11", "01", "00", "00", "01", "00", "01", "10", "00"])
    observed, expected = pairs.disagreement()
    assert (round(observed, 3), round(expected, 3), round(pairs.alpha(), 3)) == (0.400, 0.442, 0.095)
    five = [*["aa", "ab", "bb", "bb", "bb", "bb", "bc"], *["cc"] * 5]
    assert round(alpha.krippendorff_alpha(five), 3) == 0.734


def lengths(category, *pairs, begin=0):
    return [Unit(start=start - begin, end=start - begin + length, category=category) for start, length in pairs]


def test_unitizing_of_krippendorff_2004():
    first_c, first_k = lengths("c", (225, 70), (370, 30), begin=150), lengths("k", (180, 60), (300, 50), begin=150)
    second_c = lengths("c", (220, 80), (355, 20), (400, 20), begin=150)
    observed, expected = unitizing.disagreement([first_c, second_c], 300)
    assert (round(observed, 4), round(expected, 4)) == (0.0144, 0.0532)
    assert round(unitizing.unitizing_alpha_of([first_c, second_c], 300), 4) == 0.7286
    observed, expected = unitizing.disagreement([first_k, first_k], 300)
    assert (observed, round(expected, 4)) == (0, 0.0490)
    joint = unitizing.unitizing_alpha([first_c + first_k, second_c + first_k], 300)
    assert joint == pytest.approx(0.8591, abs=0.0005)


def test_unitizing_of_a_small_continuum():
    observers = [lengths("A", (1, 8)), lengths("A", (2, 1), (4, 1), (6, 1))]
    observed, expected = unitizing.disagreement(observers, 10)
    assert (observed, expected) == pytest.approx((0.9100, 0.5351), abs=1e-4)
    assert round(unitizing.unitizing_alpha(observers, 10), 4) == -0.7003


def test_span_f1_by_hand():
    first = {0: [(0, 10)], 1: [(20, 30)], 2: [(40, 50)]}
    second = {0: [(0, 10)], 1: [(21, 30)], 2: [(60, 70)]}
    exact = matching.exact_f1(first, second)
    assert exact.precision == exact.recall == exact.value == pytest.approx(1 / 3)
    assert matching.matched_f1(first, second).value == pytest.approx(2 / 3)
    assert matching.character_f1(first.values(), second.values()).value == pytest.approx(0.6441, abs=5e-5)


def test_masi():
    a, b, c, d = (frozenset(letters) for letters in ("a", "ab", "bc", "cd"))
    found = [alpha.masi(a, b, {}), alpha.masi(b, c, {}), alpha.masi(b, d, {}), alpha.masi(a, a, {})]
    assert found == pytest.approx([1 / 6, 4 / 9, 1, 0])
