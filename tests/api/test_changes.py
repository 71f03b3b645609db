"""The history over the API: filtered, page by page, and undone."""

from __future__ import annotations

import uuid

import pytest

from corpus.models import Change, Speaker
from tests import make

pytestmark = pytest.mark.django_db
CHANGES = "projects/bridge/changes/"


@pytest.fixture
def entry(curator):
    made = curator.post("projects/bridge/speakers/", {"name": "T. Lind", "note": "."}).json()
    curator.patch(f"speakers/{made['id']}/", {"name": "Tor Lind"})
    return made["id"]


def test_changes_are_listed_in_words_and_filtered(curator, ann, document, entry):
    make.claim(ann.user, document, "The closure is needed")

    found = curator.get(f"{CHANGES}?object_type=speaker&object_id={entry}").json()["results"]

    assert [row["action"] for row in found] == ["entry.create", "entry.update"]
    assert found[1]["differences"] == ["name from “T. Lind” to “Tor Lind”"] and found[1]["actor"] == "curator"
    assert found[1]["before"]["name"] == "T. Lind"
    assert {row["actor"] for row in curator.get(f"{CHANGES}?person=ann").json()["results"]} == {"ann"}
    assert curator.get(f"{CHANGES}?day=1999-01-01").json()["results"] == []
    first = curator.get(f"{CHANGES}?page_size=2").json()
    second = curator.get(first["next"]).json()
    assert first["results"][-1]["id"] < second["results"][0]["id"]
    assert [row["id"] for row in curator.get(second["previous"]).json()["results"]] == [
        row["id"] for row in first["results"]
    ]


def test_a_batch_is_undone_and_refused_with_words(curator, ann, ben, outsider, entry):
    made, changed = (Change.objects.get(object_id=entry, action=f"entry.{what}").batch for what in ("create", "update"))

    refused = curator.post(f"{CHANGES}{made}/undo/")
    undone = curator.post(f"{CHANGES}{changed}/undo/")

    assert refused.status_code == 409 and "was changed since by curator" in refused.json()["detail"]
    assert undone.status_code == 200 and Speaker.objects.get(pk=entry).name == "T. Lind"
    assert Change.objects.get(batch=undone.json()["batch"]).action == "undo"
    assert curator.post(f"{CHANGES}{made}/undo/").status_code == 200
    assert not Speaker.objects.filter(pk=entry).exists()
    for who in (ann, outsider):
        assert who.post(f"{CHANGES}{changed}/undo/").status_code == 404
    assert curator.post(f"{CHANGES}{uuid.uuid4()}/undo/").status_code == 404


@pytest.mark.parametrize("query", ["day=never", "batch=x", "cursor=x", "page_size=0", "person=%00"])
def test_bad_parameters_are_named(curator, query):
    answer = curator.get(f"{CHANGES}?{query}")

    assert answer.status_code == 400 and answer.json()["parameter"] == query.split("=")[0]


def test_the_history_is_for_curators(ann, outsider):
    assert ann.get(CHANGES).status_code == 403 and outsider.get(CHANGES).status_code == 404
