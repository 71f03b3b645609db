"""A team from the invitation to the second version of the codebook, over the API: whatever happens, nothing is lost."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from annotate.models import Layer, RoundDocument, Submission
from tests import make
from tests.api.client import Api, lines
from tests.teams.articles import articles

PROJECT = "projects/market/"
PEOPLE = ("ada", "bo", "cem", "dana")
FIRST, SECOND = "would help the shops", "the plan comes too early"


class Team:
    """The people of the scenario, and every claim that the server acknowledged, as it was answered last."""

    def __init__(self) -> None:
        self.manager = Api(make.user("maren"))
        self.people: dict[str, Api] = {}
        self.claims: dict[str, dict] = {}
        self.submitted: list[tuple[str, str]] = []

    def claim(self, name: str, document: dict, quote: str, **values) -> dict:
        sent = make.body(document["text"], quote, attributes={"type": "demand"}, **values) | {
            "document": document["id"]
        }
        answer = self.people[name].put(f"claims/{uuid.uuid4()}/", sent)
        assert answer.status_code == 201, answer.content
        self.claims[answer.json()["id"]] = answer.json()
        return answer.json()

    def take(self, name: str) -> dict | None:
        answer = self.people[name].post(f"{PROJECT}next/")
        assert answer.status_code in (200, 204), answer.content
        return answer.json()["document"] if answer.status_code == 200 else None

    def submit(self, name: str, document: dict) -> None:
        answer = self.people[name].post(f"documents/{document['id']}/submit/")
        assert answer.status_code == 200, answer.content
        self.submitted.append((name, document["id"]))

    def drain(self, name: str, most: int = 100) -> None:
        """Take, mark, submit, until there is nothing left for this person."""
        try:
            for _ in range(most):
                document = self.take(name)
                if document is None:
                    return
                connection.close()  # as a server's thread does at the end of each request
                if not self.people[name].get(f"documents/{document['id']}/").json()["layer"]["claims"]:
                    self.claim(name, document, FIRST)
                    self.claim(name, document, SECOND, speakers=[{"name": "Ms. Oyelaran"}])
                self.submit(name, document)
        finally:
            connection.close()

    def at_once(self, *names: str, most: int = 100) -> None:
        with ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(lambda name: self.drain(name, most), names))

    def exported(self) -> dict[str, dict]:
        """Return every claim in the dataset by id, with its annotator and the layer's status."""
        answer = self.manager.get(f"{PROJECT}export/?format=documents-jsonl&layers=annotators")
        return {
            claim["id"]: claim | {"annotator": layer["annotator"], "status": layer["status"]}
            for document in lines(answer)
            for layer in document["layers"]
            for claim in layer["claims"]
        }


@pytest.fixture
def team(transactional_db):
    """Return a team whose manager has a project with twenty articles and has invited four people."""
    team = Team()
    ok(team.manager.post("projects/", {"slug": "market", "name": "Market"}), 201)
    found = ok(team.manager.post(f"{PROJECT}documents/", [{"text": text} for text in articles()]), 201)
    assert len(found["created"]) == 20
    link = ok(team.manager.post(f"{PROJECT}invitations/", {"roles": ["annotator"], "max_uses": 4}), 201)["url"]
    for name in PEOPLE:
        sent = {"username": name, "new_password1": make.PASSWORD, "new_password2": make.PASSWORD}
        assert Client().post(link, sent).status_code == 302
        team.people[name] = Api(make.user(name))
    assert Client().post(link, sent | {"username": "eve"}).status_code in (404, 410)
    return team


def ok(answer, status=200):
    assert answer.status_code == status, (answer.status_code, answer.content)
    return answer.json()


def next_version(manager, change, note):
    """Publish a version of the codebook with what `change` does to the file of the last."""
    draft = ok(manager.post(f"{PROJECT}codebook/", {}), 201)
    change(draft)
    versions = ok(manager.get(f"{PROJECT}codebook/"))["results"]
    id = next(row["id"] for row in versions if row["published_at"] is None)
    etag = manager.get(f"codebooks/{id}/").headers["ETag"]
    ok(manager.put(f"codebooks/{id}/", draft, match=etag))
    return ok(manager.post(f"codebooks/{id}/publish/", {"note": note}))["number"]


def guidelines(draft):
    draft["guidelines"] += "\nMark what is said about the vote.\n"


def rename(draft):
    (kind,) = [found for found in draft["attributes"] if found["key"] == "type"]
    (label,) = [found for found in kind["labels"] if found["key"] == "demand"]
    label |= {"key": "call", "name": "Call", "replaces": ["demand"]}


def ask_more(draft):
    draft["attributes"].append(
        {"scope": "claim", "key": "on_record", "name": "On the record", "kind": "boolean", "required": True}
    )


@pytest.mark.django_db(transaction=True)
def test_a_team_works_through_everything_that_happens_and_nothing_is_lost(team):
    manager = team.manager
    number = next_version(manager, guidelines, "Says what is marked")
    (first,) = ok(manager.get(f"{PROJECT}rounds/"))["results"]
    ok(manager.patch(f"rounds/{first['id']}/", {"status": "closed"}))
    round_id = ok(manager.post(f"{PROJECT}rounds/", {"name": "Twice", "overlap": 2, "lease_minutes": 30}), 201)["id"]

    # Four at once; then each holds one document more.
    team.at_once(*PEOPLE, most=3)
    held = {name: team.take(name) for name in PEOPLE}
    kept = team.claim("dana", held["dana"], FIRST)
    left_with = team.claim("bo", held["bo"], SECOND)

    # One lets a lease expire, one skips, one leaves in the middle.
    Layer.objects.filter(annotator__username="dana", status="open").update(
        lease_expires_at=timezone.now() - timedelta(minutes=1)
    )
    ok(team.people["cem"].post(f"documents/{held['cem']['id']}/skip/", {"reason": "I know one of the people"}))
    n_before = RoundDocument.objects.get(round=round_id, document=held["bo"]["id"]).n_taken
    assert manager.delete(f"{PROJECT}members/bo/").status_code == 204
    assert RoundDocument.objects.get(round=round_id, document=held["bo"]["id"]).n_taken == n_before - 1
    assert team.people["bo"].post(f"{PROJECT}next/").status_code == 404

    team.at_once("ada", "cem", "dana")
    _everything_is_read_by_exactly_two(round_id)
    assert not Layer.objects.filter(annotator__username="cem", document=held["cem"]["id"], status="submitted").exists()
    exported = team.exported()
    assert exported.keys() == team.claims.keys()
    assert exported[left_with["id"]]["status"] == "withdrawn" and exported[kept["id"]]["spans"] == kept["spans"]
    assert {claim["annotator"] for claim in exported.values()} & {"bo"} == set()

    _one_is_returned_and_submitted_again(team, round_id)
    _a_label_is_renamed(team, round_id, number)
    _a_follow_up_asks_a_new_field(team, round_id)


def _everything_is_read_by_exactly_two(round_id):
    done = Layer.objects.filter(round=round_id, status="submitted").values_list("document", "annotator")
    readers = {}
    for document, person in done:
        readers.setdefault(document, set()).add(person)
    assert len(readers) == 20 and {len(found) for found in readers.values()} == {2}
    assert len(done) == 40
    places = RoundDocument.objects.filter(round=round_id).values_list("n_places", "n_taken", "is_full")
    assert len(places) == 20 and set(places) == {(2, 2, True)}


def _one_is_returned_and_submitted_again(team, round_id):
    ada = team.people["ada"]
    layer = Layer.objects.filter(round=round_id, annotator__username="ada", status="submitted").order_by("pk").first()
    ok(team.manager.post(f"layers/{layer.pk}/return/", {"remark": "Look at the second speaker again."}))
    (told,) = ok(ada.get(f"{PROJECT}remarks/"))["results"]
    assert told["text"] == "Look at the second speaker again." and told["kind"] == "return"
    document = team.take("ada")
    assert document["id"] == str(layer.document_id)
    own = ok(ada.get(f"documents/{document['id']}/"))["layer"]["claims"]
    changed = next(claim for claim in own if claim["spans"][0]["quote"] == SECOND)
    answer = ada.patch(
        f"claims/{changed['id']}/", {"note": "She speaks for the board."}, match=f'"{changed["version"]}"'
    )
    team.claims[changed["id"]] = ok(answer)
    team.submit("ada", document)
    first, second = Submission.objects.filter(layer=layer).order_by("number")
    assert first.reading["claims"] == own or {claim["note"] for claim in first.reading["claims"]} == {""}
    assert "She speaks for the board." in {claim["note"] for claim in second.reading["claims"]}


def _a_label_is_renamed(team, round_id, number):
    renamed = next_version(team.manager, rename, "“Demand” is called “call” now")
    assert renamed == number + 1
    frozen = dict(Submission.objects.values_list("pk", "reading"))
    before = team.exported()
    assert {claim["attributes"]["type"] for claim in before.values()} == {"demand"}
    ok(team.manager.post(f"rounds/{round_id}/move/", {"version": renamed}))
    after = team.exported()
    assert after.keys() == before.keys()
    for id, claim in after.items():
        assert claim["attributes"]["type"] == "call"
        same = ("spans", "speakers", "stances", "note", "mode", "proposition", "annotator", "status")
        assert {key: claim[key] for key in same} == {key: before[id][key] for key in same}
    assert dict(Submission.objects.values_list("pk", "reading")) == frozen
    team.claims |= after


def _a_follow_up_asks_a_new_field(team, round_id):
    manager = team.manager
    version = next_version(manager, ask_more, "Asks whether it was said on the record")
    sent = {"name": "On the record", "follows": round_id, "fields": ["attributes/on_record"]}
    follow_up = ok(manager.post(f"{PROJECT}rounds/", sent), 201)
    ok(manager.patch(f"rounds/{round_id}/", {"status": "closed"}))
    before = team.exported()
    for name in ("ada", "cem", "dana"):
        person = team.people[name]
        n_done = 0
        while (answer := person.post(f"{PROJECT}next/?round={follow_up['id']}")).status_code == 200:
            found = answer.json()
            for claim in found["layer"]["claims"]:
                attributes = claim["attributes"] | {"on_record": True}
                ok(person.patch(f"claims/{claim['id']}/", {"attributes": attributes}, match=f'"{claim["version"]}"'))
            moved = person.patch(f"claims/{claim['id']}/", {"speakers": []}, match='"2"')
            assert moved.status_code == 409, moved.content
            ok(person.post(f"documents/{found['document']['id']}/submit/?round={follow_up['id']}"))
            n_done += 1
        mine = Layer.objects.filter(round=round_id, annotator=person.user.pk, status="submitted").count()
        assert n_done == mine
    after = team.exported()
    assert {id: after[id] for id in before} == before
    taken_up = [claim for id, claim in after.items() if id not in before]
    assert {claim["attributes"]["on_record"] for claim in taken_up} == {True}
    for claim in taken_up:
        earlier = before[claim["follows"]]
        assert (claim["spans"], claim["speakers"], claim["stances"]) == (
            earlier["spans"],
            earlier["speakers"],
            earlier["stances"],
        )
    expected = {id for id, claim in before.items() if claim["status"] == "submitted" and claim["annotator"] in PEOPLE}
    assert {claim["follows"] for claim in taken_up} == expected
    assert version == ok(manager.get(f"rounds/{follow_up['id']}/"))["codebook"]["version"]
