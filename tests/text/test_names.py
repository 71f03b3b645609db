"""Names and labels: what is refused, and what folds together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text.names import InvalidName, check_name, drop_forbidden, fold_name


@pytest.mark.parametrize(
    "name",
    [
        "Ministry of Roads",
        "O’Brien & Co. (2024)",
        "محمد",
        "می\u200cخواهم",
        "क्\u200dष",
        "Zoë 🚲",
        "e\u0301",
        "\u200eleft",
        "10\xa0km",
    ],
)
def test_an_ordinary_name_is_kept(name):
    assert check_name(name, what="Speaker") == name


def test_outer_white_space_is_dropped():
    assert check_name(" \n Ministry of Roads\u3000", what="Speaker") == "Ministry of Roads"


@pytest.mark.parametrize(
    ("name", "position", "reason"),
    [
        ("", 0, "empty"),
        ("  \t", 0, "empty"),
        ("a\nb", 1, "line break"),
        ("  a\x00b", 3, "U\\+0000"),
        ("a\x1bb", 1, "control"),
        ("a\x9fb", 1, "control"),
        ("ab\ud800", 2, "surrogate"),
        ("a\u202eb", 1, "override"),
        ("a\u2066b", 1, "isolate"),
        ("a\u2069b", 1, "isolate"),
        ("a\u200bb", 1, "zero-width"),
        ("\ufeffab", 0, "byte-order"),
        ("a\u2028b", 1, "separator"),
        ("a\u200d", 1, "joiner"),
        ("a\u200c b", 1, "joiner"),
        ("x" * 301, 300, "limit is 300"),
    ],
)
def test_a_bad_name_is_refused_with_position_and_reason(name, position, reason):
    with pytest.raises(InvalidName, match=reason) as caught:
        check_name(name, what="Label")
    assert caught.value.position == position
    assert str(caught.value).startswith("Label ")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250


@given(st.text())
def test_what_is_left_after_dropping_is_accepted(text):
    dropped = drop_forbidden(text).strip()
    if dropped and len(dropped) <= 300:
        assert check_name(dropped, what="Title") == dropped


@given(st.text(max_size=50))
def test_an_accepted_name_is_accepted_again_unchanged(text):
    try:
        name = check_name(text, what="Label")
    except InvalidName:
        return
    assert check_name(name, what="Label") == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Işık", "ISIK"),
        ("İstanbul", "istanbul"),
        ("Zoë", "zoe"),
        ("STRASSE", "Straße"),
        ("O’Brien", "o'brien"),
        ("Ministry  of\xa0Roads", "ministry of roads"),
        ("U.N.", "U N"),
        ("ﬁnance", "Finance"),
        ("Ёлкин", "Елкин"),
    ],
)
def test_spellings_of_one_name_fold_together(one, other):
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(("one", "other"), [("Smith", "Smyth"), ("कि", "का"), ("!!!", "???")])
def test_different_names_stay_apart(one, other):
    assert fold_name(one) != fold_name(other)


@given(st.text(max_size=50))
def test_folding_is_idempotent(text):
    assert fold_name(fold_name(text)) == fold_name(text)
