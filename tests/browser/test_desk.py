"""The curator's desk by keyboard, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from annotate import records
from annotate.actions.adjudication import Verdict, decide
from annotate.models import Adjudication, Claim, Decision, Layer
from annotate.reports.desk import load_desk
from tests import make
from tests.adjudication import fixture

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Keyboard:
    """Presses keys and counts them."""

    def __init__(self, page: Any) -> None:
        self.page, self.n_pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.n_pressed += 1


def people(project: Any, *names: str) -> dict[str, Any]:
    return {name: make.member(project, name, "annotator") for name in names}


def title(page: Any) -> str:
    return str(page.locator(".unit.current h2").inner_text())


def saved(page: Any) -> None:
    page.locator("#saved[data-state=good]").wait_for()


def gold(document: Any) -> list[tuple[str, str, str]]:
    found = records.claim_dicts(Claim.objects.filter(layer__kind="gold", layer__document=document))
    rows = sorted(found, key=lambda claim: claim["spans"][0]["start"])
    return [(c["spans"][0]["quote"], c["speakers"][0]["name"], c["stances"][0]["value"]) for c in rows]


def test_twenty_units_are_settled_in_at_most_twenty_key_presses(project: Any, visit: Any) -> None:
    document = make.document(project, fixture.TEXT, title="Town notes for the week")
    fixture.twenty_units(people(project, "ann", "ben", "cem"), document)
    row = Adjudication.objects.get(document=document)
    assert (row.n_units, row.n_open, row.n_settled) == (20, 8, fixture.N_AGREED)
    page = visit(make.member(project, "curator", "curator")).open(f"/p/{project.slug}/d/{document.pk}/adjudicate/")
    page.locator(".unit.current").wait_for()
    keyboard = Keyboard(page)

    # Each step looks at the screen, as a curator would, and presses what it takes.
    for _ in range(8):
        number = int(title(page).split(" number ")[1].split()[0])
        missing = page.locator(".unit.current thead [data-missing]")
        if missing.count():
            wanted = {4: fixture.claim(4, words=2)["spans"][0]["quote"], 8: "Mira Sand", 13: "Neutral"}[number]
            rows = page.locator(".unit.current tbody tr[data-reading]")
            texts = [rows.nth(i).locator("td.lit").inner_text().strip() for i in range(rows.count())]
            keyboard.press(str([text.lstrip("▲▼○ \xa0") for text in texts].index(wanted) + 1))
        keyboard.press("x" if number == 15 else "Enter")
    saved(page)
    keyboard.press("d")
    page.wait_for_url("**/adjudicate/")

    assert keyboard.n_pressed <= 20, keyboard.n_pressed
    assert gold(document) == fixture.expected_gold()
    layer = Layer.objects.gold().get()
    assert layer.status == "submitted" and layer.n_claims == 19
    assert Decision.objects.filter(by_itself=True).count() == fixture.N_AGREED
    assert Decision.objects.filter(kind="rejected").count() == 1


def test_reconciling_names_first_settles_about_half_of_the_open_units(project: Any, visit: Any) -> None:
    document = make.document(project, fixture.TEXT, title="Town notes for the week")
    fixture.own_names(people(project, "ann", "ben"), document)
    before = Adjudication.objects.get(document=document).n_open
    page = visit(make.member(project, "curator", "curator")).open(f"/p/{project.slug}/adjudicate/names/")

    for _ in range(12):
        page.locator("#name-list").wait_for()
        if not page.locator(".twin").count():
            break
        with page.expect_navigation():
            page.keyboard.press("=")

    after = Adjudication.objects.get(document=document)
    assert before == 20
    assert not after.is_stale and after.n_open == 7 and after.n_settled == 13


def test_steps_are_taken_back_one_after_the_other(project: Any, visit: Any) -> None:
    document = make.document(project, fixture.TEXT, title="Town notes for the week")
    fixture.twenty_units(people(project, "ann", "ben", "cem"), document)
    page = visit(make.member(project, "curator", "curator")).open(f"/p/{project.slug}/d/{document.pk}/adjudicate/")
    page.locator(".unit.current").wait_for()
    first = title(page)
    page.keyboard.press("Enter")
    page.keyboard.press("x")
    if page.locator("#toast").is_visible():
        page.keyboard.press("x")
    saved(page)
    assert Adjudication.objects.get().n_open == 6

    for left in (7, 8):
        with page.expect_navigation():
            page.keyboard.press("u")
        page.locator(".unit.current").wait_for()
        assert Adjudication.objects.get().n_open == left
    assert Decision.objects.count() == 0
    assert first in page.locator("nav.all").inner_text()


def test_two_curators_at_once_lose_nothing(project: Any, visit: Any) -> None:
    document = make.document(project, fixture.TEXT, title="Town notes for the week")
    fixture.twenty_units(people(project, "ann", "ben", "cem"), document)
    address = f"/p/{project.slug}/d/{document.pk}/adjudicate/"
    other = make.member(project, "other", "curator")
    page = visit(make.member(project, "curator", "curator")).open(address)
    page.locator(".unit.current").wait_for()
    unit = title(page)
    desk = load_desk(Adjudication.objects.select_related("project").get())
    first = next(found for found in desk.units if found.is_open)
    verdict = Verdict(claims={mark.key: mark.fingerprint for mark in first.marks}, is_claim=False, reason="A heading.")
    decide(user=other, project=project, document_id=document.pk, verdict=verdict, now=make.NOW)

    page.keyboard.press("Enter")
    page.locator(".unit.current [data-errors] li").wait_for()

    assert title(page) == unit
    assert "other decided it" in page.locator(".unit.current [data-errors]").inner_text()
    assert Decision.objects.get().reason == "A heading."


def test_edges_move_by_words_and_a_claim_of_the_curators_own_is_added(project: Any, visit: Any) -> None:
    document = make.document(project, fixture.TEXT, title="Town notes for the week")
    fixture.twenty_units(people(project, "ann", "ben", "cem"), document)
    page = visit(make.member(project, "curator", "curator")).open(f"/p/{project.slug}/d/{document.pk}/adjudicate/")
    page.locator(".unit.current").wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    saved(page)
    edited = Decision.objects.get()
    assert edited.kind == "edited" and gold(document)[0][0].endswith("for good this")

    page.keyboard.press("a")
    page.locator("#u-own [name=speakers]").fill("Tor Lind")
    page.locator("#u-own [name=target]").first.fill("The pier")
    page.locator("#u-own select[name=value]").first.select_option("oppose")
    with page.expect_navigation():
        page.locator("#u-own [name=target]").first.press("Enter")
    page.locator(".unit.current").wait_for()
    assert Decision.objects.filter(kind="created").count() == 1


def test_on_a_phone_the_unit_that_comes_next_is_in_view(project: Any, visit: Any) -> None:
    document = make.document(project, fixture.TEXT, title="Town notes for the week")
    fixture.twenty_units(people(project, "ann", "ben", "cem"), document)
    phone = visit(make.member(project, "curator", "curator"), viewport={"width": 390, "height": 500})
    page = phone.open(f"/p/{project.slug}/d/{document.pk}/adjudicate/")
    page.locator(".unit.current").wait_for()
    first = title(page)
    page.locator(".unit.current button[value=reject]").click()
    page.wait_for_function("first => document.querySelector('.unit.current h2').innerText !== first", arg=first)

    assert page.evaluate("scrollY") > 0
    assert 0 <= page.locator(".unit.current h2").bounding_box()["y"] < 250


def test_the_desk_works_without_scripts(project: Any, visit: Any) -> None:
    document = make.document(project, fixture.TEXT, title="Town notes for the week")
    fixture.twenty_units(people(project, "ann", "ben", "cem"), document)
    visitor = visit(make.member(project, "curator", "curator"), java_script_enabled=False)
    page = visitor.open(f"/p/{project.slug}/d/{document.pk}/adjudicate/")
    page.locator(".unit[data-state=open] button[value=reject]").first.click()
    assert Decision.objects.get().kind == "rejected"


def test_keys_of_the_desk_are_changed_and_switched_off(project: Any, visit: Any) -> None:
    document = make.document(project, fixture.TEXT, title="Town notes for the week")
    fixture.twenty_units(people(project, "ann", "ben", "cem"), document)
    page = visit(make.member(project, "curator", "curator")).open(f"/p/{project.slug}/d/{document.pk}/adjudicate/")
    page.locator(".unit.current").wait_for()
    first = title(page)

    page.keyboard.press("?")
    page.locator("#help [data-key-of=next]").click()
    page.keyboard.press("y")
    page.locator("#help [data-close]").click()
    assert page.locator("footer [data-key-of=next]").inner_text() == "Y"
    page.keyboard.press("n")
    assert title(page) == first
    page.keyboard.press("y")
    assert title(page) != first

    page.reload()
    page.locator(".unit.current").wait_for()
    second = title(page)
    page.keyboard.press("?")
    page.locator("#help [data-keys-on]").uncheck()
    page.locator("#help [data-close]").click()
    for key in ("y", "x", "1", "d"):
        page.keyboard.press(key)
    assert title(page) == second and not page.locator("footer kbd[data-key-of=next]").is_visible()
    page.locator("footer [data-run=help]").click()
    page.locator("#help [data-keys-reset]").click()
    page.locator("#help [data-close]").click()
    page.keyboard.press("n")
    assert title(page) != second
    assert Decision.objects.count() == 0
