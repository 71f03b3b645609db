"""The clock of the reader, on a clock of ours: what counts, what does not, and when it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests import make

pytestmark = [pytest.mark.once(on="postgres"), pytest.mark.browser, pytest.mark.django_db(transaction=True)]

START = """async () => {
  const { Clock } = await import("/static/annotate/js/reader/clock.js");
  window.sent = [];
  window.fails = false;
  const send = async (method, url, { body, keepalive }) => {
    window.sent.push([body.seconds, Boolean(keepalive)]);
    if (window.fails) throw new TypeError("no connection");
    return { seconds: body.seconds };
  };
  window.testClock = new Clock({ url: "/time/", send, onChange: () => {} });
}"""
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def page(project: Any, visit: Any) -> Any:
    """An article with a clock of its own, of which the test moves the hands."""
    document = make.document(project)
    visitor = visit(make.member(project, "ann"))
    visitor.context.clock.install()
    page = visitor.open(f"/p/{project.slug}/d/{document.pk}/")
    page.mouse.move(300, 300)
    page.clock.run_for(1000)
    page.evaluate(START)
    return page


def seconds(page: Any) -> int:
    return page.evaluate("testClock.seconds")


def sent(page: Any) -> list[Any]:
    return page.evaluate("sent")


def test_it_counts_a_minute_after_the_last_sign_and_sends_every_half_minute(page: Any) -> None:
    page.clock.run_for(31_000)
    assert seconds(page) == 31 and sent(page) == [[30, False]]
    page.clock.run_for(90_000)
    assert seconds(page) == 60 and sent(page) == [[30, False], [60, False]]
    for sign in (
        lambda: page.mouse.move(400, 310),
        lambda: page.keyboard.press("Shift"),
        lambda: page.mouse.wheel(0, 9),
    ):
        before = seconds(page)
        sign()
        page.wait_for_timeout(200)  # the wheel turns when the browser gets to it
        page.clock.run_for(5000)
        assert seconds(page) == before + 5
        page.clock.run_for(90_000)
        assert seconds(page) == before + 60


def test_a_pointer_that_lies_still_is_no_sign(page: Any) -> None:
    move = 'window.dispatchEvent(new PointerEvent("pointermove", {screenX: 5, screenY: 5}))'
    page.evaluate(move)
    for _ in range(4):
        page.clock.run_for(50_000)
        page.evaluate(move)

    assert seconds(page) == 60


def test_paused_it_stands_whatever_happens(page: Any) -> None:
    page.clock.run_for(5000)
    page.evaluate("testClock.toggle()")
    page.clock.run_for(5000)
    page.mouse.move(420, 330)
    page.clock.run_for(5000)
    assert seconds(page) == 5 and sent(page) == [[5, False]]
    assert page.evaluate("testClock.isPaused")

    page.evaluate("testClock.toggle()")
    page.clock.run_for(3000)
    assert seconds(page) == 8


def test_hidden_or_behind_it_stands_and_what_is_new_is_sent_at_once(page: Any) -> None:
    page.clock.run_for(7000)
    page.evaluate(HIDE, True)
    page.clock.run_for(20_000)
    assert seconds(page) == 7 and sent(page) == [[7, True]]

    page.evaluate(HIDE, False)
    page.clock.run_for(2000)
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    page.clock.run_for(20_000)
    assert seconds(page) == 9 and sent(page)[-1] == [9, False]


def test_what_failed_is_in_the_next(page: Any) -> None:
    page.evaluate("fails = true")
    page.clock.run_for(31_000)
    page.evaluate("fails = false")
    page.mouse.move(410, 340)
    page.clock.run_for(30_000)

    assert sent(page) == [[30, False], [60, False]]


def test_after_the_end_nothing_is_counted_or_sent(page: Any) -> None:
    page.clock.run_for(5000)
    body = page.evaluate("testClock.body()")
    page.evaluate("testClock.end()")
    page.mouse.move(410, 350)
    page.clock.run_for(50_000)

    assert body["seconds"] == 5 and len(body["visit"]) == 36
    assert sent(page) == [] and seconds(page) == 5
