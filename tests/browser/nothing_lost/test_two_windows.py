"""Nothing that a person did is lost: two windows or browsers of the same person."""

from __future__ import annotations

import pytest

from annotate.models import Claim
from annotate.records import claim_dict
from tests import make
from tests.browser.hands import saved
from tests.browser.nothing_lost.outbox import (
    ONE,
    TWO,
    bad,
    in_outbox,
    kept,
    mark_unsure,
    open_first,
    stored,
)

pytestmark = [pytest.mark.once(on="postgres"), pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_same_person_in_two_browsers_sees_both_versions(visit, visitor, ann, path, document):
    make.claim(ann, document, ONE)
    one, two = visitor.open(path), visit(ann).open(path)
    open_first(one)
    one.locator(".card .seg input[value=oppose]").check()
    saved(one)

    open_first(two)
    mark_unsure(two)
    dialog = two.locator("#conflict")
    dialog.wait_for()
    bad(two)
    assert "oppose" in dialog.locator("[data-theirs]").inner_text()
    assert len(kept(two)) == 1
    dialog.locator("button[value=both]").click()
    saved(two)

    two.locator("#n-claims").get_by_text("2").wait_for()
    found = {(claim_dict(c.pk)["stances"][0]["value"], c.is_unsure) for c in Claim.objects.all()}
    assert found == {("oppose", False), ("support", True)}
    assert kept(two) == []


def test_two_disputes_are_asked_one_after_the_other(visit, visitor, ann, path, document):
    make.claim(ann, document, ONE)
    make.claim(ann, document, TWO)
    here, there = visitor.open(path), visit(ann).open(path)
    for quote in (ONE, TWO):
        there.locator("#claim-list .c > button", has_text=quote).click()
        there.locator(".card .seg input[value=oppose]").check()
        saved(there)
        here.locator("#claim-list .c > button", has_text=quote).click()
        if quote == ONE:
            visitor.context.set_offline(True)
        mark_unsure(here)
    visitor.context.set_offline(False)

    for _ in range(2):
        here.locator("#conflict button[value=mine]").click()
    saved(here)

    assert stored() == [(ONE, True), (TWO, True)]
    in_outbox(here, 0)


@pytest.mark.parametrize(("choice", "expected"), [("mine", ("support", True)), ("theirs", ("oppose", False))])
def test_a_dispute_survives_a_reload_and_is_settled_as_chosen(visit, visitor, ann, path, document, choice, expected):
    make.claim(ann, document, ONE)
    one, two = visitor.open(path), visit(ann).open(path)
    open_first(one)
    one.locator(".card .seg input[value=oppose]").check()
    saved(one)
    open_first(two)
    mark_unsure(two)
    two.locator("#conflict").wait_for()

    two.on("dialog", lambda dialog: dialog.accept())
    two.reload()
    two.locator("#conflict").wait_for()
    two.locator(f"#conflict button[value={choice}]").click()
    saved(two)

    claim = Claim.objects.get()
    assert (claim_dict(claim.pk)["stances"][0]["value"], claim.is_unsure) == expected
    in_outbox(two, 0)


def test_two_tabs_of_a_browser_know_of_each_other(visitor, ann, path, document):
    make.claim(ann, document, ONE)
    one, two = visitor.open(path), visitor.open(path)
    open_first(one)
    one.locator(".card .seg input[value=oppose]").check()
    saved(one)

    open_first(two)
    two.locator(".card .seg input[value=oppose]:checked").wait_for()
    mark_unsure(two)
    saved(two)

    claim = claim_dict(Claim.objects.get().pk)
    assert (claim["stances"][0]["value"], claim["unsure"]) == ("oppose", True)
    assert not two.locator("#conflict").is_visible()


def test_two_tabs_without_a_connection_build_on_each_other(visitor, ann, path, document):
    make.claim(ann, document, ONE)
    one, two = visitor.open(path), visitor.open(path)
    visitor.context.set_offline(True)
    open_first(one)
    one.locator(".card .seg input[value=oppose]").check()
    bad(one)
    in_outbox(one, 1)
    two.locator("#saved:not([data-state=good])").wait_for()

    open_first(two)
    two.locator(".card .seg input[value=oppose]:checked").wait_for()
    mark_unsure(two)
    visitor.context.set_offline(False)
    saved(one)
    saved(two)

    claim = claim_dict(Claim.objects.get().pk)
    assert (claim["stances"][0]["value"], claim["unsure"]) == ("oppose", True)


def test_undo_never_overwrites_what_another_window_changed(visitor, ann, path, document):
    make.claim(ann, document, ONE)
    one, two = visitor.open(path), visitor.open(path)
    open_first(one)
    mark_unsure(one)
    saved(one)
    open_first(two)
    two.locator(".card .seg input[value=oppose]").check()
    saved(two)

    one.wait_for_timeout(300)
    one.keyboard.press("Escape")
    one.keyboard.press("u")
    one.locator("#conflict").wait_for()
    one.locator("#conflict button[value=theirs]").click()
    saved(one)

    claim = claim_dict(Claim.objects.get().pk)
    assert (claim["stances"][0]["value"], claim["unsure"]) == ("oppose", True)
