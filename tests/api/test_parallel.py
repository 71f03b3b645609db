"""Writers at once: one row for one claim, whatever the number of requests."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from annotate.models import Claim, Layer, Span
from corpus.models import Change, Speaker

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(act, items):
    """Run `act` for all items in threads of their own and return the answers."""

    def run(item):
        try:
            return act(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))


def test_twenty_identical_puts_make_one_row(ann, document):
    id = uuid.uuid4()

    answers = at_once(lambda _: ann.put_claim(document, "The closure is needed", id=id), range(20))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    assert len({answer.content for answer in answers}) == 1
    assert Claim.objects.count() == Layer.objects.count() == Span.objects.count() == 1
    assert Change.objects.filter(action="claim.create", object_type="claim").count() == 1
    assert Layer.objects.get().n_claims == 1


def test_of_ten_changes_to_one_version_one_wins_and_nine_are_told(ann, document):
    id = uuid.uuid4()
    ann.put_claim(document, "The closure is needed", id=id)

    answers = at_once(
        lambda n: ann.put_claim(document, "The closure is needed", id=id, match='"1"', note=f"n{n}"), range(10)
    )

    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 9}
    (winner,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert all(answer.json()["current"] == winner for answer in answers if answer.status_code == 412)


def test_many_people_typing_one_name_share_one_entry(api, document):
    people = [api(f"a{n}") for n in range(12)]
    answers = at_once(lambda who: who.put_claim(document, "The closure is needed"), people)
    assert {answer.status_code for answer in answers} == {201}
    assert Speaker.objects.filter(name="Tor Lind").count() == 1
    assert Speaker.objects.get(name="Tor Lind").makers.count() == 12


def test_the_same_documents_sent_twice_at_once_are_stored_once(manager):
    rows = [{"text": f"Article {n}."} for n in range(50)]
    answers = at_once(lambda _: manager.post("projects/bridge/documents/", rows), range(4))
    assert sum(len(answer.json()["created"]) for answer in answers) == 50
    assert sum(len(answer.json()["duplicates"]) for answer in answers) == 150
