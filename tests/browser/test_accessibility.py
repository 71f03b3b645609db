"""WCAG 2.2 AA on every page, light and dark: axe-core, and what axe cannot see: focus, reflow, spacing, errors."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import looking
from tests.browser.pages import PAGES, Page, uncovered
from tests.browser.world import standing

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 320, "height": 640}
EVERYTHING = {"type": "tag", "values": TAGS}
# What depends on the colours, or on the width; everything else is the same in the dark and on a narrow page.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
TARGETS = {"type": "rule", "values": ["target-size"]}
AXE = """async only => {
  const rules = {"target-size": {enabled: true}};
  const options = {runOnly: only, rules, resultTypes: ["violations"], preload: false};
  const why = node => [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ");
  const line = (found, node) => `${found.id}: ${node.html.slice(0, 160)}: ${why(node).slice(0, 200)}`;
  const {violations} = await axe.run(options);
  return violations.flatMap(found => found.nodes.map(node => line(found, node)));
}"""


class Looker:
    """A browser window for each person, kept for the whole module."""

    def __init__(self, chromium: Any, server: Any, world: dict[str, str]) -> None:
        from axe_playwright_python import base

        self.chromium, self.server, self.world = chromium, server, world
        self.axe = (Path(base.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
        self.windows: dict[str | None, Any] = {}

    def window(self, who: str | None) -> Any:
        from django.conf import settings
        from django.test import Client

        from tests import make

        if who not in self.windows:
            context = self.chromium.new_context(viewport=WIDE, reduced_motion="reduce")
            if who is not None:
                client = Client()
                client.force_login(make.user(who))
                cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
                context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.server.url}])
            self.windows[who] = context
        return self.windows[who]

    def open(self, page: Page) -> Any:
        view = self.window(page.who).new_page()
        view.set_default_timeout(10_000)
        if page.error is not None:
            html = error_page(page.error)
            view.route(
                "**/error/*", lambda route: route.fulfill(status=page.error, content_type="text/html", body=html)
            )
        view.goto(self.server.url + page.address(self.world))
        if page.act is not None:
            page.act(view)
        settle(view)
        return view


def error_page(status: int) -> str:
    from django.test import RequestFactory

    from annotate.web.errors import error_response

    return error_response(RequestFactory().get("/x"), status, "What happened.").text


@pytest.fixture(scope="module")
def looker(chromium, django_db_setup, django_db_blocker) -> Iterator[Looker]:
    with standing(django_db_setup, django_db_blocker) as (server, world):
        found = Looker(chromium, server, world)
        yield found
        for window in found.windows.values():
            window.close()


@pytest.fixture
def _django_db_helper(looker) -> None:
    """Stands in for pytest-django's: its transaction round each test would hide the world from the server's thread."""


def settle(view: Any) -> None:
    """Wait for two frames: a page takes its first focus, and is told of a new width, when a frame is drawn."""
    view.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def resize(view: Any, size: Any) -> None:
    view.set_viewport_size(size)
    settle(view)


def refusals(view: Any, seconds: float = 5.0) -> list[str]:
    """What is wrong with how a refusal is told, once the page has had time to take its first focus."""
    end = time.monotonic() + seconds
    while (found := view.evaluate(looking.ERRORS)) and time.monotonic() < end:
        settle(view)
    return list(found)


def test_every_route_is_looked_at_or_is_no_page():
    assert list(uncovered()) == [], "Add each to PAGES in tests/browser/pages.py, or to NOT_PAGES there."


# Both databases have a share of the pages: looking at all takes minutes.
SHARES = [
    pytest.param(page, id=page.name, marks=pytest.mark.once(on="postgres" if n % 3 == 0 else "sqlite"))
    for n, page in enumerate(PAGES)
]


@pytest.mark.parametrize("page", SHARES)
def test_a_page_has_no_barrier(looker, page):
    """One visit for all checks: opening a page takes longer than looking at it."""
    view = looker.open(page)
    found = refusals(view) if page.name.endswith(" refused") else []
    found += view.evaluate(looking.TWICE)
    view.keyboard.press("Tab")
    found += view.evaluate(looking.FOCUS)
    resize(view, NARROW)
    found += [f"at 320 px: {line}" for check in (looking.REFLOW, looking.FOCUS) for line in view.evaluate(check)]
    resize(view, WIDE)

    view.evaluate(looking.PRUNE)
    view.evaluate(looker.axe)
    found += [f"light: {line}" for line in view.evaluate(AXE, EVERYTHING)]
    view.emulate_media(color_scheme="dark")
    found += [f"dark: {line}" for line in view.evaluate(AXE, COLOURS)]
    resize(view, NARROW)
    found += [f"at 320 px: {line}" for line in view.evaluate(AXE, TARGETS)]
    found += [f"spaced: {line}" for check in (looking.SPACING, looking.REFLOW) for line in view.evaluate(check)]
    view.close()

    assert not found, "\n".join(["", *found])


WALKED = ["login", "upload", "rounds", "members", "reader", "reader with a card", "admin new speaker"]


@pytest.mark.parametrize("page", [page for page in PAGES if page.name in WALKED], ids=lambda page: page.name)
def test_the_tab_key_goes_through_the_page_and_out(looker, page):
    view = looker.open(page)
    view.evaluate("document.activeElement.blur()")
    n_stops = view.evaluate(looking.STOPS)

    seen = []
    for _ in range(n_stops + 12):
        view.keyboard.press("Tab")
        seen.append(
            view.evaluate("document.activeElement === document.body ? 'out' : document.activeElement.outerHTML")
        )
    view.close()

    assert len(set(seen)) >= n_stops * 0.8, "some controls are never reached"
    assert "out" in seen or seen[0] in seen[1:], seen[-3:]
