"""Follow-up rounds over the API: opened, handed out, and answered only where they ask."""

from __future__ import annotations

import pytest

from tests.api.client import lines

CLOSURE = "The closure is needed"


@pytest.fixture
def first(project):
    return str(project.rounds.get().pk)


@pytest.fixture
def submitted(ann, document):
    made = ann.put_claim(document, CLOSURE).json()
    ann.post(f"documents/{document.pk}/submit/")
    return made


@pytest.fixture
def follow_up(manager, first, submitted):
    answer = manager.post("projects/bridge/rounds/", {"name": "Modes", "follows": first, "fields": ["mode"]})
    assert answer.status_code == 201
    return answer.json()


def test_a_follow_up_round_says_what_it_follows_and_asks(manager, follow_up, first):
    assert (follow_up["follows"], follow_up["fields"], follow_up["overlap"], follow_up["blind"]) == (
        first, ["mode"], None, True,
    )  # fmt: skip
    assert manager.get(f"rounds/{follow_up['id']}/").json() == follow_up
    assert manager.patch(f"rounds/{follow_up['id']}/", follow_up | {"name": "Other"}).json()["name"] == "Other"


def test_next_gives_copies_and_only_what_is_asked_can_change(ann, document, follow_up, submitted):
    layer = ann.post(f"projects/bridge/next/?round={follow_up['id']}").json()["layer"]
    (copy,) = layer["claims"]
    path = f"claims/{copy['id']}/"

    assert copy["follows"] == submitted["id"] and copy["spans"] == submitted["spans"]
    assert ann.patch(path, {"mode": "direct"}, match='"1"').json()["mode"] == "direct"
    refused = ann.patch(path, {"note": "no"}, match='"2"')
    assert refused.status_code == 409 and refused.json()["fields"] == ["note"]
    assert ann.delete(path, match='"2"').status_code == 409
    assert ann.put_claim(document, "it will be short").status_code == 409
    sent = ann.get(path).json() | {"follows": None}
    assert ann.put(path, sent, match='"2"').status_code == 200


def test_exports_name_the_claim_before(ann, curator, follow_up, submitted):
    ann.post(f"projects/bridge/next/?round={follow_up['id']}")
    found = lines(curator.get("projects/bridge/export/?format=jsonl&layers=all"))
    assert sorted(claim.get("follows", "") for claim in found) == ["", submitted["id"]]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"fields": None}, "#/fields"),
        ({"fields": ["speakers"]}, "#/fields/0"),
        ({"follows": "x"}, "#/follows"),
        ({"version": 7}, "#/version"),
        ({"version": True}, "#/version"),
        ({"overlap": 2}, "#/overlap"),
        ({"name": 3}, "#/name"),
    ],
)
def test_a_bad_follow_up_is_refused_with_a_pointer(manager, first, values, pointer):
    answer = manager.post("projects/bridge/rounds/", {"name": "Again", "follows": first, "fields": ["mode"]} | values)
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == pointer


def test_only_managers_open_one(ann, curator, first):
    body = {"name": "Again", "follows": first, "fields": ["mode"]}
    assert [who.post("projects/bridge/rounds/", body).status_code for who in (ann, curator)] == [403, 403]
