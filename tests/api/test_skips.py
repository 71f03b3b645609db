"""Documents skipped with a reason, given back, assigned, passed on and put back into the queue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from annotate.models import Layer, RoundDocument, Skip
from corpus.models import Change
from tests import make
from tests.api.client import Api

pytestmark = pytest.mark.django_db
NEXT = "projects/bridge/next/"


@pytest.fixture
def two(project):
    return [make.document(project), make.document(project, text="Second article.")]


@pytest.fixture
def pairs(project, two):
    return make.round(project, overlap=2, closes=True)


def skip(client: Api, document, **values):
    return client.post(f"documents/{document.pk}/skip/", {"reason": "Broken text", **values})


def places(round):
    return list(RoundDocument.objects.filter(round=round).order_by("position").values_list("n_taken", "is_full"))


def given(client: Api, path: str = NEXT):
    answer = client.post(path)
    return answer.json()["document"]["id"] if answer.status_code == 200 else None


def submit(client: Api, document):
    client.put(f"documents/{document.pk}/layer/", {"nothing_to_code": True})
    return client.post(f"documents/{document.pk}/submit/")


def test_a_skipped_document_is_not_handed_to_that_person_again_and_its_place_is_free(ann, ben, two, pairs):
    first, second = two
    assert given(ann) == str(first.pk)

    answer = skip(ann, first)

    assert answer.status_code == 200 and answer.json()["reason"] == "Broken text"
    assert places(pairs)[0] == (0, False)
    assert given(ann) == ann.get(NEXT).json()["document"]["id"] == str(second.pk)
    submit(ann, second)
    assert given(ann) is None and ann.get(NEXT).status_code == 204
    assert given(ben) == str(first.pk)


def test_a_skip_is_repeated_without_effect(ann, two, pairs):
    given(ann)
    first = skip(ann, two[0])
    again = skip(ann, two[0], reason="Another reason")
    assert again.status_code == 200 and again.json() == first.json()
    assert Skip.objects.count() == 1 and places(pairs)[0] == (0, False)
    assert Change.objects.filter(action="document.skip", object_type="skip").count() == 1


def test_claims_of_a_skipped_document_are_kept_and_going_on_with_it_takes_the_skip_back(ann, two, pairs):
    given(ann)
    claim = ann.put_claim(two[0], "The closure is needed").json()
    skip(ann, two[0])
    layer = Layer.objects.get()
    assert (layer.status, layer.has_place, layer.n_claims) == ("open", False, 1)

    assert ann.patch(f"claims/{claim['id']}/", {"unsure": True}, match='"1"').status_code == 200

    assert not Skip.objects.exists() and places(pairs)[0] == (1, False)
    assert given(ann) == str(two[0].pk)


def test_a_submitted_or_returned_document_cannot_be_skipped(ann, curator, two, pairs):
    given(ann)
    submit(ann, two[0])
    assert skip(ann, two[0]).status_code == 409
    Layer.objects.update(status="returned")
    assert skip(ann, two[0]).status_code == 409
    assert not Skip.objects.exists() and places(pairs)[0] == (1, False)


def test_where_everybody_reads_everything_a_skip_passes_over_the_document_too(ann, ben, two):
    first, second = two
    ann.put_claim(first, "The closure is needed")
    skip(ann, first)
    assert given(ann) == str(second.pk)
    assert Layer.objects.get(document=first).status == "open"
    submit(ann, second)
    assert given(ann) is None
    assert given(ben) == str(first.pk)
    assert ann.post(f"documents/{first.pk}/submit/").status_code == 200
    assert not Skip.objects.exists()


def test_a_skip_leaves_room_in_the_quota(ann, project, two):
    make.document(project, text="Third.")
    for overlap in (None, 1):
        make.round(project, quota=1, closes=True, overlap=overlap)
        given(ann)
        skip(ann, two[0])
        assert given(ann) == str(two[1].pk)
        submit(ann, two[1])
        assert given(ann) is None


def test_a_curator_undoes_a_skip(ann, ben, curator, two, pairs):
    given(ann)
    id = skip(ann, two[0]).json()["id"]
    assert ann.send("DELETE", f"skips/{id}/").status_code == 403
    assert ben.send("DELETE", f"skips/{id}/").status_code == 404

    assert curator.send("DELETE", f"skips/{id}/").status_code == 204

    assert curator.send("DELETE", f"skips/{id}/").status_code == 404
    submit(ann, two[1]) if given(ann) == str(two[1].pk) else None
    assert given(ann) == str(two[0].pk)
    assert Change.objects.get(action="document.unskip").before["reason"] == "Broken text"


def test_annotators_see_their_own_skips_and_curators_all(ann, ben, curator, two, pairs):
    skip(ann, two[0])
    assert [row["username"] for row in curator.get("projects/bridge/skips/").json()["results"]] == ["ann"]
    assert len(ann.get("projects/bridge/skips/").json()["results"]) == 1
    assert ben.get("projects/bridge/skips/").json()["results"] == []
    make.member(pairs.project, "ben")
    given(curator)
    assert curator.get("projects/bridge/skips/").json()["results"] == []
    submit(curator, two[0])
    assert len(curator.get("projects/bridge/skips/").json()["results"]) == 1


def test_a_colleague_learns_nothing_of_a_skip(ann, ben, two, pairs):
    given(ben)
    paths = ("projects/bridge/skips/", f"rounds/{pairs.pk}/", "projects/bridge/rounds/", NEXT,
             f"documents/{two[0].pk}/", f"documents/{two[0].pk}/layer/")  # fmt: skip
    before = [ben.get(path).content for path in paths]
    given(ann)
    skip(ann, two[0])
    assert [ben.get(path).content for path in paths] == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/reason"),
        ({"reason": "  "}, "#/reason"),
        ({"reason": 7}, "#/reason"),
        ({"reason": "x" * 501}, "#/reason"),
        ({"reason": "a\0b"}, "#/reason"),
        ({"reason": "x", "why": 1}, "#/why"),
        ({"reason": "x", "round": "first"}, "#/round"),
        ({"reason": "x", "round": 1}, "#/round"),
    ],
)
def test_a_bad_skip_is_refused(ann, two, body, pointer):
    answer = ann.post(f"documents/{two[0].pk}/skip/", body)
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == pointer


def test_a_document_outside_the_round_or_in_a_closed_one_is_not_skipped(ann, manager, project, two):
    chosen = manager.post("projects/bridge/rounds/", {"name": "One", "selection": {"documents": ["1"]}}).json()
    assert skip(ann, two[1], round=chosen["id"]).status_code == 404
    manager.patch(f"rounds/{chosen['id']}/", {"status": "closed"})
    assert skip(ann, two[0], round=chosen["id"]).status_code == 404


def test_what_is_given_back_comes_again_after_all_others(ann, two, pairs):
    given(ann)
    claim = ann.put_claim(two[0], "The closure is needed").json()

    answer = ann.post(f"documents/{two[0].pk}/give-back/")

    assert answer.json()["claims"][0]["id"] == claim["id"] and answer.json()["lease_expires_at"] is None
    assert places(pairs)[0] == (0, False)
    assert ann.post(f"documents/{two[0].pk}/give-back/").status_code == 409
    assert given(ann) == str(two[1].pk)
    submit(ann, two[1])
    assert ann.get(NEXT).json()["document"]["id"] == given(ann) == str(two[0].pk)


def test_there_is_nothing_to_give_back_where_everybody_reads_everything(ann, two):
    assert ann.post(f"documents/{two[0].pk}/give-back/").status_code == 404
    given(ann)
    assert ann.post(f"documents/{two[0].pk}/give-back/").status_code == 409


def test_the_owner_reads_the_same_of_an_ended_lease_whether_or_not_others_came(ann, ben, two, pairs):
    given(ann)
    Layer.objects.update(lease_expires_at=timezone.now() - timedelta(minutes=1))
    before = ann.get(f"documents/{two[0].pk}/layer/").content
    given(ben)
    given(ben)
    assert not Layer.objects.get(annotator__username="ann").has_place
    assert ann.get(f"documents/{two[0].pk}/layer/").content == before


def assign(manager: Api, round, document, name: str):
    return manager.post(f"rounds/{round.pk}/assign/", {"document": str(document.pk), "username": name})


def test_a_manager_assigns_a_free_place(manager, ann, ben, two, pairs):
    answer = assign(manager, pairs, two[1], "ann")
    assert answer.status_code == 200 and answer.json()["annotator"] == "ann"
    assert places(pairs) == [(0, False), (1, False)]
    assert given(ann) == str(two[1].pk)
    opened = Change.objects.get(action="layer.open")
    assert opened.actor_id == manager.user.pk and opened.after["annotator"] == ann.user.pk


def test_an_assignment_is_refused_with_its_reason(manager, ann, ben, curator, outsider, project, two, pairs):
    first, second = two
    assert (
        "this document already"
        in (assign(manager, pairs, first, "ann"), assign(manager, pairs, first, "ann"))[1].json()["detail"]
    )
    assign(manager, pairs, first, "ben")
    assert "All places" in assign(manager, pairs, first, "curator").json()["detail"]
    skip(curator, second)
    assert "skipped" in assign(manager, pairs, second, "curator").json()["detail"]
    assert assign(manager, pairs, second, "outsider").status_code == 400
    assert assign(manager, pairs, second, "nobody").json()["errors"][0]["pointer"] == "#/username"
    assert (
        manager.post(f"rounds/{pairs.pk}/assign/", {"username": "ann"}).json()["errors"][0]["pointer"] == "#/document"
    )
    manager.patch(f"rounds/{pairs.pk}/", {"quota": 1})
    assert "the most of this round" in assign(manager, pairs, second, "ann").json()["detail"]
    manager.patch(f"rounds/{pairs.pk}/", {"status": "closed"})
    assert "closed" in assign(manager, pairs, second, "ann").json()["detail"]
    everybody = make.round(project)
    assert assign(manager, everybody, second, "ann").status_code == 409


def layer_of(name: str) -> Layer:
    return Layer.objects.get(annotator__username=name)


def reassign(manager: Api, layer: Layer, name: str):
    return manager.post(f"layers/{layer.pk}/reassign/", {"username": name})


def test_a_layer_passed_on_is_withdrawn_and_its_place_is_somebody_elses(manager, ann, ben, two, pairs):
    given(ann)
    claim = ann.put_claim(two[0], "The closure is needed").json()

    made = reassign(manager, layer_of("ann"), "ben").json()

    assert made["annotator"] == "ben" and made["n_claims"] == 0 and places(pairs)[0] == (1, False)
    assert (layer_of("ann").status, layer_of("ann").n_claims) == ("withdrawn", 1)
    assert given(ben) == str(two[0].pk) and given(ann) == str(two[1].pk)
    assert ann.patch(f"claims/{claim['id']}/", {"unsure": True}, match='"1"').status_code == 409
    submit(ann, two[1])
    assert given(ann) is None


def test_a_withdrawn_layer_can_be_given_to_its_owner_again(manager, ann, ben, two, pairs):
    given(ann)
    claim = ann.put_claim(two[0], "The closure is needed").json()
    reassign(manager, layer_of("ann"), "ben")

    assert reassign(manager, layer_of("ben"), "ann").json()["status"] == "open"

    assert ann.patch(f"claims/{claim['id']}/", {"unsure": True}, match='"1"').status_code == 200
    assert places(pairs)[0] == (1, False)


def test_a_layer_is_not_passed_on_to_who_has_the_document_or_once_it_is_submitted(manager, ann, ben, two, pairs):
    given(ann), given(ben)
    assert reassign(manager, layer_of("ann"), "ben").status_code == 409
    assert reassign(manager, layer_of("ann"), "ann").status_code == 409
    submit(ann, two[0])
    assert reassign(manager, layer_of("ann"), "manager").status_code == 409
    Layer.objects.filter(annotator=ann.user).update(status="returned")
    assert reassign(manager, layer_of("ann"), "manager").status_code == 200
    assert places(pairs)[0] == (2, True)


def test_a_manager_puts_a_place_back(manager, curator, ann, ben, two, pairs):
    given(ann)
    layer = layer_of("ann")
    assert curator.post(f"layers/{layer.pk}/release/").status_code == 403
    assert manager.post(f"layers/{layer.pk}/release/").json()["has_place"] is False
    assert places(pairs)[0] == (0, False) and manager.post(f"layers/{layer.pk}/release/").status_code == 409
    assert layer_of("ann").status == "open"
