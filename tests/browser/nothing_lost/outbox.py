"""What a person does and sees while something goes wrong, and what the browser and the database hold then."""

from __future__ import annotations

import time

from annotate.models import Span, SpanRole
from tests import make
from tests.browser.hands import drag

ONE, TWO, THREE = "The closure is needed", "it will be short", "promised a ferry"

CLAIMS = "**/claims/**"

OUTBOX = """() => new Promise((resolve) => {
  const request = indexedDB.open("standpoint", 1);
  request.onupgradeneeded = () => request.transaction.abort();
  request.onerror = () => resolve([]);
  request.onsuccess = () => {
    const all = request.result.transaction("outbox").objectStore("outbox").getAll();
    all.onsuccess = () => { request.result.close(); resolve(all.result); };
  };
})"""


def stored():
    """What the database holds: quote and "unsure" of every claim."""
    return sorted(Span.objects.filter(role=SpanRole.CONTENT).values_list("quote", "claim__is_unsure"))


def kept(page):
    """What the outbox of this browser holds, of everybody."""
    found = [(entry["user"], entry["body"] or {}) for entry in page.evaluate(OUTBOX)]
    return [(user, body.get("spans", [{}])[0].get("quote")) for user, body in found]


def until(page, condition, seconds=10):
    """Wait for something outside the page, while the page's requests are still attended to."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        page.wait_for_timeout(40)


def in_outbox(page, n):
    until(page, lambda: len(page.evaluate(OUTBOX)) == n)


def open_first(page):
    page.locator("#claim-list .c > button").first.click()
    page.locator(".card").wait_for()


def make_claim(page, quote):
    """Drag over words, and wait until the page shows the claim: that takes no answer of the server."""
    items = page.locator("#claim-list .c")
    n_before = items.count()
    drag(page, quote)
    items.nth(n_before).wait_for()


def mark_unsure(page):
    page.locator(".card [data-unsure]").check()


def bad(page):
    page.locator("#saved[data-state=bad]").wait_for()


def let_through_once(page, method):
    """Let the next request of this method reach the server, and lose its answer."""
    lost = []

    def handle(route):
        if route.request.method != method or lost:
            route.fallback()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route(CLAIMS, handle)
    return lost


def sign_in(page, name):
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", make.PASSWORD)
    page.click("form.form button")


def owners():
    found = Span.objects.filter(role=SpanRole.CONTENT)
    return sorted(found.values_list("claim__layer__annotator__username", "quote"))
