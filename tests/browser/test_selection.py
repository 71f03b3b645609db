"""From a browser selection (UTF-16, across marks) to stored code points: the quote is always the slice."""

from __future__ import annotations

import pytest

from annotate.models import Claim, Span
from tests import make
from tests.browser.hands import saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

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

    assert Span.objects.get().quote == "closure is needed"
