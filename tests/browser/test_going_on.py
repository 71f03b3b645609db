"""Done leads to the next article, which the browser has fetched in advance, without anything being written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started

from annotate.models import Layer
from corpus.models import Change
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOW = "performance.getEntriesByType('navigation')[0].deliveryType"


@pytest.fixture
def fetched() -> Iterator[list[str]]:
    """The paths that were asked for, each once it is answered: “#ahead” if in advance, “#again” if once more."""
    asked: list[str] = []
    done: list[str] = []

    def started(environ: dict[str, Any], **_: Any) -> None:
        how = ("#again" if "&ahead=" in environ["QUERY_STRING"] else "#ahead") if "HTTP_SEC_PURPOSE" in environ else ""
        asked.append(environ["PATH_INFO"] + how)

    def finished(**_: Any) -> None:
        done[:] = asked

    request_started.connect(started)
    request_finished.connect(finished)
    yield done
    request_started.disconnect(started)
    request_finished.disconnect(finished)


def wait_for(found: list[str], path: str) -> None:
    end = time.monotonic() + 10
    while path not in found:
        assert time.monotonic() < end, (path, found)
        time.sleep(0.02)
    time.sleep(0.3)  # the browser still has to take it in


def test_done_opens_the_article_that_was_fetched_in_advance(project: Any, visit: Any, fetched: list[str]) -> None:
    first, second = make.document(project), make.document(project, "Another article.\n\nThe ferry runs.")
    ann = make.member(project, "ann")
    make.claim(ann, first, "The closure is needed")
    before = Layer.objects.count(), Change.objects.count()
    page = visit(ann).open(f"/p/bridge/d/{first.pk}/")
    wait_for(fetched, f"/p/bridge/d/{second.pk}/#ahead")
    assert (Layer.objects.count(), Change.objects.count()) == before

    page.locator("#submit-form button").click()
    page.wait_for_url(f"**/d/{second.pk}/**")

    assert page.evaluate(HOW) == "navigational-prefetch"
    assert "The ferry runs." in page.locator("#text").inner_text()
    assert Layer.objects.get().status == "submitted"


def test_another_document_than_the_one_fetched_is_opened_all_the_same(
    project: Any, visit: Any, fetched: list[str]
) -> None:
    first, second, third = (make.document(project, text) for text in (make.TEXT, "Second text.", "Third text."))
    ann = make.member(project, "ann")
    make.claim(ann, first, "The closure is needed")
    page = visit(ann).open(f"/p/bridge/d/{first.pk}/")
    wait_for(fetched, f"/p/bridge/d/{second.pk}/#ahead")
    make.claim(ann, third, "Third text")  # in another window

    page.locator("#submit-form button").click()
    page.wait_for_url(f"**/d/{third.pk}/**")

    assert page.evaluate(HOW) == ""
    assert "Third text." in page.locator("#text").inner_text()


def test_an_article_that_is_read_for_long_has_the_next_one_fetched_again(
    project: Any, visit: Any, fetched: list[str]
) -> None:
    first, second = make.document(project), make.document(project, "Another article.\n\nThe ferry runs.")
    ann = make.member(project, "ann")
    make.claim(ann, first, "The closure is needed")
    visitor = visit(ann)
    visitor.context.clock.install()
    page = visitor.open(f"/p/bridge/d/{first.pk}/")
    page.evaluate(
        """async (url) => {
          const { keepAhead } = await import("/static/annotate/js/reader/ahead.js");
          keepAhead(url, () => true);
        }""",
        f"/p/bridge/d/{first.pk}/ahead/?round={project.rounds.get().pk}",
    )
    page.clock.run_for(241_000)
    wait_for(fetched, f"/p/bridge/d/{second.pk}/#again")

    page.locator("#submit-form button").click()
    page.wait_for_url(f"**/d/{second.pk}/**")

    assert "The ferry runs." in page.locator("#text").inner_text()
    assert f"/p/bridge/d/{second.pk}/" not in fetched and "ahead=" not in page.url
