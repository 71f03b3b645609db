"""Answers that are registry entries: by id or by name, of claims, their stances and the document."""

from __future__ import annotations

from uuid import UUID

import pytest

from annotate import records
from annotate.models import Answer, Submission
from corpus.models import Speaker
from tests import make

pytestmark = pytest.mark.django_db
QUOTE = "The closure is needed"
ASKED = {"key": "addressee", "kind": "entity"}


@pytest.fixture
def project(project):
    scopes = ("claim", "stance", "document")
    make.version(project, attributes=[ASKED | {"scope": scope} for scope in scopes])
    make.round(project, closes=True)
    return project


@pytest.fixture
def closed(project):
    project.rounds.update(are_speakers_closed=True)


def asked(answer):
    """Return the claim's own answer and that of its stance."""
    stance = {"target": {"name": "Closure"}, "value": "support", "attributes": {"addressee": answer}}
    return {"attributes": {"addressee": answer}, "stances": [stance], "speakers": [{"name": "Port authority"}]}


def about(client, document, answer):
    return client.put(f"documents/{document.pk}/layer/", {"attributes": {"addressee": answer}})


def test_a_new_name_makes_one_provisional_entry_for_every_answer(ann, ben, document):
    claim = ann.put_claim(document, QUOTE, **asked({"name": "Tor Lind"}))
    layer = about(ann, document, {"name": "Tor Lind"})

    made = Speaker.objects.get(name="Tor Lind")
    one = {"addressee": {"id": str(made.pk)}}
    assert claim.status_code == 201 and layer.status_code == 200, (claim.content, layer.content)
    assert claim.json()["attributes"] == claim.json()["stances"][0]["attributes"] == one
    assert layer.json()["attributes"] == one
    assert made.is_provisional and [maker.username for maker in made.makers.all()] == ["ann"]
    assert ben.get(f"speakers/{made.pk}/").status_code == 404


def test_a_speaker_of_the_same_claim_answers_by_name(ann, document):
    answer = ann.put_claim(document, QUOTE, **asked({"name": "Port authority"}))
    (speaker,) = answer.json()["speakers"]
    assert answer.json()["attributes"] == {"addressee": {"id": speaker["id"]}}


def test_a_name_that_a_colleague_made_is_bound_silently(ann, ben, document):
    ids = [
        client.put_claim(document, QUOTE, **asked({"name": "Tor Lind"})).json()["attributes"] for client in (ann, ben)
    ]
    assert ids[0] == ids[1] and Speaker.objects.filter(name="Tor Lind").count() == 1


def test_a_name_sent_again_changes_nothing(ann, document):
    first = ann.put_claim(document, QUOTE, **asked({"name": "Tor Lind"})).json()
    again = ann.put_claim(document, QUOTE, id=first["id"], **asked({"name": "Tor Lind"}))
    assert again.status_code == 200 and again.json()["version"] == 1


def test_a_closed_registry_takes_known_names_only(ann, ben, document, curator, closed):
    curator.post("projects/bridge/speakers/", {"name": "Port authority"})
    refused = ann.put_claim(document, QUOTE, **asked({"name": "Nobody yet"}))
    layer = about(ann, document, {"name": "Nobody yet"})

    assert refused.status_code == layer.status_code == 400
    pointers = [[error["pointer"] for error in answer.json()["errors"]] for answer in (refused, layer)]
    assert pointers == [["#/attributes/addressee", "#/stances/0/attributes/addressee"], ["#/attributes/addressee"]]
    assert not Speaker.objects.filter(name="Nobody yet").exists()
    assert ann.put_claim(document, QUOTE, **asked({"name": "Port authority"})).status_code == 201


def test_a_name_of_two_entries_is_refused_with_both_ids(ann, curator, document):
    made = [curator.post("projects/bridge/speakers/", {"name": "Mayor", "disambiguation": one}) for one in "ab"]
    for answer in (ann.put_claim(document, QUOTE, **asked({"name": "Mayor"})), about(ann, document, {"name": "Mayor"})):
        assert answer.status_code == 400
        assert all(one.json()["id"] in answer.json()["detail"] for one in made)


@pytest.mark.parametrize(
    "answer", [{}, {"name": None}, {"name": 3}, {"name": " "}, {"name": "a\0b"}, {"name": "x" * 400}]
)
def test_what_names_nobody_is_refused_where_it_stands(ann, document, answer):
    refused = ann.put_claim(document, QUOTE, attributes={"addressee": answer})
    assert refused.status_code == 400
    assert {error["pointer"] for error in refused.json()["errors"]} == {"#/attributes/addressee"}


def test_answers_follow_merges_and_keep_what_was_chosen(ann, manager, project, document):
    """Everywhere an answer is read it is the entry that counts; taking the merge back brings the chosen one back."""
    put = ann.put_claim(document, QUOTE, **asked({"name": "Tor Lind"}))
    about(ann, document, {"name": "Tor Lind"})
    claim = put.json()
    chosen = claim["attributes"]["addressee"]["id"]
    assert ann.post(f"documents/{document.pk}/submit/").status_code == 200
    kept = manager.post("projects/bridge/speakers/", {"name": "T. Lind"}).json()["id"]

    merge = manager.post(f"speakers/{chosen}/merge/", {"into": kept})
    assert merge.status_code == 200, merge.content

    def read():
        layer = ann.get(f"documents/{document.pk}/layer/").json()
        (frozen,) = records.submitted(Submission.objects.all())
        one = layer["claims"][0]
        groups = [one["attributes"], one["stances"][0]["attributes"], layer["attributes"]]
        own = frozen.claims[0]
        groups += [own["attributes"], own["stances"][0]["attributes"], frozen.reading["attributes"]]
        return {group["addressee"]["id"] for group in groups}

    assert read() == {kept}
    ann.post(f"documents/{document.pk}/reopen/")
    again = ann.get(f"claims/{claim['id']}/")
    body = {key: again.json()[key] for key in ("spans", "speakers", "stances", "attributes")} | {"unsure": True}
    match = again.headers["ETag"]
    assert ann.patch(f"claims/{claim['id']}/", body, match=match).status_code == 200
    assert about(ann, document, {"id": kept}).json()["attributes"] == {"addressee": {"id": kept}}
    assert set(Answer.objects.values_list("entity", flat=True)) == {UUID(chosen)}

    assert manager.post(f"speakers/{chosen}/unmerge/").status_code == 200
    assert read() == {chosen}
