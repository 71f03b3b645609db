"""The history of a project on its pages: read by curators, own claims by annotators, blind to what is hidden."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.actions import claims, layers, registries
from annotate.actions.batch import Batch
from annotate.models import Claim, Project
from annotate.payloads.preconditions import Precondition
from corpus.models import Change, Document, Speaker, Target
from tests import make
from tests.make import LATER

if TYPE_CHECKING:
    from tests.web.conftest import SignIn
else:
    SignIn = Any

CHANGES = "/p/bridge/changes/"
CLOSURE = "The closure is needed"


@pytest.fixture
def document(project: Project) -> Document:
    return make.document(project, title="Harbour bridge")


def shown(browser: SignIn, who: str, path: str = CHANGES) -> str:
    answer = browser(who).get(path)
    assert answer.status_code == 200, path
    return answer.content.decode().split('id="change-list"')[1]


def test_a_claim_tells_who_changed_what_of_it(project: Project, document: Document, browser: SignIn) -> None:
    claim = make.claim(make.user("ann"), document, CLOSURE)
    longer = make.span(document.text, "“The closure is needed")
    stances = [claim["stances"][0] | {"value": "oppose"}]
    make.saved_again(make.user("ann"), claim, spans=[longer], stances=stances, unsure=True)

    page = shown(browser, "ann", f"{CHANGES}claim/{claim['id']}/")

    start, end = longer["start"], longer["end"]
    assert f"span {start + 1}–{end} became {start}–{end}: ““The closure is needed”" in page
    assert "stance on “Closure of the bridge” from Support to Oppose" in page or "from supports to opposes" in page
    assert "unsure from no to yes" in page and "speaker: Tor Lind" in page
    assert "<b>ann</b> changed a claim" in page


def test_the_list_shows_batches_newest_first_with_names(project: Project, document: Document, browser: SignIn) -> None:
    make.claim(make.user("ann"), document, CLOSURE)
    one = Speaker.objects.get(name="Tor Lind")
    other = registries.create_entry(
        user=make.user("curator"), project=project, model=Speaker, values={"name": "T. Lind"}
    )
    registries.merge_entry(user=make.user("curator"), entry=other, into=one)

    page = shown(browser, "curator")

    assert "merged into “Tor Lind”" in page and page.index("merged an entry") < page.index("marked a claim")
    assert CLOSURE in page and f"{CHANGES}speaker/{other.pk}/" in page
    assert "marked a claim" not in shown(browser, "curator", f"{CHANGES}?action=entry.merge")
    assert "merged into" not in shown(browser, "curator", f"{CHANGES}?person=ann")
    assert "No change fits" in shown(browser, "curator", f"{CHANGES}?day=1999-01-01&object_type=claim")
    assert "merged into" in shown(browser, "manager", f"{CHANGES}speaker/{other.pk}/")


def test_pages_go_on_by_keyset_in_a_constant_number_of_queries(
    project: Project, document: Document, browser: SignIn
) -> None:
    curator = make.user("curator")
    client = browser("curator")

    def make_entries(n: int) -> None:
        for number in range(n):
            values = {"name": f"Entry {number} of {n}", "note": "x"}
            registries.create_entry(user=curator, project=project, model=Target, values=values)

    make_entries(2)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(CHANGES)
    make_entries(40)
    with CaptureQueriesContext(connection) as many:
        first = client.get(CHANGES).content.decode()

    assert len(many) <= len(few) + 1 <= 27
    assert "Entry 39 of 40" in first and "Entry 3 of 40" not in first
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = client.get(CHANGES + older).content.decode()
    assert "Entry 3 of 40" in second and "Entry 39 of 40" not in second and 'rel="prev"' in second
    newest = second.split('rel="prev"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert "Entry 39 of 40" in client.get(CHANGES + newest).content.decode()


def test_what_a_blind_reading_hides_is_hidden_in_the_history_also_when_it_was_deleted(
    project: Project, document: Document, browser: SignIn
) -> None:
    ann, curator = make.user("ann"), make.user("curator")
    other = make.document(project, make.TEXT + " Elsewhere.", title="Elsewhere")
    gone = make.claim(ann, document, CLOSURE, speakers=[{"name": "Secret Name"}])
    kept = make.claim(ann, document, "it will be short")
    seen = Precondition(if_match=frozenset("1"))
    claims.delete_claim(user=ann, claim_id=uuid.UUID(gone["id"]), precondition=seen, now=LATER)
    layers.submit_layer(user=ann, document=document, now=LATER)
    there = make.claim(ann, other, CLOSURE)
    before = shown(browser, "curator")
    assert "Secret Name" in before and gone["id"] in before
    make.claim(curator, document, "Harbour bridge")  # now the curator reads the document blind

    page = shown(browser, "curator")

    assert gone["id"] not in page and kept["id"] not in page and "Secret Name" not in page
    assert "submitted a reading" not in page
    assert there["id"] in page and "Harbour bridge" in page
    for path in (gone["id"], kept["id"]):
        assert browser("curator").get(f"{CHANGES}claim/{path}/").status_code == 404
    assert browser("curator").get(f"{CHANGES}layer/{gone['layer']}/").status_code == 404
    batch = Change.objects.get(object_id=gone["id"], after__isnull=True).batch
    assert browser("curator").post(f"{CHANGES}{batch}/undo/").status_code == 404
    layers.submit_layer(user=curator, document=document, now=LATER)
    assert gone["id"] in shown(browser, "curator")


def test_annotators_see_the_history_of_their_own_claims_alone(
    project: Project, document: Document, browser: SignIn
) -> None:
    claim = make.claim(make.user("ann"), document, CLOSURE)
    seen = Precondition(if_match=frozenset("1"))
    claims.delete_claim(user=make.user("ann"), claim_id=uuid.UUID(claim["id"]), precondition=seen, now=LATER)
    speaker = Speaker.objects.get(name="Tor Lind")

    page = shown(browser, "ann", f"{CHANGES}claim/{claim['id']}/")

    assert "deleted a claim" in page and f"{CHANGES}claim/" not in page.replace(f'value="{CHANGES}claim/', "")
    assert browser("ann").get(f"{CHANGES}layer/{claim['layer']}/").status_code == 200
    for path in (
        f"speaker/{speaker.pk}/",
        f"document/{document.pk}/",
        f"claim/{uuid.uuid4()}/",
        f"user/{uuid.uuid4()}/",
    ):
        assert browser("ann").get(CHANGES + path).status_code == 404
    for path in (f"claim/{claim['id']}/", f"layer/{claim['layer']}/"):
        assert browser("ben").get(CHANGES + path).status_code == 404
        assert browser("outsider").get(CHANGES + path).status_code == 404


def test_undo_is_a_button_that_needs_no_script(project: Project, document: Document, browser: SignIn) -> None:
    claim = make.claim(make.user("ann"), document, CLOSURE)
    page = f"{CHANGES}claim/{claim['id']}/"
    batch = Change.objects.get(object_id=claim["id"]).batch
    assert f'action="{CHANGES}{batch}/undo/"' in shown(browser, "ann", page)

    answer = browser("ann").post(f"{CHANGES}{batch}/undo/", {"back": page})

    assert answer.status_code == 302 and answer["Location"] == page
    assert not Claim.objects.exists()
    undo = Change.objects.get(action="undo")
    assert (
        browser("ann").post(f"{CHANGES}{undo.batch}/undo/", {"back": "//elsewhere.example/p/"})["Location"] == CHANGES
    )
    assert str(Claim.objects.get().pk) == claim["id"]
    refused = browser("curator").post(f"{CHANGES}{batch}/undo/")
    assert refused.status_code == 409 and "theirs to change" in refused.content.decode()
    assert browser("curator").get(f"{CHANGES}{batch}/undo/").status_code == 405


def test_bad_input_is_no_error(project: Project, browser: SignIn) -> None:
    client = browser("curator")

    for query in (
        "?before=x&after=9",
        "?day=never",
        "?person=%00&action=%00",
        "?object_id=%00",
        "?before=9" * 9,
    ):
        assert client.get(CHANGES + query).status_code == 200
    assert client.post(CHANGES).status_code == 405
    assert client.post(f"{CHANGES}{uuid.uuid4()}/undo/").status_code == 404


def test_decisions_and_unknown_shapes_are_told_in_words(project: Project, document: Document, browser: SignIn) -> None:
    claim = make.claim(make.user("ann"), document, CLOSURE)
    layer = make.gold(document)
    batch = Batch(action="decision.make", actor=make.user("curator"), project_id=project.pk)
    state = {"kind": "edited", "layer": str(layer.pk), "claim": claim, "readings": [{}, {}], "reason": "He speaks."}
    moved = {"kind": "rejected", "layer": str(layer.pk), "claim": None, "readings": [{}]}
    batch.add("decision", layer.pk, before=None, after=state)
    batch.add("decision", layer.pk, before=state, after=moved)
    batch.add("pairing", layer.pk, before={"claims": ["a", "b"]}, after={"a": "1", "b": "1", "claims": ["a", "b"]})
    batch.add("strange", "7", before={"deep": {"x": [1, {"y": None}]}, "n": 1}, after={"deep": {"x": 2}, "flag": True})
    batch.add("stranger", "8", before=[1], after="text")
    batch.write()

    page = shown(browser, "curator")

    assert "edited, from 2 readings" in page and "reason: “He speaks.”" in page and "decision <b dir=" in page
    assert "decided from edited to not a claim" in page and "readings from 2 to 1" in page
    assert "2 claims put together or apart by hand" in page
    assert "deep, x from" in page and "flag from nothing to yes" in page and "n from 1 to nothing" in page
    assert "stranger" in page and "<b>curator</b> decided" in page
    assert "decided" in shown(browser, "curator", f"{CHANGES}decision/{layer.pk}/")
    make.claim(make.user("curator"), document, "it will be short")  # reads it blind: own steps alone stay
    assert "edited, from 2 readings" in shown(browser, "curator")
    make.claim(make.user("manager"), document, "it will be short")
    assert "edited, from 2 readings" not in shown(browser, "manager")
