"""What follows an article: known beforehand where no place is taken, fetched in advance, and never written."""

from __future__ import annotations

from typing import Any

import pytest

from annotate.actions import layers, projects
from annotate.models import Layer
from annotate.records import layer_dicts
from tests import make

NO_RULES: dict[str, Any] = {"prefetch": []}


def read(client: Any, path: str) -> Any:
    answer = client.get(path)
    assert answer["Content-Type"] == "application/speculationrules+json"
    return answer.json()


def ahead(document: Any) -> str:
    return f"/p/bridge/d/{document.pk}/ahead/"


def urls(rules: dict[str, Any]) -> list[str]:
    return [url for rule in rules["prefetch"] for url in rule.get("urls", [])]


def test_what_is_fetched_in_advance_is_where_submitting_leads(project: Any, browser: Any) -> None:
    first, second = make.document(project), make.document(project, "Another article.")
    client, path = browser("ann"), f"/p/bridge/d/{first.pk}/"
    assert client.get(path)["Speculation-Rules"] == f'"{path}ahead/?round={project.rounds.get().pk}"'
    before = urls(read(client, ahead(first)))
    make.claim(make.user("ann"), first, "The closure is needed")

    assert before == urls(read(client, ahead(first)))
    assert [client.post(f"{path}submit/")["Location"]] == before
    assert str(second.pk) in before[0]


def test_what_a_submission_freezes_is_the_layer_as_it_is_then(project: Any, browser: Any) -> None:
    document = make.document(project)
    make.claim(make.user("ann"), document, "The closure is needed")
    browser("ann").post(f"/p/bridge/d/{document.pk}/submit/")

    layer = Layer.objects.get()
    assert layer.submissions.get().reading == layer_dicts([layer])[0]


def test_an_unfinished_document_comes_first_and_the_last_leads_nowhere(project: Any, browser: Any) -> None:
    first, second, third = (make.document(project, text) for text in (make.TEXT, "Second.", "Third."))
    ann, client = make.user("ann"), browser("ann")
    make.claim(ann, third, "Third")
    assert str(third.pk) in urls(read(client, ahead(first)))[0]
    assert str(first.pk) in urls(read(client, ahead(third)))[0]
    for document in (second, third):
        layers.describe_layer(user=ann, document=document, body={}, now=make.NOW)
        layers.submit_layer(user=ann, document=document, now=make.NOW)

    assert read(client, ahead(first)) == NO_RULES
    assert Layer.objects.filter(document=first).count() == 0


def test_a_quota_that_this_document_fills_leads_nowhere(project: Any, browser: Any) -> None:
    first, _ = make.document(project), make.document(project, "Another article.")
    project.rounds.update(quota=1)

    assert read(browser("ann"), ahead(first)) == NO_RULES


def test_where_places_are_taken_nothing_is_fetched_in_advance(project: Any, browser: Any) -> None:
    first, _ = make.document(project), make.document(project, "Another article.")
    settings = projects.RoundSettings(name="Pairs", overlap=2)
    round = projects.create_round(user=make.user("manager"), project=project, settings=settings, now=make.NOW)
    project.rounds.exclude(pk=round.pk).update(status="closed")
    client = browser("ann")
    client.post("/p/bridge/next/")

    assert "Speculation-Rules" not in client.get(f"/p/bridge/d/{first.pk}/")
    assert read(client, ahead(first)) == NO_RULES
    assert Layer.objects.count() == 1


def test_a_reading_that_is_looked_at_or_done_leads_nowhere(project: Any, browser: Any) -> None:
    first, _ = make.document(project), make.document(project, "Another article.")
    make.claim(make.user("ann"), first, "The closure is needed")
    layers.submit_layer(user=make.user("ann"), document=first, now=make.NOW)
    layer = Layer.objects.get()

    assert read(browser("ann"), ahead(first)) == NO_RULES
    assert read(browser("curator"), f"{ahead(first)}?layer={layer.pk}") == NO_RULES
    assert "Speculation-Rules" not in browser("curator").get(f"/p/bridge/d/{first.pk}/?layer={layer.pk}")


@pytest.mark.parametrize("name", ["ann", "curator"])
def test_asking_takes_a_bounded_number_of_queries(
    project: Any, browser: Any, name: str, django_assert_max_num_queries: Any
) -> None:
    first = make.document(project)
    for number in range(20):
        make.document(project, f"Article number {number}.")
    client = browser(name)
    with django_assert_max_num_queries(18):
        client.get(ahead(first))


def test_a_page_fetched_in_advance_counts_what_is_submitted_by_then(project: Any, browser: Any) -> None:
    first, _ = make.document(project), make.document(project, "Another article.")
    client = browser("ann")
    url = urls(read(client, ahead(first)))[0]
    early = client.get(url).content.decode()
    make.claim(make.user("ann"), first, "The closure is needed")
    client.post(f"/p/bridge/d/{first.pk}/submit/")

    assert "1 submitted" in early and "1 submitted" in client.get(url).content.decode()
