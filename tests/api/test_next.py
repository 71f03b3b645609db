"""Handing out documents: exactly k different people each, exact quotas, leases that end."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from annotate.models import Layer, RoundDocument, Skip
from tests import make
from tests.api.client import Api

NEXT = "projects/bridge/next/"


def handed_out(manager, **values):
    """Close the first round and open one that hands out its documents."""
    for row in manager.get("projects/bridge/rounds/").json()["results"]:
        manager.patch(f"rounds/{row['id']}/", {"status": "closed"})
    return manager.post("projects/bridge/rounds/", {"name": "Handed out", **values}).json()


def work(client: Api) -> list[str]:
    """Take, submit, take … until there is none; return the documents."""
    taken = []
    try:
        while (answer := client.post(NEXT)).status_code != 204:
            assert answer.status_code == 200, answer.content
            connection.close()  # as a server's thread does at the end of each request
            id = answer.json()["document"]["id"]
            put = client.put(f"documents/{id}/layer/", {"nothing_to_code": True})
            assert put.status_code == 200, put.content
            assert client.post(f"documents/{id}/submit/").status_code == 200
            taken.append(id)
    finally:
        connection.close()
    return taken


@pytest.mark.django_db(transaction=True)
def test_32_annotators_at_once_give_each_document_exactly_three(project, manager):
    for n in range(36):
        make.document(project, text=f"Article {n}.")
    handed_out(manager, overlap=3)
    people = [Api(make.member(project, f"a{n}")) for n in range(32)]

    with ThreadPoolExecutor(32) as pool:
        taken = list(pool.map(work, people))

    who = defaultdict(set)
    for number, ids in enumerate(taken):
        assert len(ids) == len(set(ids))
        for id in ids:
            who[id].add(number)
    assert len(who) == 36 and {len(found) for found in who.values()} == {3}
    assert Layer.objects.count() == 108
    assert set(RoundDocument.objects.values_list("n_taken", "is_full")) == {(3, True)}


def work_with_interruptions(client: Api, dice: random.Random) -> int:
    """Take until there is none; skip some, give some back, let the time of some run out, submit the others.

    Returns how many were taken.
    """
    n_taken = 0
    try:
        while (answer := client.post(NEXT)).status_code == 200:
            n_taken += 1
            layer, id = answer.json()["layer"]["id"], answer.json()["document"]["id"]
            chance = dice.random()
            if chance < 0.1:
                assert client.post(f"documents/{id}/skip/", {"reason": "Too long"}).status_code == 200
            elif chance < 0.15:
                client.post(f"documents/{id}/give-back/")  # 409 where the place was lost meanwhile
            elif chance < 0.25:
                Layer.objects.filter(pk=layer).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
            else:
                client.put(f"documents/{id}/layer/", {"nothing_to_code": True})
                client.post(f"documents/{id}/submit/")
            connection.close()
        assert answer.status_code == 204, answer.content
        return n_taken
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_skips_and_ended_leases_leave_each_document_with_exactly_its_places(project, manager):
    for n in range(12):
        make.document(project, text=f"Article {n}.")
    round_id = handed_out(manager, overlap=3, share=50, order="random", seed=2)["id"]
    people = [Api(make.member(project, f"a{n}")) for n in range(8)]
    dice = [random.Random(n) for n in range(8)]

    # Whoever skips last frees a place when the others have gone: they come again until nothing is left.
    with ThreadPoolExecutor(8) as pool:
        while sum(pool.map(work_with_interruptions, people, dice)):
            pass

    held = set(Layer.objects.filter(has_place=True).values_list("document", "annotator"))
    counts = Counter(document for document, _ in held)
    rows = list(RoundDocument.objects.filter(round=round_id).values_list("document", "n_taken", "n_places"))
    assert [counts[document] for document, _, _ in rows] == [taken for _, taken, _ in rows]
    assert [taken for _, taken, _ in rows] == [places for _, _, places in rows]
    assert len(rows) == 12
    assert sorted(places for _, _, places in rows) == [1] * 6 + [3] * 6
    skipped = set(Skip.objects.values_list("document", "user"))
    assert skipped and not skipped & held


@pytest.mark.django_db(transaction=True)
def test_quotas_are_exact_when_one_person_asks_many_times_at_once(project, manager):
    for n in range(20):
        make.document(project, text=f"Article {n}.")
    handed_out(manager, overlap=2, quota=4)
    clients = [Api(make.member(project, name)) for name in ("ann", "ben") for _ in range(6)]

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(_submit_first, clients))

    counts = {name: Layer.objects.filter(annotator__username=name).count() for name in ("ann", "ben")}
    assert counts == {"ann": 4, "ben": 4}


def _submit_first(client: Api) -> None:
    try:
        for _ in range(6):
            answer = client.post(NEXT)
            if answer.status_code == 200:
                id = answer.json()["document"]["id"]
                client.put(f"documents/{id}/layer/", {"nothing_to_code": True})
                client.post(f"documents/{id}/submit/")
    finally:
        connection.close()


@pytest.mark.django_db
def test_a_document_comes_with_its_round_and_layer(ann, document):
    answer = ann.post(NEXT).json()
    assert answer["document"]["text"] == document.text and answer["round"]["name"] == "Round 1"
    assert answer["layer"]["status"] == "open" and answer["layer"]["claims"] == []
    assert ann.post(NEXT).json() == answer


@pytest.mark.django_db
def test_a_peek_writes_nothing(ann, document):
    answer = ann.get(NEXT)
    assert answer.json()["document"]["id"] == str(document.pk) and answer.json()["layer"] is None
    assert not Layer.objects.exists()


@pytest.mark.django_db
def test_none_left_is_204(ann, document):
    ann.post(NEXT)
    ann.put(f"documents/{document.pk}/layer/", {"nothing_to_code": True})
    ann.post(f"documents/{document.pk}/submit/")
    for answer in (ann.get(NEXT), ann.post(NEXT)):
        assert answer.status_code == 204 and answer.content == b""


@pytest.mark.django_db
def test_an_expired_lease_frees_its_place(ann, ben, manager, document):
    handed_out(manager, overlap=1, lease_minutes=1)
    assert ann.post(NEXT).status_code == 200
    assert ben.get(NEXT).status_code == ben.post(NEXT).status_code == 204

    Layer.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    assert ben.get(NEXT).json()["document"]["id"] == str(document.pk)
    assert ben.post(NEXT).json()["document"]["id"] == str(document.pk)
    assert set(RoundDocument.objects.values_list("n_taken", "is_full")) == {(1, True)}


@pytest.mark.django_db
def test_claims_stay_when_the_lease_ends_and_are_resumed_while_a_place_is_free(ann, ben, manager, document):
    handed_out(manager, overlap=1, lease_minutes=1)
    ann.post(NEXT)
    claim = ann.put_claim(document, "The closure is needed").json()
    Layer.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    ben.post(NEXT)

    refused = ann.patch(f"claims/{claim['id']}/", {"unsure": True}, match='"1"')
    assert refused.status_code == 409 and ann.get(f"claims/{claim['id']}/").status_code == 200
    Layer.objects.filter(annotator__username="ben").update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert ann.post(NEXT).json()["layer"]["claims"] == [claim]
    assert ann.patch(f"claims/{claim['id']}/", {"unsure": True}, match='"1"').status_code == 200


@pytest.mark.django_db
def test_only_next_opens_a_layer_where_documents_are_handed_out(ann, manager, document):
    handed_out(manager, overlap=2)
    assert ann.put_claim(document, "The closure is needed").status_code == 409
    ann.post(NEXT)
    assert ann.put_claim(document, "The closure is needed").status_code == 201


@pytest.mark.django_db
def test_round_chooses_the_round(ann, manager, document):
    second = manager.post("projects/bridge/rounds/", {"name": "Second"}).json()["id"]
    assert ann.post(f"{NEXT}?round={second}").json()["round"]["id"] == second


@pytest.mark.django_db
def test_a_round_of_another_project_is_404(ann, project, document):
    other = make.project("other", manager=make.user("stranger"))
    assert ann.post(f"{NEXT}?round={other.rounds.get().pk}").status_code == 404


@pytest.mark.django_db
def test_taking_costs_a_bounded_number_of_queries(ann, manager, project, document, django_assert_max_num_queries):
    for n in range(30):
        make.document(project, text=f"Article {n}.")
    handed_out(manager, overlap=2)
    with django_assert_max_num_queries(45):
        ann.post(NEXT)
    with django_assert_max_num_queries(30):
        ann.get(NEXT)
