"""Talk, layers and progress over the API."""

from __future__ import annotations

import pytest

from annotate.models import Layer
from tests import make

pytestmark = pytest.mark.django_db
CLOSURE = "The closure is needed"


@pytest.fixture
def layer(ann, document):
    return make.layer(ann.user, document)


def test_a_remark_is_written_listed_settled_and_withdrawn(ann, ben, curator, document, layer):
    claim = str(layer.claims.get().pk)
    body = {"document": str(document.pk), "layer": str(layer.pk), "claim": claim, "text": "Who speaks?"}

    made = curator.post("projects/bridge/remarks/", body)

    assert made.status_code == 201 and made.headers["Location"] == f"/api/v1/remarks/{made.json()['id']}/"
    assert (made.json()["quote"], made.json()["author"], made.json()["settled"]) == (CLOSURE, "curator", False)
    for query, n in (("", 1), (f"?claim={claim}", 1), ("?settled=true", 0), (f"?layer={document.pk}", 0)):
        assert len(ann.get(f"projects/bridge/remarks/{query}").json()["results"]) == n
    assert ben.get("projects/bridge/remarks/").json()["results"] == []
    where = f"remarks/{made.json()['id']}/"
    assert ann.patch(where, {"settled": True}).json()["settled"] is True
    assert ann.patch(where, {"settled": False}).json()["settled"] is False
    assert ann.delete(where).status_code == 409 and curator.delete(where).status_code == 204
    assert curator.get(where).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"document": "x"}, "#/document"),
        ({"layer": 3}, "#/layer"),
        ({"claim": []}, "#/claim"),
        ({"text": ""}, "#/text"),
        ({"text": None}, "#/text"),
        ({"text": "a\0"}, "#/text"),
        ({"layer": None, "claim": "2f3c1a9e-0000-4000-8000-000000000000"}, "#/layer"),
    ],
)
def test_a_bad_remark_is_refused_with_a_pointer(curator, document, layer, change, pointer):
    body = {"document": str(document.pk), "layer": str(layer.pk), "text": "Why?"} | change
    answer = curator.post("projects/bridge/remarks/", body)
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == pointer


def test_remarks_are_paged_oldest_first(curator, document):
    for number in range(5):
        make.remark(curator.user, document, f"{number}")
    first = curator.get("projects/bridge/remarks/?page_size=3").json()
    second = curator.get(first["next"]).json()
    assert sorted(row["text"] for page in (first, second) for row in page["results"]) == list("01234")
    assert second["next"] is None
    for query in ("?settled=x", "?layer=x", "?cursor=x"):
        assert curator.get(f"projects/bridge/remarks/{query}").status_code == 400


def test_layers_are_listed_filtered_and_read(ann, ben, curator, layer, document):
    make.layer(ben.user, document, is_submitted=False, speakers=[])

    rows = curator.get("projects/bridge/layers/").json()["results"]

    assert {(row["annotator"], row["status"], row["n_claims"], row["n_gaps"]) for row in rows} == {
        ("ann", "submitted", 1, None),
        ("ben", "open", 1, 1),
    }
    for query, n in (("?status=open", 1), ("?annotator=ann", 1), (f"?document={document.pk}&status=unfinished", 1)):
        assert len(curator.get(f"projects/bridge/layers/{query}").json()["results"]) == n
    assert [row["annotator"] for row in ann.get("projects/bridge/layers/?annotator=ben").json()["results"]] == []
    assert curator.get("projects/bridge/layers/?status=none").status_code == 400
    assert curator.get(f"layers/{layer.pk}/").json()["claims"][0]["spans"][0]["quote"] == CLOSURE
    assert ben.get(f"layers/{layer.pk}/").status_code == 404


def test_a_layer_is_returned_and_taken_back(ann, curator, layer):
    returned = curator.post(f"layers/{layer.pk}/return/", {"remark": "Look again."})

    assert returned.json()["status"] == "returned"
    assert ann.get("projects/bridge/remarks/").json()["results"][0]["kind"] == "return"
    assert curator.post(f"layers/{layer.pk}/return/", {}).status_code == 409
    assert curator.post(f"layers/{layer.pk}/unreturn/").json()["status"] == "submitted"
    assert curator.post(f"layers/{layer.pk}/return/", {"remark": 3}).status_code == 400
    assert curator.post(f"layers/{layer.pk}/return/", {}).json()["status"] == "returned"
    assert Layer.objects.get().remarks.count() == 1


def test_progress_is_answered_by_round_person_and_document(ann, curator, ben, layer, document):
    by = {
        name: curator.get(f"projects/bridge/progress/?by={name}").json()["results"]
        for name in ("round", "person", "document")
    }

    assert by["round"][0]["round"]["name"] == "Round 1" and by["round"][0]["submitted"] == 1
    assert by["round"][0]["claims"] == {"total": 1, "mean": 1.0, "min": 1, "max": 1}
    assert {row["person"]: row["submitted"] for row in by["person"]} == {"ann": 1, "ben": 0}
    assert [row["document"]["id"] for row in by["document"]] == [str(document.pk)]
    assert [row["person"] for row in ann.get("projects/bridge/progress/?by=person").json()["results"]] == ["ann"]
    assert ben.get("projects/bridge/progress/").json()["results"][0]["submitted"] == 0
    assert curator.get("projects/bridge/progress/?by=x").status_code == 400
    assert curator.get(f"projects/bridge/progress/?round={document.pk}").status_code == 404
