"""The reader's own routes: who sees what, and what is refused how."""

from __future__ import annotations

import uuid

import orjson
import pytest

from annotate.actions import layers, projects
from annotate.models import Claim
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make.project()


@pytest.fixture
def document(project):
    return make.document(project, source="Bay Courier")


@pytest.fixture
def ann(project):
    return make.member(project, "ann")


def url(project, document, *more):
    return "/".join([f"/p/{project.slug}/d/{document.pk}", *more, ""])


def put(client, project, document, body, id=None, **headers):
    return client.put(
        url(project, document, "claims", str(id or uuid.uuid4())),
        orjson.dumps(body),
        content_type="application/json",
        headers={"Accept": "application/json"} | headers,
    )


def test_the_page_shows_the_article_and_never_writes(client, project, document, ann):
    client.force_login(ann)
    answer = client.get(url(project, document))
    assert answer.status_code == 200
    assert "The closure is needed" in answer.content.decode()
    assert not project.layers.exists()


def test_who_is_signed_out_is_asked_to_sign_in(client, project, document):
    assert client.get(url(project, document)).headers["Location"].startswith("/login/")
    assert put(client, project, document, {}).status_code == 401


def test_an_outsider_and_another_projects_document_are_not_there(client, project, document, ann):
    other = make.document(make.project("other", manager=make.user("boss")))
    client.force_login(ann)
    assert client.get(url(project, other)).status_code == 404
    assert put(client, project, other, make.body(other.text, "The closure is needed")).status_code == 404
    client.force_login(make.user("stranger"))
    assert client.get(url(project, document)).status_code == 404


def test_a_saved_claim_answers_paragraph_item_and_counters(client, project, document, ann):
    client.force_login(ann)
    answer = put(client, project, document, make.body(document.text, "The closure is needed"), **{"If-None-Match": "*"})
    assert answer.status_code == 201 and answer.headers["ETag"] == '"1"'
    body = answer.json()
    assert list(body["blocks"]) == ["b1"] and "<mark" in body["blocks"]["b1"]
    assert "Tor Lind" in body["item"] and body["n_claims"] == 1


def test_a_refused_claim_names_its_fields(client, project, document, ann):
    client.force_login(ann)
    answer = put(client, project, document, {"spans": [{"start": 5, "end": 2, "quote": ""}], "stances": 3})
    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} >= {"#/spans/0", "#/stances"}


def test_unsent_work_is_never_stored_as_somebody_else(client, project, document, ann):
    make.member(project, "ben")
    client.force_login(make.user("ben"))
    body = make.body(document.text, "The closure is needed")
    answer = put(client, project, document, body, **{"X-Page-User": str(ann.pk)})
    assert answer.status_code == 401 and not Claim.objects.exists()


def test_a_colleagues_layer_is_hidden_from_annotators_and_shown_to_curators(client, project, document, ann):
    make.claim(ann, document, "The closure is needed")
    layer = project.layers.get()
    client.force_login(make.member(project, "ben"))
    assert client.get(url(project, document), {"layer": layer.pk}).status_code == 404
    assert b"<mark" not in client.get(url(project, document)).content
    client.force_login(make.member(project, "cara", "curator"))
    page = client.get(url(project, document), {"layer": layer.pk}).content.decode()
    assert "<mark" in page and "read only" in page and "Mark as done" not in page


def test_several_open_rounds_ask_for_a_choice(client, project, document, ann):
    manager = make.user("manager")
    projects.create_round(
        user=manager, project=project, settings=projects.RoundSettings(name="Second look"), now=make.NOW
    )
    client.force_login(ann)
    page = client.get(url(project, document)).content.decode()
    assert "Second look" in page and "Round 1" in page
    answer = put(client, project, document, make.body(document.text, "The closure is needed"))
    assert answer.status_code == 409 and "Second look" in answer.json()["detail"]


def test_submitting_with_gaps_lists_them_without_scripts(client, project, document, ann):
    make.claim(ann, document, "The closure is needed", stances=[])
    client.force_login(ann)
    answer = client.post(url(project, document, "submit"))
    assert answer.status_code == 400 and "has no stance" in answer.content.decode()


def test_submitting_goes_to_the_next_article_and_reopening_comes_back(client, project, document, ann):
    second = make.document(project, "Another article.")
    make.claim(ann, document, "The closure is needed")
    client.force_login(ann)
    answer = client.post(url(project, document, "submit"))
    assert answer.headers["Location"].startswith(url(project, second))
    assert "Reopen" in client.get(url(project, document)).content.decode()
    assert client.post(url(project, document, "reopen")).headers["Location"].startswith(url(project, document))
    assert project.layers.get(document=document).status == "open"


def test_a_closed_round_is_a_message_not_an_error(client, project, document, ann):
    make.claim(ann, document, "The closure is needed")
    layers.submit_layer(user=ann, document=document, now=make.NOW)
    project.rounds.update(status="closed")
    client.force_login(ann)
    answer = client.post(url(project, document, "reopen"))
    assert answer.status_code == 409 and "closed" in answer.content.decode()


def test_options_of_a_registry_are_matched_folded_and_keep_to_the_project(client, project, document, ann):
    from corpus.models import Speaker, SpeakerAlias

    entry = Speaker.objects.create(corpus=project.corpus, name="İpek Öz", kind="person")
    SpeakerAlias.objects.create(speaker=entry, name="The minister")
    Speaker.objects.create(corpus=make.project("other", manager=make.user("boss")).corpus, name="Ipek elsewhere")
    client.force_login(ann)

    def found(query):
        return client.get(f"/p/{project.slug}/entries/speaker/", {"q": query}).content.decode()

    assert "İpek Öz" in found("ipek") and "elsewhere" not in found("ipek")
    assert "İpek Öz" in found("minis")
    assert "Create “ipek”" in found("ipek") and "Create" not in found("İpek Öz")
    assert "&lt;b&gt;" in found("<b>")
    assert client.get(f"/p/{project.slug}/entries/nothing/").status_code == 404


def test_the_page_takes_a_bounded_number_of_queries(client, project, ann, django_assert_max_num_queries):
    text = "\n\n".join(f"Sentence number {n} says something." for n in range(60))
    document = make.document(project, text)
    for n in range(30):
        make.claim(ann, document, f"Sentence number {n} says", speakers=[{"name": f"Speaker {n % 7}"}])
    client.force_login(ann)
    with django_assert_max_num_queries(32):
        assert client.get(url(project, document)).content.count(b"<mark") == 30
