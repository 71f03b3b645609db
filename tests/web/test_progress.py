"""Progress and layers on the pages: charts with words, tables, links to what is counted, and a CSV without formulas."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.models import Project, Skip
from annotate.web.charts import claims_chart, days_chart
from tests import make
from tests.make import NOW

if TYPE_CHECKING:
    from tests.web.conftest import SignIn
else:
    SignIn = Any


@pytest.fixture
def work(project: Project) -> Project:
    """Two articles: ann has submitted one and is at the other, ben has passed over one."""
    one, two = (make.document(project, make.TEXT + more, title=f"=Article{more}") for more in (" 1", " 2"))
    make.layer(make.user("ann"), one)
    make.layer(make.user("ann"), two, is_submitted=False, speakers=[], unsure=True)
    Skip.objects.create(
        round=project.rounds.get(), document=one, user=make.user("ben"), reason="Cut off.", created_at=NOW
    )
    return project


def get(client: Any, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_each_chart_has_its_words_and_the_table_its_figures(work: Project, browser: SignIn) -> None:
    page = get(browser("curator"), "/p/bridge/progress/")

    assert 'aria-label="Round 1: 1 done, 1 open, 2 free"' in page
    assert 'aria-label="Claims for each of 1 submitted documents: 1, 1 on average"' in page
    assert page.count("<svg") == page.count('role="img"')
    assert " style=" not in page


def test_every_figure_leads_to_what_it_counts(work: Project, browser: SignIn) -> None:
    client = browser("curator")
    for query in ("", "?by=person", "?by=document"):
        found = re.findall(r'<td class="num"><a href="([^"]+)">(\d+)</a>', get(client, f"/p/bridge/progress/{query}"))
        assert found
        for link, figure in found:
            address = link.replace("&amp;", "&")
            page = get(client, address if address.startswith("/") else f"/p/bridge/progress/{address}")
            if "layers/" in address and "unfinished" not in address and "sort" not in address:
                assert page.count('<th scope="row">') == int(figure), address


def test_layers_are_filtered_and_ordered(work: Project, browser: SignIn) -> None:
    client = browser("curator")

    assert get(client, "/p/bridge/layers/").count('<th scope="row">') == 2
    assert get(client, "/p/bridge/layers/?status=unfinished").count('<th scope="row">') == 1
    assert "Cut off." in get(client, "/p/bridge/layers/?status=skipped")
    assert 'aria-sort="descending"><a href="?sort=claims">' in get(client, "/p/bridge/layers/?sort=claims")
    assert get(client, "/p/bridge/layers/?sort=password&status=no&page=x").count('<th scope="row">') == 2
    assert "No layer fits" in get(client, "/p/bridge/layers/?annotator=nobody%00")
    assert client.get("/p/bridge/layers/?round=x").status_code == 404


def test_an_annotator_sees_own_layers_and_figures(work: Project, browser: SignIn) -> None:
    ben, ann = browser("ben"), browser("ann")

    assert "No layer fits" in get(ben, "/p/bridge/layers/") and "No layer fits" in get(
        ben, "/p/bridge/layers/?annotator=ann"
    )
    assert get(ann, "/p/bridge/layers/").count('<th scope="row">') == 2
    assert "My progress" in get(ann, "/p/bridge/progress/") and "ben" not in get(ann, "/p/bridge/progress/?by=person")


def test_the_table_is_downloaded_without_formulas(work: Project, browser: SignIn) -> None:
    answer = browser("curator").get("/p/bridge/progress.csv?by=document")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    assert answer["Content-Disposition"] == 'attachment; filename="bridge-progress-by-document.csv"'
    assert [row["document"] for row in rows] == ["'=Article 1", "'=Article 2"]
    assert [(row["submitted"], row["open"], row["skipped"], row["gaps"], row["unsure"]) for row in rows] == [
        ("1", "0", "1", "0", "0"),
        ("0", "1", "0", "1", "1"),
    ]


@pytest.mark.parametrize("query", ["?by=colour", "?round=x", "?round=2f3c1a9e-0000-4000-8000-000000000000"])
def test_what_cannot_be_asked_is_not_there(work: Project, browser: SignIn, query: str) -> None:
    for path in ("/p/bridge/progress/", "/p/bridge/progress.csv"):
        assert browser("curator").get(path + query).status_code == 404
        assert browser("outsider").get(path).status_code == 404
        assert browser("curator").post(path).status_code == 405


@pytest.mark.parametrize("path", ["progress/", "progress/?by=person", "progress/?by=document", "layers/"])
def test_a_page_asks_a_bounded_number_of_queries(work: Project, browser: SignIn, path: str) -> None:
    client = browser("curator")

    def n_queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            get(client, f"/p/bridge/{path}")
        return len(asked)

    few = n_queries()
    for number in range(6):
        person = make.member(work, f"person-{number}")
        make.layer(person, make.document(work, f"{make.TEXT} More {number}"), is_submitted=bool(number % 2))
    assert n_queries() == few <= 28


def test_a_chart_of_nothing_is_none() -> None:
    assert days_chart([]) is None and days_chart([(NOW.date(), 0)]) is None and claims_chart([], None) is None


def test_dots_stay_in_their_field() -> None:
    chart = claims_chart([(0, 1), (7, 10_000), (400, 3)], 7.1)
    assert chart is not None
    assert all(mark.x - mark.size >= 0 and mark.x + mark.size <= 252 for mark in chart.marks)
