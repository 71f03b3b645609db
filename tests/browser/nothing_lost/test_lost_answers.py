"""Nothing that a person did is lost or doubled: answers that never came, and claims that were refused."""

from __future__ import annotations

import json

import pytest

from annotate.models import Claim
from annotate.records import claim_dict
from corpus.models import Speaker
from tests import make
from tests.browser.hands import choose, saved
from tests.browser.nothing_lost.outbox import (
    CLAIMS,
    ONE,
    OUTBOX,
    TWO,
    bad,
    in_outbox,
    kept,
    let_through_once,
    make_claim,
    mark_unsure,
    open_first,
    stored,
    until,
)

pytestmark = [pytest.mark.once(on="postgres"), pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_lost_answer_to_a_new_claim(visitor, path):
    page = visitor.open(path)
    lost = let_through_once(page, "PUT")
    make_claim(page, ONE)
    until(page, lambda: lost == [201])
    mark_unsure(page)
    saved(page)

    assert stored() == [(ONE, True)]
    assert not page.locator("#conflict").is_visible()


def test_a_lost_answer_to_a_change_that_is_changed_again(visitor, path, ann, document):
    make.claim(ann, document, ONE)
    page = visitor.open(path)
    lost = let_through_once(page, "PUT")
    open_first(page)
    page.locator(".card .seg input[value=oppose]").check()
    until(page, lambda: lost == [200])
    mark_unsure(page)
    saved(page)

    claim = claim_dict(Claim.objects.get().pk)
    assert (claim["stances"][0]["value"], claim["unsure"], claim["version"]) == ("oppose", True, 3)
    assert not page.locator("#conflict").is_visible()


def test_a_lost_answer_to_a_new_name_that_answers_a_question(visit, ann, project, path, document):
    """The page knows the entry by its name only, the server answers with its id: no dispute."""
    make.version(project, attributes=[{"key": "addressee", "kind": "entity"}])
    make.round(project, closes=True)
    make.claim(ann, document, ONE)
    page = visit(ann).open(path)
    lost = let_through_once(page, "PUT")
    open_first(page)
    choose(page, ".card [data-attribute=addressee] input", "County council")
    until(page, lambda: lost == [200])
    mark_unsure(page)
    saved(page)

    claim, council = claim_dict(Claim.objects.get().pk), Speaker.objects.get(name="County council")
    assert claim["attributes"] == {"addressee": {"id": str(council.pk)}}
    assert (claim["unsure"], claim["version"]) == (True, 3)
    assert not page.locator("#conflict").is_visible()


def test_a_lost_answer_to_a_deletion(visitor, path, ann, document):
    make.claim(ann, document, ONE)
    page = visitor.open(path)
    lost = let_through_once(page, "DELETE")
    open_first(page)
    page.locator(".card [data-do=delete]").click()
    until(page, lambda: lost == [200])
    bad(page)
    saved(page)

    assert stored() == []
    page.locator("#text mark").wait_for(state="detached")


def test_a_claim_deleted_while_the_answer_to_its_making_was_lost(visitor, path):
    page = visitor.open(path)
    lost = let_through_once(page, "PUT")
    make_claim(page, ONE)
    until(page, lambda: lost == [201])
    page.locator(".card [data-do=delete]").click()
    saved(page)

    assert stored() == []
    assert page.locator("#claim-list .c").count() == 0


def test_a_lost_deletion_that_is_undone(visitor, path, ann, document):
    made = make.claim(ann, document, ONE)
    page = visitor.open(path)
    lost = let_through_once(page, "DELETE")
    open_first(page)
    page.locator(".card [data-do=delete]").click()
    until(page, lambda: lost == [200])
    page.locator("#toast button").click()
    saved(page)

    assert [str(claim.pk) for claim in Claim.objects.all()] == [made["id"]]
    assert not page.locator("#conflict").is_visible()


def test_a_lost_answer_and_a_closed_tab(visitor, path):
    page = visitor.open(path)
    lost = let_through_once(page, "PUT")
    make_claim(page, ONE)
    until(page, lambda: lost == [201])
    visitor.context.set_offline(True)
    mark_unsure(page)
    until(page, lambda: any(entry["body"]["unsure"] for entry in page.evaluate(OUTBOX)))
    page.close()
    visitor.context.set_offline(False)

    page = visitor.open(path)
    until(page, lambda: stored() == [(ONE, True)])
    saved(page)

    assert not page.locator("#conflict").is_visible()


def test_an_answer_that_is_no_claim_is_no_confirmation(visitor, path):
    page = visitor.open(path)
    welcome = {"status": 200, "content_type": "text/html", "body": "<h1>Welcome to our Wi-Fi</h1>"}
    page.route(CLAIMS, lambda route: route.fulfill(**welcome))
    make_claim(page, ONE)
    bad(page)
    assert stored() == [] and len(kept(page)) == 1

    page.unroute_all()
    saved(page)
    assert stored() == [(ONE, False)]


def test_a_busy_server_is_given_the_time_it_asks_for(visitor, path):
    page = visitor.open(path)
    asked = []

    def busy(route):
        asked.append(route.request.method)
        route.fulfill(status=503, headers={"Retry-After": "3"}, body="later")

    page.route(CLAIMS, busy)
    make_claim(page, ONE)
    bad(page)
    mark_unsure(page)
    page.wait_for_timeout(1500)
    assert len(asked) == 1
    page.unroute_all()
    saved(page)

    assert stored() == [(ONE, True)]


def test_a_refused_claim_does_not_hold_up_the_others_and_is_kept(visitor, path):
    page = visitor.open(path)
    refused = {"type": "about:blank", "title": "Bad", "status": 400, "detail": "Not like this."}

    def refuse(route):
        if ONE in (route.request.post_data or ""):
            route.fulfill(status=400, content_type="application/problem+json", body=json.dumps(refused))
        else:
            route.fallback()

    page.route(CLAIMS, refuse)
    make_claim(page, ONE)
    page.locator("#toast", has_text="Not like this.").wait_for()
    make_claim(page, TWO)
    until(page, lambda: stored() == [(TWO, False)])
    bad(page)
    until(page, lambda: [quote for _, quote in kept(page)] == [ONE])
    page.close()

    page = visitor.open(path)
    until(page, lambda: stored() == [(ONE, False), (TWO, False)])
    saved(page)


def test_a_refused_claim_can_be_discarded(visitor, path):
    page = visitor.open(path)
    refused = {"type": "about:blank", "title": "Bad", "status": 400, "detail": "Not like this."}
    page.route(
        CLAIMS,
        lambda route: route.fulfill(status=400, content_type="application/problem+json", body=json.dumps(refused)),
    )
    make_claim(page, ONE)
    page.locator("#toast", has_text="Not like this.").wait_for()
    page.locator("#toast button").click()
    saved(page)

    in_outbox(page, 0)
    assert page.locator("#claim-list .c").count() == 0 and stored() == []
