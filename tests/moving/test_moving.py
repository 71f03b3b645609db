"""A round is moved to a newer version of its codebook: nothing is lost, and running it again changes nothing."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied

from annotate.actions import layers, moving
from annotate.models import Answer, Layer, Recheck, Submission
from annotate.payloads.problems import Invalid, WrongState
from annotate.records import claim_dict, claim_dicts, layer_dicts
from corpus.models import Change
from tests import make

CLOSURE, SHORT, FERRY = "The closure is needed", "it will be short", "promised a ferry"


@pytest.fixture
def project(db):
    found = make.project()
    make.member(found, "ann")
    make.member(found, "curator", "curator")
    return found


@pytest.fixture
def document(project):
    return make.document(project)


@pytest.fixture
def ann(project):
    return make.user("ann")


def read(claim):
    return claim_dict(UUID(claim["id"]))


def move(project, version, **values):
    return moving.move_round(
        user=make.user("manager"), round=project.rounds.get(), version=version, now=make.LATER, **values
    )


def attribute(labels, **values):
    return {"key": "type", "kind": "choice", "labels": labels} | values


def test_a_renamed_label_and_attribute_go_on_under_their_new_names(project, document, ann):
    claim = make.claim(ann, document, CLOSURE, attributes={"type": "demand"})
    new = make.version(project, attributes=[attribute({"request": ["demand"]}, key="act", replaces=["type"])])

    moved = move(project, new)

    after = read(claim)
    assert after["attributes"] == {"act": "request"}
    assert after["version"] == claim["version"] + 1
    assert (moved.n_layers, moved.n_claims, moved.n_changed, moved.n_rechecks) == (1, 1, 1, 0)
    assert project.rounds.get().codebook_version == Layer.objects.get().codebook_version == new


def test_a_claim_whose_answers_read_as_before_keeps_its_version(project, document, ann):
    claim = make.claim(ann, document, CLOSURE, attributes={"type": "demand"})
    move(project, make.version(project))
    assert read(claim) == claim


def test_a_split_stance_value_keeps_its_target_and_is_looked_at_again(project, document, ann):
    claim = make.claim(ann, document, CLOSURE)
    new = make.version(project, stances={"strongly": ["support"], "weakly": ["support"], "oppose": []})

    move(project, new)

    (stance,) = read(claim)["stances"]
    assert (stance["target"]["name"], stance["value"]) == ("Closure of the bridge", None)
    found = Recheck.objects.open().get()
    assert (found.field, found.old, found.options) == ("stances/0/value", "support", ["strongly", "weakly"])
    assert (str(found.claim_id), found.at_version) == (claim["id"], claim["version"] + 1)


def test_a_stance_that_said_nothing_but_its_value_is_kept_in_the_recheck(project, document, ann):
    stances = [{"value": "support"}, {"target": {"name": "Ferry"}, "value": "oppose"}]
    claim = make.claim(ann, document, CLOSURE, stances=stances)
    new = make.version(project, stances={"strongly": ["support"], "weakly": ["support"], "oppose": []})

    move(project, new)

    after = read(claim)
    assert [stance["value"] for stance in after["stances"]] == ["oppose"]
    assert Recheck.objects.get().old == {"value": "support", "holder": None}
    saved = make.saved_again(ann, after, attributes={"type": "demand"})
    assert saved["stances"] == after["stances"]


def test_a_submitted_layer_that_lost_something_required_is_returned(project, document, ann):
    make.claim(ann, document, CLOSURE)
    layers.submit_layer(user=ann, document=document, now=make.NOW)
    reading = Submission.objects.get().reading

    moved = move(project, make.version(project, stances={"oppose": [], "neutral": []}))

    assert moved.n_returned == 1
    assert Layer.objects.get().status == "returned"
    assert Submission.objects.get().reading == reading
    assert Submission.objects.get().codebook_version.number == 1


def test_a_submitted_layer_that_lost_something_optional_stays_submitted(project, document, ann):
    make.claim(ann, document, CLOSURE, attributes={"type": "demand"})
    layers.submit_layer(user=ann, document=document, now=make.NOW)

    moved = move(project, make.version(project, attributes=[attribute({"order": ["demand"], "wish": ["demand"]})]))

    assert (moved.n_rechecks, moved.n_returned, Layer.objects.get().status) == (1, 0, "submitted")


def test_a_second_run_changes_nothing(project, document, ann):
    make.claim(ann, document, CLOSURE, attributes={"type": "demand"})
    new = make.version(project, attributes=[attribute({"order": ["demand"], "wish": ["demand"]})])
    move(project, new)
    before = state(), Change.objects.count()

    again = move(project, new)

    assert (state(), Change.objects.count()) == before
    assert (again.n_layers, again.n_claims, again.n_rechecks) == (0, 0, 0)


def state():
    found = layer_dicts(list(Layer.objects.order_by("pk")))
    return found, list(Recheck.objects.order_by("pk").values()), Answer.objects.count()


def test_versions_may_be_skipped(project, document, ann):
    claim = make.claim(ann, document, CLOSURE, attributes={"type": "demand"})
    make.version(project, attributes=[attribute({"request": ["demand"]})])
    new = make.version(project, attributes=[attribute({"appeal": ["request"]})])

    move(project, new)

    assert read(claim)["attributes"] == {"type": "appeal"}


def test_what_still_waits_goes_along_with_the_next_move(project, document, ann):
    claim = make.claim(ann, document, CLOSURE, attributes={"type": "demand"})
    move(project, make.version(project, attributes=[attribute({"order": ["demand"], "wish": ["demand"]})]))
    labels = {"command": ["order"], "wish": []}
    stances = {"for": ["support"], "oppose": []}

    move(project, make.version(project, stances=stances, attributes=[attribute(labels, key="act", replaces=["type"])]))

    assert read(claim)["version"] == claim["version"] + 2
    found = Recheck.objects.open().get()
    assert (found.field, found.old, found.options) == ("attributes/act", "demand", ["command", "wish"])


def test_a_recheck_is_settled_once_its_claim_changed(project, document, ann):
    claim = make.claim(ann, document, CLOSURE, attributes={"type": "demand"})
    move(project, make.version(project, attributes=[attribute({"order": ["demand"], "wish": ["demand"]})]))

    make.saved_again(ann, read(claim), attributes={"type": "order"})

    assert not Recheck.objects.open().exists()


def test_answers_about_documents_move_with_the_layer(project, document, ann):
    question = {"key": "tone", "scope": "document", "kind": "choice", "is_required": True}
    move(project, make.version(project, attributes=[question | {"labels": {"calm": [], "loud": []}}]))
    body = {"attributes": {"tone": "loud"}, "nothing_to_code": True}
    layers.describe_layer(user=ann, document=document, body=body, now=make.NOW)
    layers.submit_layer(user=ann, document=document, now=make.NOW)

    moved = move(project, make.version(project, attributes=[question | {"labels": {"calm": [], "shrill": []}}]))

    (layer,) = layer_dicts(list(Layer.objects.all()))
    assert (layer["attributes"], layer["status"], moved.n_returned) == ({}, "returned", 1)
    found = Recheck.objects.open().get()
    assert (found.claim, found.field, found.old) == (None, "attributes/tone", "loud")


def test_a_gold_layer_of_the_rounds_documents_moves_along(project, document, ann):
    make.claim(ann, document, CLOSURE)
    old = project.rounds.get().codebook_version
    gold = Layer.objects.create(kind="gold", project=project, document=document, codebook_version=old)

    moved = move(project, make.version(project))

    gold.refresh_from_db()
    assert (moved.n_layers, gold.codebook_version.number) == (2, 2)


def test_the_old_state_can_be_rebuilt_from_the_changes(project, document, ann):
    for quote, key in ((CLOSURE, "demand"), (SHORT, "prediction"), (FERRY, "assertion")):
        make.claim(ann, document, quote, attributes={"type": key})
    layers.submit_layer(user=ann, document=document, now=make.NOW)
    before = list(claim_dicts(Layer.objects.get().claims.all()))
    (layer,) = Layer.objects.values("status", "version", "codebook_version__number")
    labels = {"order": ["demand"], "wish": ["demand"], "forecast": ["prediction"], "assertion": []}

    move(project, make.version(project, stances={"oppose": []}, attributes=[attribute(labels)]))

    changes = Change.objects.filter(action="round.move")
    assert changes.values("batch").distinct().count() == 1
    rebuilt = {claim["id"]: claim for claim in claim_dicts(Layer.objects.get().claims.all())}
    for change in changes.filter(object_type="claim"):
        assert rebuilt[change.object_id] == change.after
        rebuilt[change.object_id] = change.before
    assert sorted(rebuilt.values(), key=by_id) == sorted(before, key=by_id)
    was = changes.get(object_type="layer").before
    assert (was["status"], was["version"], was["codebook"]) == tuple(layer.values())


def by_id(claim):
    return claim["id"]


def test_the_preview_says_what_the_move_does_and_writes_nothing(project, document, ann):
    make.claim(ann, document, CLOSURE, attributes={"type": "demand"})
    make.claim(ann, document, SHORT, attributes={"type": "prediction"}, stances=[{"value": "support"}])
    labels = {"order": ["demand"], "wish": ["demand"], "forecast": ["prediction"]}
    new = make.version(project, stances={"oppose": [], "for": ["support"]}, attributes=[attribute(labels)])
    before = state(), Change.objects.count()

    seen = moving.preview_move(user=make.user("manager"), round=project.rounds.get(), version=new)

    assert (state(), Change.objects.count()) == before
    done = move(project, new)
    figures = ("n_layers", "n_claims", "n_changed", "n_rechecks", "n_returned", "tally")
    assert [getattr(seen, name) for name in figures] == [getattr(done, name) for name in figures]
    assert seen.tally[("claim", "type", "demand", "type", ("order", "wish"), False)] == 1
    assert seen.tally[("value", "", "support", "", ("for",), True)] == 2


def test_only_to_a_newer_published_version_of_the_same_codebook(project):
    round = project.rounds.get()
    first, second = round.codebook_version, make.version(project)
    other = make.project("other").rounds.get().codebook_version
    move(project, second)
    for version in (first, other):
        with pytest.raises(WrongState):
            move(project, version)
    for number in (0, 9, True, "2", None, 2**40):
        with pytest.raises(Invalid):
            moving.read_version(project.rounds.get(), number)


def test_only_managers_move_a_round(project):
    new = make.version(project)
    with pytest.raises(PermissionDenied):
        moving.move_round(user=make.user("curator"), round=project.rounds.get(), version=new, now=make.NOW)
