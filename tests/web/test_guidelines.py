"""The guidelines beside the text: the same content, alone."""

from __future__ import annotations

from typing import Any

from annotate.models import CodebookVersion
from annotate.web.guidelines import parts


def test_the_fragment_holds_the_guidelines_with_keys_and_a_search_field(project: Any, browser: Any) -> None:
    page = browser("ann").get("/p/bridge/guidelines/?fragment=1").content.decode()

    assert "<html" not in page and 'type="search"' in page and 'role="status"' in page
    assert "Mark every <strong>claim</strong>" in page
    assert 'Oppose <kbd title="Key in the reader">2</kbd>' in page
    assert 'No stance <kbd title="Key in the reader">0</kbd>' in page
    assert 'Assertion <kbd title="Key in the reader">7</kbd>' in page


def test_the_page_holds_the_same_without_the_field(project: Any, browser: Any) -> None:
    page = browser("ann").get("/p/bridge/guidelines/").content.decode()

    assert 'id="guide"' in page and 'type="search"' not in page


def test_a_version_is_chosen_by_its_number(project: Any, browser: Any) -> None:
    codebook = project.codebook
    CodebookVersion.objects.create(codebook=codebook, number=2, guidelines="Still a draft.")
    paths = {number: browser("ann").get(f"/p/bridge/guidelines/?version={number}").status_code for number in ("1", "2")}

    assert paths == {"1": 200, "2": 404}
    for bad in ("x", "", "-1", "9" * 30, "²"):
        assert browser("ann").get("/p/bridge/guidelines/", {"version": bad}).status_code == 404


def test_each_heading_begins_a_part_and_links_by_name_hold_across_parts() -> None:
    found = list(parts("Before.\n\n# One\n\nSee [it][x].\n\n- # not a part\n\n## Two\n\n[x]: https://example.org\n"))

    assert [part.split("\n")[0] for part in found] == [
        "<p>Before.</p>",
        '<h1 id="g-one">One</h1>',
        '<h2 id="g-two">Two</h2>',
    ]
    assert 'href="https://example.org"' in found[1]
    assert list(parts("")) == []


def test_parts_are_composed_so_that_a_search_finds_accents() -> None:
    assert "é" in next(parts("cafe\u0301"))
