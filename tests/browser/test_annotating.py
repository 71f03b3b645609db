"""Annotating in the browser: real mouse and keys, and what was stored."""

from __future__ import annotations

import pytest

from annotate.models import Claim, Layer
from annotate.records import claim_dict
from tests import make
from tests.browser.hands import choose, drag, saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SPEAKER = ".card [data-speakers] .combo input"
TARGET = ".card [data-stances] input[aria-label=Target]"


@pytest.fixture
def ann(project):
    return make.member(project, "ann")


def reader(project, document):
    return f"/p/{project.slug}/d/{document.pk}/"


def only_claim():
    return claim_dict(Claim.objects.get().pk)


def test_a_claim_with_speaker_target_and_stance_is_stored_as_selected(project, ann, visit):
    document = make.document(project, source="Bay Courier")
    page = visit(ann).open(reader(project, document))

    drag(page, "The closure is needed")
    choose(page, SPEAKER, "Tor Lind")
    choose(page, TARGET, "Closure of the bridge")
    page.locator(".card .seg input[value=support]").check()
    page.locator(".card [data-attribute=type] input[value=evaluation]").check()
    saved(page)

    claim = only_claim()
    assert claim["spans"] == [make.span(document.text, "The closure is needed")]
    assert [speaker["name"] for speaker in claim["speakers"]] == ["Tor Lind"]
    assert [(s["target"]["name"], s["value"]) for s in claim["stances"]] == [("Closure of the bridge", "support")]
    assert claim["attributes"] == {"type": "evaluation"}
    assert page.locator("#text mark.azure0").inner_text() == "The closure is needed"
    assert "Tor Lind" in page.locator("#claim-list").inner_text()


def test_parts_nesting_cue_mention_and_the_rest_of_the_record(project, ann, visit):
    document = make.document(project, source="Bay Courier")
    text = document.text
    page = visit(ann).open(reader(project, document))

    drag(page, "The closure is needed")
    page.locator(".card [data-do=part]").click()
    drag(page, "it will be short")
    choose(page, SPEAKER, "Tor Lind")
    page.locator(".card [data-do=behalf]").click()
    choose(page, ".card [data-represents] input", "Port authority")
    page.locator(".card [data-do=mention]").click()
    drag(page, "spokesman Tor Lind")
    page.locator(".card .seg input[data-none]").check()
    page.locator(".card summary").click()
    choose(page, ".card [data-new-reporter] input", "Agency A")
    page.locator(".card [data-cue] .add").click()
    drag(page, "he said")
    page.locator(".card [data-mode] input[value=direct]").check()
    choose(page, ".card [data-proposition] input", "The bridge has to be closed.")
    page.locator(".card [data-relation] input[value=denies]").check()
    page.locator(".card [data-unsure]").check()
    page.locator(".card [data-note]").fill("Two\nlines ")
    page.locator(".card [data-unsure]").focus()
    saved(page)

    claim = only_claim()
    assert claim["spans"] == [make.span(text, "The closure is needed"), make.span(text, "it will be short")]
    assert claim["speakers"][0]["represents"]["name"] == "Port authority"
    assert claim["speakers"][0]["mention"] == [make.span(text, "spokesman Tor Lind")]
    assert [entry["name"] for entry in claim["reported_by"]] == ["Agency A"]
    assert claim["cue"] == [make.span(text, "he said")]
    assert (claim["mode"], claim["no_stance"], claim["unsure"]) == ("direct", True, True)
    assert claim["proposition"]["relation"] == "denies"
    assert claim["note"] == "Two\nlines "

    drag(page, "closure")
    page.locator("#n-claims").get_by_text("2").wait_for()
    saved(page)
    assert Claim.objects.count() == 2


def test_delete_is_undone_with_the_same_id(project, ann, visit):
    document = make.document(project)
    stored = make.claim(ann, document, "The closure is needed")
    page = visit(ann).open(reader(project, document))

    page.locator("#text mark").first.click()
    page.locator(".card [data-do=delete]").click()
    saved(page)
    assert page.locator("#text mark").count() == 0
    assert not Claim.objects.exists()

    page.locator("#toast button").click()
    saved(page)
    page.locator("#text mark").first.wait_for()
    again = only_claim()
    assert again["id"] == stored["id"] and again["spans"] == stored["spans"] and again["version"] == 2


def test_done_leads_to_the_gap_then_submits_and_opens_the_next_article(project, ann, visit):
    first = make.document(project)
    second = make.document(project, "Another article.\n\nThe ferry will run, said Tor Lind.")
    page = visit(ann).open(reader(project, first))
    drag(page, "The closure is needed")
    saved(page)
    page.locator("#submit-form button").click()
    page.locator("#toast:not([hidden])").wait_for()
    assert Layer.objects.get(document=first).status == "open"

    choose(page, SPEAKER, "Tor Lind")
    page.locator(".card .seg input[data-none]").check()
    saved(page)
    page.locator("#submit-form button").click()
    page.wait_for_url(f"**/d/{second.pk}/**")

    assert Layer.objects.get(document=first).status == "submitted"
    page.locator("#toast button").click()
    page.wait_for_url(f"**/d/{first.pk}/**")
    assert Layer.objects.get(document=first).status == "open"


def test_markup_in_an_article_is_text(project, ann, visit):
    text = 'Headline <img src=x onerror=alert(1)>\n\n<script>alert(2)</script> & "quotes" said <b>Tor</b>.'
    document = make.document(project, text, title="<svg onload=alert(3)>")
    visitor = visit(ann)
    page = visitor.open(reader(project, document))
    page.on("dialog", lambda dialog: visitor.problems.append(f"dialog: {dialog.message}"))

    assert page.locator("#text").inner_text().startswith("Headline <img src=x onerror=alert(1)>")
    assert page.locator("#article img, #article script, #article b, #article svg").count() == 0


def test_a_note_is_saved_while_the_cursor_is_still_in_it(project, ann, visit):
    document = make.document(project)
    make.claim(ann, document, "The closure is needed")
    page = visit(ann).open(reader(project, document))
    page.locator("#text mark").first.click()
    page.locator(".card summary").click()
    page.locator(".card [data-note]").click()

    page.keyboard.type("Not sure who speaks")
    assert page.locator("#saved").get_attribute("data-state") != "good"
    saved(page)

    assert only_claim()["note"] == "Not sure who speaks"


def test_a_name_that_was_typed_but_not_taken_stays_and_says_so(project, ann, visit):
    document = make.document(project)
    page = visit(ann).open(reader(project, document))
    drag(page, "The closure is needed")
    page.locator(SPEAKER).fill("Somebody")
    page.locator(".card .seg input[value=support]").check()
    saved(page)

    assert page.locator(SPEAKER).input_value() == "Somebody"
    assert "Not taken yet" in page.locator(".card [data-speakers] .hint").inner_text()
    assert only_claim()["speakers"] == []
    page.locator(SPEAKER).press("Enter")
    saved(page)
    assert only_claim()["speakers"] == []


def test_the_lit_field_of_a_further_claim_is_in_view_and_a_key_without_a_claim_says_so(project, ann, visit):
    document = make.document(project)
    page = visit(ann, viewport={"width": 1280, "height": 620}).open(reader(project, document))
    page.locator("#read").click(position={"x": 5, "y": 5})
    page.keyboard.press("t")
    page.locator("#toast:not([hidden])").wait_for()
    assert "No claim is active" in page.locator("#toast").inner_text()

    for words in ("The closure is needed", "it will be short"):
        drag(page, words)
        saved(page)
    lit, panel = (page.locator(where).bounding_box() for where in (".card .lit", "aside.claims"))
    assert panel["y"] <= lit["y"] and lit["y"] + lit["height"] <= panel["y"] + panel["height"]


def test_escape_leaves_the_field_then_the_claim(project, ann, visit):
    document = make.document(project)
    page = visit(ann).open(reader(project, document))
    drag(page, "The closure is needed")
    page.locator(SPEAKER).click()

    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.locator("#picking:not([hidden])").wait_for()
    drag(page, "it will be short")
    page.locator(".card q i").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.locator(".card").count() == 0
    saved(page)
    assert len(only_claim()["spans"]) == 2


def test_an_article_without_claims_is_not_submitted_by_a_stray_key(project, ann, visit):
    document = make.document(project)
    page = visit(ann).open(reader(project, document))
    page.locator("#read").focus()
    page.keyboard.press("d")
    page.locator("#toast button").wait_for()
    assert not Layer.objects.exists()

    page.locator("#toast button").click()
    page.wait_for_url("**/p/bridge/**done=**")
    layer = Layer.objects.get()
    assert layer.status == "submitted" and layer.has_nothing_to_code


def test_what_is_typed_when_an_answer_arrives_is_not_called_saved(project, ann, visit):
    document = make.document(project)
    page = visit(ann).open(reader(project, document))
    drag(page, "The closure is needed")
    page.locator(".card summary").click()
    saved(page)

    words = page.evaluate("""() => new Promise((resolve) => {
        const note = document.querySelector(".card [data-note]");
        document.querySelector(".card [data-unsure]").click();
        new MutationObserver((_, observer) => {
            observer.disconnect();
            note.value = "Typed just now";
            for (const type of ["input", "change"]) note.dispatchEvent(new Event(type, { bubbles: true }));
            setTimeout(() => resolve(document.querySelector("#saved[data-state=busy]").textContent.trim()));
        }).observe(document.getElementById("claim-list"), { childList: true, subtree: true });
    })""")

    assert words.startswith("Saving…")
    saved(page)
    assert (only_claim()["note"], only_claim()["unsure"]) == ("Typed just now", True)
