"""The agreement page: figures with their n, cells that open the claims behind them, and who may see it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.models import Layer, Project
from annotate.web.agreement_cells import in_sentence
from tests import make
from tests.web.conftest import HTMX

if TYPE_CHECKING:
    from tests.web.conftest import SignIn
else:
    SignIn = Any

WHERE = "/p/bridge/agreement/"
VIEWS = ("", "parts", "answers", "confusions", "gold", "actors")


@pytest.fixture
def work(project: Project) -> Project:
    """Two articles by ann and ben, who differ in a mode and in a speaker."""
    for number in range(2):
        document = make.document(
            project, f"{make.TEXT} {number}", title=f"<b>Article {number}", source=f"Outlet {number}"
        )
        make.layer(make.user("ann"), document, "The closure is needed", "it will be short", mode="direct")
        make.claim(make.user("ben"), document, "The closure is needed", mode="direct")
        make.layer(make.user("ben"), document, "it will be short", mode="mixed", speakers=[{"name": "<i>Oyelaran"}])
    return project


def get(client: Any, path: str, status: int = 200, **options: Any) -> str:
    answer = client.get(path, **options)
    assert answer.status_code == status, path
    return str(answer.content.decode())


def test_the_main_measures_stand_with_interval_n_and_words(work: Project, browser: SignIn) -> None:
    page = get(browser("curator"), WHERE)

    assert 'aria-label="Claims found: F1 1.00, 95 % interval 1.00 to 1.00"' in page
    assert 'aria-label="Stance: not defined"' in page and "not defined</span>" in page
    assert ".667 and .800" in page and "F1 .60–.79" in page
    assert page.count("<svg") == page.count('role="img"') and " style=" not in page and "nan" not in page.lower()
    assert f'href="{WHERE}" aria-current="page"' in page


@pytest.mark.parametrize("show", VIEWS)
def test_each_view_is_a_page_and_a_fragment(work: Project, browser: SignIn, show: str) -> None:
    client, path = browser("manager"), f"{WHERE}?show={show}"
    page = get(client, path)
    assert "<b>Article" not in page and "<i>Oyelaran" not in page
    assert "<html" in page and "<html" not in get(client, path, headers=HTMX)


def test_a_cell_opens_the_claims_behind_it(work: Project, browser: SignIn) -> None:
    client = browser("curator")
    page = get(client, f"{WHERE}?show=confusions")
    links = {label: unescape(link) for link, label in re.findall(r'href="([^"]+cell[^"]+)" aria-label="([^"]+)"', page)}

    shown = get(client, links["2: direct, mixed"])

    assert shown.count("<mark>it will be short</mark>") == 4
    layer = Layer.objects.get(annotator__username="ben", document__number=1)
    [reader] = [link for link in re.findall(r'href="([^"]+)">ben', shown) if str(layer.pk) in link]
    assert client.get(unescape(reader)).status_code == 200
    assert "There are no such claims" in get(client, links["2: direct, mixed"].replace("mixed", "narrated"))
    assert get(client, links["2: direct, direct"]).count("<mark>The closure is needed</mark>") == 4


def test_every_number_of_a_confusion_table_is_the_number_of_claims_behind_it(work: Project, browser: SignIn) -> None:
    client = browser("curator")
    page = get(client, f"{WHERE}?show=confusions&source=Outlet+1")
    found = re.findall(r'href="([^"]+cell[^"]+)" aria-label="(\d+):', page)
    assert len(found) > 8
    for link, n in found:
        assert get(client, unescape(link)).count('<div class="beside">') == int(n)


def test_filters_are_kept_and_bad_ones_are_told(work: Project, browser: SignIn) -> None:
    client = browser("curator")
    page = get(client, f"{WHERE}?source=Outlet+1&show=parts")
    assert "<option selected>Outlet 1</option>" in page and "source=Outlet+1" in page
    refused = get(client, f"{WHERE}?pair=ann", 400)
    assert "names no pair" in refused and "<html" in refused
    assert "&lt;script&gt;" in get(client, f"{WHERE}?person=<script>", 400)
    assert "Nothing to compare with these filters" in get(client, f"{WHERE}?source=Nowhere")


def test_who_may_not_see_agreement_gets_no_figure_and_no_link(work: Project, browser: SignIn) -> None:
    ann, outsider = browser("ann"), browser("outsider")
    for path in (WHERE, f"{WHERE}cell/?measure=mode&first=direct&second=mixed"):
        assert "direct" not in get(ann, path, 403)
        get(outsider, path, 404)
        assert browser("curator").post(path).status_code == 405
    assert "agreement" not in get(ann, "/p/bridge/").lower()


@pytest.mark.parametrize("query", ["", "measure=colour", "measure=document_attributes/x", "measure=mode&pair=x"])
def test_a_cell_of_nothing_is_not_found(work: Project, browser: SignIn, query: str) -> None:
    get(browser("curator"), f"{WHERE}cell/?{query}", 404)


def test_an_empty_project_says_what_is_needed(project: Project, browser: SignIn) -> None:
    assert "two people have submitted in the same round" in get(browser("curator"), WHERE)


def test_queries_are_bounded(work: Project, browser: SignIn) -> None:
    client = browser("curator")
    for path, most in ((WHERE, 35), (f"{WHERE}cell/?measure=mode&first=direct&second=direct", 30)):
        get(client, path)
        with CaptureQueriesContext(connection) as queries:
            get(client, path)
        assert len(queries) <= most


def test_a_claim_is_shown_in_its_sentences_with_its_parts_marked() -> None:
    text = "One & only. “The ferry,” he said, “must go.” Three."
    spans = [(text.index(quote), text.index(quote) + len(quote)) for quote in ("The ferry", "must go")]
    shown = in_sentence(text, spans)
    assert shown == "“<mark>The ferry</mark>,” he said, “<mark>must go</mark>.”"
