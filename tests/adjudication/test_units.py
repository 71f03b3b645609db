"""Units: which claims of several readings belong together, and what settles itself."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from annotate.adjudication.align import align, passages
from annotate.adjudication.fields import differ_little, fields_of, strict_majority
from annotate.adjudication.marks import Mark, fingerprint
from annotate.adjudication.result import put_together
from annotate.adjudication.units import Standing, State, is_settled_by_merging, units_of

TEXT = "The lamp stays, said Mira Sand. The harbour council wants two lamps more, and the port wants none at all."
LAMP, WANTS, NONE = (0, 14), (32, 72), (78, 104)


def entry(name: str) -> dict[str, Any]:
    return {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)), "name": name}


def mark(reader: str, *spans: tuple[int, int], n: int = 0, **values: Any) -> Mark:
    claim = {
        "spans": [{"start": start, "end": end, "quote": TEXT[start:end]} for start, end in spans],
        "cue": [],
        "speakers": [entry("Mira Sand") | {"represents": None, "mention": []}],
        "reported_by": [],
        "mode": None,
        "proposition": None,
        "stances": [{"holder": None, "target": entry("The lamp"), "value": "support"}],
        "no_stance": False,
        "attributes": {},
        "unsure": False,
        "note": "",
    } | values
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{reader} {spans} {n}"))
    return Mark(key=key, reader=reader, claim=claim | {"id": key}, fingerprint=fingerprint(claim))


def units(*marks: Mark, readers: str = "ab", rule: str = "ask", **values: Any) -> list[Any]:
    return units_of(marks, text=TEXT, rule=rule, readers=list(readers), **values)


def stance(target: str, value: str) -> dict[str, Any]:
    return {"holder": None, "target": entry(target), "value": value}


def test_claims_that_share_half_of_their_words_are_one_unit():
    found = align([mark("a", LAMP), mark("b", (0, 10)), mark("b", WANTS)])
    assert [[m.reader for m in unit] for unit in found] == [["a", "b"], ["b"]]


def test_claims_that_overlap_little_are_one_unit_only_with_the_same_proposition():
    said = {"id": "p", "text": "The lamp stays.", "relation": "affirms"}
    assert len(align([mark("a", LAMP), mark("b", (10, 60))])) == 2
    assert len(align([mark("a", LAMP, proposition=said), mark("b", (10, 60), proposition=said)])) == 1


def test_a_unit_holds_at_most_one_claim_of_each_reader_and_the_closest_pair_wins():
    close, far, other = mark("a", LAMP), mark("a", (0, 12), n=1), mark("b", LAMP)
    found = align([far, close, other])
    assert {close.key, other.key} in [{m.key for m in unit} for unit in found]
    assert len(found) == 2


def test_equal_fields_decide_between_claims_on_the_same_words():
    yes, no = mark("a", LAMP), mark("a", LAMP, n=1, stances=[stance("The lamp", "oppose")])
    theirs = mark("b", LAMP, stances=[stance("The lamp", "oppose")])
    found = align([yes, no, theirs])
    assert {no.key, theirs.key} in [{m.key for m in unit} for unit in found]


def test_a_curators_groups_stay_and_others_may_join_them():
    a, b, c = mark("a", LAMP), mark("b", LAMP), mark("c", LAMP)
    found = align([a, b, c], {a.key: "one", b.key: "two"})
    assert sorted(len(unit) for unit in found) == [1, 2]


def test_equal_readings_settle_themselves_unless_somebody_hesitated_or_marked_nothing():
    assert [u.state for u in units(mark("a", LAMP), mark("b", LAMP))] == [State.SETTLED]
    assert [u.state for u in units(mark("a", LAMP, unsure=True), mark("b", LAMP))] == [State.OPEN]
    assert [u.state for u in units(mark("a", LAMP, note="Is it?"), mark("b", LAMP))] == [State.OPEN]
    assert [u.state for u in units(mark("a", LAMP), mark("b", LAMP), readers="abc")] == [State.OPEN]


@pytest.mark.parametrize(("rule", "state"), [("longest", State.NEAR), ("shortest", State.NEAR), ("ask", State.OPEN)])
def test_a_word_more_or_less_follows_the_rule_of_the_codebook(rule, state):
    found = units(mark("a", LAMP), mark("b", (4, 14)), rule=rule)
    assert [u.state for u in found] == [state]


def test_what_is_little_is_space_signs_or_one_word():
    assert differ_little([((0, 14),), ((4, 14),)], TEXT)
    assert differ_little([((0, 14),), ((0, 16),)], TEXT)
    assert not differ_little([((0, 30),), ((0, 14),)], TEXT)


def test_a_cell_is_filled_by_a_strict_majority_only():
    assert strict_majority(["x", "x", "y"]) == 0
    assert strict_majority(["y", "x", "x"]) == 1
    assert strict_majority(["x", "y"]) is None
    assert strict_majority(["x", "x", "y", "y"]) is None


def test_stances_are_compared_by_holder_and_target_where_the_readings_share_one():
    a = mark("a", LAMP, stances=[stance("The lamp", "support"), stance("The port", "oppose")])
    b = mark("b", LAMP, stances=[stance("The lamp", "oppose")])
    names = [f.name.split("/")[0] for f in fields_of([a, b], TEXT) if f.is_open]
    assert names == ["stances", "stances"]
    alone = fields_of([a, mark("b", LAMP, stances=[stance("The quay", "oppose")])], TEXT)
    assert [f.name for f in alone if f.is_open] == ["stances"]


def test_a_holder_by_name_equals_the_default_holder():
    named = [stance("The lamp", "support") | {"holder": entry("Mira Sand")}]
    assert [u.state for u in units(mark("a", LAMP), mark("b", LAMP, stances=named))] == [State.SETTLED]


def test_whom_different_speakers_represent_comes_with_the_speaker():
    port = entry("The port") | {"represents": entry("The council"), "mention": []}
    a, b = mark("a", LAMP), mark("b", LAMP, speakers=[port])
    fields = fields_of([a, b], TEXT)
    assert "represents" not in [f.name for f in fields]
    result = put_together([a, b], fields, {"speakers": 1}, {})
    assert result.body["speakers"] == [
        {"id": port["id"], "represents": {"id": port["represents"]["id"]}, "mention": []}
    ]


def test_a_tie_that_nobody_settled_is_missing():
    a, b = mark("a", LAMP), mark("b", LAMP, mode="direct")
    result = put_together([a, b], fields_of([a, b], TEXT), {}, {})
    assert [f.name for f in result.missing] == ["mode"]
    assert not put_together([a, b], fields_of([a, b], TEXT), {"mode": 1}, {}).missing


def test_a_decision_stands_until_what_it_rests_on_changes():
    a, b = mark("a", LAMP), mark("b", (0, 10))
    made = Standing(id="d", readings={m.key: m.fingerprint for m in (a, b)})
    assert [u.state for u in units(a, b, decisions=[made])] == [State.DECIDED]
    again = Mark(key=b.key, reader="b", claim=b.claim, fingerprint="other")
    assert [u.state for u in units(a, again, decisions=[made])] == [State.REOPENED]
    assert [u.state for u in units(a, b, mark("c", LAMP), readers="abc", decisions=[made])] == [State.REOPENED]
    assert [u.state for u in units(a, decisions=[made])] == [State.REOPENED]
    assert [u.state for u in units(decisions=[made])] == [State.REOPENED]


def test_what_settled_itself_is_open_again_when_the_readings_no_longer_agree():
    a, b = mark("a", LAMP), mark("b", LAMP, mode="direct")
    made = Standing(id="d", readings={m.key: m.fingerprint for m in (a, b)}, by_itself=True)
    assert [u.state for u in units(a, b, decisions=[made])] == [State.REOPENED]


def test_a_unit_that_differs_in_one_name_only_is_settled_by_merging():
    a, b = mark("a", LAMP), mark("b", LAMP, stances=[stance("The light", "support")])
    (unit,) = units(a, b)
    lamp, light = entry("The lamp")["id"], entry("The light")["id"]
    assert is_settled_by_merging(unit, light, lamp)
    assert not is_settled_by_merging(unit, light, entry("The port")["id"])
    c = mark("b", LAMP, stances=[stance("The light", "oppose")])
    assert not is_settled_by_merging(units(a, c)[0], light, lamp)


def test_passages_are_units_that_overlap():
    found = align([mark("a", (0, 40)), mark("a", LAMP, n=1), mark("b", WANTS), mark("b", NONE)])
    assert passages(found) == [[0, 1, 2], [3]]


def test_stances_whose_targets_were_merged_stay_two():
    twice = [stance("The lamp", "support"), stance("The lamp", "oppose")]
    a, b = mark("a", LAMP, stances=twice), mark("b", LAMP, stances=[stance("The lamp", "support")])
    assert [value[0] for value in a.stances.values()] == ["support", "oppose"]
    fields = fields_of([a, b], TEXT)
    picks = {f.name: 0 for f in fields if f.prefill is None}
    assert [s["value"] for s in put_together([a, b], fields, picks, {}).body["stances"]] == ["support", "oppose"]


def test_who_is_named_first_in_a_joint_statement_holds_its_stance():
    one, two = (entry(name) | {"represents": None, "mention": []} for name in ("Mira Sand", "The port"))
    found = units(mark("a", LAMP, speakers=[one, two]), mark("b", LAMP, speakers=[two, one]))
    assert [u.state for u in found] == [State.OPEN]


def test_whom_speakers_represent_counts_where_speakers_differ():
    def of(name: str, body: str | None) -> list[dict[str, Any]]:
        return [entry(name) | {"represents": entry(body) if body else None, "mention": []}]

    marks = [
        mark("a", LAMP, speakers=of("Mira Sand", "The port")),
        mark("b", LAMP, speakers=of("Mira Sand", "The council")),
        mark("c", LAMP, speakers=of("Tor Lind", None)),
    ]
    speakers = next(f for f in fields_of(marks, TEXT) if f.name == "speakers")
    assert speakers.prefill is None
