"""The table of PUT, with PATCH, POST, GET and DELETE of claims beside it."""

from __future__ import annotations

import uuid

import pytest

from annotate.models import Claim
from corpus.models import Change
from tests import make
from tests.api.client import Api

pytestmark = pytest.mark.django_db
CLOSURE, SHORT = "The closure is needed", "it will be short"


@pytest.fixture
def id():
    return uuid.uuid4()


@pytest.fixture
def stored(ann, document, id):
    """A claim of ann's at version 1."""
    answer = ann.put_claim(document, CLOSURE, id=id)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_an_unknown_id_makes_the_claim(ann, document, id):
    answer = ann.put_claim(document, CLOSURE, id=id)

    assert answer.status_code == 201
    assert answer["ETag"] == '"1"' and answer["Location"] == f"/api/v1/claims/{id}/"
    assert answer.json()["id"] == str(id) and answer.json()["spans"][0]["quote"] == CLOSURE


@pytest.mark.parametrize("match", [None, '"1"', '"99"', "*", "nonsense"])
def test_an_equal_body_succeeds_whatever_the_precondition(ann, document, id, stored, match):
    n_changes = Change.objects.count()

    answer = ann.put_claim(document, CLOSURE, id=id, match=match)

    assert answer.status_code == 200 and answer["ETag"] == '"1"' and answer.json() == stored
    assert Change.objects.count() == n_changes


def test_an_equal_body_succeeds_with_if_none_match(ann, document, id, stored):
    body = make.body(document.text, CLOSURE) | {"document": str(document.pk)}
    assert ann.put(f"claims/{id}/", body).status_code == 200
    assert ann.send("PUT", f"claims/{id}/", body, headers={"If-None-Match": "*"}).status_code == 200


def test_the_current_version_may_be_changed(ann, document, id, stored):
    answer = ann.put_claim(document, SHORT, id=id, match='"1"')

    assert answer.status_code == 200 and answer["ETag"] == '"2"'
    assert answer.json()["spans"][0]["quote"] == SHORT


def test_an_old_version_is_412_with_both_versions(ann, document, id, stored):
    ann.put_claim(document, SHORT, id=id, match='"1"')

    answer = ann.put_claim(document, "promised a ferry", id=id, match='"1"')

    assert answer.status_code == 412 and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["current"]["spans"][0]["quote"] == SHORT
    assert answer.json()["sent"]["spans"][0]["quote"] == "promised a ferry"
    assert Claim.objects.get(pk=id).version == 2


def test_a_change_without_if_match_is_428(ann, document, id, stored):
    answer = ann.put_claim(document, SHORT, id=id)
    assert answer.status_code == 428 and answer.json()["current"] == stored


def test_if_match_on_a_deleted_id_is_412(ann, document, id, stored):
    assert ann.delete(f"claims/{id}/", match='"1"').status_code == 204
    assert ann.put_claim(document, CLOSURE, id=id, match='"1"').status_code == 412
    assert not Claim.objects.exists()


def test_a_deleted_claim_can_be_made_again(ann, document, id, stored):
    ann.delete(f"claims/{id}/", match='"1"')
    answer = ann.put_claim(document, CLOSURE, id=id)
    assert answer.status_code == 201 and answer["ETag"] == '"2"'


def test_a_foreign_id_is_404(ben, curator, document, id, stored):
    for other in (ben, curator):
        assert other.put_claim(document, CLOSURE, id=id).status_code == 404
        assert other.patch(f"claims/{id}/", {"unsure": True}, match='"1"').status_code == 404
        assert other.delete(f"claims/{id}/", match='"1"').status_code == 404
    assert Claim.objects.get(pk=id).version == 1


def test_a_submitted_layer_is_409_for_changes_and_200_for_repeats(ann, document, id, stored):
    assert ann.post(f"documents/{document.pk}/submit/").status_code == 200

    assert ann.put_claim(document, SHORT, id=id, match='"1"').status_code == 409
    assert ann.put_claim(document, SHORT).status_code == 409
    assert ann.patch(f"claims/{id}/", {"unsure": True}, match='"1"').status_code == 409
    assert ann.delete(f"claims/{id}/", match='"1"').status_code == 409
    assert ann.put_claim(document, CLOSURE, id=id).status_code == 200


def test_a_new_claim_names_its_document(ann, document, id):
    answer = ann.put(f"claims/{id}/", make.body(document.text, CLOSURE))
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == "#/document"


def test_another_document_in_the_body_is_refused(ann, project, document, id, stored):
    other = make.document(project, text="Another text.")
    body = make.body(document.text, CLOSURE) | {"document": str(other.pk)}
    assert ann.put(f"claims/{id}/", body).status_code == 400


def test_another_id_in_the_body_is_refused(ann, document, id):
    body = make.body(document.text, CLOSURE, id=str(uuid.uuid4())) | {"document": str(document.pk)}
    assert ann.put(f"claims/{id}/", body).json()["errors"][0]["pointer"] == "#/id"


def test_several_open_rounds_are_409_and_round_chooses(ann, manager, project, document):
    made = manager.post("projects/bridge/rounds/", {"name": "Second"}).json()

    answer = ann.put_claim(document, CLOSURE)
    assert answer.status_code == 409 and len(answer.json()["rounds"]) == 2
    body = make.body(document.text, CLOSURE) | {"document": str(document.pk)}
    chosen = ann.put(f"claims/{uuid.uuid4()}/?round={made['id']}", body)
    assert chosen.status_code == 201 and chosen.json()["round"] == made["id"]


def test_post_makes_the_id(ann, document):
    answer = ann.post(f"documents/{document.pk}/claims/", make.body(document.text, CLOSURE))
    assert answer.status_code == 201 and answer["ETag"] == '"1"'
    assert ann.get(answer["Location"]).json() == answer.json()


def test_post_with_an_existing_id_is_409(ann, document, id, stored):
    for quote in (CLOSURE, SHORT):
        answer = ann.post(f"documents/{document.pk}/claims/", make.body(document.text, quote, id=str(id)))
        assert answer.status_code == 409


def test_get_answers_304_for_the_version_that_was_seen(ann, id, stored):
    assert ann.get(f"claims/{id}/").json() == stored
    unchanged = ann.get(f"claims/{id}/", headers={"If-None-Match": '"1"'})
    assert unchanged.status_code == 304 and unchanged.content == b"" and unchanged["ETag"] == '"1"'
    assert ann.get(f"claims/{id}/", headers={"If-None-Match": '"7"'}).status_code == 200


def test_patch_replaces_only_the_fields_it_names(ann, id, stored):
    answer = ann.patch(f"claims/{id}/", {"unsure": True, "note": "sic"}, match='"1"')

    expected = stored | {"unsure": True, "note": "sic", "version": 2, "updated_at": answer.json()["updated_at"]}
    assert answer.status_code == 200 and answer["ETag"] == '"2"' and answer.json() == expected


def test_patch_needs_if_match_unless_nothing_changes(ann, id, stored):
    assert ann.patch(f"claims/{id}/", {"unsure": False}).status_code == 200
    assert ann.patch(f"claims/{id}/", {"unsure": True}).status_code == 428
    assert ann.patch(f"claims/{id}/", {"unsure": True}, match='"9"').status_code == 412


def test_patch_of_an_unknown_claim_is_404(ann):
    assert ann.patch(f"claims/{uuid.uuid4()}/", {"unsure": True}, match='"1"').status_code == 404


def test_delete_needs_the_current_version(ann, id, stored):
    assert ann.delete(f"claims/{id}/").status_code == 428
    assert ann.delete(f"claims/{id}/", match='"9"').status_code == 412
    assert ann.delete(f"claims/{id}/", match='"1"').status_code == 204
    assert ann.delete(f"claims/{id}/", match='"1"').status_code == 404


def test_a_project_manager_who_is_not_the_annotator_reads_but_does_not_write(manager, document, id, stored):
    assert manager.get(f"claims/{id}/").status_code == 200
    assert manager.put_claim(document, SHORT, id=id, match='"1"').status_code == 404


def test_saving_and_reading_cost_a_bounded_number_of_queries(ann, document, id, stored, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        ann.get(f"claims/{id}/")
    with django_assert_max_num_queries(45):
        ann.put_claim(document, SHORT, id=id, match='"1"')
    assert Api(None).get(f"claims/{id}/").status_code == 401
