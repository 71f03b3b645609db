"""Talk: who may write where, threads settled as a whole, remarks withdrawn, readings returned and taken back."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from annotate.actions import claims, layers, projects, queue, returns, talk
from annotate.models import Remark
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import Invalid, NotThere, WrongState
from corpus.models import Change
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db
CLOSURE = "The closure is needed"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def project():
    found = make.project()
    for name, role in (("curator", "curator"), ("ann", "annotator"), ("ben", "annotator")):
        make.member(found, name, role)
    return found


@pytest.fixture
def document(project):
    return make.document(project)


@pytest.fixture
def layer(document):
    """Ann's submitted layer."""
    return make.layer(make.user("ann"), document)


def seen_by(name):
    return set(Remark.objects.visible_to(make.user(name)).values_list("text", flat=True))


def test_remarks_on_a_layer_are_between_its_annotator_and_the_curators(layer, document):
    make.remark(make.user("curator"), layer, "to ann")
    make.remark(make.user("curator"), document, "to all")
    make.remark(make.user("ann"), layer, "from ann")

    assert seen_by("ann") == seen_by("curator") == seen_by("manager") == {"to ann", "to all", "from ann"}
    assert seen_by("ben") == {"to all"} and seen_by("outsider") == set()


def test_who_works_blind_on_a_document_loses_sight_of_talk_on_others_layers(layer, document):
    make.remark(make.user("ann"), layer, "from ann")

    make.claim(make.user("curator"), document, CLOSURE)
    assert seen_by("curator") == set()
    layers.submit_layer(user=make.user("curator"), document=document, now=NOW)
    assert seen_by("curator") == {"from ann"}


def test_an_annotator_writes_on_own_layers_and_not_to_everybody(layer, document):
    with pytest.raises(NotThere):
        make.remark(make.user("ben"), layer)
    with pytest.raises(PermissionDenied):
        make.remark(make.user("ann"), document)
    with pytest.raises(PermissionDenied):
        make.remark(make.user("outsider"), layer)


def test_a_remark_on_a_claim_keeps_its_words_when_the_claim_is_gone(layer):
    claim = layer.claims.get()
    first = make.remark(make.user("curator"), layer, claim_key=claim.pk)
    layers.reopen_layer(user=make.user("ann"), document=layer.document, now=NOW)
    found = Precondition(if_match=frozenset([str(claim.version)]))
    claims.delete_claim(user=make.user("ann"), claim_id=claim.pk, precondition=found, now=NOW)

    second = make.remark(make.user("ann"), layer, "It is gone.", claim_key=claim.pk)

    assert first.quote == second.quote == CLOSURE
    with pytest.raises(NotThere):
        make.remark(make.user("ann"), layer, claim_key=uuid.uuid4())


def test_a_claim_of_another_layer_is_not_there(layer, project):
    other = make.layer(make.user("ben"), layer.document)
    with pytest.raises(NotThere):
        make.remark(make.user("curator"), layer, claim_key=other.claims.get().pk)
    with pytest.raises(Invalid):
        make.remark(make.user("curator"), layer.document, claim_key=layer.claims.get().pk)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 10_001, "a\0b", "\ud800", None, 3, ["x"]])
def test_a_text_that_is_none_is_refused(layer, text):
    with pytest.raises(Invalid) as refused:
        make.remark(make.user("ann"), layer, text)
    assert refused.value.errors[0].pointer == "/text"


def test_a_thread_is_settled_as_a_whole_and_opened_by_a_further_remark(layer):
    curator, ann = make.user("curator"), make.user("ann")
    first = make.remark(curator, layer, "one")
    make.remark(ann, layer, "two", now=LATER)
    other = make.remark(curator, layer, "elsewhere", claim_key=layer.claims.get().pk)

    talk.settle_thread(user=ann, remark=first, now=LATER)
    assert set(Remark.objects.filter(settled_at=LATER).values_list("text", flat=True)) == {"one", "two"}
    rows = Change.objects.filter(action="remark.settle")
    assert rows.count() == 2 and len(set(rows.values_list("batch", flat=True))) == 1
    talk.settle_thread(user=ann, remark=first, now=LATER)
    assert rows.count() == 2

    make.remark(ann, layer, "three", now=LATER)
    assert not Remark.objects.filter(settled_at__isnull=False).exists()
    talk.settle_thread(user=curator, remark=other, now=LATER)
    talk.reopen_thread(user=curator, remark=other)
    assert not Remark.objects.filter(settled_at__isnull=False).exists()


def test_a_thread_that_is_not_seen_is_not_settled(layer, document):
    remark, to_all = make.remark(make.user("ann"), layer), make.remark(make.user("curator"), document)
    with pytest.raises(NotThere):
        talk.settle_thread(user=make.user("ben"), remark=remark, now=NOW)
    with pytest.raises(PermissionDenied):
        talk.settle_thread(user=make.user("ben"), remark=to_all, now=NOW)


def test_ones_own_remark_is_withdrawn_and_the_change_row_keeps_it(layer):
    ann = make.user("ann")
    remark = make.remark(ann, layer, "Never mind.")
    with pytest.raises(WrongState):
        talk.withdraw_remark(user=make.user("curator"), remark=remark)

    talk.withdraw_remark(user=ann, remark=remark)

    assert not Remark.objects.exists()
    row = Change.objects.get(action="remark.withdraw")
    assert row.before["text"] == "Never mind." and row.after is None and row.actor == ann
    with pytest.raises(NotThere):
        talk.withdraw_remark(user=ann, remark=remark)


def test_a_layer_is_returned_with_a_remark_and_comes_first(layer, project):
    make.claim(make.user("ann"), make.document(project, "Another text."), "Another text", speakers=[], stances=[])

    returned = returns.return_layer(user=make.user("curator"), layer=layer, now=LATER, remark="The last quotation.")

    assert returned.status == "returned"
    remark = Remark.objects.get()
    assert (remark.kind, remark.layer, remark.text) == ("return", layer, "The last quotation.")
    rows = Change.objects.filter(action="layer.return")
    assert {row.object_type for row in rows} == {"layer", "remark"} and len({row.batch for row in rows}) == 1
    assert queue.take_next(user=make.user("ann"), project=project, now=LATER).layer == layer


def test_only_curators_return_what_they_see_and_what_is_submitted(layer, document, project):
    for name in ("ann", "ben"):
        with pytest.raises(PermissionDenied):
            returns.return_layer(user=make.user(name), layer=layer, now=NOW)
    make.claim(make.user("curator"), document, CLOSURE)
    with pytest.raises(NotThere):
        returns.return_layer(user=make.user("curator"), layer=layer, now=NOW)
    returns.return_layer(user=make.user("manager"), layer=layer, now=NOW)
    with pytest.raises(WrongState):
        returns.return_layer(user=make.user("manager"), layer=layer, now=NOW)


def test_a_layer_of_a_closed_round_is_not_returned(layer, project):
    settings = projects.read_round({"status": "closed"}, current=projects.settings_of(layer.round))
    projects.update_round(user=make.user("manager"), round=layer.round, settings=settings)
    with pytest.raises(WrongState):
        returns.return_layer(user=make.user("curator"), layer=layer, now=NOW)


def test_a_return_is_taken_back_while_nothing_was_changed(layer):
    curator = make.user("curator")
    returns.return_layer(user=curator, layer=layer, now=LATER, remark="Look again.")
    remark = Remark.objects.get()
    with pytest.raises(WrongState):
        talk.withdraw_remark(user=curator, remark=remark)

    found = returns.unreturn_layer(user=curator, layer=layer, now=LATER)

    assert found.status == "submitted" and found.submitted_at == NOW
    assert Remark.objects.get().kind == "remark"
    with pytest.raises(WrongState):
        returns.unreturn_layer(user=curator, layer=layer, now=LATER)


def test_a_return_stays_once_the_annotator_has_changed_something(layer):
    returns.return_layer(user=make.user("curator"), layer=layer, now=LATER)
    make.claim(make.user("ann"), layer.document, "it will be short")

    with pytest.raises(WrongState):
        returns.unreturn_layer(user=make.user("curator"), layer=layer, now=LATER)
    with pytest.raises(PermissionDenied):
        returns.unreturn_layer(user=make.user("ann"), layer=layer, now=LATER)
