"""The list of documents."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.actions import queue
from annotate.actions.documents import add_documents
from annotate.models import Project
from corpus.readers.base import Row
from tests import make
from tests.make import NOW
from tests.web.conftest import HTMX, SignIn


@pytest.fixture
def many(project: Project) -> Project:
    """120 documents, “Notice 1” to “Notice 120”."""
    rows = [
        Row(number=n, file="test", values={"text": f"Text {n}", "title": f"Notice {n}", "source": "Bay Courier"})
        for n in range(1, 121)
    ]
    list(add_documents(user=make.user("manager"), project=project, rows=rows, now=NOW))
    return project


def titles(page: bytes) -> list[str]:
    return re.findall(r">(Notice \d+)</a>", page.decode())


def link(page: bytes, rel: str) -> str:
    found = re.search(rf'href="(\?[^"]*)" rel="{rel}"', page.decode())
    return found[1].replace("&amp;", "&") if found else ""


def test_pages_go_on_and_back_by_keyset(many: Project, browser: SignIn) -> None:
    client, path = browser("ann"), "/p/bridge/documents/"
    first = client.get(path).content
    second = client.get(path + link(first, "next")).content
    third = client.get(path + link(second, "next")).content
    back = client.get(path + link(third, "prev")).content

    assert [len(titles(page)) for page in (first, second, third)] == [50, 50, 20]
    assert titles(first)[0] == "Notice 1" and titles(third)[-1] == "Notice 120"
    assert titles(back) == titles(second)
    assert (link(first, "prev"), link(third, "next")) == ("", "")


def test_the_list_can_be_searched(many: Project, browser: SignIn) -> None:
    page = browser("ann").get("/p/bridge/documents/", {"q": "notice 11*", "source": "Bay Courier"}).content

    assert titles(page) == ["Notice 11", *(f"Notice {n}" for n in range(110, 120))]
    assert b"11 documents" in page


def test_the_list_can_be_filtered_by_ones_own_status(many: Project, browser: SignIn) -> None:
    client = browser("ann")
    for name in ("ann", "ben"):
        queue.take_next(user=make.user(name), project=many, now=NOW)

    assert titles(client.get("/p/bridge/documents/?status=open").content) == ["Notice 1"]
    assert titles(client.get("/p/bridge/documents/?status=new").content)[0] == "Notice 2"
    assert titles(client.get("/p/bridge/documents/?status=submitted").content) == []
    assert b'class="state open"' in client.get("/p/bridge/documents/").content


def test_the_list_is_a_fragment_for_htmx(many: Project, browser: SignIn) -> None:
    response = browser("ann").get("/p/bridge/documents/", headers=HTMX)

    assert response.content.strip().startswith(b'<div id="document-list">')
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=-1", "before=0", f"after={'9' * 40}", "status=gold", "q=%00", f"q={'x' * 5000}", "q=%ff"],
)
def test_odd_filters_are_left_aside(many: Project, browser: SignIn, query: str) -> None:
    assert browser("ann").get(f"/p/bridge/documents/?{query}").status_code == 200


@pytest.mark.parametrize("query", ["", "?after=70", "?before=100&status=new&q=notice"])
def test_every_page_asks_the_same_few_queries(many: Project, browser: SignIn, query: str) -> None:
    client = browser("curator")

    with CaptureQueriesContext(connection) as asked:
        client.get(f"/p/bridge/documents/{query}")

    assert len(asked) <= 12
    assert not any('"corpus_document"."text"' in query["sql"] for query in asked)


def test_an_empty_project_says_what_to_do(project: Project, browser: SignIn) -> None:
    assert b"Bring articles" in browser("curator").get("/p/bridge/documents/").content
    assert b"Bring articles" not in browser("ann").get("/p/bridge/documents/").content
