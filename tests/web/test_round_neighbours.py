"""From one document to the next: within the round that holds them, and counted there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from annotate.actions import layers
from annotate.actions.selections import Selection
from tests import make
from tests.web.conftest import SignIn

if TYPE_CHECKING:
    from annotate.models import Project, Round
    from corpus.models import Document

pytestmark = pytest.mark.django_db


@pytest.fixture
def six(project: Project) -> list[Document]:
    return [make.document(project, f"{make.TEXT} Part {number}.") for number in range(6)]


def chosen(project: Project, *documents: Document, **values: object) -> Round:
    return make.round(project, selection=Selection.read({"documents": [str(one.pk) for one in documents]}), **values)


def pager(answer: object) -> tuple[str, str | None, str | None]:
    """Return the counter and the addresses of the documents before and after."""
    assert answer.status_code == 200  # type: ignore[attr-defined]
    nav = re.search(r'<nav class="pager".*?</nav>', answer.content.decode(), re.DOTALL)  # type: ignore[attr-defined]
    assert nav is not None
    counter = re.search(r"<span>(.*?)</span>", nav[0])
    assert counter is not None
    links = dict(re.findall(r'rel="(prev|next)" href="([^"]+)"', nav[0]))
    return counter[1], links.get("prev"), links.get("next")


def test_a_round_of_chosen_documents_is_gone_through_without_the_others(
    browser: SignIn, project: Project, six: list[Document]
) -> None:
    wanted = [six[0], six[1], six[3], six[5]]
    round = chosen(project, *wanted, overlap=2, closes=True)
    addresses = [f"/p/bridge/d/{document.pk}/?round={round.pk}" for document in wanted]
    client = browser("ann")

    assert [pager(client.get(address)) for address in addresses] == [
        ("1 of 4", None, addresses[1]),
        ("2 of 4", addresses[0], addresses[2]),
        ("3 of 4", addresses[1], addresses[3]),
        ("4 of 4", addresses[2], None),
    ]
    assert "to read, of 6</dt><dd>4</dd>" in client.get("/p/bridge/").content.decode()
    assert "4 of 6 documents to read" in client.get("/").content.decode()


def test_in_a_closed_round_one_goes_through_ones_own_readings(
    browser: SignIn, project: Project, six: list[Document]
) -> None:
    for document in (six[1], six[4]):
        make.claim(make.user("ann"), document, "The closure is needed")
        layers.submit_layer(user=make.user("ann"), document=document, now=make.NOW)
    first = project.rounds.get()
    make.round(project, closes=True)

    one, other = (f"/p/bridge/d/{six[at].pk}/?round={first.pk}" for at in (1, 4))

    assert pager(browser("ann").get(one)) == ("1 of 2", None, other)
    assert pager(browser("ann").get(other)) == ("2 of 2", one, None)


def test_without_a_round_one_goes_through_the_whole_corpus(
    browser: SignIn, project: Project, six: list[Document]
) -> None:
    assert pager(browser("ann").get(f"/p/bridge/d/{six[2].pk}/"))[0] == "3 of 6"
    project.rounds.update(status="closed")
    before, after = (f"/p/bridge/d/{six[at].pk}/" for at in (1, 3))
    assert pager(browser("curator").get(f"/p/bridge/d/{six[2].pk}/")) == ("3 of 6", before, after)


def test_several_rounds_of_chosen_documents_count_each_document_once(
    browser: SignIn, project: Project, six: list[Document]
) -> None:
    chosen(project, *six[:3], closes=True)
    chosen(project, *six[2:4])
    assert "to read, of 6</dt><dd>4</dd>" in browser("ann").get("/p/bridge/").content.decode()
