"""By keyboard alone: how many real input events a claim costs, and what was stored for them."""

from __future__ import annotations

import pytest

from annotate.models import Claim, Layer
from annotate.records import claim_dict, layer_marks
from tests import make
from tests.browser.hands import drag, saved

pytestmark = [pytest.mark.once(on="postgres"), pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = (
    "Ferry to run at night\n\n"
    "The night ferry will help the islands, the mayor, Mr. Osk Arlen, said on Nov. 21. "
    "It will cost less than the road, he said.\n\n"
    "“The harbour is ready,” Arlen added. “Nobody was asked,” said Ines Duarte of the anglers’ union, "
    "“and nobody was warned.” According to Duarte, the ferry scares the fish and breaks the nets.\n\n"
    "The road was built in 1988."
)
COUNT = """() => {
  window.presses = 0;
  const held = ["Shift", "Control", "Alt"];
  addEventListener("keydown", (event) => { if (!held.includes(event.key)) window.presses += 1; }, true);
  addEventListener("pointerdown", () => { window.presses += 1; }, true);
}"""


@pytest.fixture
def ann(project):
    return make.member(project, "ann")


@pytest.fixture
def document(project):
    return make.document(project, TEXT, source="Bay Courier")


@pytest.fixture
def page(project, ann, document, visit):
    found = visit(ann).open(f"/p/{project.slug}/d/{document.pk}/")
    found.locator(".s.here").wait_for()
    found.evaluate(COUNT)
    return found


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def presses(page) -> int:
    """Return the key presses and clicks since the last call."""
    return page.evaluate("() => { const n = window.presses; window.presses = 0; return n; }")


def stored(quote: str) -> dict:
    """Return the one stored claim that begins with these words."""
    (found,) = [
        claim
        for claim in (claim_dict(id) for id in Claim.objects.values_list("pk", flat=True))
        if claim["spans"][0]["quote"].startswith(quote)
    ]
    return found


def answers(claim: dict) -> tuple:
    return (
        [speaker["name"] for speaker in claim["speakers"]],
        [(stance["target"] and stance["target"]["name"], stance["value"]) for stance in claim["stances"]],
    )


def first_claim(page) -> None:
    """The first claim of the article, with a target that is typed."""
    press(page, "j", "Enter", "1", "t")
    page.keyboard.type("Night ferry")
    press(page, "Shift+Enter", "1")
    saved(page)
    presses(page)


def test_a_whole_sentence_takes_three_presses_where_the_speaker_is_carried(page, document):
    first_claim(page)
    assert answers(stored("The night ferry")) == (["Osk Arlen"], [("Night ferry", "support")])

    press(page, "Enter", "1", "1")
    assert presses(page) == 3
    saved(page)

    claim = stored("It will cost")
    assert claim["spans"] == [make.span(document.text, "It will cost less than the road")]
    assert answers(claim) == (["Osk Arlen"], [("Night ferry", "support")])
    assert claim["cue"] == [make.span(document.text, "he said")]
    assert claim["mode"] == "indirect"
    assert "cue" in claim["detected"]["fields"]


def test_a_quoted_passage_takes_four_presses(page, document):
    first_claim(page)

    press(page, "q", "Enter", "1", "2")
    assert presses(page) == 4
    saved(page)

    claim = stored("“The harbour")
    assert claim["spans"] == [make.span(document.text, "“The harbour is ready,”")]
    assert answers(claim) == (["Osk Arlen"], [("Night ferry", "oppose")])
    assert claim["mode"] == "direct"


def test_an_interrupted_quotation_of_a_known_speaker_takes_six_presses(page, document):
    first_claim(page)
    press(page, "j", "j", "j", "j", "Enter", "1", "1", "2")  # According to Duarte …
    saved(page)
    assert answers(stored("the ferry scares")) == (["Ines Duarte"], [("Night ferry", "oppose")])
    press(page, "k")
    presses(page)

    press(page, "q", "Enter", "a", "q", "1", "2")
    assert presses(page) == 6
    saved(page)

    claim = stored("“Nobody")
    text = document.text
    assert claim["spans"] == [make.span(text, "“Nobody was asked,”"), make.span(text, "“and nobody was warned.”")]
    assert answers(claim) == (["Ines Duarte"], [("Night ferry", "oppose")])


def test_by_mouse_and_digits_a_claim_takes_four(page, document):
    first_claim(page)

    drag(page, "the ferry scares the fish")
    page.locator(".card [data-quote]", has_text="scares").wait_for()
    press(page, "1", "1", "2")
    assert presses(page) == 4
    saved(page)

    claim = stored("the ferry scares the fish")
    assert answers(claim) == (["Ines Duarte"], [("Night ferry", "oppose")])


def test_a_part_of_a_sentence_by_the_letters_at_its_clauses(page, document):
    press(page, "j", "j", "j", "j", "j", "g")
    starts = page.locator("#hints kbd").all_text_contents()
    assert starts == [chr(ord("a") + at) for at in range(len(starts))] and len(starts) > 1
    offsets = page.evaluate("() => JSON.parse(document.getElementById('state').textContent).outline.sentences[5]")
    want = make.span(document.text, "breaks the nets")
    press(page, chr(ord("a") + offsets["s"].index(want["start"])))
    ends = [end for end in offsets["e"] if end > want["start"]]
    press(page, chr(ord("a") + ends.index(want["end"])))
    saved(page)
    assert stored("breaks")["spans"] == [want]


def test_edges_move_by_words_and_undo_has_no_end(page, document):
    press(page, "j", "j", "Enter")
    press(page, "ArrowLeft", "ArrowLeft", "Shift+ArrowRight")
    saved(page)
    assert stored("will")["spans"] == [make.span(document.text, "will cost less than")]
    for _ in range(4):
        press(page, "u")
    saved(page)
    assert not Claim.objects.exists()
    for _ in range(4):
        press(page, "Shift+U")
    saved(page)
    assert stored("will")["spans"] == [make.span(document.text, "will cost less than")]


def test_sentences_without_a_claim_are_marked_and_unmarked(page, document):
    press(page, "j", "Shift+J", "Shift+J", "x")
    saved(page)
    layer = Layer.objects.get()
    marks = layer_marks([layer])[layer.pk]
    assert [mark["quote"] for mark in marks] == [
        "The night ferry will help the islands, the mayor, Mr. Osk Arlen, said on Nov. 21.",
        "It will cost less than the road, he said.",
    ]
    press(page, "u")
    saved(page)
    assert not layer_marks([layer]).get(layer.pk)


def test_no_stance_by_zero_and_the_rest_of_the_record_by_letters(page, document):
    press(page, "j", "Enter", "1", "0", "7", "v", "i")
    page.keyboard.type("The ferry helps the islands.")
    press(page, "Shift+Enter")
    press(page, "Shift+I", "b")
    page.keyboard.type("Town council")
    press(page, "Shift+Enter", "o")
    page.keyboard.type("Agency A")
    press(page, "Shift+Enter", "m", "4", "e")
    page.keyboard.type("a note")
    press(page, "Escape", "Escape")
    saved(page)
    claim = stored("The night ferry")
    assert claim["no_stance"] and claim["unsure"] and claim["note"] == "a note"
    assert claim["attributes"] == {"type": "assertion"}
    assert claim["proposition"]["relation"] == "denies"
    assert claim["speakers"][0]["represents"]["name"] == "Town council"
    assert [entry["name"] for entry in claim["reported_by"]] == ["Agency A"]
    assert claim["mode"] == "reported"


def test_keys_act_only_while_the_text_or_the_list_has_the_focus(page, document):
    page.locator(".crumb a").first.focus()
    press(page, "x")
    page.locator("#saved").wait_for()
    assert not Layer.objects.exists()
    page.locator(".s.here").focus()
    press(page, "x")
    saved(page)
    assert Layer.objects.count() == 1


def test_a_key_can_be_changed_and_single_keys_switched_off(page, document):
    press(page, "?")
    page.locator("#help .keycap[aria-label^='Next sentence']").click()
    press(page, "+")
    page.locator("#help [data-close]").click()
    press(page, "+")
    assert page.locator(".s.here").get_attribute("id") == "s1"
    press(page, "j")
    assert page.locator(".s.here").get_attribute("id") == "s1"

    press(page, "?")
    page.locator("#help [data-on]").uncheck()
    page.locator("#help [data-close]").click()
    press(page, "+")
    assert page.locator(".s.here").get_attribute("id") == "s1"
    assert page.locator("footer.keys kbd").first.inner_text() == "+"


def test_tab_goes_round_the_claims_of_a_sentence_and_is_no_trap(page, project, ann, document):
    make.claim(ann, document, "the ferry scares the fish")
    make.claim(ann, document, "breaks the nets")
    page.reload()
    press(page, "j", "j", "j", "j", "j", "Tab")
    assert "scares" in page.locator(".card [data-quote]").inner_text()
    press(page, "Tab")
    assert "breaks" in page.locator(".card [data-quote]").inner_text()
    press(page, "Tab")
    assert page.evaluate("() => !document.activeElement.classList.contains('s')")


def test_double_click_in_a_quotation_takes_it_and_a_drag_adds_a_pending_part(page, document):
    box = page.evaluate(
        """() => { const r = document.createRange(); const s = document.getElementById("s3");
        const n = s.firstChild; const at = n.data.indexOf("harbour"); r.setStart(n, at); r.setEnd(n, at + 3);
        const b = r.getBoundingClientRect(); return [b.left + 4, b.top + b.height / 2]; }"""
    )
    page.mouse.dblclick(*box)
    page.locator(".card").wait_for()
    press(page, "a")
    drag(page, "the road")
    page.locator(".card [data-quote] i").wait_for()
    saved(page)
    claim = stored("the road")
    assert [span["quote"] for span in claim["spans"]] == ["the road", "“The harbour is ready,”"]


def test_a_drag_of_a_handle_moves_the_end_by_words(page, document):
    press(page, "j", "j", "Enter")
    saved(page)
    handle = page.locator(".handle.end").bounding_box()
    target = page.evaluate(
        """() => { const m = document.querySelector("mark"); const n = m.firstChild; const r = document.createRange();
        const at = n.data.indexOf("less"); r.setStart(n, at); r.setEnd(n, at + 3);
        const b = r.getBoundingClientRect(); return [b.right, b.top + b.height / 2]; }"""
    )
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(*target, steps=5)
    page.mouse.up()
    saved(page)
    assert stored("It will")["spans"] == [make.span(document.text, "It will cost less")]
