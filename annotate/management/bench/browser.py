"""The reader in a real Chromium: time to the ready page, a painted claim, the server's answer, the next article."""

from __future__ import annotations

import os
import shutil
import statistics
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from typing import Any

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
OPENINGS, CLAIMS = 5, 8
# The reader's own mark; without it the first frame after the document was read.
READY = """() => new Promise((done) => {
  const look = () => {
    const mark = performance.getEntriesByName("reader-ready")[0];
    if (mark) return done([mark.startTime, performance.timeOrigin, true]);
    if (document.readyState === "complete" && document.getElementById("text")) {
      frame ??= performance.now();
      if (performance.now() > frame + 1500) return done([frame, performance.timeOrigin, false]);
    }
    requestAnimationFrame(look);
  };
  let frame;
  look();
})"""
FRAME = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
# Select some words in the middle of a block that no claim touches, as a drag would leave them.
SELECT = """(nth) => {
  const blocks = [...document.querySelectorAll("#text > *")].filter((block) => block.textContent.length > 60);
  const block = blocks[(nth * 7 + 3) % blocks.length];
  block.scrollIntoView({block: "center"});
  const text = block.textContent, place = (units) => {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (units < node.data.length) return [node, units];
      units -= node.data.length;
    }
    return [block.lastChild, 0];
  };
  const from = text.indexOf(" ", 4 + nth) + 1, to = text.indexOf(" ", from + 18);
  const range = document.createRange();
  range.setStart(...place(from)); range.setEnd(...place(to));
  document.activeElement?.blur?.();
  getSelection().removeAllRanges(); getSelection().addRange(range);
}"""
# From the key on: the first frame after a pending highlight or a new item, and the frame after the server's answer.
WATCH = """() => {
  const count = () => document.querySelectorAll("#claim-list > li").length;
  const times = (window.benchTimes = {}), before = count(), saved = document.getElementById("saved");
  const isGood = () => saved.dataset.state === "good";
  let began, wasBusy = false;
  const onKey = (event) => { if (event.key === "Enter") began ??= performance.now(); };
  addEventListener("keydown", onKey, {capture: true, once: true});
  new MutationObserver(() => { wasBusy ||= began !== undefined && !isGood(); }).observe(saved, {attributes: true});
  const look = () => {
    if (began !== undefined) {
      const isShown = (CSS.highlights?.get("pending")?.size ?? 0) > 0 || count() > before;
      if (isShown) times.painted ??= performance.now() - began;
      if (isShown && wasBusy && isGood()) times.drawn = performance.now() - began;
    }
    if (times.drawn === undefined) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
TAKE = """() => new Promise((done) => {
  const until = performance.now() + 8000, times = window.benchTimes;
  const isOver = () => times.drawn !== undefined || performance.now() > until;
  const look = () => (isOver() ? done(times) : requestAnimationFrame(look));
  look();
})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Milliseconds, medians of several openings of one page."""

    ready: float
    raw: float
    layout: float
    is_marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Milliseconds from the key, medians of several claims: painted, the answer drawn, of that style and layout."""

    painted: float
    drawn: float
    layout: float
    count: int


def chromium_path() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def why_not() -> str:
    """Return why no browser can be driven, or an empty text."""
    if find_spec("playwright") is None:
        return "Playwright is not installed (dependency group “dev”)"
    return "" if chromium_path() else "there is no Chromium on this machine; install the package “chromium”"


@contextmanager
def windows(address: str, cookie: tuple[str, str]) -> Iterator[Any]:
    """Yield a signed-in browser context. No query of Django's may run inside: Playwright has an event loop here."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": address}])
        context.set_default_timeout(60_000)
        yield context
        browser.close()


def open_page(context: Any, url: str, raw_size: int) -> Opened:
    """Open the page several times, and a bare one of the same size beside each."""
    ready, raw, layout, marked = [], [], [], True
    with plain_page(raw_size) as plain:
        for _ in range(OPENINGS):
            page = context.new_page()
            page.goto(plain, wait_until="commit")
            raw.append(page.evaluate(FRAME))
            page.close()
            page = context.new_page()  # of its own: leaving a page of another address costs time too
            metrics = _metrics(context, page)
            page.goto(url, wait_until="commit")
            at, _, is_marked = page.evaluate(READY)
            page.evaluate(FRAME)
            ready.append(at)
            layout.append(metrics())
            marked &= is_marked
            page.close()
    return Opened(
        ready=statistics.median(ready), raw=statistics.median(raw), layout=statistics.median(layout), is_marked=marked
    )


def make_claims(context: Any, url: str) -> Made | None:
    """Select words and press Enter, several times; None where no claim came of it."""
    page = context.new_page()
    page.goto(url)
    page.evaluate(READY)
    metrics = _metrics(context, page)
    times, layout = [], []
    for number in range(CLAIMS):
        page.evaluate(SELECT, number)
        page.evaluate(FRAME)
        before = metrics()
        page.evaluate(WATCH)
        page.keyboard.press("Enter")
        found = page.evaluate(TAKE)
        if "drawn" in found:
            times.append((found["painted"], found["drawn"]))
            layout.append(metrics() - before)
        for _ in range(3):
            page.keyboard.press("Escape")
    page.close()
    if not times:
        return None
    painted, drawn = (statistics.median(column) for column in zip(*times, strict=True))
    return Made(painted=painted, drawn=drawn, layout=statistics.median(layout), count=len(times))


def finish(context: Any, urls: Sequence[str]) -> list[float]:
    """Press D on each document; return the milliseconds from the key to the next one, ready."""
    found = []
    for url in urls:
        page = context.new_page()
        page.goto(url)
        page.evaluate(READY)
        before, began = page.url, page.evaluate("() => performance.timeOrigin + performance.now()")
        page.keyboard.press("d")
        page.wait_for_url(lambda now, before=before: now.split("?")[0] != before.split("?")[0], wait_until="commit")
        at, origin, _ = page.evaluate(READY)
        found.append(origin + at - began)
        page.close()
    return found


def _metrics(context: Any, page: Any) -> Any:
    """Return a function that tells the milliseconds of style and layout so far."""
    session = context.new_cdp_session(page)
    session.send("Performance.enable")

    def spent() -> float:
        found = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
        return float(found["LayoutDuration"] + found["RecalcStyleDuration"]) * 1000

    return spent


@contextmanager
def plain_page(size: int) -> Iterator[str]:
    """Serve a static page of so many bytes without script or style; yields its address."""
    line = b"<p>" + b"word " * 60 + b"</p>\n"
    body = b"<!doctype html><title>plain</title>" + line * (size // len(line))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
