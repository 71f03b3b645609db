"""Talk beside the text: opened from a claim, written there, and kept when the server is away."""

from __future__ import annotations

from typing import Any

import pytest

from annotate.models import Layer, Remark
from tests import make

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CLOSURE = "The closure is needed"


def start(project: Any, visit: Any) -> tuple[Any, Any, Layer]:
    ann, document = make.member(project, "ann"), make.document(project)
    layer = make.layer(ann, document, is_submitted=False)
    make.remark(make.user("manager"), layer, "Who speaks?", claim_key=layer.claims.get().pk)
    visitor = visit(ann)
    return visitor, visitor.open(f"/p/{project.slug}/d/{document.pk}/"), layer


def test_a_claims_thread_opens_beside_the_text_and_takes_a_reply(project: Any, visit: Any) -> None:
    _, page, layer = start(project, visit)
    page.locator(".c > a.said").click()
    page.locator("#panel .remarks").wait_for()
    assert "Who speaks?" in page.locator("#panel").inner_text()

    page.locator("#panel summary").click()
    page.locator("#panel textarea").first.fill("The spokesman.")
    page.locator("#panel .answer .button").click()
    page.locator("#panel .remarks li:nth-child(2)").wait_for()

    assert Remark.objects.filter(layer=layer).count() == 2
    assert page.url.endswith(f"/d/{layer.document_id}/")
    page.keyboard.press("Escape")
    page.locator("#panel").wait_for(state="hidden")


def test_a_reply_that_cannot_be_sent_stays_where_it_was_typed(project: Any, visit: Any) -> None:
    visitor, page, layer = start(project, visit)
    page.locator(".c > a.said").click()
    page.locator("#panel summary").click()
    page.locator("#panel textarea").first.fill("The spokesman.")

    visitor.context.set_offline(True)
    page.locator("#panel .answer .button").click()

    page.locator("#panel [role=alert]").wait_for()
    assert page.locator("#panel textarea").first.input_value() == "The spokesman."
    assert Remark.objects.filter(layer=layer).count() == 1
    visitor.problems[:] = [problem for problem in visitor.problems if "ERR_INTERNET_DISCONNECTED" not in problem]


def test_an_address_leads_to_the_claim(project: Any, visit: Any) -> None:
    visitor, _, layer = start(project, visit)
    page = visitor.open(f"/p/{project.slug}/d/{layer.document_id}/?layer={layer.pk}#c-{layer.claims.get().pk}")
    assert CLOSURE in page.locator(".c.active .card").inner_text()
    assert page.locator(".c.active > a").is_visible()


def test_the_guidelines_and_the_talk_take_turns(project: Any, visit: Any) -> None:
    _, page, _ = start(project, visit)
    page.locator(".about [data-run=talk]").click()
    page.locator("#panel #talk").wait_for()
    page.locator("[data-run=guidelines]").click()
    page.locator("#panel .prose").wait_for()
    assert page.locator("#panel").get_attribute("aria-label") == "Guidelines"
    page.locator("[data-run=guidelines]").click()
    page.locator("#panel").wait_for(state="hidden")
