"""What was decided on one's own claims, read afterwards: on pages and over the API, without a word on colleagues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.actions import layers
from annotate.models import Layer, Project
from corpus.models import Document
from tests import make
from tests.api.client import Api
from tests.make import LATER

if TYPE_CHECKING:
    from tests.web.conftest import SignIn
else:
    SignIn = Any

CLOSURE, SHORT, LEAGUE = "The closure is needed", "it will be short", "opposes the closure"
LIST = "/p/bridge/decisions/"


@pytest.fixture
def document(project: Project) -> Document:
    return make.document(project, title="Harbour bridge")


@pytest.fixture
def decided(project: Project, document: Document) -> Document:
    """Ann and ben have submitted; one claim of ann's is edited, one no claim, and one of ben's she did not mark."""
    project.codebook.versions.update(guidelines="# Guidelines\n\n## Who speaks?\n\nThe speaker.\n")
    ann, ben = make.user("ann"), make.user("ben")
    own = make.claim(ann, document, CLOSURE)
    wrong = make.claim(ann, document, SHORT)
    others = make.claim(ben, document, LEAGUE, speakers=[{"name": "Colleague’s Speaker"}])
    for person in (ann, ben):
        layers.submit_layer(user=person, document=document, now=LATER)
    edited = make.gold_claim(document, CLOSURE, speakers=[{"name": "Port authority"}])
    values = {"kind": "edited", "reason": "He speaks for the authority.", "guideline": "Who speaks?"}
    make.decision(document, own, gold_claim=edited, **values)
    make.decision(document, wrong, reason="A forecast of length only.")
    missed = make.gold_claim(document, LEAGUE, speakers=[{"name": "Fishers’ league"}])
    make.decision(document, others, gold_claim=missed, reason="As ben had it.")
    return document


def page_of(document: Document) -> str:
    return f"/p/bridge/d/{document.pk}/decisions/"


def test_annotators_read_what_was_decided_on_their_claims_and_why(decided: Document, browser: SignIn) -> None:
    page = browser("ann").get(page_of(decided)).content.decode()

    shown = page.split('id="decided-claims"')[1]
    assert shown.index(CLOSURE) < shown.index(SHORT) < shown.index(LEAGUE)
    assert "Tor Lind" in shown and "Port authority" in shown and "He speaks for the authority." in shown
    assert 'guidelines/?version=1#g-who-speaks" dir="auto">Who speaks?' in shown
    assert "A forecast of length only." in shown and "not a claim" in shown and "not marked" in shown
    assert "Fishers’ league" in shown and f"/d/{decided.pk}/talk/?layer=" in shown
    assert 'id="g-who-speaks"' in browser("ann").get("/p/bridge/guidelines/").content.decode()
    listed = browser("ann").get(LIST).content.decode()
    assert (
        page_of(decided) in listed and "1 edited" in listed and "1 not a claim" in listed and "1 not marked" in listed
    )


def test_nothing_is_told_of_colleagues(decided: Document, browser: SignIn) -> None:
    page = browser("ann").get(page_of(decided)).content.decode()
    told = Api(make.user("ann")).get("projects/bridge/decisions/").json()["results"]

    for hidden in ("ben", "manager", "Colleague", "As ben had it"):
        assert hidden not in page.split('id="decided-claims"')[1] and hidden not in str(told)
    assert [found["kind"] for found in told] in (["edited", "rejected"], ["rejected", "edited"])
    for found in told:
        assert [reading["annotator"] for reading in found["readings"]] == ["ann"]
        assert "decided_by" not in found and "by_itself" not in found
        assert all(set(field) == {"field", "basis", "value"} and field["basis"] is None for field in found["fields"])


def test_curators_get_all_decisions_over_the_api(decided: Document, project: Project) -> None:
    curator = Api(make.user("curator"))

    found = curator.get("projects/bridge/decisions/?page_size=2").json()
    rest = curator.get(found["next"]).json()["results"]

    every = found["results"] + rest
    assert len(every) == 3 and {one["readings"][0]["annotator"] for one in every} == {"ann", "ben"}
    edited = next(one for one in every if one["kind"] == "edited")
    assert edited["decided_by"] == "manager" and edited["fields"][0]["basis"] == "chosen"
    assert edited["fields"][0]["options"] == ["support", "oppose"]
    assert edited["claim"]["speakers"][0]["name"] == "Port authority" and edited["guideline"] == "Who speaks?"
    assert len(curator.get("projects/bridge/decisions/?kind=rejected").json()["results"]) == 1
    assert curator.get(f"projects/bridge/decisions/?document={project.pk}").json()["results"] == []
    for query in ("kind=x", "document=x", "cursor=x"):
        assert curator.get(f"projects/bridge/decisions/?{query}").status_code == 400
    assert Api(make.user("outsider")).get("projects/bridge/decisions/").status_code == 404


@pytest.mark.parametrize("why", ["gold is open", "reopened", "never read", "other round"])
def test_nothing_is_shown_before_its_time(decided: Document, browser: SignIn, project: Project, why: str) -> None:
    who = "curator" if why == "never read" else "ann"
    if why == "gold is open":
        make.gold(decided, is_finished=False)
    if why == "reopened":
        layers.reopen_layer(user=make.user("ann"), document=decided, now=LATER)
    if why == "other round":
        again = make.round(project, name="Again", is_blind=False)
        layers.open_layer(user=make.user("ann"), document=decided, round=again, now=LATER)

    assert browser(who).get(page_of(decided)).status_code == 404
    assert page_of(decided) not in browser(who).get(LIST).content.decode()
    if who == "ann":
        assert Api(make.user("ann")).get("projects/bridge/decisions/").json()["results"] == []


def test_strangers_and_other_methods_are_refused(decided: Document, browser: SignIn) -> None:
    for path in (LIST, page_of(decided)):
        assert browser("outsider").get(path).status_code == 404
        assert browser("ann").post(path).status_code == 405
        assert browser("ann").head(path).status_code == 200
    fragment = browser("ann").get(page_of(decided), headers={"HX-Request": "true"}).content
    assert fragment.strip().startswith(b'<div id="decided')
    assert browser("ann").get(f"{LIST}?page=9").status_code == 200


def test_the_list_costs_the_same_for_many_documents(decided: Document, browser: SignIn, project: Project) -> None:
    client = browser("ann")
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(3):
        other = make.document(project, f"{make.TEXT} {number}", title=f"Other {number}")
        own = make.claim(make.user("ann"), other, CLOSURE)
        layers.submit_layer(user=make.user("ann"), document=other, now=LATER)
        make.decision(other, own, gold_claim=make.gold_claim(other, CLOSURE))
    with CaptureQueriesContext(connection) as many:
        page = client.get(LIST).content.decode()

    assert len(many) <= len(few) <= 40
    assert "3 further documents here are settled as I marked them" in page and "Other 1" not in page
    assert Layer.objects.filter(kind="gold").count() == 4
