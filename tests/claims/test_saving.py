"""Saving claims: idempotent, conditional, exact, in the caller's own layer."""

from __future__ import annotations

import random
import uuid

import pytest

from annotate.actions import claims, layers
from annotate.models import Attribute, Claim, Layer, Span
from annotate.payloads.codebooks import forget_codebooks
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import Invalid, NotThere, PreconditionFailed, PreconditionRequired, WrongState
from annotate.records import claim_dict
from corpus.models import Change, Speaker
from tests import make
from tests.api.test_round_trip import random_claim

pytestmark = pytest.mark.django_db
CONTENT = ("spans", "cue", "mode", "proposition", "attributes", "unsure", "note", "detected")


@pytest.fixture
def project():
    return make.project()


@pytest.fixture
def ann(project):
    return make.member(project, "ann")


def put(person, document, id, *quotes, match=None, none_match=None, **values):
    sent = make.body(document.text, *quotes, **values) | {"document": str(document.pk)}
    headers = {"If-Match": match, "If-None-Match": none_match}
    precondition = Precondition.of({key: value for key, value in headers.items() if value is not None})
    return claims.put_claim(user=person, claim_id=id, body=sent, precondition=precondition, now=make.NOW)


def test_a_full_claim_comes_back_as_it_was_sent(project, ann):
    document = make.document(project, source="Bay Courier")
    text = document.text
    sent = {
        "document": str(document.pk),
        "spans": [make.span(text, "The closure is needed"), make.span(text, "it will be short")],
        "cue": [make.span(text, "he said")],
        "speakers": [
            {
                "name": "Tor Lind",
                "represents": {"name": "Port authority"},
                "mention": [make.span(text, "spokesman Tor Lind"), make.span(text, "he", 6)],
            },
            {"name": "Second speaker", "represents": None, "mention": []},
        ],
        "reported_by": [{"name": "Agency A"}, {"name": "Agency B"}],
        "mode": "direct",
        "proposition": {"text": "The bridge has to be closed.", "relation": "affirms"},
        "stances": [
            {"holder": None, "target": {"name": "Closure of the bridge"}, "value": "support"},
            {"holder": {"name": "Agency A"}, "target": {"name": "Ferry"}, "value": None},
        ],
        "no_stance": False,
        "attributes": {"type": "evaluation"},
        "unsure": True,
        "note": "  kept as typed\n",
    }
    id = uuid.uuid4()

    saved = claims.put_claim(user=ann, claim_id=id, body=sent, precondition=Precondition(), now=make.NOW)

    assert saved.is_new
    got = saved.claim
    assert got == claim_dict(id)
    assert got["id"] == str(id) and got["version"] == 1 and got["document"] == str(document.pk)
    for key in ("spans", "cue", "mode", "no_stance", "attributes", "unsure", "note"):
        assert got[key] == sent[key]
    assert [s["name"] for s in got["speakers"]] == ["Tor Lind", "Second speaker"]
    assert got["speakers"][0]["represents"]["name"] == "Port authority"
    assert got["speakers"][0]["mention"] == sent["speakers"][0]["mention"]
    assert [s["name"] for s in got["reported_by"]] == ["Agency A", "Agency B"]
    assert got["proposition"]["text"] == "The bridge has to be closed."
    assert got["stances"][1]["holder"]["name"] == "Agency A" and got["stances"][1]["value"] is None
    assert claims.put_claim(user=ann, claim_id=id, body=got, precondition=Precondition(), now=make.NOW).claim == got


def test_repeating_a_put_changes_nothing(project, ann):
    document, id = make.document(project), uuid.uuid4()
    put(ann, document, id, "The closure is needed")
    n_changes = Change.objects.count()

    again = put(ann, document, id, "The closure is needed", none_match="*")

    assert not again.is_changed and again.claim["version"] == 1
    assert Change.objects.count() == n_changes


def test_an_update_needs_the_current_version(project, ann):
    document, id = make.document(project), uuid.uuid4()
    put(ann, document, id, "The closure is needed")

    with pytest.raises(PreconditionRequired):
        put(ann, document, id, "it will be short")
    with pytest.raises(PreconditionFailed) as stale:
        put(ann, document, id, "it will be short", match='"7"')
    assert stale.value.extra["current"]["spans"][0]["quote"] == "The closure is needed"
    assert stale.value.extra["sent"]["spans"][0]["quote"] == "it will be short"
    assert put(ann, document, id, "it will be short", match='"1"').claim["version"] == 2


def test_a_deleted_id_refuses_if_match_and_never_reuses_a_version(project, ann):
    document, id = make.document(project), uuid.uuid4()
    put(ann, document, id, "The closure is needed")
    claims.delete_claim(user=ann, claim_id=id, precondition=Precondition.of({"If-Match": '"1"'}), now=make.NOW)
    assert not Claim.objects.exists()

    with pytest.raises(PreconditionFailed):
        put(ann, document, id, "The closure is needed", match='"1"')
    assert put(ann, document, id, "The closure is needed", none_match="*").claim["version"] == 2


def test_a_colleagues_claim_is_not_there(project, ann):
    document, id = make.document(project), uuid.uuid4()
    put(ann, document, id, "The closure is needed")
    ben = make.member(project, "ben")

    with pytest.raises(NotThere):
        put(ben, document, id, "The closure is needed")
    with pytest.raises(NotThere):
        claims.delete_claim(user=ben, claim_id=id, precondition=Precondition(), now=make.NOW)


def test_a_wrong_quote_is_refused_with_both_texts(project, ann):
    document = make.document(project)
    wrong = make.span(document.text, "The closure is needed") | {"quote": "The closing is needed"}

    with pytest.raises(Invalid) as refused:
        put(ann, document, uuid.uuid4(), spans=[wrong])

    assert "The closing is needed" in str(refused.value) and "The closure is needed" in str(refused.value)
    assert refused.value.errors[0].pointer == "/spans/0"
    assert not Claim.objects.exists() and not Speaker.objects.filter(name="Tor Lind").exists()


def test_submitting_demands_speaker_and_stance_then_locks(project, ann):
    document, id = make.document(project), uuid.uuid4()
    put(ann, document, id, "The closure is needed", speakers=[], stances=[])

    with pytest.raises(Invalid) as gaps:
        layers.submit_layer(user=ann, document=document, now=make.NOW)
    assert {error.pointer for error in gaps.value.errors} == {"/claims/0/speakers", "/claims/0/stances"}

    put(ann, document, id, "The closure is needed", match='"1"')
    layer = layers.submit_layer(user=ann, document=document, now=make.NOW)
    assert layer.status == "submitted" and layer.submissions.get().reading["claims"][0]["id"] == str(id)
    assert not put(ann, document, id, "The closure is needed").is_changed
    with pytest.raises(WrongState):
        put(ann, document, id, "it will be short", match='"2"')
    layers.reopen_layer(user=ann, document=document, now=make.NOW)
    assert put(ann, document, id, "it will be short", match='"2"').claim["version"] == 3


def test_two_annotators_typing_one_name_share_the_entry_without_learning_of_it(project, ann):
    document = make.document(project)
    ben = make.member(project, "ben")
    first = put(ann, document, uuid.uuid4(), "The closure is needed").claim
    second = put(ben, document, uuid.uuid4(), "it will be short").claim

    assert first["speakers"][0]["id"] == second["speakers"][0]["id"]
    cara = make.member(project, "cara")
    entry = Speaker.objects.get(name="Tor Lind")
    assert entry.is_provisional
    assert entry in Speaker.objects.visible_to(ben) and entry not in Speaker.objects.visible_to(cara)
    assert Layer.objects.visible_to(ben).count() == 1


def test_what_a_save_answers_is_what_is_read_later(project, ann):
    document, id = make.document(project), uuid.uuid4()
    put(ann, document, id, "The closure is needed")
    changed = put(ann, document, id, "it will be short", match='"1"', attributes={"type": "demand"}, note="n")
    assert changed.claim == claim_dict(id)


@pytest.mark.parametrize(
    ("named", "most"), [({"speakers": [], "stances": []}, 13), ({}, 19)], ids=["without entries", "with entries"]
)
def test_a_save_takes_a_bounded_number_of_queries(project, ann, django_assert_max_num_queries, named, most):
    document, id = make.document(project), uuid.uuid4()
    put(ann, document, uuid.uuid4(), "The closure is needed")
    with django_assert_max_num_queries(most):
        put(ann, document, id, "it will be short", **named)
    with django_assert_max_num_queries(most + 4):
        put(ann, document, id, "it will be short", match='"1"', note="changed", **named)


def test_two_hundred_updates_leave_exactly_what_the_last_one_said(project, ann):
    """Only what differs is written: whatever follows whatever, what is stored is what was answered."""
    dice = random.Random(7)
    document, id = make.document(project), uuid.uuid4()
    version = codebook_of(project)
    Attribute.objects.create(version=version, scope="stance", key="strength", name="Strength", kind="scale")
    Attribute.objects.create(version=version, scope="claim", key="sure", name="Sure", kind="boolean")
    forget_codebooks()
    put(ann, document, id, "The closure is needed")
    for number in range(200):
        sent = random_claim(dice, document.text)
        for stance in sent["stances"]:
            stance["attributes"] = {"strength": dice.choice([1.5, 2])} if dice.random() < 0.4 else {}
        sent["attributes"] |= {"sure": dice.random() < 0.5} if dice.random() < 0.3 else {}
        stored = claim_dict(id)
        kept = {name for name in CONTENT if dice.random() < 0.5} | (
            {"speakers", "reported_by"} if number % 2 else set()
        )
        sent |= {name: stored[name] for name in kept if name in stored}
        saved = put(ann, document, id, match=f'"{stored["version"]}"', **sent)
        assert saved.claim == claim_dict(id), number
        assert saved.claim["version"] == stored["version"] + saved.is_changed
    n_spans = sum(len(saved.claim[name]) for name in ("spans", "cue"))
    n_spans += sum(len(speaker["mention"]) for speaker in saved.claim["speakers"])
    assert Span.objects.count() == n_spans and Claim.objects.count() == 1


def codebook_of(project):
    return project.rounds.get().codebook_version
