"""From a browser selection (UTF-16, across marks) to stored code points: the quote is always the slice."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from annotate.models import Claim, Span
from annotate.records import claim_dict
from corpus.text.blocks import split_blocks
from tests import make
from tests.browser.hands import saved
from tests.browser.selections import SELECT as SELECT_PLACES
from tests.browser.selections import SELECT_ON_MOUSE_UP, Cuts, Pick, picks, texts

pytestmark = [pytest.mark.once(on="postgres"), pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HARD = (
    "🙂🙂 The 👩‍👩‍👧 family café (cafe\u0301) said “yes” 👍🏽.\n"
    "\tTabs\tand  double spaces, a no-break\u00a0space; نورا الخطيب agreed.\n"
    "\n \n"
    "שלום עולם, said 🇪🇺 officials <b>&amp;</b> others… e\u0301e\u0301 𝒳𝒴 end\n"
    "Last line without a full stop"
)

SELECT = """([fromBlock, fromUnit, toBlock, toUnit]) => {
  const blocks = [...document.getElementById("text").children];
  const place = (block, units) => {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    for (; node; node = walker.nextNode()) {
      if (units <= node.data.length) return [node, units];
      units -= node.data.length;
    }
    return [block, block.childNodes.length];
  };
  const range = document.createRange();
  range.setStart(...place(blocks[fromBlock], fromUnit));
  range.setEnd(...place(blocks[toBlock], toUnit));
  const selection = getSelection();
  selection.removeAllRanges(); selection.addRange(range);
  document.getElementById("read").focus();
}"""


def units(text):
    return len(text.encode("utf-16-le")) // 2


# Each: (block, words) of the start and of the end; the selection goes from the first word's start to the last's end.
CASES = [
    ((0, "The"), (0, "family")),
    ((0, "🙂🙂"), (0, "The")),
    ((0, "👩‍👩‍👧"), (0, "👩‍👩‍👧")),
    ((0, "cafe\u0301"), (0, "said")),
    ((1, "Tabs"), (1, "double")),
    ((1, "no-break"), (1, "نورا")),
    ((1, "الخطيب"), (1, "agreed")),
    ((2, "שלום"), (2, "said")),
    ((2, "<b>"), (2, "others")),
    ((2, "𝒳𝒴"), (2, "end")),
    ((1, "agreed"), (2, "עולם")),
    ((0, "family"), (3, "Last")),
]


@pytest.mark.parametrize("order", [CASES, CASES[::-1]], ids=["forth", "back"])
def test_every_selection_is_stored_with_the_exact_quote(project, visit, order):
    ann = make.member(project, "ann")
    document = make.document(project, HARD)
    page = visit(ann).open(f"/p/{project.slug}/d/{document.pk}/")
    lines = [line for line in HARD.split("\n") if line.strip()]

    for (one, first), (two, last) in order:
        start = units(lines[one][: lines[one].index(first)])
        end = units(lines[two][: lines[two].index(last)] + last)
        page.evaluate(SELECT, [one, start, two, end])
        page.keyboard.press("Enter")
        page.locator(".card").wait_for()
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        saved(page)

    assert Claim.objects.count() == len(order)
    stored = set(Span.objects.values_list("quote", flat=True))
    for span in Span.objects.all():
        assert document.text[span.start : span.end] == span.quote
    for (one, first), (two, last) in order:
        if one == two:
            line = lines[one]
            wanted = line[line.index(first) : line.index(last) + len(last)]
            assert any(wanted in quote for quote in stored), wanted


def test_a_half_selected_word_is_taken_whole(project, visit):
    ann = make.member(project, "ann")
    document = make.document(project)
    page = visit(ann).open(f"/p/{project.slug}/d/{document.pk}/")
    line = document.text.split("\n\n")[1]
    start = line.index("closure is needed")

    page.evaluate(SELECT, [1, start + 3, 1, start + len("closure is nee")])
    page.keyboard.press("Enter")
    page.locator(".card").wait_for()
    saved(page)

    assert [span["quote"] for span in claim_dict(Claim.objects.get().pk)["spans"]] == ["closure is needed"]


def test_a_pull_at_selected_white_space_selects_anew(project, visit):
    ann = make.member(project, "ann")
    document = make.document(project, "\t\t\tThe ferry will run, she said.\n")
    page = visit(ann).open(f"/p/{project.slug}/d/{document.pk}/")
    box = page.locator("#text > .t").first.bounding_box()

    def pull(to):
        page.mouse.move(box["x"] + 2, box["y"] + 14)
        page.mouse.down()
        page.mouse.move(box["x"] + to, box["y"] + 14, steps=4)
        page.mouse.up()

    pull(120)
    assert page.evaluate("() => getSelection().toString()").isspace()
    page.wait_for_timeout(50)
    assert Claim.objects.count() == 0
    pull(300)
    page.locator(".card").wait_for()
    saved(page)

    [span] = claim_dict(Claim.objects.get().pk)["spans"]
    assert span["quote"].startswith("The ferry")


class Hand:
    """Selects in one window, in one document after the other, and tells what was stored."""

    def __init__(self, project, person, page):
        self.project, self.person, self.page = project, person, page
        self.known: set[UUID] = set()
        self.n = 0

    def open(self, text):
        self.n += 1
        self.document = make.document(self.project, f"{text}Text {self.n}")
        self.text = self.document.text
        self.blocks = split_blocks(self.text)
        self.page.goto(f"{self.page.url.split('/p/')[0]}/p/{self.project.slug}/d/{self.document.pk}/")
        self.cuts = Cuts.of(self.page, self.text, [block.start for block in self.blocks])

    def place(self, part: float) -> tuple[int, int]:
        """Return the place at that part of the text as (block, code points into it)."""
        offset = round(part * len(self.text))
        index = max((block.index for block in self.blocks if block.start <= offset), default=0)
        block = self.blocks[index]
        return index, min(max(offset - block.start, 0), block.end - block.start)

    def select(self, pick: Pick) -> tuple[int, int] | None:
        """Select by mouse with Alt, or by range and Enter; return the span that has to be stored."""
        one, other = self.place(pick.one), self.place(pick.other)
        start, end = sorted(self.blocks[index].start + points for index, points in (one, other))
        wanted = self.cuts.span_of(start, end, is_exact=pick.is_exact)
        if pick.is_exact:
            self.page.evaluate(SELECT_ON_MOUSE_UP, [one, other, pick.at_border])
            self.page.evaluate("() => { document.getElementById('read').scrollTop = 0; }")
            box = self.page.locator("#text > .t").first.bounding_box()
            self.page.keyboard.down("Alt")
            self.page.mouse.move(box["x"] + 4, box["y"] + 14)
            self.page.mouse.down()
            self.page.mouse.move(box["x"] + 60, box["y"] + 14, steps=2)
            self.page.mouse.up()
            self.page.keyboard.up("Alt")
            self.page.wait_for_timeout(40)  # the page looks at what is selected just after the button went up
        elif wanted is not None:
            self.page.evaluate(SELECT_PLACES, [one, other, pick.at_border])
            self.page.keyboard.press("Enter")
        return wanted

    def stored(self) -> tuple[int, int]:
        """Wait for the claim that was made; return its span and check its quote."""
        self.page.locator(".card").wait_for()
        saved(self.page)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Escape")
        claim = Claim.objects.exclude(pk__in=self.known).get()
        self.known.add(claim.pk)
        [span] = claim_dict(claim.pk)["spans"]
        start, end = span["start"], span["end"]
        assert self.text[start:end] == span["quote"] == span["quote"].strip()
        return start, end


def test_any_selection_in_any_text_becomes_a_well_cut_span(project, visit):
    ann = make.member(project, "ann")
    hand = Hand(project, ann, visit(ann).open("/p/bridge/"))

    @settings(
        max_examples=14,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(text=texts(), chosen=picks())
    @example(text="One\u00a0\ufe0f two\n", chosen=[Pick(0.2, 0.6, "before", False), Pick(0.1, 0.3, "before", True)])
    def every_selection(text, chosen):
        hand.open(text)
        for pick in chosen:
            wanted = hand.select(pick)
            if wanted is not None:
                assert hand.stored() == wanted, (hand.text, pick)

    every_selection()
