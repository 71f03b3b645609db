"""Registries: made, found, edited, merged; and what an annotator cannot tell from a new entry."""

from __future__ import annotations

import uuid
from urllib.parse import quote

import pytest

from corpus.models import Speaker, Target

pytestmark = pytest.mark.django_db
SPEAKERS = "projects/bridge/speakers/"


def test_a_curators_entry_is_accepted_at_once(curator):
    body = {
        "name": "Port authority",
        "kind": "authority",
        "aliases": ["Harbour board"],
        "external_id": "Q1",
        "note": "n",
        "affiliations": [],
    }

    answer = curator.post(SPEAKERS, body)

    assert answer.status_code == 201 and answer["ETag"] == '"1"'
    assert answer.json() == body | {
        "id": answer.json()["id"], "disambiguation": "", "provisional": False, "merged_into": None, "version": 1,
    }  # fmt: skip
    assert curator.get(answer["Location"]).json() == answer.json()


def test_an_annotators_entry_is_provisional_and_seen_by_its_maker_and_curators(ann, ben, curator):
    made = ann.post(SPEAKERS, {"name": "Tor Lind"})

    assert made.status_code == 201 and made.json()["provisional"]
    assert ann.get(f"{SPEAKERS}?provisional=true").json()["results"] == [made.json()]
    assert [row["name"] for row in curator.get(f"{SPEAKERS}?provisional=true").json()["results"]] == ["Tor Lind"]
    assert ben.get(f"{SPEAKERS}?provisional=true").json()["results"] == []
    assert ben.get(made["Location"]).status_code == 404


def test_a_name_that_a_colleague_made_is_answered_like_a_new_one(ann, ben, curator):
    first = ann.post(SPEAKERS, {"name": "Tor Lind"})
    edit = {"kind": "person", "note": "checked", "aliases": ["T. Lind"], "disambiguation": ""}
    curator.patch(f"speakers/{first.json()['id']}/", edit)

    bound = ben.post(SPEAKERS, {"name": "Tor Lind"})
    new = ben.post(SPEAKERS, {"name": "Ida Berg"})

    same = {"id": None, "name": None}
    assert bound.status_code == new.status_code == 201 and bound["ETag"] == new["ETag"]
    assert bound.json() | same == new.json() | same
    assert bound.json()["id"] == first.json()["id"]


def test_no_answer_tells_who_made_an_entry_or_when(ann, ben, curator):
    ann.post(SPEAKERS, {"name": "Tor Lind"})
    ben.post(SPEAKERS, {"name": "Tor Lind"})
    for client in (ben, curator):
        for row in client.get(SPEAKERS).json()["results"]:
            assert not {"makers", "created_at", "created_by"} & row.keys()


def test_a_closed_registry_refuses_new_names_without_telling_of_a_colleagues(ann, ben, manager, project):
    ann.post(SPEAKERS, {"name": "Tor Lind"})
    manager.patch(f"rounds/{project.rounds.get().pk}/", {"speakers_closed": True})

    refusals = [ben.post(SPEAKERS, {"name": name}) for name in ("Tor Lind", "Nobody at all")]

    assert [answer.status_code for answer in refusals] == [400, 400]
    details = {answer.json()["detail"].replace("Tor Lind", "X").replace("Nobody at all", "X") for answer in refusals}
    assert len(details) == 1


def test_annotators_give_a_name_only(ann):
    answer = ann.post(SPEAKERS, {"name": "Tor Lind", "kind": "person"})
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == "#/kind"


@pytest.mark.parametrize(
    "words", ["lind", "LIND", "Lind", "r L", "berg", "STRASSE", "ŠKODA", "škoda", "éclair", "ÉCLAIR"]
)
def test_a_search_finds_parts_of_names_and_aliases_in_any_case(curator, words):
    names = {"Tor Lind": ["Bergmann"], "Strasse": [], "Škoda works": [], "Éclair": []}
    for name, aliases in names.items():
        curator.post(SPEAKERS, {"name": name, "aliases": aliases})
    assert len(curator.get(f"{SPEAKERS}?q={quote(words)}").json()["results"]) == 1


def test_a_curator_accepts_and_edits_with_if_match(ann, curator, ben):
    id = ann.post(SPEAKERS, {"name": "Tor Lind"}).json()["id"]

    accepted = curator.patch(f"speakers/{id}/", {"provisional": False}, match='"1"')

    assert accepted.status_code == 200 and accepted["ETag"] == '"2"'
    assert curator.patch(f"speakers/{id}/", {"note": "late"}, match='"1"').status_code == 412
    assert ben.get(f"speakers/{id}/").status_code == 200


def test_a_field_that_a_merge_does_not_know_is_refused_and_nothing_is_merged(curator):
    one, two = (curator.post(SPEAKERS, {"name": name}).json()["id"] for name in ("Port", "Harbour"))
    answer = curator.post(f"speakers/{one}/merge/", {"into": two, "is_inverted": True})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "#/is_inverted"
    assert answer.json()["detail"] == "“is_inverted” is not a field here; known are into, inverted."
    assert curator.get(f"speakers/{one}/").json()["merged_into"] is None


def test_annotators_do_not_edit_or_merge(ann, curator):
    one, two = (curator.post(SPEAKERS, {"name": name}).json()["id"] for name in "AB")
    assert ann.patch(f"speakers/{one}/", {"note": "x"}).status_code == 403
    assert ann.post(f"speakers/{one}/merge/", {"into": two}).status_code == 403
    assert ann.post(f"speakers/{one}/unmerge/").status_code == 403


def test_a_merge_is_followed_by_reads_and_undone_by_unmerge(ann, curator, document):
    claim = ann.put_claim(document, "The closure is needed").json()
    chosen = claim["speakers"][0]["id"]
    other = curator.post(SPEAKERS, {"name": "Lind, Tor"}).json()["id"]

    merged = curator.post(f"speakers/{chosen}/merge/", {"into": other})

    assert merged.status_code == 200 and merged.json()["merged_into"] == other
    assert ann.get(f"claims/{claim['id']}/").json()["speakers"][0] == claim["speakers"][0] | {
        "id": other, "name": "Lind, Tor",
    }  # fmt: skip
    assert chosen not in [row["id"] for row in curator.get(SPEAKERS).json()["results"]]
    assert [row["id"] for row in curator.get(f"{SPEAKERS}?merged=true").json()["results"]] == [chosen]
    assert curator.post(f"speakers/{chosen}/unmerge/").status_code == 200
    assert ann.get(f"claims/{claim['id']}/").json()["speakers"][0]["id"] == chosen
    assert curator.post(f"speakers/{chosen}/unmerge/").status_code == 409


def test_a_target_merged_inverted_turns_the_stance(ann, curator, document):
    claim = ann.put_claim(document, "The closure is needed").json()
    chosen = claim["stances"][0]["target"]["id"]
    other = curator.post("projects/bridge/targets/", {"name": "Open bridge"}).json()["id"]

    answer = curator.post(f"targets/{chosen}/merge/", {"into": other, "inverted": True})

    assert answer.json()["inverted"] is True
    assert ann.get(f"claims/{claim['id']}/").json()["stances"][0]["value"] == "oppose"


@pytest.mark.parametrize("into", [None, "x", 5, str(uuid.uuid4()), {"id": 1}])
def test_merging_into_nothing_is_400(curator, into):
    id = curator.post(SPEAKERS, {"name": "A"}).json()["id"]
    answer = curator.post(f"speakers/{id}/merge/", {"into": into})
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == "#/into"


def test_merging_in_a_circle_is_409(curator):
    one, two = (curator.post(SPEAKERS, {"name": name}).json()["id"] for name in "AB")
    curator.post(f"speakers/{one}/merge/", {"into": two})
    assert curator.post(f"speakers/{two}/merge/", {"into": one}).status_code == 409


def test_only_targets_are_merged_inverted(curator):
    one, two = (curator.post(SPEAKERS, {"name": name}).json()["id"] for name in "AB")
    answer = curator.post(f"speakers/{one}/merge/", {"into": two, "inverted": True})
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == "#/inverted"


def test_not_stated_cannot_be_changed(curator):
    id = Speaker.objects.get(is_not_stated=True).pk
    assert curator.patch(f"speakers/{id}/", {"name": "Somebody"}).status_code == 409


def test_one_name_twice_needs_a_disambiguation(curator):
    curator.post(SPEAKERS, {"name": "Mayor", "disambiguation": "north"})
    assert curator.post(SPEAKERS, {"name": "Mayor", "disambiguation": "south"}).status_code == 201
    again = curator.post(SPEAKERS, {"name": "Mayor", "disambiguation": "north", "note": "x"})
    assert again.status_code == 400 and Speaker.objects.filter(name="Mayor", note="").count() == 2


def test_a_name_of_two_entries_is_400_with_both_ids(ann, curator, document):
    ids = [
        curator.post(SPEAKERS, {"name": "Mayor", "disambiguation": where}).json()["id"] for where in ("north", "south")
    ]
    answer = ann.put_claim(document, "The closure is needed", speakers=[{"name": "Mayor"}])
    assert answer.status_code == 400 and all(id in answer.json()["detail"] for id in ids)


def test_a_proposition_has_a_text_and_a_usual_target(curator, ann):
    target = curator.post("projects/bridge/targets/", {"name": "Closure"}).json()
    made = curator.post("projects/bridge/propositions/", {"text": "It closes.", "usual_target": {"id": target["id"]}})
    assert made.status_code == 201 and made.json()["text"] == "It closes."
    assert ann.get(made["Location"]).json()["usual_target"] == {"id": target["id"], "name": "Closure"}


def test_what_get_answers_can_be_sent_back(curator):
    for path, body in (
        (SPEAKERS, {"name": "A"}),
        ("projects/bridge/targets/", {"name": "A", "kind": "event"}),
        ("projects/bridge/propositions/", {"text": "A."}),
    ):
        made = curator.post(path, body)
        again = curator.patch(made["Location"], made.json(), match='"1"')
        assert again.status_code == 200, again.json()
        assert again.json() | {"version": 1} == made.json()


def test_an_entry_of_another_corpus_is_404(curator, project):
    from tests import make

    other = make.project("other", manager=make.user("stranger"))
    target = Target.objects.create(corpus=other.corpus, name="Elsewhere")
    assert curator.get(f"targets/{target.pk}/").status_code == 404
    assert curator.patch(f"targets/{target.pk}/", {"note": "x"}).status_code == 404
