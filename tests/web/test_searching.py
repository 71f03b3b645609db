"""The search page: documents with hits, claims in their sentence, shareable addresses, and who sees what."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.actions import layers
from annotate.models import Project
from corpus.models import Document
from tests import make
from tests.web.conftest import HTMX, SignIn

PATH = "/p/bridge/search/"


@pytest.fixture
def document(project: Project) -> Document:
    return make.document(project, source="Bay Courier", title="Harbour bridge to close for repairs")


def test_a_document_is_shown_with_the_hit_in_its_sentence(document: Document, browser: SignIn) -> None:
    page = browser("ann").get(PATH, {"q": "ferry promised"}).content.decode()
    assert "1 document" in page
    assert '<mark class="hit">promised</mark> a <mark class="hit">ferry</mark>.' in page
    (number,) = re.findall(r'/d/[\w-]+/#s(\d+)"', page)
    reader = browser("ann").get(f"/p/bridge/d/{document.pk}/").content.decode()
    assert re.search(rf'id="s{number}"[^>]*>The fishers’ league opposes', reader)


def test_words_of_the_title_are_marked_too(document: Document, browser: SignIn) -> None:
    page = browser("ann").get(PATH, {"q": "repairs"}).content.decode()
    assert 'for <mark class="hit">repairs</mark></a>' in page


def test_a_claim_is_read_back_with_its_sign_and_its_sentence(document: Document, browser: SignIn) -> None:
    lind = {"name": "Tor Lind", "represents": {"name": "Port <authority>"}}
    make.claim(make.user("ann"), document, "The closure is needed", speakers=[lind])
    page = browser("ann").get(PATH, {"show": "claims", "q": "short"}).content.decode()
    assert "<b>Tor Lind</b>, for <b>Port &lt;authority&gt;</b>: supports <b>Closure of the bridge</b>." in page
    assert '<span class="part">The closure is needed</span>,” he said, “and it will be <mark class="hit">short' in page
    assert '<span class="sign azure" aria-hidden="true">▲</span>' in page
    assert re.search(r'/d/[\w-]+/\?round=[\w-]+#s2"', page)


def test_a_curator_is_led_to_the_layer_of_the_annotator(document: Document, browser: SignIn) -> None:
    make.claim(make.user("ann"), document, "The closure is needed")
    client = browser("curator")
    page = client.get(PATH, {"show": "claims", "annotator": "ann"}).content.decode()
    (href,) = re.findall(r'href="(/p/bridge/d/[^"#]+\?layer=[^"#]+)#s2"', page)
    assert client.get(href).status_code == 200 and "· ann" in page


def test_in_a_blind_round_the_page_is_the_same_with_and_without_a_colleagues_work(
    document: Document, browser: SignIn
) -> None:
    client = browser("ann")
    asked = [
        {"q": "closure"}, {"q": "closure", "show": "claims"}, {"annotator": "*", "status": "submitted"},
        {"show": "claims", "annotator": "ben"}, {"has_claims": "true"}, {"speaker": "Tor Lind"}, {"unsure": "true"},
    ]  # fmt: skip

    def seen() -> list[str]:
        return [re.sub(r"csrf[^>]+|X-CSRF[^>]+", "", client.get(PATH, one).content.decode()) for one in asked]

    before = seen()
    make.claim(make.user("ben"), document, "The closure is needed", unsure=True)
    layers.submit_layer(user=make.user("ben"), document=document, now=make.NOW)
    assert seen() == before


def test_pages_go_on_by_keyset_and_keep_what_was_asked(project: Project, browser: SignIn) -> None:
    for n in range(45):
        make.document(project, f"Notice {n} of the ferry.", source="Bay Courier")
    client, query, seen = browser("ann"), "?q=ferry&source=Bay+Courier", []
    while query:
        page = client.get(PATH + query).content.decode()
        seen += re.findall(r"Notice (\d+) of the <mark", page)
        found = re.search(r'href="(\?[^"]*)" rel="next"', page)
        query = found[1].replace("&amp;", "&") if found else ""
    assert list(dict.fromkeys(map(int, seen))) == list(range(45))


def test_a_manager_may_open_a_round_on_what_was_found(document: Document, browser: SignIn) -> None:
    query = {"q": "ferry", "source": "Bay Courier", "speaker": "", "unsure": ""}
    page = browser("manager").get(PATH, query).content.decode()
    assert 'href="/p/bridge/rounds/?q=ferry&amp;source=Bay+Courier"' in page
    assert "Open a round" not in browser("ann").get(PATH, query).content.decode()


@pytest.mark.parametrize("query", ["q=%22", "q=%00", "q=-x", f"q={'x' * 5000}", "from=May", "status=done", "q=%ff"])
@pytest.mark.parametrize("show", ["documents", "claims"])
def test_what_cannot_be_looked_for_is_said(document: Document, browser: SignIn, query: str, show: str) -> None:
    response = browser("ann").get(f"{PATH}?{query}&show={show}")
    if query == "q=%ff":
        assert response.status_code in (200, 400)
    else:
        assert response.status_code == 400 and b'role="alert"' in response.content


@pytest.mark.parametrize("query", ["after=x", f"after={'9' * 40}", "show=all", "other=1", ""])
def test_odd_places_are_left_aside(document: Document, browser: SignIn, query: str) -> None:
    for show in ("", "&show=claims"):
        assert browser("ann").get(f"{PATH}?{query}{show}").status_code == 200


def test_htmx_gets_the_results_alone(document: Document, browser: SignIn) -> None:
    response = browser("ann").get(PATH, {"q": "ferry"}, headers=HTMX)
    assert response.content.strip().startswith(b'<div id="results">') and "HX-Request" in response["Vary"]


def test_only_members_get_in_and_only_by_get(document: Document, browser: SignIn, client) -> None:
    assert client.get(PATH).status_code == 302
    assert browser("outsider").get(PATH).status_code == 404
    assert browser("ann").post(PATH).status_code == 405


def test_the_number_of_queries_does_not_grow(document: Document, browser: SignIn) -> None:
    client, ann = browser("curator"), make.user("ann")
    make.claim(ann, document, "The closure is needed")
    queries = ({"q": "closure"}, {"q": "closure", "show": "claims", "speaker": "Tor Lind", "stance": "support"})
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            for query in queries:
                client.get(PATH, query)
        counts.append(len(asked))
        for n in range(9):
            make.claim(ann, document, "The closure is needed", speakers=[{"name": "Tor Lind"}, {"name": f"S {n}"}])
    assert counts[0] == counts[1] <= 70
