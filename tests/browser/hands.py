"""What a person does with mouse and keyboard."""

from __future__ import annotations

from typing import Any

FIND = """([quote, nth]) => {
  const text = document.getElementById("text");
  const blocks = [...text.children];
  for (const block of blocks) {
    let at = -1;
    for (let i = 0; i < nth; i += 1) at = block.textContent.indexOf(quote, at + 1);
    if (at < 0) continue;
    block.scrollIntoView({block: "center"});
    const place = (units) => {
      const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const isLast = !node.nextSibling && !node.parentElement.nextSibling;
        if (units < node.data.length || (units === node.data.length && isLast)) return [node, units];
        units -= node.data.length;
      }
      const last = block.lastChild; return [last.lastChild ?? last, (last.lastChild ?? last).data.length];
    };
    const range = document.createRange();
    range.setStart(...place(at)); range.setEnd(...place(at + quote.length));
    const boxes = [...range.getClientRects()].filter((box) => box.width > 1);
    const [first, last] = [boxes[0], boxes[boxes.length - 1]];
    return [first.left + 2, first.top + first.height * .4, last.right - 2, last.top + last.height * .4];
  }
  return null;
}"""


def drag(page: Any, quote: str, nth: int = 1) -> None:
    """Select words with the mouse, as a person does."""
    box = page.evaluate(FIND, [quote, nth])
    assert box, f"{quote!r} is not in the article"
    page.mouse.move(box[0], box[1])
    page.mouse.down()
    page.mouse.move(box[2], box[3], steps=4)
    page.mouse.up()


def saved(page: Any) -> None:
    """Wait until the page says that everything is stored."""
    page.locator("#saved[data-state=good]").wait_for()


def choose(page: Any, selector: str, name: str) -> None:
    """Type a name into a combobox and take the entry of that name, or make it."""
    field = page.locator(selector)
    field.click()
    with page.expect_response(
        lambda answer: "/entries/" in answer.url and "q=" in answer.url and not answer.url.endswith("q=")
    ):
        field.fill(name)
    option = page.locator(f'.combo ul:not([hidden]) [role=option][data-name="{name}"]')
    option.first.wait_for()
    if option.first.get_attribute("data-new") is None:
        option.first.click()
    else:
        field.press("Shift+Enter")
