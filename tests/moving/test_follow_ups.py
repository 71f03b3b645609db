"""Follow-up rounds: chosen fields of existing claims are asked again of whoever made them; the rest is locked."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied

from annotate.actions import claims, follow_ups, layers, moving, queue, rounds
from annotate.models import Claim, Layer, Round
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import Invalid, NotThere, WrongState
from annotate.records import claim_dicts, layer_dicts
from corpus.models import Change
from tests import make

CLOSURE, SHORT, OPPOSES = "The closure is needed", "it will be short", "opposes the closure"
SERVER = ("id", "layer", "round", "version", "created_at", "updated_at", "follows")
STANCE_GRADE = {"key": "strength", "scope": "stance", "kind": "scale", "minimum": 1, "maximum": 5}
TONE = {"key": "tone", "kind": "choice", "labels": {"calm": [], "sharp": []}, "is_required": True}


@pytest.fixture
def project(db):
    found = make.project()
    make.member(found, "ann")
    make.member(found, "ben")
    return found


@pytest.fixture
def document(project):
    return make.document(project, source="Bay Courier")


@pytest.fixture
def ann(project):
    return make.user("ann")


@pytest.fixture
def submitted(ann, document):
    """Two claims of ann's with everything that a claim can have, submitted."""
    parts = {
        "cue": [make.span(document.text, "he said")],
        "speakers": [
            {"name": "Tor Lind", "represents": {"name": "Port"}, "mention": [make.span(document.text, "Tor Lind")]},
            {"name": "Ms. Oyelaran", "mention": []},
        ],
        "reported_by": [{"name": "Bay Agency"}],
        "mode": "direct",
        "proposition": {"text": "The closure is needed.", "relation": "affirms"},
        "attributes": {"type": "demand"},
        "detected": {"rule": "frames-1", "fields": ["cue", "mode"]},
        "note": "As it says.",
    }
    one = make.claim(ann, document, CLOSURE, SHORT, **parts)
    two = make.claim(ann, document, OPPOSES, stances=[], no_stance=True, unsure=True)
    marks = {"no_claim": [make.span(document.text, "Harbour bridge")]}
    layers.describe_layer(user=ann, document=document, body=marks, now=make.NOW)
    layers.submit_layer(user=ann, document=document, now=make.NOW)
    return one, two


@pytest.fixture
def newer(project):
    labels = {"request": ["demand"], "assertion": []}
    return make.version(project, attributes=[{"key": "type", "kind": "choice", "labels": labels}, TONE, STANCE_GRADE])


@pytest.fixture
def round(project, newer, submitted):
    return make.follow_up(project, "attributes/tone", "stances", "stances/attributes/strength")


def opened(ann, round, document):
    return follow_ups.open_follow_up_layer(user=ann, round=round, document=document, now=make.LATER)


def copies(ann, round, document):
    found = list(claim_dicts(opened(ann, round, document).claims.all()))
    return sorted(found, key=lambda claim: claim["spans"][0]["start"])


def content(claim):
    return {name: value for name, value in claim.items() if name not in SERVER}


def test_a_layer_opens_with_copies_of_ones_claims_carried_over(ann, round, document, submitted):
    one, two = copies(ann, round, document)

    assert content(one) == content(submitted[0]) | {"attributes": {"type": "request"}}
    assert content(two) == content(submitted[1])
    assert (one["follows"], two["follows"]) == (submitted[0]["id"], submitted[1]["id"])
    layer = Layer.objects.get(round=round)
    (reading,) = layer_dicts([layer])
    assert (layer.n_claims, layer.codebook_version.number, len(reading["no_claim"])) == (2, 2, 1)
    assert Claim.objects.filter(layer__round__follows=None).count() == 2


def test_copies_have_the_same_ids_whenever_they_are_made(ann, round, document, submitted):
    first = copies(ann, round, document)
    assert copies(ann, round, document) == first
    changes = Change.objects.filter(action="layer.open", object_type="claim", project_id=round.project_id)
    assert {change.object_id: change.after for change in changes} == {claim["id"]: claim for claim in first}


def test_only_who_submitted_there_is_asked(project, ann, round, document):
    ben = make.user("ben")
    other = make.document(project, "Another article. It is short.")
    make.claim(ben, document, CLOSURE, round=str(round.follows_id))

    assert [found.pk for found in follow_ups.follow_up_candidates(ann, round)] == [document.pk]
    assert not follow_ups.follow_up_candidates(ben, round).exists()
    with pytest.raises(WrongState, match="asks again about readings that you submitted"):
        opened(ben, round, document)
    with pytest.raises(NotThere):
        layers.layer_for_writing(user=ann, document=other, now=make.NOW, round_id=round.pk)


def test_next_hands_out_what_is_to_be_followed_up(project, ann, round, document):
    first = queue.take_next(user=ann, project=project, now=make.LATER, round_id=round.pk)
    assert (first.document, first.layer.n_claims) == (document, 2)
    assert queue.take_next(user=ann, project=project, now=make.LATER, round_id=round.pk).layer == first.layer
    assert queue.take_next(user=make.user("ben"), project=project, now=make.LATER, round_id=round.pk) is None


def test_reopened_fields_can_be_answered(ann, round, document):
    one, _ = copies(ann, round, document)
    stances = [one["stances"][0] | {"value": "oppose", "attributes": {"strength": 4}}]

    saved = make.saved_again(ann, one, stances=stances, attributes=one["attributes"] | {"tone": "sharp"})

    assert saved["stances"] == stances and saved["attributes"] == {"tone": "sharp", "type": "request"}
    assert saved["follows"] == one["follows"]
    assert next(claim_dicts(Claim.objects.filter(pk=one["id"]))) == saved


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("note", "other"),
        ("unsure", True),
        ("mode", "mixed"),
        ("spans", None),
        ("cue", []),
        ("speakers", []),
        ("reported_by", []),
        ("proposition", None),
        ("attributes", {"type": "assertion"}),
        ("stances", []),
        ("detected", None),
    ],
)
def test_what_is_not_asked_again_is_locked(ann, round, document, field, value):
    one, _ = copies(ann, round, document)
    changed = {field: value if field != "spans" else one["spans"][:1]}

    with pytest.raises(WrongState, match="asks again for") as refused:
        make.saved_again(ann, one, **changed)

    assert refused.value.extra["fields"] == [field]


def test_with_the_mode_asked_again_what_was_detected_of_it_may_go(project, ann, newer, submitted, document):
    round = make.follow_up(project, "mode")
    one, _ = copies(ann, round, document)
    detected = {"rule": "frames-1", "fields": ["cue"]}
    assert make.saved_again(ann, one, mode="mixed", detected=detected)["mode"] == "mixed"


def test_claims_are_neither_made_nor_deleted(ann, round, document):
    one, _ = copies(ann, round, document)
    body = make.body(document.text, OPPOSES) | {"document": str(document.pk)}
    with pytest.raises(WrongState, match="new claims"):
        claims.put_claim(
            user=ann, claim_id=uuid4(), body=body, precondition=Precondition(), now=make.NOW, round_id=round.pk
        )
    with pytest.raises(WrongState, match="deleting claims"):
        seen = Precondition(if_match=frozenset("1"))
        claims.delete_claim(user=ann, claim_id=UUID(one["id"]), precondition=seen, now=make.NOW)
    for body in ({"nothing_to_code": True}, {"no_claim": []}, {"attributes": {}}):
        with pytest.raises(WrongState, match="fields of claims only"):
            layers.describe_layer(user=ann, document=document, body=body, now=make.NOW, round_id=round.pk)


def test_a_refused_first_write_opens_nothing(ann, round, document):
    body = make.body(document.text, OPPOSES) | {"document": str(document.pk)}
    with pytest.raises(WrongState):
        claims.put_claim(
            user=ann, claim_id=uuid4(), body=body, precondition=Precondition(), now=make.NOW, round_id=round.pk
        )
    assert not Layer.objects.filter(round=round).exists()


def test_submitting_demands_what_is_required_of_the_reopened_fields_only(project, ann, document):
    claim = make.claim(ann, document, CLOSURE)
    layers.submit_layer(user=ann, document=document, now=make.NOW)
    grade = {"key": "grade", "kind": "scale", "is_required": True}
    new = make.version(project, attributes=[TONE, grade, STANCE_GRADE])
    new.requires_mode = new.requires_proposition = True
    new.save()
    round = make.follow_up(project, "attributes/tone")
    (copy,) = copies(ann, round, document)

    with pytest.raises(Invalid) as refused:
        layers.submit_layer(user=ann, document=document, now=make.LATER, round_id=round.pk)
    assert [error.detail for error in refused.value.errors] == [
        "Claim “The closure is needed” has no answer to “Tone”; give one."
    ]
    make.saved_again(ann, copy, attributes={"tone": "calm"})

    assert layers.submit_layer(user=ann, document=document, now=make.LATER, round_id=round.pk).status == "submitted"
    assert next(claim_dicts(Claim.objects.filter(pk=claim["id"]))) == claim


def test_a_stance_without_value_blocks_only_where_stances_are_asked_again(project, ann, document):
    make.claim(ann, document, CLOSURE)
    layers.submit_layer(user=ann, document=document, now=make.NOW)
    make.version(project, stances={"for": [], "against": []}, attributes=[TONE | {"is_required": False}])
    only_tone, stances = make.follow_up(project, "attributes/tone"), make.follow_up(project, "stances")
    for round in (only_tone, stances):
        opened(ann, round, document)

    layers.submit_layer(user=ann, document=document, now=make.LATER, round_id=only_tone.pk)
    with pytest.raises(Invalid, match="no stance on"):
        layers.submit_layer(user=ann, document=document, now=make.LATER, round_id=stances.pk)


def test_it_is_blind_and_stays_so(ann, round, document):
    settings = rounds.settings_of(round)
    assert (round.is_blind, round.overlap, round.covers_corpus) == (True, None, False)
    for name, value in (("is_blind", False), ("overlap", 2)):
        with pytest.raises(Invalid):
            changed = rounds.RoundSettings(**{n: getattr(settings, n) for n in settings.__slots__} | {name: value})
            rounds.update_round(user=make.user("manager"), round=round, settings=changed)


def test_the_round_does_not_hold_documents_for_those_it_does_not_ask(project, round, document, submitted):
    ann, ben = make.user("ann"), make.user("ben")
    assert {found.pk for found in layers.open_rounds(ben, document)} == {round.follows_id}
    assert {found.pk for found in layers.open_rounds(ann, document)} == {round.follows_id, round.pk}
    assert make.claim(ben, document, CLOSURE)["round"] == str(round.follows_id)


def test_moving_the_round_moves_what_it_asks(project, ann, round, document):
    opened(ann, round, document)
    new = make.version(project, attributes=[TONE | {"key": "voice", "replaces": ["tone"]}])

    moving.move_round(user=make.user("manager"), round=round, version=new, now=make.LATER)

    round.refresh_from_db()
    assert round.reopened_fields == ["stances", "attributes/voice"]
    assert Layer.objects.get(round=round).codebook_version == new


def test_a_reading_at_a_newer_version_than_the_round_is_refused(project, ann, round, document):
    new = make.version(project)
    moving.move_round(user=make.user("manager"), round=Round.objects.get(follows=None), version=new, now=make.LATER)
    with pytest.raises(WrongState, match="ask a manager to move the round"):
        opened(ann, round, document)


def test_a_follow_up_can_be_followed_up(project, ann, round, document):
    one, two = copies(ann, round, document)
    for claim in (one, two):
        make.saved_again(ann, claim, attributes=claim["attributes"] | {"tone": "calm"})
    layers.submit_layer(user=ann, document=document, now=make.LATER, round_id=round.pk)

    again = make.follow_up(project, "mode", follows=round)

    assert [claim["follows"] for claim in copies(ann, again, document)] == [one["id"], two["id"]]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"fields": []}, "/fields"),
        ({"fields": "mode"}, "/fields"),
        ({"fields": ["mode", "attributes/gone"]}, "/fields/1"),
        ({"fields": [{}]}, "/fields/0"),
        ({"name": ""}, "/name"),
        ({"name": "Round 1"}, "/name"),
        ({"version": 9}, "/version"),
        ({"follows": "x"}, "/follows"),
        ({"follows": str(uuid4())}, "/follows"),
        ({"follows": None}, "/follows"),
        ({"overlap": 2}, "/overlap"),
    ],
)
def test_a_bad_follow_up_round_is_refused(project, values, pointer):
    raw = {"name": "Again", "follows": str(project.rounds.get().pk), "fields": ["mode"]} | values
    with pytest.raises(Invalid) as refused:
        asked = follow_ups.read_follow_up(raw, project)
        follow_ups.create_follow_up_round(user=make.user("manager"), project=project, now=make.NOW, **asked)
    assert refused.value.errors[0].pointer == pointer


def test_the_version_is_that_of_the_round_or_newer(project):
    old = project.rounds.get().codebook_version
    new = make.version(project)
    moving.move_round(user=make.user("manager"), round=project.rounds.get(), version=new, now=make.NOW)
    with pytest.raises(Invalid, match="version 2; choose that or a newer"):
        make.follow_up(project, "mode", version=old)


def test_only_managers_make_one(project, ann):
    with pytest.raises(PermissionDenied):
        make.follow_up(project, "mode", user=ann)
