"""Codebooks over the API: the file is what is listed, sent, put and published."""

from __future__ import annotations

import pytest

from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(curator):
    """Return the address of a draft that holds every kind of question."""
    made = curator.post("projects/bridge/codebook/", make.codebook_document())
    assert made.status_code == 201, made.content
    return made["Location"]


def test_the_versions_are_listed_and_the_draft_to_editors_alone(curator, ann, draft):
    listed = curator.get("projects/bridge/codebook/").json()["results"]
    assert [(found["number"], found["state"]) for found in listed] == [(1, "published"), (2, "draft")]
    assert f"/api/v1/codebooks/{listed[1]['id']}/" == draft
    assert [found["number"] for found in ann.get("projects/bridge/codebook/").json()["results"]] == [1]
    assert ann.get(f"codebooks/{listed[0]['id']}/").status_code == 200
    assert ann.get(draft).status_code == 404


def test_listing_costs_the_same_for_many_versions(curator, project, django_assert_max_num_queries):
    for _ in range(3):
        made = curator.post("projects/bridge/codebook/", {})
        assert curator.post(f"{made['Location']}publish/", {"note": "Again."}).status_code == 200
    with django_assert_max_num_queries(6):
        assert len(curator.get("projects/bridge/codebook/").json()["results"]) == 4


def test_a_codebook_comes_back_as_it_was_sent(curator, draft):
    whole = curator.get(draft).json()
    for name, value in make.codebook_document().items():
        if name != "attributes":
            assert name == "stances" or whole[name] == value
    assert [found["key"] for found in whole["attributes"]][:2] == ["form", "deadline"]
    again = curator.put(draft, whole)
    assert (again.status_code, again["ETag"], again.json()) == (200, '"1"', whole)


def test_a_draft_is_started_from_the_newest_version_or_a_template(curator):
    made = curator.post("projects/bridge/codebook/", {})
    assert made.json()["attributes"][0]["key"] == "type" and made.json()["number"] == 2
    assert curator.delete(made["Location"], match='"1"').status_code == 204
    other = curator.post("projects/bridge/codebook/", {"template": "political"})
    assert other.json()["nesting"] == "others"


def test_what_a_start_cannot_use_is_refused(curator):
    for body, status, pointer in (
        ({"template": "best"}, 400, "#/template"),
        ({"template": "stance", "standpoint_codebook": 1}, 400, "#/template"),
        ({"standpoint_codebook": 2}, 400, "#/standpoint_codebook"),
        ({"anything": 1}, 400, "#/anything"),
    ):
        refused = curator.post("projects/bridge/codebook/", body)
        assert refused.status_code == status
        assert pointer in [error["pointer"] for error in refused.json()["errors"]]
    assert curator.post("projects/bridge/codebook/", [1]).status_code == 400


def test_a_second_draft_is_a_conflict(curator, draft):
    assert curator.post("projects/bridge/codebook/", {}).status_code == 409


def test_a_put_needs_the_current_revision(curator, draft):
    changed = make.codebook_document(guidelines="Shorter.")
    assert curator.put(draft, changed).status_code == 428
    first = curator.put(draft, changed, match='"1"')
    assert (first.status_code, first["ETag"]) == (200, '"2"')
    old = curator.put(draft, make.codebook_document(guidelines="Other."), match='"1"')
    assert old.status_code == 412
    assert old.json()["current"]["guidelines"] == "Shorter." and old.json()["sent"]["guidelines"] == "Other."
    assert curator.delete(draft).status_code == 428
    assert curator.delete(draft, match='"1"').status_code == 412


def test_each_bad_field_has_its_pointer(curator, draft):
    bad = make.codebook_document()
    bad["attributes"][0]["labels"][1]["slot"] = "red"
    bad["attributes"][1]["condition"]["label"] = "gone"
    refused = curator.put(draft, bad, match='"1"')
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/attributes/0/labels/1/slot"]
    bad["attributes"][0]["labels"][1]["slot"] = "rose"
    refused = curator.put(draft, bad, match='"1"')
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/attributes/1/condition"]


def test_publishing_freezes(curator, manager, ann, draft):
    published = curator.post(f"{draft}publish/", {"note": "Everything is new."})
    assert published.status_code == 200 and published.json()["note"] == "Everything is new."
    assert curator.put(draft, make.codebook_document(guidelines="x"), match="*").status_code == 409
    assert curator.delete(draft, match="*").status_code == 409
    assert curator.post(f"{draft}publish/", {}).status_code == 409
    assert ann.get(draft).json()["number"] == 2
    assert ann.put(draft, make.codebook_document(), match="*").status_code == 403
    assert manager.post("projects/bridge/rounds/", {"name": "Two"}).json()["codebook"]["version"] == 2


def test_what_a_version_lacks_is_said_before_it_is_published(curator, draft):
    empty = {"key": "tone", "name": "Tone", "kind": "choice"}
    curator.put(draft, make.codebook_document(stances=[], attributes=[empty]), match='"1"')
    refused = curator.post(f"{draft}publish/", {})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/stances", "#/attributes/0/labels"]
    assert curator.post(f"{draft}publish/", {"words": 1}).status_code == 400
    assert curator.post(f"{draft}publish/", {"note": 7}).status_code == 400


def test_a_new_project_takes_a_template(outsider):
    made = outsider.post("projects/", {"slug": "own", "name": "Own", "template": "stance"})
    assert made.status_code == 201
    version = outsider.get("projects/own/codebook/").json()["results"][0]
    assert outsider.get(f"codebooks/{version['id']}/").json()["attributes"] == []
    refused = outsider.post("projects/", {"slug": "own2", "name": "Own", "template": "best"})
    assert refused.json()["errors"][0]["pointer"] == "#/template"


def test_a_claim_is_answered_under_a_codebook_of_every_kind(manager, curator, ann, draft, document):
    curator.post(f"{draft}publish/", {})
    assert manager.patch(
        f"rounds/{manager.get('projects/bridge/rounds/').json()['results'][0]['id']}/", {"status": "closed"}
    )
    manager.post("projects/bridge/rounds/", {"name": "Two"})
    stance = {"target": {"name": "Closure"}, "value": "support", "attributes": {"force": "strong"}}
    saved = ann.put_claim(
        document,
        "The closure is needed",
        stances=[stance],
        attributes={"form": "demand", "strength": 4, "new": True, "grounds": ["ground_9", "ground_0"]},
    )
    assert saved.status_code == 201, saved.content
    gaps = ann.post(f"documents/{document.pk}/submit/").json()["errors"]
    assert [gap["pointer"] for gap in gaps] == ["#/claims/0/deadline", "#/attributes/genre"]
    ann.put(f"documents/{document.pk}/layer/", {"attributes": {"genre": "news"}})
    without = saved.json() | {"attributes": {"form": "promise"}}
    assert ann.put(f"claims/{saved.json()['id']}/", without, match=saved["ETag"]).status_code == 200
    assert ann.post(f"documents/{document.pk}/submit/").status_code == 200
