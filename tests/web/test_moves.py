"""The pages that move a round to a newer codebook, and that list what has to be looked at again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from annotate.actions import layers, moving
from annotate.models import Layer, Project, Recheck
from annotate.records import claim_dict
from corpus.models import Document
from tests import make
from tests.web.conftest import HTMX, SignIn

RECHECKS = "/p/bridge/rechecks/"
CLOSURE = "The closure is needed"


@pytest.fixture
def document(project: Project) -> Document:
    return make.document(project)


@pytest.fixture
def claim(document: Document) -> dict[str, Any]:
    return make.claim(make.user("ann"), document, CLOSURE, attributes={"type": "demand"})


@pytest.fixture
def newer(project: Project) -> Any:
    labels = {"order": ["demand"], "wish": ["demand"], "assertion": []}
    return make.version(project, attributes=[{"key": "type", "kind": "choice", "labels": labels}])


def address(project: Project) -> str:
    return f"/p/bridge/rounds/{project.rounds.get().pk}/move/"


def move(project: Project, version: Any) -> None:
    moving.move_round(user=make.user("manager"), round=project.rounds.get(), version=version, now=make.NOW)


def test_the_preview_says_what_becomes_of_each_answer(
    project: Project, browser: SignIn, claim: dict[str, Any], newer: Any
) -> None:
    html = browser("manager").get(address(project)).content.decode()

    assert "<b>look again</b>: " in html and "Order, Wish" in html
    assert claim_dict(UUID(claim["id"])) == claim


def test_a_round_is_moved_and_leads_to_what_is_to_be_looked_at_again(
    project: Project, browser: SignIn, claim: dict[str, Any], newer: Any
) -> None:
    response = browser("manager").post(address(project), {"version": "2"}, follow=True)

    assert response.redirect_chain == [(RECHECKS, 302)]
    assert "is at version 2 now" in response.content.decode()
    assert claim_dict(UUID(claim["id"]))["attributes"] == {}


def test_without_a_newer_version_the_page_says_so(project: Project, browser: SignIn) -> None:
    assert b"nothing to move to" in browser("manager").get(address(project)).content


@pytest.mark.parametrize(("version", "status"), [("9", 400), ("x", 400), ("1" * 30, 400), ("1", 409)])
def test_a_version_that_does_not_fit_is_refused(
    project: Project, browser: SignIn, newer: Any, version: str, status: int
) -> None:
    move(project, newer)
    response = browser("manager").post(address(project), {"version": version})
    assert response.status_code == status and b'role="alert"' in response.content


def test_who_may_not_move_a_round(project: Project, browser: SignIn, newer: Any) -> None:
    for name, status in (("ann", 403), ("curator", 403), ("outsider", 404)):
        assert browser(name).get(address(project)).status_code == status
        assert browser(name).post(address(project), {"version": "2"}).status_code == status
    assert browser("manager").get(f"/p/bridge/rounds/{UUID(int=0)}/move/").status_code == 404
    assert browser("manager").put(address(project)).status_code == 405


def test_the_list_shows_sentence_answer_and_options(
    project: Project, browser: SignIn, claim: dict[str, Any], newer: Any
) -> None:
    move(project, newer)

    html = browser("ann").get(RECHECKS).content.decode()

    assert f"<b>{CLOSURE}</b>" in html and "he said" in html
    assert 'was <b dir="auto">Demand</b>' in html
    assert '<b dir="auto">Order</b> or <b dir="auto">Wish</b>' in html
    assert f"#c-{claim['id']}" in html


def test_all_kinds_of_answers_have_words(project: Project, browser: SignIn, claim: dict[str, Any]) -> None:
    speaker = claim["speakers"][0]
    olds: list[tuple[str, Any]] = [
        ("attributes/sure", True), ("attributes/who", {"id": speaker["id"]}), ("attributes/grade", 4),
        ("attributes/words", "in so many words"), ("stances", {"value": "support", "holder": None}),
        ("stances/0/value", "oppose"), ("stances/0/attributes/x", "y"),
    ]  # fmt: skip
    for field, old in olds:
        make.recheck(claim, field=field, old=old, options=["attributes/type", "gone"])

    html = browser("ann").get(RECHECKS).content.decode()

    for words in (
        "yes",
        speaker["name"],
        "4",
        "in so many words",
        "Support",
        "Oppose",
        "Stance on Closure of the bridge",
    ):
        assert words in html


def test_annotators_see_their_own_and_curators_all(
    project: Project, browser: SignIn, document: Document, claim: dict[str, Any], newer: Any
) -> None:
    make.claim(make.user("ben"), document, CLOSURE, attributes={"type": "demand"})
    move(project, newer)

    assert browser("ann").get(RECHECKS).content.count(b'class="said"') == 1
    assert browser("curator").get(RECHECKS).content.count(b'class="said"') == 2
    assert browser("outsider").get(RECHECKS).status_code == 404


def test_an_annotators_list_is_the_same_with_and_without_a_colleagues_work(
    project: Project, browser: SignIn, document: Document, claim: dict[str, Any], newer: Any
) -> None:
    move(project, newer)
    ann = browser("ann")
    before = without_token(ann.get(RECHECKS))
    make.recheck(make.claim(make.user("ben"), document, CLOSURE))

    assert without_token(ann.get(RECHECKS)) == before


def without_token(response: Any) -> str:
    import re

    return re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken|name="csrf" content)[^>]*', "", response.content.decode())


def test_an_answer_is_dismissed_in_both_ways(project: Project, browser: SignIn, claim: dict[str, Any]) -> None:
    one, two = make.recheck(claim), make.recheck(claim, field="stances/0/value")
    ann = browser("ann")

    assert ann.post(f"{RECHECKS}{one.pk}/dismiss/")["Location"] == RECHECKS
    fragment = ann.post(f"{RECHECKS}{two.pk}/dismiss/", headers=HTMX)

    assert fragment.content.strip().startswith(b'<div id="recheck-list">')
    assert not Recheck.objects.filter(settled_at=None).exists()
    assert ann.post(f"{RECHECKS}{two.pk}/dismiss/").status_code == 404
    assert ann.get(f"{RECHECKS}{two.pk}/dismiss/").status_code == 405


def test_a_colleagues_answer_cannot_be_dismissed(project: Project, browser: SignIn, claim: dict[str, Any]) -> None:
    found = make.recheck(claim)
    assert browser("ben").post(f"{RECHECKS}{found.pk}/dismiss/").status_code == 404
    assert browser("ben").post(f"{RECHECKS}{10**30}/dismiss/").status_code == 404


def test_a_withdrawn_layer_is_not_listed(project: Project, browser: SignIn, claim: dict[str, Any]) -> None:
    make.recheck(claim)
    Layer.objects.update(status="withdrawn")
    assert b"nothing to look at again" in browser("ann").get(RECHECKS).content


def test_the_list_goes_by_pages_at_a_bounded_cost(
    project: Project, browser: SignIn, claim: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    last = [make.recheck(claim) for _ in range(60)][49]
    ann = browser("ann")
    with django_assert_max_num_queries(26):
        first = ann.get(RECHECKS)
    assert first.content.count(b'class="said"') == 50
    assert f'href="?after={last.pk}"'.encode() in first.content
    assert ann.get(f"{RECHECKS}?after={last.pk}").content.count(b'class="said"') == 10
    assert ann.get(f"{RECHECKS}?after=x").status_code == 200


def test_next_gives_the_returned_reading_first(
    project: Project, browser: SignIn, document: Document, claim: dict[str, Any]
) -> None:
    other = make.document(project, "Another article. It is short.")
    layers.submit_layer(user=make.user("ann"), document=document, now=make.NOW)
    make.claim(make.user("ann"), other, "It is short")

    move(project, make.version(project, stances={"oppose": []}))
    response = browser("ann").post("/p/bridge/next/")

    assert str(document.pk) in response["Location"]
