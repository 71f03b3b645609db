"""What changed between two versions, in words."""

from __future__ import annotations

from typing import Any

from tests import make


def words(*, follows: bool = True, **values: Any) -> list[str]:
    from annotate.payloads.codebook_differences import differences
    from annotate.payloads.codebook_reader import parse_codebook

    old, new = (parse_codebook(raw) for raw in (make.codebook_document(), make.codebook_document(**values)))
    return [f"{found.kind}: {found.words}" for found in differences(old, new, follows=follows).changes]


def form(**values: Any) -> list[dict[str, Any]]:
    """Return the questions with values of the first one changed; nothing waits for its labels."""
    first, second, *others = make.codebook_document()["attributes"]
    return [first | values, second | {"condition": None}, *others]


def labels(*found: dict[str, Any]) -> list[dict[str, Any]]:
    return form(labels=[{"name": one["key"].capitalize(), "slot": "stone"} | one for one in found])


ALWAYS = "changed: It is asked always."


def test_the_same_codebook_has_no_differences() -> None:
    from annotate.payloads.codebook_differences import differences
    from annotate.payloads.codebook_reader import parse_codebook

    file = parse_codebook(make.codebook_document())

    assert words() == [] and not differences(file, file)


def test_scope_and_what_is_required() -> None:
    assert words(codes_headline=True, codes_narration=False, nesting="none", requires=["speaker", "mode"]) == [
        "changed: Narration is no longer coded.",
        "changed: The headline is coded now.",
        "changed: Claims inside claims: none (was all).",
        "changed: The stance is no longer required.",
        "changed: The mode is required now.",
    ]


def test_labels_added_removed_and_changed() -> None:
    first, *_ = make.codebook_document()["attributes"]
    demand, promise, remark = first["labels"]
    found = words(
        attributes=form(labels=[demand | {"definition": "Wants it."}, remark, promise, {"key": "x", "name": "X"}])
    )

    assert found == [
        "changed: “Demand”: the definition is “Wants it.”.",
        "added: “X” (x) is a new label.",
        "changed: The labels stand in another order.",
        ALWAYS,
    ]
    assert "removed: The label “Remark” (remark) is removed." in words(attributes=form(labels=[demand, promise]))


def test_a_label_renamed_merged_and_split() -> None:
    first, *_ = make.codebook_document()["attributes"]
    demand, promise, remark = first["labels"]
    renamed = demand | {"key": "call", "name": "Call", "replaces": ["demand"]}
    merged = promise | {"replaces": ["promise", "remark"]}
    halves = [
        demand | {"replaces": ["demand"]},
        demand | {"key": "wish", "name": "Wish", "replaces": ["demand"], "shortcut": ""},
    ]

    assert "renamed: The label “Demand” (demand) is now “Call” (call)." in words(
        attributes=form(labels=[renamed, promise, remark])
    )
    assert words(attributes=form(labels=[demand, merged])) == [
        "merged: The labels “Promise” (promise), “Remark” (remark) are merged into “Promise” (promise).",
        ALWAYS,
    ]
    split = words(attributes=form(labels=[*halves, promise, remark]))
    assert [found.split(":")[0] for found in split] == ["split", "split", "changed", "changed"]
    assert "split: The label “Demand” (demand) is split; “Wish” (wish) is one part." in split[1]


def test_a_key_that_another_one_took_over_is_not_taken_by_its_namesake() -> None:
    first, *_ = make.codebook_document()["attributes"]
    demand, promise, remark = first["labels"]
    found = words(attributes=form(labels=[demand, promise | {"replaces": ["demand"]}, remark]))

    assert "added: “Demand” (demand) is a new label." in found
    assert "removed: The label “Promise” (promise) is removed." in found


def test_a_question_renamed_keeps_its_labels() -> None:
    found = words(attributes=form(key="shape", name="Shape", replaces=["form"]))

    assert found[0] == "renamed: The question “Form” (form) is now “Shape” (shape)."
    assert not [one for one in found if one.startswith(("added", "removed"))]


def test_versions_that_do_not_follow_each_other_are_compared_by_keys_alone() -> None:
    found = words(attributes=form(key="shape", name="Shape", replaces=["form"]), follows=False)

    assert "added: Asked now of each claim, required." in found and "removed: No longer asked of each claim." in found


def test_what_is_asked_of_a_question_changes() -> None:
    questions = make.codebook_document()["attributes"]
    questions[3] |= {"minimum": 0, "maximum": None, "required": True}
    questions[4] |= {"condition": {"attribute": "form", "label": "promise"}}
    questions[5] |= {"multiple": False}

    assert words(attributes=questions) == [
        "changed: It is required now.",
        "changed: Its scale goes from 0 without end (went from 1 to 5).",
        "changed: It is asked only when “Form” is “Promise”.",
        "changed: Only one answer is allowed now.",
    ]


def test_guidelines_are_compared_by_lines() -> None:
    from annotate.payloads.codebook_differences import differences
    from annotate.payloads.codebook_reader import parse_codebook

    lines = [f"Line {n}." for n in range(30)]
    old, new = "\n".join(lines), "\n".join([*lines[:20], "Changed.", *lines[21:]])
    files = [parse_codebook(make.codebook_document(guidelines=text)) for text in (old, new)]
    found = [f"{line.sign}{line.text}" for line in differences(*files).guidelines]

    assert found == ["…line 19", " Line 18.", " Line 19.", "-Line 20.", "+Changed.", " Line 21.", " Line 22."]


def test_guidelines_of_very_many_lines_are_not_compared_line_by_line() -> None:
    from annotate.payloads.codebook_differences import differences
    from annotate.payloads.codebook_reader import parse_codebook

    files = [parse_codebook(make.codebook_document(guidelines=f"{word}\n" * 20_000)) for word in ("a", "b")]

    assert [line.sign for line in differences(*files).guidelines] == ["…"]


def test_a_new_question_says_when_it_is_asked() -> None:
    first, *others = make.codebook_document()["attributes"]
    key = first["labels"][0]["key"]
    new = {"scope": "claim", "key": "why", "name": "Why", "kind": "text"}
    new["condition"] = {"attribute": first["key"], "label": key}
    (said,) = [found for found in words(attributes=[first, *others, new]) if found.startswith("added")]
    assert "Asked now of each claim" in said and f"only when “{first['name']}” is “" in said
