"""Registries curated by the API: affiliations, warnings, likely doubles, re-assignment, mentions."""

from __future__ import annotations

import uuid

import pytest

from annotate.actions.loaded_words import set_loaded_word
from annotate.models import Claim, Reassignment
from corpus.models import Proposition, Speaker, Target
from tests import make

pytestmark = pytest.mark.django_db
QUOTE = "The closure is needed"
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def read(project, document, ann):
    """A submitted reading by ann, which names a proposition."""
    make.layer(make.user("ann"), document, QUOTE, proposition={"text": "It has to close.", "relation": "affirms"})
    return Claim.objects.get()


def test_affiliations_go_round_and_hide_what_annotators_may_not_see(project, curator, ann):
    lind, office = make.entry(project, Speaker, "Tor Lind"), make.entry(project, Speaker, "Port office")
    hidden = make.entry(project, Speaker, "Hidden office", is_provisional=True)
    sent = [
        {"body": {"id": str(hidden.pk)}, "role": "", "from": None, "to": None},
        {"body": {"name": "Port office"}, "role": "clerk", "from": "2019-01-01", "to": "2020-01-01"},
    ]

    answer = curator.patch(f"speakers/{lind.pk}/", {"affiliations": sent})

    assert answer.status_code == 200 and answer["ETag"] == '"2"'
    shown = answer.json()["affiliations"]
    assert shown == [
        sent[0] | {"body": {"id": str(hidden.pk), "name": "Hidden office"}},
        sent[1] | {"body": {"id": str(office.pk), "name": "Port office"}},
    ]
    assert ann.get(f"speakers/{lind.pk}/").json()["affiliations"] == shown[1:]
    same = [row | {"body": {"id": row["body"]["id"]}} for row in shown]
    assert curator.patch(f"speakers/{lind.pk}/", {"affiliations": same}).json()["version"] == 2
    bad = curator.patch(f"speakers/{lind.pk}/", {"affiliations": [{"body": {"name": "Nobody"}}]})
    assert bad.status_code == 400 and bad.json()["errors"][0]["pointer"] == "#/affiliations/0/body"
    for name in (b"\\u0000", b"\\ud800"):
        raw = b'{"affiliations": [{"body": {"name": "' + name + b'"}}]}'
        assert curator.send("PATCH", f"speakers/{lind.pk}/", raw=raw).status_code == 400


def test_a_list_of_speakers_with_affiliations_costs_a_bounded_number_of_queries(
    project, curator, django_assert_max_num_queries
):
    office = make.entry(project, Speaker, "Port office")
    for number in range(8):
        sent = [{"body": {"id": str(office.pk)}}]
        make.entry(project, Speaker, f"Speaker {number}", affiliations=sent, aliases=[f"S. {number}"])

    with django_assert_max_num_queries(10):
        found = curator.get("projects/bridge/speakers/").json()["results"]
    assert sum(len(row["affiliations"]) for row in found) == 8


def test_names_with_loaded_words_are_taken_with_a_warning(project, curator, ann):
    set_loaded_word(user=make.user("curator"), corpus=project.corpus, word="shameful", advice="Name what it is.")
    said = ["“shameful” is on the list of loaded words: Name what it is."]

    made = curator.post("projects/bridge/targets/", {"name": "Shameful closure"})

    assert made.status_code == 201 and made.json()["warnings"] == said
    assert ann.post("projects/bridge/targets/", {"name": "A shameful ferry"}).json()["warnings"] == said
    assert "warnings" not in curator.get(made["Location"]).json()
    assert "warnings" not in curator.patch(made["Location"], {"name": "Closure"}).json()


def test_doubles_are_paged(project, curator, ann, outsider):
    for name in ("Closure", "closure", "Ferry", "ferry"):
        make.entry(project, Target, name)

    first = curator.get("projects/bridge/targets/doubles/?page_size=1").json()
    second = curator.get(first["next"]).json()

    (pair,) = first["results"]
    assert {pair["keep"]["name"], pair["other"]["name"]} in ({"Closure", "closure"}, {"Ferry", "ferry"})
    assert pair["reasons"] == ["same name but for case, accents or punctuation"] and pair["score"] == 1
    assert pair["opposite"] is False and pair["keep"]["n_claims"] == 0
    assert len(second["results"]) == 1 and second["next"] is None and second["results"] != first["results"]
    assert curator.get(second["previous"]).json()["results"] == first["results"]
    for query in ("cursor=x", "cursor=-1", "cursor=99999", "page_size=0"):
        assert curator.get(f"projects/bridge/targets/doubles/?{query}").status_code == 400
    assert ann.get("projects/bridge/targets/doubles/").status_code == 403
    assert outsider.get("projects/bridge/targets/doubles/").status_code == 404


def test_claims_are_reassigned_to_another_entry(project, curator, read):
    lind = Speaker.objects.get(name="Tor Lind")

    answer = curator.post(f"speakers/{lind.pk}/reassign/", {"claims": [str(read.pk)], "to": {"name": "A clerk"}})

    clerk = Speaker.objects.get(name="A clerk")
    assert answer.status_code == 200
    assert answer.json() == {
        "batch": str(Reassignment.objects.get().batch),
        "to": {"id": str(clerk.pk), "name": "A clerk"},
        "n_claims": 1,
    }
    assert curator.get(f"claims/{read.pk}/").json()["speakers"][0]["name"] == "A clerk"


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 400, "#/claims"),
        ({"claims": ["x"], "to": {"name": "A"}}, 400, "#/claims/0"),
        ({"claims": [], "to": {"name": "A"}}, 400, "#/claims"),
        ({"claims": [NOWHERE], "to": "A"}, 400, "#/to"),
        ({"claims": [NOWHERE], "to": {"id": "x"}}, 400, "#/to/id"),
        ({"claims": [NOWHERE], "to": {"name": 3}}, 400, "#/to"),
        ({"claims": [NOWHERE], "to": {"name": "A"}, "more": 1}, 400, "#/more"),
        ({"claims": [NOWHERE], "to": {"name": "A"}}, 404, None),
        ({"claims": "{claim}", "to": {"name": "Tor Lind"}}, 400, "#/to"),
        ([], 400, "#"),
    ],
)
def test_bad_input_of_a_reassignment_is_named(project, curator, read, body, status, pointer):
    lind = Speaker.objects.get(name="Tor Lind")
    if isinstance(body, dict) and body.get("claims") == "{claim}":
        body = body | {"claims": [str(read.pk)]}

    answer = curator.post(f"speakers/{lind.pk}/reassign/", body)

    assert answer.status_code == status
    assert pointer is None or answer.json()["errors"][0]["pointer"] == pointer


def test_the_claim_that_cannot_be_changed_is_named(project, curator, read):
    other = make.entry(project, Speaker, "Somebody else")

    answer = curator.post(f"speakers/{other.pk}/reassign/", {"claims": [str(read.pk)], "to": {"name": "A clerk"}})

    assert answer.status_code == 409 and answer.json()["claim"] == str(read.pk) and QUOTE in answer.json()["detail"]
    assert not Speaker.objects.filter(name="A clerk").exists()


def test_mentions_come_with_their_sentences_and_articles(project, curator, ann, read):
    found = Proposition.objects.get()

    answer = curator.get(f"propositions/{found.pk}/mentions/").json()

    (mention,) = answer["results"]
    assert mention["claim"] == curator.get(f"claims/{read.pk}/").json() and mention["annotator"] == "ann"
    assert mention["document"]["source"] == "Bay Courier" and QUOTE in mention["sentences"][0]["text"]
    assert ann.get(f"propositions/{found.pk}/mentions/").status_code == 403
    assert curator.get(f"propositions/{uuid.uuid4()}/mentions/").status_code == 404
