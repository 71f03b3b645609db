"""The pages of follow-up rounds: opened by a form, worked through claim after claim, without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from annotate.actions import layers
from annotate.models import Layer, Project, Round
from annotate.records import claim_dicts
from corpus.models import Document
from tests import make
from tests.web.conftest import SignIn

CLOSURE, OPPOSES = "The closure is needed", "opposes the closure"
TONE = {"key": "tone", "kind": "choice", "labels": {"calm": [], "sharp": []}, "is_required": True, "definition": "How."}


@pytest.fixture
def document(project: Project) -> Document:
    return make.document(project)


@pytest.fixture
def round(project: Project, document: Document) -> Round:
    ann = make.user("ann")
    make.claim(ann, document, CLOSURE)
    make.claim(ann, document, OPPOSES, stances=[], no_stance=True)
    layers.submit_layer(user=ann, document=document, now=make.NOW)
    kinds = [{"key": kind, "kind": kind} for kind in ("boolean", "scale", "text", "entity")]
    many = {"key": "many", "kind": "choice", "labels": {"a": [], "b": []}, "is_multiple": True}
    strength = {"key": "strength", "scope": "stance", "kind": "scale", "minimum": 1, "maximum": 5}
    make.version(project, attributes=[TONE, many, strength, *kinds])
    asked = [f"attributes/{key}" for key in ("tone", "many", "boolean", "scale", "text", "entity")]
    return make.follow_up(project, "mode", "stances", "stances/attributes/strength", *asked)


def address(document: Document, round: Round) -> str:
    return f"/p/bridge/d/{document.pk}/follow-up/?round={round.pk}"


def own(round: Round) -> list[dict[str, Any]]:
    found = claim_dicts(Layer.objects.get(round=round).claims.all())
    return sorted(found, key=lambda claim: claim["spans"][0]["start"])


def begun(browser: SignIn, document: Document, round: Round) -> tuple[Any, list[dict[str, Any]]]:
    ann = browser("ann")
    ann.post(address(document, round))
    return ann, own(round)


def test_start_opens_the_reading_and_leads_to_the_first_claim(
    browser: SignIn, document: Document, round: Round
) -> None:
    ann = browser("ann")
    assert b'id="begin"' in ann.get(address(document, round)).content
    assert not Layer.objects.filter(round=round).exists()

    assert ann.post(address(document, round))["Location"] == address(document, round)

    html = ann.get(address(document, round)).content.decode()
    assert "1 of 2" in html and "How." in html and 'Stance on <b dir="auto">Closure of the bridge</b>' in html
    assert html.count("<mark") == 1 and '<i dir="auto">Tor Lind</i>: support <i' in html


def test_next_opens_it_at_once_and_the_reader_leads_there(
    project: Project, browser: SignIn, document: Document, round: Round
) -> None:
    Round.objects.filter(pk=round.follows_id).update(status="closed")
    ann = browser("ann")

    reader = ann.post("/p/bridge/next/")["Location"]

    assert Layer.objects.get(round=round).n_claims == 2
    assert ann.get(reader)["Location"] == address(document, round)


def test_every_kind_of_answer_is_saved_and_the_next_claim_shown(
    browser: SignIn, document: Document, round: Round
) -> None:
    ann, (one, two) = begun(browser, document, round)
    sent = {
        "version": "1", "mode": "direct", "stance-0": "oppose", "stance-0-strength": "4", "attribute-tone": "sharp",
        "attribute-many": ["b", "a"], "attribute-boolean": "false", "attribute-scale": "2.5",
        "attribute-text": "in so many words", "attribute-entity": "Tor Lind",
    }  # fmt: skip

    response = ann.post(f"{address(document, round)}&claim={one['id']}", sent)

    assert response["Location"] == f"{address(document, round)}&claim={two['id']}"
    saved = own(round)[0]
    assert saved["mode"] == "direct"
    assert saved["stances"] == [one["stances"][0] | {"value": "oppose", "attributes": {"strength": 4}}]
    assert saved["attributes"] == {
        "tone": "sharp", "many": ["a", "b"], "boolean": False, "scale": 2.5, "text": "in so many words",
        "entity": {"id": one["speakers"][0]["id"]},
    }  # fmt: skip
    html = ann.get(f"{address(document, round)}&claim={one['id']}").content.decode()
    assert 'value="Tor Lind"' in html and html.count(" checked") == 6


def test_answers_can_be_taken_back(browser: SignIn, document: Document, round: Round) -> None:
    ann, (one, _) = begun(browser, document, round)
    place = f"{address(document, round)}&claim={one['id']}"
    ann.post(place, {"version": "1", "stance-0": "oppose", "attribute-tone": "calm", "attribute-boolean": "true"})

    ann.post(place, {"version": "2", "stance-0": "oppose", "attribute-tone": "calm", "attribute-boolean": ""})

    assert own(round)[0]["attributes"] == {"tone": "calm"}


def test_after_the_last_claim_it_is_submitted(browser: SignIn, document: Document, round: Round) -> None:
    ann, found = begun(browser, document, round)
    stances = [{"stance-0": "support"}, {}]
    for claim, stance in zip(found, stances, strict=True):
        sent = {"version": "1", "attribute-tone": "calm"} | stance
        response = ann.post(f"{address(document, round)}&claim={claim['id']}", sent)

    assert response["Location"] == "/p/bridge/"
    assert Layer.objects.get(round=round).status == "submitted"
    assert ann.get(address(document, round))["Location"] == f"/p/bridge/d/{document.pk}/?round={round.pk}"
    assert ann.get(f"/p/bridge/d/{document.pk}/?round={round.pk}").status_code == 200


def test_with_gaps_it_leads_to_the_first_of_them(browser: SignIn, document: Document, round: Round) -> None:
    ann, (one, two) = begun(browser, document, round)

    response = ann.post(
        f"{address(document, round)}&claim={two['id']}", {"version": "1", "attribute-tone": "calm"}, follow=True
    )

    html = response.content.decode()
    assert "has no answer to “Tone”" in html and f"claim={one['id']}" in html and "1 still open" in html
    assert Layer.objects.get(round=round).status == "open"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"version": "7", "attribute-tone": "calm"}, 412),
        ({"attribute-tone": "calm"}, 412),
        ({"version": "1", "attribute-tone": "gone"}, 400),
        ({"version": "1", "attribute-scale": "much"}, 400),
        ({"version": "1", "attribute-scale": "9e999"}, 400),
        ({"version": "1", "attribute-entity": "Nobody"}, 400),
        ({"version": "1", "attribute-entity": "a\0b"}, 400),
        ({"version": "1", "attribute-text": "a\0b"}, 400),
        ({"version": "1", "stance-0": "gone"}, 400),
        ({"version": "1", "mode": "gone"}, 400),
        ({"version": "1", "stance-0-strength": "6"}, 400),
        ({"version": "1", "attribute-boolean": "perhaps"}, 400),
    ],
)
def test_what_does_not_fit_is_refused_on_the_page(
    browser: SignIn, document: Document, round: Round, sent: dict[str, str], status: int
) -> None:
    ann, (one, _) = begun(browser, document, round)

    response = ann.post(f"{address(document, round)}&claim={one['id']}", {"stance-0": "support"} | sent)

    assert response.status_code == status and b'class="errors" role="alert"' in response.content
    assert own(round)[0] == one


def test_who_is_not_asked_finds_nothing(browser: SignIn, document: Document, round: Round) -> None:
    begun(browser, document, round)
    for name in ("ben", "curator", "manager", "outsider"):
        assert browser(name).get(address(document, round)).status_code == 404
        assert browser(name).post(address(document, round)).status_code == 404
    ann = browser("ann")
    assert ann.get(f"{address(document, round)}&claim={round.pk}").status_code == 404
    assert ann.get(f"/p/bridge/d/{document.pk}/follow-up/?round={round.follows_id}").status_code == 404
    assert ann.put(address(document, round)).status_code == 405


def test_a_page_is_the_same_with_and_without_a_colleagues_work(
    browser: SignIn, document: Document, round: Round
) -> None:
    ann, _ = begun(browser, document, round)
    before = plain(ann.get(address(document, round)))
    ben = make.user("ben")
    make.claim(ben, document, CLOSURE, round=str(round.follows_id))
    layers.submit_layer(user=ben, document=document, now=make.NOW, round_id=round.follows_id)
    browser("ben").post(address(document, round))

    assert plain(ann.get(address(document, round))) == before


def plain(response: Any) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken|name="csrf" content)[^>]*', "", response.content.decode())


def test_the_page_costs_a_bounded_number_of_queries(
    browser: SignIn, document: Document, round: Round, django_assert_max_num_queries: Any
) -> None:
    ann, _ = begun(browser, document, round)
    with django_assert_max_num_queries(24):
        ann.get(address(document, round))


def test_a_manager_opens_a_follow_up_round(project: Project, browser: SignIn) -> None:
    new = make.version(project, attributes=[TONE])
    path = f"/p/bridge/rounds/{project.rounds.get().pk}/follow-up/"
    manager = browser("manager")
    assert b"Tone" in manager.get(path).content

    response = manager.post(path, {"name": "Tone", "version": "2", "fields_asked": ["attributes/tone", "mode"]})

    assert response["Location"] == "/p/bridge/rounds/"
    made = project.rounds.get(name="Tone")
    assert (made.reopened_fields, made.codebook_version) == (["mode", "attributes/tone"], new)
    assert b"Asks again about claims of Round 1" in manager.get("/p/bridge/rounds/").content


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"name": "Again", "version": "1"},
        {"name": "Again", "version": "9", "fields_asked": ["mode"]},
        {"name": "Round 1", "version": "1", "fields_asked": ["mode"]},
        {"name": "Again", "version": "1", "fields_asked": ["attributes/tone"]},
        {"name": "a\0b", "version": "1", "fields_asked": ["mode"]},
    ],
)
def test_a_bad_form_is_shown_again(project: Project, browser: SignIn, bad: dict[str, Any]) -> None:
    make.version(project, attributes=[TONE])
    response = browser("manager").post(f"/p/bridge/rounds/{project.rounds.get().pk}/follow-up/", bad)
    assert response.status_code == 400 and b"errorlist" in response.content
    assert project.rounds.count() == 1
