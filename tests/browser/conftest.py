"""A real Chromium against a live server; skipped with a plain line where no Chromium is present."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the tests' own thread
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: browser tests are skipped (install the package “chromium”)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Visitor:
    """A signed-in person with a window of their own; errors and CSP violations in it fail the test."""

    def __init__(self, browser: Any, server: Any, client: Any, user: Any, **options: Any) -> None:
        client.force_login(user)
        self.server, self.user = server, user
        look = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"} | options
        self.context = browser.new_context(**look)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}])
        self.problems: list[str] = []

    def open(self, path: str) -> Any:
        page = self.context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._heard)
        page.goto(f"{self.server.url}{path}")
        return page

    def leave(self) -> None:
        """Close the window; what the pages send when they are left arrives before the database is emptied."""
        for page in self.context.pages:
            if not page.is_closed():
                page.goto("about:blank")
        self.context.close()

    def _heard(self, message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.problems.append(message.text)


def wait_until_idle(seconds: float = 10.0) -> None:
    """Wait until the server has done what it began: emptying PostgreSQL's tables meanwhile would deadlock with it.

    A page that is left sends its last request when it likes: should that one come later still, it is the one to fail,
    as it looks for the deadlock first (not much first: the tables wait as long for an autovacuum to be sent away).
    """
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    end = time.monotonic() + seconds
    with connection.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '5s'")
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(f"{others} AND state <> 'idle'")
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.02)


@pytest.fixture
def visit(chromium, live_server, client) -> Iterator[Any]:
    visitors: list[Visitor] = []

    def make_visitor(user: Any, **options: Any) -> Visitor:
        visitors.append(Visitor(chromium, live_server, client, user, **options))
        return visitors[-1]

    yield make_visitor
    for visitor in visitors:
        visitor.leave()
    wait_until_idle()
    assert [problem for visitor in visitors for problem in visitor.problems] == []


@pytest.fixture
def project(transactional_db):
    from tests import make

    return make.project()
