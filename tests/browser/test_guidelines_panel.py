"""The guidelines beside the text: opened by a key, searched as one types, and kept when the server is away."""

from __future__ import annotations

from typing import Any

import pytest

from annotate.models import CodebookVersion
from annotate.payloads.codebooks import forget_codebooks
from tests import make

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

START = """async (url) => {
  const { Panel } = await import("/static/annotate/js/reader/panel.js");
  const root = document.createElement("aside");
  root.className = "guidelines";
  root.id = "test-panel";
  root.hidden = true;
  root.tabIndex = -1;
  const style = document.createElement("link");
  Object.assign(style, { rel: "stylesheet", href: "/static/annotate/css/panel.css" });
  await new Promise((done) => { style.onload = done; document.head.append(style); });
  document.querySelector("main").append(root);
  window.testPanel = new Panel({ url, root });
}"""
URL = "/p/bridge/guidelines/?fragment=1&version=1"
HITS = """[...CSS.highlights.get("found")]
  .filter((hit) => !hit.startContainer.parentElement.closest("[hidden]"))
  .map(String)"""


def start(project: Any, visit: Any) -> tuple[Any, Any]:
    document = make.document(project)
    visitor = visit(make.member(project, "ann"))
    page = visitor.open(f"/p/{project.slug}/d/{document.pk}/")
    page.evaluate(START, URL)
    page.locator("#read").focus()
    return visitor, page


def shown(page: Any) -> list[str]:
    return [
        text.split("\n")[0] for text in page.locator("#test-panel .labels .item:not([hidden]) dt").all_inner_texts()
    ]


def test_it_opens_with_the_focus_in_its_search_and_esc_gives_it_back(project: Any, visit: Any) -> None:
    visitor, page = start(project, visit)
    page.evaluate("testPanel.toggle()")
    page.locator("#test-panel input:focus").wait_for()
    assert page.evaluate("testPanel.isOpen")
    page.keyboard.press("Escape")
    assert page.evaluate("[testPanel.isOpen, document.activeElement.id]") == [False, "read"]

    visitor.context.set_offline(True)
    page.evaluate("testPanel.open()")
    page.keyboard.type("causal")
    assert page.locator("#test-panel [role=status]").inner_text() == "1 found"
    page.get_by_role("button", name="Close", exact=True).click()
    assert not page.evaluate("testPanel.isOpen")
    visitor.context.set_offline(False)


def test_typing_filters_parts_and_labels_and_marks_the_words(project: Any, visit: Any) -> None:
    _, page = start(project, visit)
    page.evaluate("testPanel.open()")
    page.locator("#test-panel input").fill("SOMETHING good")
    assert [label.split()[0] for label in shown(page)] == ["Evaluation"]
    assert sorted({hit.lower() for hit in page.evaluate(HITS)}) == ["good", "something"]
    assert page.locator("#test-panel .prose").inner_text() == ""
    assert not page.locator("#test-panel h2", has_text="Stance").is_visible()

    page.locator("#test-panel input").fill("Type")
    assert len(shown(page)) == 7

    page.locator("#test-panel input").fill("zebra")
    assert page.locator("#test-panel [role=status]").inner_text() == "Nothing found for “zebra”"
    page.locator("#test-panel input").fill("")
    assert page.locator("#test-panel [role=status]").inner_text() == ""
    assert page.locator("#test-panel .item[hidden]").count() == 0


def test_accents_do_not_matter_in_long_guidelines(project: Any, visit: Any) -> None:
    prose = "\n\n".join(
        f"## Règle {n}\n\n" + "Il faut écouter le **café** voisin avant de coder. " * 8 for n in range(120)
    )
    assert len(prose) > 50_000
    CodebookVersion.objects.update(guidelines=prose)
    forget_codebooks()
    _, page = start(project, visit)
    page.evaluate("testPanel.open()")
    page.locator("#test-panel input").fill("regle 77")
    assert page.locator("#test-panel [role=status]").inner_text() == "1 found"
    assert page.evaluate(HITS) == ["Règle", "77"]
    page.locator("#test-panel input").fill("cafe")
    assert page.locator("#test-panel [role=status]").inner_text() == "120 found"


def test_what_cannot_be_loaded_says_so_and_is_tried_again(project: Any, visit: Any) -> None:
    visitor, page = start(project, visit)
    visitor.context.set_offline(True)
    page.evaluate("testPanel.open()")
    page.locator("#test-panel [role=alert]").wait_for()
    page.keyboard.press("Escape")
    visitor.context.set_offline(False)
    page.evaluate("testPanel.open()")
    page.locator("#test-panel input:focus").wait_for()
    visitor.problems[:] = [problem for problem in visitor.problems if "ERR_INTERNET_DISCONNECTED" not in problem]
