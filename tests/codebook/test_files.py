"""A codebook as a document: the same in and out, and every error with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests import make

KEYS = some.from_regex(r"[a-z0-9_]{1,12}", fullmatch=True)
TEXTS = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
NAMES = some.text("abc XYZ-é", min_size=1, max_size=20).filter(str.strip).map(str.strip)
NUMBERS = some.none() | some.integers(-5, 5) | some.floats(-5, 5)
SLOTS = some.sampled_from(("azure", "rust", "stone", "ash", "plum", "moss", "ochre", "teal", "rose", "indigo"))


def parse(raw: Any) -> Any:
    from annotate.payloads.codebook_files import file_dict
    from annotate.payloads.codebook_reader import parse_codebook

    return file_dict(parse_codebook(raw))


def errors(raw: Any) -> dict[str, str]:
    from annotate.payloads.problems import Invalid

    with pytest.raises(Invalid) as found:
        parse(raw)
    return {error.pointer: error.detail for error in found.value.errors}


@some.composite
def label(draw: Any, key: str, shortcut: str, *, has_score: bool) -> dict[str, Any]:
    texts = {name: draw(TEXTS) for name in ("definition", "example", "counter_example")}
    score = {"score": draw(some.none() | some.integers(-1, 1) | some.floats(-1, 1))} if has_score else {}
    replaces = draw(some.lists(KEYS, max_size=3, unique=True))
    values = {"key": key, "name": draw(NAMES), "slot": draw(SLOTS), "shortcut": shortcut, "replaces": replaces}
    return values | texts | score


@some.composite
def labels(draw: Any, *, has_score: bool = False, least: int = 0) -> list[dict[str, Any]]:
    keys = draw(some.lists(KEYS, min_size=least, max_size=6, unique=True))
    letters = iter(draw(some.permutations("abcdefg")))
    return [draw(label(key, draw(some.sampled_from(("", next(letters)))), has_score=has_score)) for key in keys]


@some.composite
def attribute(draw: Any, key: str, scope: str) -> dict[str, Any]:
    kind = draw(some.sampled_from(("choice", "scale", "boolean", "text", "entity")))
    is_choice = kind == "choice"
    low, high = (draw(NUMBERS), draw(NUMBERS)) if kind == "scale" else (None, None)
    if low is not None and high is not None and low >= high:
        low, high = None, high
    return {
        "scope": scope,
        "key": key,
        "name": draw(NAMES),
        "definition": draw(TEXTS),
        "kind": kind,
        "required": draw(some.booleans()),
        "multiple": is_choice and draw(some.booleans()),
        "minimum": low,
        "maximum": high,
        "condition": None,
        "replaces": draw(some.lists(KEYS, max_size=2, unique=True)),
        "labels": draw(labels()) if is_choice else [],
    }


@some.composite
def codebook(draw: Any) -> dict[str, Any]:
    scopes = some.sampled_from(("claim", "stance", "document"))
    places = draw(some.lists(some.tuples(KEYS, scopes), max_size=5, unique=True))
    attributes = [draw(attribute(*place)) for place in places]
    for found in attributes:  # asked after the first choice of the same scope that comes before it
        before = next((one for one in attributes if one["scope"] == found["scope"] and one["labels"]), found)
        if before is not found and draw(some.booleans()):
            found["condition"] = {"attribute": before["key"], "label": before["labels"][0]["key"]}
    return {
        "standpoint_codebook": 1,
        "name": draw(NAMES),
        "number": draw(some.none() | some.integers(1, 99)),
        "note": draw(TEXTS),
        "guidelines": draw(TEXTS),
        "whose_claims": draw(NAMES),
        "codes_narration": draw(some.booleans()),
        "codes_headline": draw(some.booleans()),
        "nesting": draw(some.sampled_from(("none", "others", "all"))),
        "boundary_rule": draw(some.sampled_from(("longest", "shortest", "ask"))),
        "requires": [name for name in ("speaker", "stance", "mode", "proposition") if draw(some.booleans())],
        "stances": draw(labels(has_score=True)),
        "attributes": attributes,
    }


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(codebook())
def test_a_codebook_comes_out_as_it_went_in(raw: dict[str, Any]) -> None:
    assert parse(raw) == raw
    assert parse(json.loads(json.dumps(parse(raw)))) == raw


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.recursive(some.none() | some.booleans() | some.floats() | some.text(max_size=5), some.lists))
def test_anything_else_is_refused_with_a_place(raw: Any) -> None:
    assert "" in errors(raw)


PATHS = (
    "name",
    "guidelines",
    "whose_claims",
    "codes_narration",
    "nesting",
    "boundary_rule",
    "requires",
    "stances",
    "attributes",
)


@pytest.mark.parametrize("wrong", [None, 7, "x", [[]], [{}], {"a": 1}, "\ud800", "\0"])
def test_what_is_wrong_anywhere_is_an_error_and_never_a_crash(wrong: Any) -> None:
    from annotate.payloads.problems import Invalid

    whole = make.codebook_document()
    for name in (*PATHS, *(f"attributes/0/{key}" for key in whole["attributes"][0]), "stances/0/score"):
        raw = json.loads(json.dumps(whole))
        place = raw
        *way, last = name.split("/")
        for step in way:
            place = place[int(step) if isinstance(place, list) else step]
        place[last] = wrong
        try:
            parse(raw)
        except Invalid as problem:
            assert all(error.pointer.startswith("/") and error.detail for error in problem.errors)


def change(**values: Any) -> dict[str, Any]:
    """Return the whole codebook with values of its first question, or of another one by `at`, changed."""
    raw: dict[str, Any] = make.codebook_document()
    raw["attributes"][values.pop("at", 0)] |= values
    return raw


ONE = {"key": "one", "name": "One"}
BAD = [
    (make.codebook_document(standpoint_codebook=2), "/standpoint_codebook", "must be 1"),
    (make.codebook_document(colour="red"), "/colour", "not a field here"),
    (make.codebook_document(guidelines="x" * 200_001), "/guidelines", "at most 200000"),
    (make.codebook_document(guidelines="a\0b"), "/guidelines", "NUL"),
    (make.codebook_document(nesting="some"), "/nesting", "choose from none, others, all"),
    (make.codebook_document(requires=["cue"]), "/requires/0", "choose from speaker"),
    (make.codebook_document(stances=[ONE | {"score": 2}]), "/stances/0/score", "outside −1 to +1"),
    (make.codebook_document(stances=[ONE | {"score": float("nan")}]), "/stances/0/score", "no number"),
    (make.codebook_document(stances=[ONE, ONE]), "/stances/1/key", "another label here"),
    (make.codebook_document(stances=[ONE | {"slot": "red"}]), "/stances/0/slot", "choose from azure"),
    (make.codebook_document(stances=[ONE] * 101), "/stances", "at most 100"),
    (make.codebook_document(stances=[ONE | {"name": "a\u202eb"}]), "/stances/0/name", "bidirectional"),
    (make.codebook_document(stances=[ONE | {"name": "x" * 101}]), "/stances/0/name", "limit is 100"),
    (make.codebook_document(whose_claims="a\nb"), "/whose_claims", "a line break"),
    (change(key="Form"), "/attributes/0/key", "lower-case letters"),
    (change(key="addressee"), "/attributes/2/key", "choose another key"),
    (change(kind="colour"), "/attributes/0/kind", "choose from choice"),
    (change(kind="text"), "/attributes/0/labels", "has no labels"),
    (change(at=1, multiple=True), "/attributes/1/multiple", "a choice only"),
    (change(minimum=1), "/attributes/0/minimum", "a scale only"),
    (change(at=3, minimum=5), "/attributes/3/minimum", "not below the maximum"),
    (change(at=1, condition={"attribute": "form", "label": "order"}), "/attributes/1/condition", "no label of “form”"),
    (change(at=1, condition={"attribute": "genre", "label": "news"}), "/attributes/1/condition", "No question “genre”"),
    (change(condition={"attribute": "form", "label": "demand"}), "/attributes/0/condition", "only after itself"),
    (change(labels=[ONE | {"score": 1}]), "/attributes/0/labels/0/score", "not a field here"),
    (change(labels=[ONE | {"shortcut": "ab"}]), "/attributes/0/labels/0/shortcut", "one lower-case letter"),
    (change(labels=[ONE | {"shortcut": "1"}]), "/attributes/0/labels/0/shortcut", "one lower-case letter"),
    (change(replaces=["a", "a"]), "/attributes/0/replaces/1", "twice"),
]


@pytest.mark.parametrize(("raw", "pointer", "words"), BAD, ids=[f"{at} {words}" for _, at, words in BAD])
def test_each_rule_is_named_with_its_place(raw: Any, pointer: str, words: str) -> None:
    assert words in errors(raw)[pointer]


def test_one_shortcut_stands_once_in_a_list_but_may_stand_in_another() -> None:
    two = [ONE | {"shortcut": "a"}, {"key": "two", "name": "Two", "shortcut": "a"}]
    assert "another label's shortcut" in errors(change(labels=two))["/attributes/0/labels/1/shortcut"]
    parse(change(at=5, labels=[ONE | {"shortcut": "d"}]))


def test_two_questions_cannot_wait_for_each_other() -> None:
    raw = make.codebook_document(
        attributes=[
            {"key": a, "name": a, "kind": "choice", "labels": [ONE], "condition": {"attribute": b, "label": "one"}}
            for a, b in (("first", "second"), ("second", "first"))
        ]
    )
    assert "only after the other" in errors(raw)["/attributes/0/condition"]


@pytest.mark.parametrize("name", ["exhaustive", "political", "stance"])
def test_templates_and_scales_keep_the_rules(name: str) -> None:
    from annotate.payloads.codebook_rules import missing
    from annotate.payloads.codebook_templates import STANCE_SCALES, TEMPLATES

    template = TEMPLATES[name]
    assert parse(template.document()) == template.document()
    assert missing(template.codebook) == []
    for scale in STANCE_SCALES.values():
        assert parse(template.document() | {"stances": [stance(label) for label in scale.labels]})


def stance(label: Any) -> dict[str, Any]:
    return {"key": label.key, "name": label.name, "score": label.score, "slot": label.slot}
