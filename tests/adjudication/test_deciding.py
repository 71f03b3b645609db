"""Deciding at the desk: what is written, what is refused, and how it is taken back."""

from __future__ import annotations

import uuid

import pytest

from annotate import records
from annotate.actions import adjudication, layers, moving, purge, registries
from annotate.actions.adjudication import Verdict
from annotate.adjudication.units import State
from annotate.models import Adjudication, Claim, Decision, Layer
from annotate.payloads.problems import Invalid, NotThere, WrongState
from corpus.models import Change, Target
from tests import make
from tests.adjudication.steps import (
    CHEAPER,
    MENDED,
    NEEDED,
    TEXT,
    decide,
    finish,
    picked,
    stance,
    two_readings,
    undo,
    verdict,
)


def test_submitting_counts_the_units_of_the_document(team):
    document = two_readings(team, stances=stance("oppose"))
    row = Adjudication.objects.get(document=document)
    assert (row.n_readings, row.n_units, row.n_open, row.n_settled, row.is_stale) == (2, 1, 1, 0, False)


def test_a_decision_writes_a_gold_claim_with_where_each_field_comes_from(team):
    document = two_readings(team, stances=stance("oppose"))
    (unit,) = team.desk(document).units
    oppose = next(m for m in unit.marks if m.claim["stances"][0]["value"] == "oppose")
    (field,) = unit.open_fields

    made = decide(team, document, unit, picks={field.name: oppose.key}, reason="He argues against it.")

    gold = records.claim_dict(made.claim_id)
    assert gold["stances"][0]["value"] == "oppose"
    assert [(f.field.split("/")[0], f.basis, f.n_for, f.n_of) for f in made.fields.all()] == [
        ("spans", "unanimous", 2, 2),
        ("speakers", "unanimous", 2, 2),
        ("stances", "chosen", 1, 2),
    ]
    assert sorted(made.fields.get(field=field.name).options) == ["Oppose", "Support"]
    assert made.kind == "accepted" and not made.had_coded
    assert {r.claim_key: r.is_whole for r in made.readings.all()}[uuid.UUID(oppose.key)]
    assert team.desk(document).counts["n_decided"] == 1


def test_a_tie_must_be_settled(team):
    document = two_readings(team, stances=stance("oppose"))
    with pytest.raises(Invalid, match="Stance on The ferry: the readings differ"):
        decide(team, document, team.desk(document).units[0])
    assert not Decision.objects.exists() and not Layer.objects.gold().exists()


def test_not_a_claim_is_recorded(team):
    document = two_readings(team, stances=stance("oppose"))
    made = decide(team, document, team.desk(document).units[0], is_claim=False, reason="No claim: a fact of the case.")
    assert made.kind == "rejected" and made.claim is None and made.readings.count() == 2
    finish(team, document)
    assert Layer.objects.gold().get().n_claims == 0


def test_a_claim_of_the_curators_own(team):
    document = two_readings(team)
    body = make.body(TEXT, CHEAPER)
    own = Verdict(edits={name: body[name] for name in ("spans", "speakers", "stances")})
    made = adjudication.decide(
        user=team.curator, project=team.project, document_id=document.pk, verdict=own, now=make.NOW
    )
    assert made.kind == "created" and records.claim_dict(made.claim_id)["spans"][0]["quote"] == CHEAPER
    assert [unit.state for unit in team.desk(document).units] == [State.SETTLED, State.DECIDED]


def test_an_edited_field_says_so(team):
    document = two_readings(team, stances=stance("oppose"))
    (unit,) = team.desk(document).units
    edited = [{"target": {"id": unit.marks[0].claim["stances"][0]["target"]["id"]}, "value": "neutral"}]
    made = decide(team, document, unit, edits={"stances": edited})
    assert made.kind == "edited"
    assert records.claim_dict(made.claim_id)["stances"][0]["value"] == "neutral"
    assert set(made.fields.values_list("basis", flat=True)) == {"unanimous", "edited"}


def test_finishing_writes_what_settled_itself_and_is_refused_while_something_is_open(team):
    document = two_readings(team, stances=stance("oppose"))
    with pytest.raises(WrongState, match="1 unit is still open"):
        finish(team, document)
    decide(team, document, team.desk(document).units[0], is_claim=False)
    other = two_readings(team, f"{TEXT} So it was said.")
    finish(team, other)
    made = Decision.objects.get(layer__document=other)
    assert made.by_itself and made.kind == "accepted" and all(r.is_whole for r in made.readings.all())
    assert Layer.objects.gold().get(document=other).status == "submitted"


def test_who_decides_on_what_somebody_decided_meanwhile_is_told(team):
    document = two_readings(team, stances=stance("oppose"))
    desk = team.desk(document)
    stale = verdict(desk, desk.units[0], is_claim=False)
    decide(team, document, desk.units[0], by=team.other, is_claim=False, reason="Mine.")
    with pytest.raises(WrongState, match="other decided it"):
        adjudication.decide(
            user=team.curator, project=team.project, document_id=document.pk, verdict=stale, now=make.NOW
        )
    assert Decision.objects.get().reason == "Mine."


def test_a_changed_reading_is_told(team):
    document = two_readings(team, stances=stance("oppose"))
    desk = team.desk(document)
    seen = verdict(desk, desk.units[0], is_claim=False)
    ben = team.people["ben"]
    layers.reopen_layer(user=ben, document=document, now=make.NOW)
    stored = records.claim_dict(Claim.objects.get(layer__annotator=ben).pk)
    make.saved_again(ben, stored, mode="direct")
    layers.submit_layer(user=ben, document=document, now=make.NOW)
    with pytest.raises(WrongState, match="an annotator submitted other answers"):
        adjudication.decide(
            user=team.curator, project=team.project, document_id=document.pk, verdict=seen, now=make.NOW
        )


def test_what_settled_itself_is_counted_so_after_the_document_is_finished_too(team):
    from annotate.reports.desk.audit import audit

    document = two_readings(team)
    before = team.desk(document).counts
    row = finish(team, document)
    assert before["n_settled"] == row.n_settled == 1 and row.n_decided == 0
    assert audit([row], seed="1", size=5).n_settled == row.n_settled


def test_while_a_layer_is_revised_its_last_submission_counts(team):
    document = two_readings(team)
    finish(team, document)
    ben = team.people["ben"]
    layers.reopen_layer(user=ben, document=document, now=make.NOW)
    make.claim(ben, document, CHEAPER)
    assert team.desk(document).counts["n_settled"] == 1
    layers.submit_layer(user=ben, document=document, now=make.NOW)
    row = Adjudication.objects.get()
    assert (row.n_settled, row.n_open, row.finished_at) == (1, 1, None)
    assert Layer.objects.gold().get().status == "open"


def test_keeping_two_apart_accepts_both_and_is_taken_back_as_one_step(team):
    document = two_readings(team, stances=stance("oppose"))
    desk = team.desk(document)
    batch = adjudication.keep_apart(
        user=team.curator,
        project=team.project,
        document_id=document.pk,
        verdict=verdict(desk, desk.units[0]),
        apart=[desk.units[0].marks[0].key],
        now=make.NOW,
    )
    assert [unit.state for unit in team.desk(document).units] == [State.DECIDED, State.DECIDED]
    assert Layer.objects.gold().get().n_claims == 2
    undo(team, document, batch.id)
    assert [unit.state for unit in team.desk(document).units] == [State.OPEN]
    assert Layer.objects.gold().get().n_claims == 0


def test_keeping_two_apart_settles_nothing_that_is_in_dispute(team):
    document = make.document(team.project, TEXT)
    for name, value in (("ann", "support"), ("ben", "oppose"), ("cem", "support")):
        make.layer(team.people[name], document, NEEDED, stances=stance(value), unsure=name == "cem")
    desk = team.desk(document)
    one = next(mark for mark in desk.marks if mark.claim["unsure"])
    apart = next(mark for mark in desk.marks if mark.claim["stances"][0]["value"] == "oppose")
    adjudication.keep_apart(
        user=team.curator,
        project=team.project,
        document_id=document.pk,
        verdict=verdict(desk, desk.units[0]),
        apart=[apart.key],
        now=make.NOW,
    )
    states = {mark.key: unit.state for unit in team.desk(document).units for mark in unit.marks}
    assert states[apart.key] == State.DECIDED and states[one.key] == State.OPEN


def test_units_that_are_joined_become_one_claim(team):
    document = make.document(team.project, TEXT)
    make.layer(team.people["ann"], document, NEEDED, MENDED)
    whole = f"{NEEDED} and that {MENDED}"
    make.layer(team.people["ben"], document, whole)
    desk = team.desk(document)
    all_marks = Verdict(claims={m.key: m.fingerprint for m in desk.marks})
    adjudication.join_units(
        user=team.curator, project=team.project, document_id=document.pk, verdict=all_marks, now=make.NOW
    )
    (unit,) = team.desk(document).units
    long = next(m for m in unit.marks if m.claim["spans"][0]["quote"] == whole)
    made = decide(team, document, unit, picks={"spans": long.key})
    assert made.kind == "joined" and made.readings.count() == 3


def test_a_decision_made_anew_keeps_the_id_of_its_claim_and_undo_brings_the_old_one_back(team):
    document = two_readings(team, stances=stance("oppose"))
    first = decide(team, document, team.desk(document).units[0], picks=picked(team, document, 0))
    before = records.claim_dict(first.claim_id)
    again = decide(team, document, team.desk(document).units[0], picks=picked(team, document, 1))
    assert again.pk == first.pk and again.claim_id == first.claim_id
    assert records.claim_dict(first.claim_id)["stances"] != before["stances"]
    batch = Change.objects.filter(object_type="decision").latest("id").batch
    undo(team, document, batch)
    assert records.claim_dict(first.claim_id)["stances"] == before["stances"]


def test_a_curator_who_still_reads_the_document_blind_finds_no_desk(team):
    document = two_readings(team)
    make.claim(team.curator, document, CHEAPER)
    with pytest.raises(NotThere):
        finish(team, document)


def test_a_curator_who_coded_the_document_is_recorded_as_such(team):
    document = two_readings(team, stances=stance("oppose"))
    make.layer(team.curator, document, CHEAPER)
    unit = next(unit for unit in team.desk(document).units if len(unit.marks) == 2)
    assert decide(team, document, unit, is_claim=False).had_coded


def test_merging_names_settles_units_and_un_merging_opens_them_again(team):
    document = two_readings(team, stances=stance("support", "Ferries"))
    assert Adjudication.objects.get().n_open == 1
    ferry, ferries = (Target.objects.get(name=name) for name in ("The ferry", "Ferries"))
    registries.merge_entry(user=team.curator, entry=ferries, into=ferry)
    assert [unit.state for unit in team.desk(document).units] == [State.SETTLED]
    finish(team, document)
    ferries.refresh_from_db()
    registries.unmerge_entry(user=team.curator, entry=ferries)
    assert Adjudication.objects.get().is_stale
    assert [unit.state for unit in team.desk(document).units] == [State.REOPENED]


def test_a_label_that_is_renamed_in_the_next_version_opens_nothing(team):
    document = two_readings(team, stances=stance("oppose"))
    decide(team, document, team.desk(document).units[0], picks=picked(team, document, 0))
    finish(team, document)
    later = make.version(team.project, stances={"for": ["support"], "against": ["oppose"], "neutral": []})
    moving.move_round(user=make.user("manager"), round=team.project.rounds.get(), version=later, now=make.NOW)
    assert [unit.state for unit in team.desk(document).units] == [State.DECIDED]
    gold = records.claim_dict(Claim.objects.gold().get().pk)
    assert gold["stances"][0]["value"] in ("for", "against")


def test_purging_takes_what_was_decided_along(team):
    document = two_readings(team, stances=stance("oppose"))
    decide(team, document, team.desk(document).units[0], picks=picked(team, document, 0))
    other = two_readings(team, f"{TEXT} So it was said.")
    finish(team, other)
    purge.purge_document(document=document)
    assert Decision.objects.count() == 1 and Adjudication.objects.get().document_id == other.pk
    purge.purge_project(project=team.project)
    assert not Decision.objects.exists() and not Change.objects.filter(object_type="decision").exists()
