"""Names that may mean the same are offered, unlike ones are not, and many names are compared in bounded time."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text.likeness import MAX_BLOCK, likely_pairs, likeness


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("port authority", "Port Authority", "same name"),
        ("İlham Əliyev", "Ilham Aliyev", "same name"),
        ("Lind, Tor", "Tor Lind", "same words"),
        ("Bay Steel Ltd.", "Bay Steel", "same words"),
        ("Dr. Tor Lind", "Tor Lind", "same words"),
        ("Foreign Ministry", "Ministry of Foreign Affairs", "short form"),
        ("Lind", "Tor Lind", "short form"),
        ("MFA", "Ministry of Foreign Affairs", "initials"),
        ("T. Lind", "Tor Lind", "initials"),
        ("Oyelaran", "Oyelaron", "similar spelling"),
        ("Müller", "Mueller", "similar spelling"),
        ("The old harbour bridge will close for weeks", "The harbour bridge will close for weeks", "short form"),
    ],
)
def test_two_spellings_of_a_name_are_alike(first, second, why):
    found = likeness(first, second)

    assert found is not None and why in found.reason and not found.is_opposite
    assert likeness(second, first) == found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("North Bank", "South Bank"),
        ("North Bank Council", "South Bank Council"),
        ("Iran", "Iraq"),
        ("Gambia", "Zambia"),
        ("Council of 2019", "Council of 2020"),
        ("Government of Austria", "Government of Australia"),
        ("Foreign Minister", "Foreign Ministry"),
        ("Tor Lind", "Ana Lind"),
        ("Port authority", "Fishers’ league"),
    ],
)
def test_names_that_differ_in_a_word_are_not_offered(first, second):
    assert likeness(first, second) is None
    assert likely_pairs([(1, first), (2, second)]) == []


def test_a_name_that_denies_the_other_is_told_apart():
    found = likeness("Closure of the bridge", "No closure of the bridge")

    assert found is not None and found.is_opposite and "denies" in found.reason


def test_pairs_are_ranked_and_a_key_with_several_names_is_paired_once():
    names = [("a", "Tor Lind"), ("b", "T. Lind"), ("b", "tor lind"), ("c", "Harbour office"), ("a", "Mr Lind")]

    (pair,) = likely_pairs(names)

    assert {pair.first, pair.second} == {"a", "b"} and pair.likeness.score == 1


def test_a_surname_is_a_short_form_only_where_few_bear_it():
    many = [(name, f"{name} Lind") for name in ("Ana", "Eva", "Ida", "Mia", "Tor")]

    assert likely_pairs([("x", "Lind"), many[0]])
    assert not likely_pairs([("x", "Lind"), *many])


WORDS = st.sampled_from(
    sorted({"port", "harbour", "Lind", "ministry", "Ministry", "foreign", "of", "MFA", "Léa", "Lea", "no", "2020", "x"})
)
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)


@given(st.lists(NAMES, max_size=MAX_BLOCK // 6, unique=True))
def test_among_few_names_the_blocks_lose_no_pair_but_short_forms_of_one_word(names):
    keyed = [(name, name) for name in names]
    found = {frozenset((pair.first, pair.second)) for pair in likely_pairs(keyed)}

    for one, other in combinations(names, 2):
        alike = likeness(one, other)
        if alike is None or alike.score < 0.55:
            assert frozenset((one, other)) not in found
        elif alike.reason != "short form":
            assert frozenset((one, other)) in found


def test_thousands_of_names_with_a_common_word_are_compared_in_bounded_time():
    names = [(n, f"Ministry of {''.join(chr(97 + int(digit)) for digit in f'{n:05}')}") for n in range(6_000)]

    assert isinstance(likely_pairs(names), list)
