"""Moving a round over the API, and the list of what has to be looked at again."""

from __future__ import annotations

import pytest

from annotate.models import Layer
from tests import make

CLOSURE = "The closure is needed"


@pytest.fixture
def path(project):
    return f"rounds/{project.rounds.get().pk}/move/"


@pytest.fixture
def newer(project):
    labels = {"order": ["demand"], "wish": ["demand"]}
    return make.version(project, attributes=[{"key": "type", "kind": "choice", "labels": labels}])


def test_a_dry_run_says_what_the_move_then_does(manager, ann, document, path, newer):
    ann.put_claim(document, CLOSURE, attributes={"type": "demand"})

    dry = manager.post(path, {"version": 2, "dry_run": True}).json()
    assert Layer.objects.get().codebook_version.number == 1
    done = manager.post(path, {"version": 2}).json()

    assert done == dry | {"dry_run": False}
    assert (done["layers"], done["claims"], done["changed"], done["rechecks"]) == (1, 1, 1, 1)
    assert {"scope": "claim", "attribute": "type", "old": "demand", "new_attribute": "type", "new": ["order", "wish"],
            "carried": False, "n": 1} in done["answers"]  # fmt: skip
    assert manager.post(path, {"version": 2}).json()["layers"] == 0


def test_an_old_if_match_is_refused_after_a_move(manager, ann, document, path, newer):
    id = make.uuid.uuid4()
    ann.put_claim(document, CLOSURE, id=id, attributes={"type": "demand"})
    manager.post(path, {"version": 2})

    answer = ann.put_claim(document, CLOSURE, id=id, match='"1"', note="changed")

    assert answer.status_code == 412 and answer.json()["current"]["attributes"] == {}


def test_rechecks_are_listed_for_whom_they_concern(manager, curator, ann, ben, outsider, document, path, newer):
    made = ann.put_claim(document, CLOSURE, attributes={"type": "demand"}).json()
    manager.post(path, {"version": 2})

    (found,) = ann.get("projects/bridge/rechecks/").json()["results"]

    assert (found["claim"], found["field"], found["old"], found["options"], found["version"]) == (
        made["id"], "attributes/type", "demand", ["order", "wish"], 2,
    )  # fmt: skip
    assert curator.get("projects/bridge/rechecks/").json()["results"] == [found]
    assert ben.get("projects/bridge/rechecks/").json()["results"] == []
    assert outsider.get("projects/bridge/rechecks/").status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/version"),
        ({"version": 9}, "#/version"),
        ({"version": "2"}, "#/version"),
        ({"version": 2**40}, "#/version"),
        ({"version": 2, "dry_run": "yes"}, "#/dry_run"),
        ({"version": 2, "force": True}, "#/force"),
    ],
)
def test_a_bad_body_is_refused_with_a_pointer(manager, path, newer, body, pointer):
    answer = manager.post(path, body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_an_older_version_is_a_conflict(manager, path, newer):
    manager.post(path, {"version": 2})
    assert manager.post(path, {"version": 1}).status_code == 409


def test_only_managers_move(ann, curator, outsider, path, newer):
    assert [who.post(path, {"version": 2}).status_code for who in (ann, curator, outsider)] == [403, 403, 404]
