"""Where answers go in a later version: relations of keys, composed over versions, and what becomes of answers."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from annotate.attributes import AttributeSpec
from annotate.models import CodebookVersion
from annotate.payloads.codebooks import CodebookView, LabelView
from annotate.payloads.successors import composed, move_answers, one_step, successors_of

KEYS = ("a", "b", "c", "d")
SCOPES = ("claim", "stance", "document")


def label(key, replaces=()):
    return LabelView(id=uuid.uuid4(), key=key, name=key, slot="stone", replaces=tuple(replaces))


def attribute(scope, key, *, labels=(), replaces=(), kind="choice", is_multiple=False, **values):
    id = uuid.uuid4()
    spec = AttributeSpec(
        id=id, key=key, name=key, scope=scope, kind=kind, is_multiple=is_multiple, replaces=tuple(replaces),
        labels={found.key: found.id for found in labels}, **values,
    )  # fmt: skip
    return spec, tuple(labels)


def view(attributes=(), stances=()):
    return CodebookView(
        version=CodebookVersion(number=1),
        name="",
        attributes={(spec.scope, spec.key): spec for spec, _ in attributes},
        labels={spec.id: labels for spec, labels in attributes},
        stances={found.key: found for found in stances},
    )


keys = st.lists(st.sampled_from(KEYS), unique=True, max_size=4)


@st.composite
def label_lists(draw):
    return [label(key, draw(keys)) for key in draw(keys)]


@st.composite
def views(draw):
    attributes = []
    for scope in SCOPES:
        for key in draw(keys):
            kind = draw(st.sampled_from(["choice", "choice", "scale", "text", "boolean"]))
            labels = draw(label_lists()) if kind == "choice" else []
            many = kind == "choice" and draw(st.booleans())
            attributes.append(attribute(scope, key, labels=labels, replaces=draw(keys), kind=kind, is_multiple=many))
    return view(attributes, draw(label_lists()))


@st.composite
def answers_to(draw, found, scope):
    given = {}
    for spec in found.of_scope(scope):
        known = sorted(spec.labels)
        if spec.kind == "choice" and known and spec.is_multiple:
            given[spec.key] = sorted(draw(st.sets(st.sampled_from(known), min_size=1)))
        elif spec.kind == "choice" and known:
            given[spec.key] = draw(st.sampled_from(known))
        elif spec.kind != "choice":
            given[spec.key] = draw(
                {"scale": st.integers(0, 9), "text": st.just("words"), "boolean": st.booleans()}[spec.kind]
            )
    return given


def n_values(answers):
    return sum(len(raw) if isinstance(raw, list) else 1 for raw in answers.values())


@given(views(), views(), views(), views())
def test_composition_does_not_depend_on_where_it_starts(one, two, three, four):
    first, second, third = one_step(one, two), one_step(two, three), one_step(three, four)
    assert composed(composed(first, second), third) == composed(first, composed(second, third))
    assert successors_of([one, two, three, four]) == composed(composed(first, second), third)


@given(views(), views())
def test_no_key_comes_from_nowhere(old, new):
    found = one_step(old, new)
    assert set(found.attributes) == set(old.attributes)
    assert {key for after in found.attributes.values() for key in after} <= set(new.attributes)
    assert {key[0] for key in found.values} == set(old.stances)
    assert {key for after in found.values.values() for (key,) in after} <= set(new.stances)
    for (scope, key, name), after in found.labels.items():
        assert name in old.attributes[(scope, key)].labels
        for to in after:
            assert to[:2] in found.attributes[(scope, key)]
            assert to[2] in new.attributes[to[:2]].labels


@given(st.data())
def test_every_answer_is_carried_or_taken_off(data):
    old, new = data.draw(views()), data.draw(views())
    scope = data.draw(st.sampled_from(SCOPES))
    answers = data.draw(answers_to(old, scope))

    moved = move_answers(scope, answers, one_step(old, new), old, new)

    assert n_values(answers) == len(moved.carried) + len(moved.taken)
    assert n_values(moved.answers) == len({step.new[0] + "/" + str(step.new[1]) for step in moved.carried})
    kept = [str(step.old[1]) for step in moved.carried] + [str(taken.old) for taken in moved.taken]
    assert sorted(kept) == sorted(str(value) for raw in answers.values() for value in listed(raw))


def listed(raw):
    return raw if isinstance(raw, list) else [raw]


@given(views())
def test_without_a_change_nothing_changes(found):
    same = view(
        [
            attribute(s.scope, s.key, kind=s.kind, is_multiple=s.is_multiple, labels=[label(k) for k in s.labels])
            for s in found.attributes.values()
        ],
        [label(key) for key in found.stances],
    )
    step = one_step(same, same)
    assert all(after == (key,) for key, after in {**step.attributes, **step.labels, **step.values}.items())


def moved(old, new, raw):
    one, two = view([old]), view([new])
    return move_answers("claim", {"type": raw}, successors_of([one, two]), one, two)


def test_a_renamed_label_goes_on_under_its_new_name():
    old = attribute("claim", "type", labels=[label("demand")])
    new = attribute("claim", "kind", labels=[label("request", ["demand"])], replaces=["type"])
    assert moved(old, new, "demand").answers == {"kind": "request"}


def test_a_split_label_is_looked_at_again_with_its_options():
    old = attribute("claim", "type", labels=[label("demand")])
    new = attribute("claim", "type", labels=[label("order", ["demand"]), label("wish", ["demand"])])
    found = moved(old, new, "demand")
    assert found.answers == {}
    assert [(taken.key, taken.old, taken.options) for taken in found.taken] == [("type", "demand", ("order", "wish"))]


def test_two_labels_of_a_multiple_choice_that_became_one_collapse():
    old = attribute("claim", "type", labels=[label("a"), label("b"), label("c")], is_multiple=True)
    new = attribute("claim", "type", labels=[label("ab", ["a", "b"]), label("c")], is_multiple=True)
    assert moved(old, new, ["a", "b", "c"]).answers == {"type": ["ab", "c"]}


def test_several_labels_do_not_fit_an_attribute_that_allows_one():
    old = attribute("claim", "type", labels=[label("a"), label("b")], is_multiple=True)
    new = attribute("claim", "type", labels=[label("a"), label("b")])
    assert [(taken.old, taken.options) for taken in moved(old, new, ["a", "b"]).taken] == [("a", ("a",)), ("b", ("b",))]
    assert moved(old, new, ["b"]).answers == {"type": "b"}


def test_a_number_outside_the_new_scale_is_taken_off():
    old, new = attribute("claim", "type", kind="scale"), attribute("claim", "type", kind="scale", maximum=5.0)
    assert moved(old, new, 5).answers == {"type": 5}
    assert [taken.old for taken in moved(old, new, 6).taken] == [6]


def test_an_answer_of_another_kind_is_taken_off():
    old, new = attribute("claim", "type", kind="text"), attribute("claim", "type", labels=[label("demand")])
    assert [taken.old for taken in moved(old, new, "demand").taken] == ["demand"]
