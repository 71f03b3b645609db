"""A team in the browser, from the link that invites them to the field that a follow-up asks; nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from annotate.models import Claim, Layer, Skip, Submission
from annotate.records import claim_dicts
from tests import make
from tests.api.client import Api
from tests.browser.hands import saved
from tests.teams.articles import articles

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PEOPLE = ("ada", "bo", "cem", "dana")
YES_NO = "On the record"


@pytest.fixture
def team(project: Any, visit: Any, chromium: Any, live_server: Any) -> Any:
    """Yield the manager's visitor and a page for each of four people who have made an account by the link."""
    for text in articles():
        make.document(project, text)
    manager = visit(make.user("manager"))
    link = invitation(manager.open("/p/bridge/members/"))
    pages, contexts = {}, []
    for name in PEOPLE:
        contexts.append(chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce"))
        pages[name] = signed_up(contexts[-1].new_page(), link, name)
    yield manager, pages
    for context in contexts:
        for page in context.pages:
            page.goto("about:blank")
        context.close()


def invitation(page: Any) -> str:
    page.locator("#id_invite_max_uses").fill("4")
    page.locator("#make-invitation").click()
    return page.locator("#invitation-link").inner_text().strip()


def signed_up(page: Any, link: str, name: str) -> Any:
    page.set_default_timeout(20_000)
    page.goto(link)
    page.locator("[name=username]").fill(name)
    page.locator("[name=new_password1]").fill(make.PASSWORD)
    page.locator("[name=new_password2]").fill(make.PASSWORD)
    page.locator("main button.primary").click()
    page.wait_for_url("**/p/bridge/")
    return page


def publish(manager: Any, change: Any, note: str) -> None:
    """Start a draft, change it, and publish it."""
    page = manager.open("/p/bridge/codebook/")
    page.locator("#start-draft").click()
    page.wait_for_url("**/draft/**")
    change(page)
    page.locator("#to-publish").click()
    page.wait_for_url("**/publish/")
    page.locator("[name=note]").fill(note)
    page.locator("#publish").click()
    page.wait_for_url("**/codebook/")
    page.close()


def new_guidelines(page: Any) -> None:
    page.locator("#edit-guidelines").click()
    page.locator("#id_guidelines").fill("# Guidelines\n\nMark what is said about the vote.")
    page.get_by_text("All changes saved").wait_for()


def renamed_label(page: Any) -> None:
    page.locator("#edit-question-0").click()
    page.locator("#label-1-name").fill("Call")
    page.locator("#label-1-key").fill("call")
    page.get_by_text("All changes saved").wait_for()


def further_question(page: Any) -> None:
    page.locator("#new-name").fill(YES_NO)
    page.locator("#new-kind").select_option("boolean")
    page.locator("#question-add").click()
    page.locator("#question-key").fill("on_record")
    page.locator("[name=required]").check()
    page.get_by_text("All changes saved").wait_for()


def open_round(manager: Any, name: str, overlap: int) -> Any:
    page = manager.open("/p/bridge/rounds/")
    page.locator("#change-1").click()
    page.locator("#id_1_status").select_option("closed")
    page.locator("#save-1").click()
    page.locator("[role=status]", has_text="changed").wait_for()
    page.locator("#new-round").click()
    form = page.locator("form:has(#open-round)")
    form.locator("[name=name]").fill(name)
    form.locator("[name=overlap]").fill(str(overlap))
    page.locator("#open-round").click()
    page.locator("[role=status]", has_text="is open").wait_for()
    page.close()
    return make.Project.objects.get().rounds.get(name=name)


def mark(page: Any) -> None:
    """Mark the first quotation by keyboard: its speaker is named beside it, its target is typed."""
    page.locator(".s.here").wait_for()
    for key in ("q", "Enter", "1", "t"):
        page.keyboard.press(key)
    page.keyboard.type("The plan")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("1")
    page.keyboard.press("2")  # its type
    saved(page)


def start(page: Any) -> str:
    """Take the next document with one key; return its id."""
    page.goto(page.url.split("/p/")[0] + "/p/bridge/")
    page.locator("main button:focus").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/d/**")
    return page.url.split("/d/")[1].split("/")[0]


def drain(name: str) -> None:
    """Read the rest over the API, as the others do at the same time."""
    client = Api(make.user(name))
    try:
        while (answer := client.post("projects/bridge/next/")).status_code == 200:
            connection.close()
            document = answer.json()["document"]
            client.put(f"documents/{document['id']}/layer/", {"no_claim": []})
            assert client.post(f"documents/{document['id']}/submit/").status_code == 200
    finally:
        connection.close()


def test_a_team_from_the_invitation_to_the_follow_up(team: Any, project: Any) -> None:
    manager, pages = team
    publish(manager, new_guidelines, "Says what is marked")
    round = open_round(manager, "Twice", 2)

    # Four at work, each with a claim on their first document; one skips, one leaves, one lets the lease end.
    held = {}
    for name, page in pages.items():
        held[name] = start(page)
        mark(page)
    pages["ada"].keyboard.press("d")
    pages["ada"].wait_for_url("**done=**")
    pages["cem"].goto(pages["cem"].url)
    pages["cem"].get_by_text("Skip…").click()
    pages["cem"].locator("[type=radio]").first.check()
    pages["cem"].locator("#skip").click()
    pages["cem"].wait_for_url("**/d/**")
    pages["bo"].goto(pages["bo"].url.split("/d/")[0] + "/leave/")
    pages["bo"].locator("#leave").click()
    pages["bo"].wait_for_url(lambda url: "/leave/" not in url)
    Layer.objects.filter(annotator__username="dana").update(lease_expires_at=timezone.now())

    assert Skip.objects.get().user.username == "cem"
    assert Layer.objects.get(annotator__username="bo").status == "withdrawn"
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(drain, ("ada", "cem", "dana")))
    done = Layer.objects.filter(round=round, status="submitted")
    readers: dict[Any, set[int]] = {}
    for document, person in done.values_list("document", "annotator"):
        readers.setdefault(document, set()).add(person)
    assert len(readers) == 20 and {len(found) for found in readers.values()} == {2}
    assert Claim.objects.count() == 4

    returned_and_submitted_again(manager, pages["ada"], round, held["ada"])
    renamed_in_the_next_version(manager, round)
    asked_again(manager, pages["ada"], round)


def returned_and_submitted_again(manager: Any, page: Any, round: Any, document: str) -> None:
    layer = Layer.objects.get(round=round, document=document, annotator__username="ada")
    returning = manager.open(f"/p/bridge/layers/{layer.pk}/return/")
    returning.locator("main textarea").fill("Who says so?")
    returning.locator("main form .button.primary").click()
    returning.get_by_text("The reading is returned to ada").wait_for()
    assert start(page) == document
    assert "Who says so?" in page.locator("#returned").inner_text()
    page.locator(".s.here").wait_for()
    page.keyboard.press("d")
    page.wait_for_url(lambda url: document not in url.split("?")[0])
    assert Submission.objects.filter(layer=layer).count() == 2


def renamed_in_the_next_version(manager: Any, round: Any) -> None:
    before = {claim["id"]: claim for claim in claim_dicts(Claim.objects.all())}
    assert {claim["attributes"]["type"] for claim in before.values()} == {"demand"}
    publish(manager, renamed_label, "“Demand” is called “call”")
    moving = manager.open(f"/p/bridge/rounds/{round.pk}/move/")
    moving.locator("#move").click()
    moving.wait_for_url("**/rounds/")
    after = {claim["id"]: claim for claim in claim_dicts(Claim.objects.all())}
    assert after.keys() == before.keys()
    assert {claim["attributes"]["type"] for claim in after.values()} == {"call"}
    assert [after[id]["spans"] for id in after] == [before[id]["spans"] for id in after]


def asked_again(manager: Any, page: Any, round: Any) -> None:
    publish(manager, further_question, "Asks whether it was on the record")
    form = manager.open(f"/p/bridge/rounds/{round.pk}/follow-up/")
    form.locator("[name=name]").fill("On the record?")
    form.get_by_label(YES_NO).check()
    form.locator("#follow-up-form .button.primary").click()
    form.wait_for_url("**/rounds/")
    claimed = Claim.objects.get(layer__annotator__username="ada")
    start(page)
    page.wait_for_url("**/follow-up/**")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: str(claimed.layer.document_id) not in url)
    (taken_up,) = claim_dicts(Claim.objects.filter(follows=claimed.pk))
    assert taken_up["attributes"] == {"on_record": True, "type": "call"}
    assert [span["quote"] for span in taken_up["spans"]] == [
        span.quote for span in claimed.spans.filter(role="content")
    ]
