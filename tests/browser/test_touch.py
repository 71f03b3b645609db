"""With a finger, on a narrow screen: native selection, a bar below, and the card as a sheet."""

from __future__ import annotations

import pytest

from annotate.models import Claim
from annotate.records import claim_dict
from tests import make
from tests.browser.hands import FIND, saved

pytestmark = [pytest.mark.once(on="postgres"), pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SELECT = """(quote) => {
  const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(quote);
    if (at >= 0) { getSelection().setBaseAndExtent(node, at, node, at + quote.length); return; }
  }
}"""


@pytest.fixture
def page(project, visit):
    document = make.document(project, source="Bay Courier")
    found = visit(make.member(project, "ann"), **PHONE).open(f"/p/{project.slug}/d/{document.pk}/")
    found.locator(".s.here").wait_for()
    box = found.evaluate(FIND, ["spokesman", 1])
    found.touchscreen.tap(box[0], box[1])
    return found


def only_claim():
    return claim_dict(Claim.objects.get().pk)


def test_words_selected_by_touch_become_a_claim_and_a_further_part(page):
    page.evaluate(SELECT, "The closure is needed")
    page.locator("[data-bar=claim]").tap()
    page.locator(".card [data-speakers] [role=option]", has_text="Tor Lind").first.tap()
    page.evaluate(SELECT, "it will be short")
    page.locator("[data-bar=part]").tap()
    page.locator(".card [data-quote] i").wait_for()
    page.locator(".card .seg input[data-none]").check()
    saved(page)

    claim = only_claim()
    assert [span["quote"] for span in claim["spans"]] == ["The closure is needed", "it will be short"]
    assert [speaker["name"] for speaker in claim["speakers"]] == ["Tor Lind"]
    assert claim["no_stance"]


def test_the_sheet_leaves_the_words_of_the_claim_in_view(page):
    page.evaluate(SELECT, "The closure is needed")
    page.locator("[data-bar=claim]").tap()
    saved(page)

    box = page.locator("mark.on").first.bounding_box()
    assert 0 <= box["y"] < page.locator(".card").bounding_box()["y"]
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
