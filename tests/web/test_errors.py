"""Error pages and what every page carries: no database, no foreign markup, strict headers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from annotate.actions import queue
from annotate.models import DocumentImport, Project
from annotate.models.imports import ImportStatus
from annotate.web import errors
from tests import make
from tests.web.conftest import SignIn

CANARY = "<script>canary()</script><img src=x onerror=canary()>\"'"


@pytest.mark.parametrize("status", errors.TITLES)
def test_error_pages_need_no_database(status: int) -> None:
    page = errors.error_response(RequestFactory().get("/x"), status, "What happened.").content.decode()

    assert f">{status}<" in page and "<h1" in page
    assert "{%" not in page and "Sign out" not in page


def test_an_error_page_shows_its_detail_as_text() -> None:
    page = errors.error_response(RequestFactory().get("/x"), 403, CANARY).content.decode()

    assert "<script>" not in page and "onerror" in page


@pytest.mark.django_db
def test_an_unknown_address_is_a_page_that_leads_on() -> None:
    response = Client().get("/nowhere/")

    assert response.status_code == 404
    assert b'href="/"' in response.content


def test_a_database_that_is_away_is_503(project: Project, browser: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("away")

    client = browser("ann")
    client.raise_request_exception = False
    monkeypatch.setattr("annotate.web.home.own_progress", away)

    response = client.get("/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")


@pytest.mark.django_db
def test_robots_and_favicon() -> None:
    assert Client().get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"
    assert Client().get("/favicon.ico")["Location"].endswith(".svg")
    assert Client().post("/robots.txt").status_code == 405


@pytest.fixture
def canaries(db: None) -> Project:
    """A project with a canary in every text that people can give."""
    manager = make.user("manager")
    found = make.project(manager=manager)
    Project.objects.update(name=CANARY, description=CANARY)
    make.document(found, CANARY, title=CANARY, source=CANARY)
    found.rounds.update(name=CANARY)
    shown = {"file": CANARY, "row": 1, "field": CANARY, "value": CANARY, "rule": CANARY, "remedy": CANARY}
    DocumentImport.objects.create(
        project=found, user=manager, status=ImportStatus.DONE, files=[{"name": CANARY}], report=[shown]
    )
    version = found.rounds.get().codebook_version
    type(version).objects.update(guidelines=CANARY, whose_claims=CANARY)
    version.stance_labels.update(name=CANARY, definition=CANARY, example=CANARY, counter_example=CANARY)
    return found


def paths(found: Project) -> list[str]:
    names = ("", "next/", "documents/", "guidelines/", "rounds/", "upload/", "export/", "members/")
    return ["/", *(f"/p/bridge/{name}" for name in names), f"/p/bridge/imports/{found.imports.get().pk}/"]


def test_no_page_runs_what_people_wrote(canaries: Project, browser: SignIn) -> None:
    client = browser("manager")
    queue.take_next(user=make.user("manager"), project=canaries, now=make.NOW)
    for path in paths(canaries):
        page = client.get(path).content.decode()
        assert "<script>canary" not in page and "<img" not in page, path
        assert "canary" in page, path


def test_refused_input_is_shown_as_text(canaries: Project, browser: SignIn) -> None:
    client = browser("manager")
    for path in ("/projects/new/", "/p/bridge/paste/", "/p/bridge/members/", "/p/bridge/rounds/", "/login/"):
        sent = dict.fromkeys(("name", "slug", "url", "title", "text", "username", "overlap", "password"), CANARY)
        page = client.post(path, sent).content.decode()
        assert "<script>canary" not in page and "<img" not in page, path


def test_pages_have_no_inline_code_and_a_strict_policy(canaries: Project, browser: SignIn) -> None:
    client = browser("manager")
    for path in [*paths(canaries), "/account/", "/account/password/", "/projects/new/"]:
        response = client.get(path)
        page = response.content.decode()
        assert "default-src 'none'" in response["Content-Security-Policy"]
        tags = [tag for tag in re.findall(r"<[a-z][^>]*>", page) if "canary" not in tag]
        assert not [tag for tag in tags if re.search(r"\s(style|on\w+)=", tag)], path
        assert all("src=" in tag for tag in tags if tag.startswith("<script"))
        assert "<style" not in page
