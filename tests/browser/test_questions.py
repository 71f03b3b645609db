"""What the codebook asks, answered by keys: entities by name, texts that are kept while they are typed, and `Y`."""

from __future__ import annotations

from typing import Any

import pytest

from annotate.models import Claim, Layer
from annotate.records import claim_dict, layer_dicts
from corpus.models import Speaker
from tests import make
from tests.browser.hands import choose, saved

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ASKED = (
    {"key": "form", "kind": "choice", "labels": {"demand": [], "remark": []}},
    {"key": "deadline", "kind": "text"},
    {"key": "addressee", "kind": "entity"},
    {"key": "new", "kind": "boolean"},
    {"key": "named", "kind": "entity", "scope": "stance"},
    {"key": "about", "kind": "entity", "scope": "document"},
    {"key": "summary", "kind": "text", "scope": "document"},
)

# Type into a field, and say at once what the page says about saving.
TYPED = """(input, words) => {
  input.value = words;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  return document.getElementById("saved").dataset.state;
}"""


@pytest.fixture
def page(project: Any, visit: Any) -> Any:
    make.version(project, attributes=list(ASKED))
    make.round(project, closes=True)
    document = make.document(project)
    found = visit(make.member(project, "ann")).open(f"/p/{project.slug}/d/{document.pk}/")
    found.locator(".s.here").wait_for()
    press(found, "j", "Enter", "1")
    choose(found, ".card [data-combo=target] input", "The closure")
    press(found, "1")  # support
    return found


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def answers() -> Any:
    return claim_dict(Claim.objects.get().pk)["attributes"]


def about() -> Any:
    return layer_dicts([Layer.objects.get()])[0]["attributes"]


def lit(page: Any) -> Any:
    return page.locator(".card .lit").get_attribute("data-field")


def reopen(page: Any) -> None:
    page.reload()
    page.locator("#claim-list .c > button").click()
    page.locator(".card").wait_for()


def test_a_text_takes_the_focus_and_is_kept_while_it_is_typed(page: Any) -> None:
    press(page, "1")  # demand
    assert lit(page) == "attribute:deadline"
    page.keyboard.type("June 2026")
    page.wait_for_timeout(700)
    saved(page)
    assert answers() == {"form": "demand", "deadline": "June 2026"}
    assert page.locator("[data-document-attribute=summary] input").evaluate(TYPED, "Closed") == "busy"
    page.wait_for_timeout(700)
    saved(page)
    assert about() == {"summary": "Closed"}
    page.locator("[data-attribute=deadline] input").evaluate(TYPED, "June 202")
    page.locator("[data-attribute=deadline] input").evaluate(TYPED, "June 2026")
    page.wait_for_timeout(700)
    saved(page)  # also where nothing is different in the end

    page.locator("[data-attribute=deadline] input").press("End")
    page.keyboard.type(", noon")
    reopen(page)  # at once: what is typed is sent when the page is left, or from the outbox
    saved(page)

    assert page.locator("[data-attribute=deadline] input").input_value() == "June 2026, noon"
    assert page.locator("[data-document-attribute=summary] input").input_value() == "Closed"
    assert answers() == {"form": "demand", "deadline": "June 2026, noon"}


def test_an_entity_is_answered_by_a_digit_by_a_new_name_and_by_y(page: Any) -> None:
    press(page, "1", "Enter")  # demand; the deadline stays open
    assert lit(page) == "attribute:addressee"
    field = page.locator("[data-attribute=addressee] input")
    assert field.get_attribute("placeholder") == "Y to type"
    offered = page.locator("[data-attribute=addressee] [role=option]").first.get_attribute("data-name")
    press(page, "1")
    saved(page)
    assert Speaker.objects.get(pk=answers()["addressee"]["id"]).name == offered
    assert field.input_value() == offered and lit(page) == "attribute:new"

    press(page, "y")  # round to what is answered already
    assert lit(page) == "attribute:form"
    press(page, "y", "Escape")
    field.click()
    page.keyboard.type("County council")
    page.locator(".combo ul:not([hidden]) [data-new]").wait_for()
    press(page, "Shift+Enter")
    choose(page, "[data-stance-attribute=named] input", "Ferry board")
    choose(page, "[data-document-attribute=about] input", "Ferry board")
    saved(page)
    reopen(page)

    county, board = (Speaker.objects.get(name=name) for name in ("County council", "Ferry board"))
    (stance,) = claim_dict(Claim.objects.get().pk)["stances"]
    assert county.is_provisional and answers()["addressee"] == {"id": str(county.pk)}
    assert stance["attributes"] == {"named": {"id": str(board.pk)}} and about() == {"about": {"id": str(board.pk)}}
    shown = [
        page.locator(f"[data-{one}] input").input_value()
        for one in ("attribute=addressee", "stance-attribute=named", "document-attribute=about")
    ]
    assert shown == ["County council", "Ferry board", "Ferry board"]


def test_y_goes_on_to_the_next_open_question_and_a_digit_without_meaning_says_so(page: Any) -> None:
    seen = []
    for _ in range(5):
        press(page, "y")
        seen.append(lit(page).removeprefix("attribute:"))
        if page.evaluate("document.activeElement.matches('.card input[type=text]')"):
            press(page, "Escape")
    assert seen == ["deadline", "addressee", "new", "form", "deadline"]

    press(page, "y", "Escape", "y", "9")
    page.get_by_text("9 is no answer to “New”.").wait_for()
    press(page, "Escape", "4")
    page.get_by_text("No question is lit that 4 could answer.").wait_for()
