"""The desk over HTTP: lists, steps as forms, bad input, and what annotators at work do not see."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.models import Adjudication, AuditCheck, Decision, Layer, LayerStatus, NotSame
from annotate.reports.desk import load_desk
from corpus.models import Speaker
from tests import make
from tests.adjudication import fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Any:
    return make.project()


@pytest.fixture
def curator(project: Any) -> Any:
    return make.member(project, "curator", "curator")


@pytest.fixture
def document(project: Any, curator: Any) -> Any:
    found = make.document(project, fixture.TEXT, title="Town notes for the week")
    fixture.twenty_units({name: make.member(project, name, "annotator") for name in ("ann", "ben", "cem")}, found)
    return found


def signed_in(client: Any, user: Any) -> Any:
    client.force_login(user)
    return client


def step(client: Any, document: Any, do: str, **values: Any) -> Any:
    address = f"/p/bridge/d/{document.pk}/adjudicate/step/"
    return client.post(address, {"do": do} | values, headers={"Accept": "application/json"})


def first_open(document: Any) -> tuple[dict[str, list[str]], Any]:
    desk = load_desk(Adjudication.objects.select_related("project").get(document=document))
    unit = next(found for found in desk.units if found.is_open)
    return {"claim": [f"{mark.key} {mark.fingerprint}" for mark in unit.marks]}, unit


def test_the_list_shows_documents_by_open_units_in_a_bounded_number_of_queries(client, project, curator, document):
    signed_in(client, curator)
    with CaptureQueriesContext(
        connection,
    ) as one:
        page = client.get("/p/bridge/adjudicate/").content.decode()
    assert "Town notes for the week" in page and "<b>8</b>" in page
    for n in range(5):
        other = make.document(project, f"{make.TEXT} {n}", title=f"Other {n}")
        make.layer(make.user("ann"), other)
    with CaptureQueriesContext(connection) as six:
        client.get("/p/bridge/adjudicate/")
    assert len(six) == len(one)


def test_the_desk_takes_the_same_number_of_queries_for_few_and_for_many_units(client, project, curator, document):
    signed_in(client, curator)
    client.get(f"/p/bridge/d/{document.pk}/adjudicate/")
    with CaptureQueriesContext(connection) as many:
        client.get(f"/p/bridge/d/{document.pk}/adjudicate/")
    small = make.document(project, make.TEXT, title="Small")
    for name in ("ann", "ben", "cem"):
        make.layer(make.user(name), small)
    with CaptureQueriesContext(connection) as few:
        client.get(f"/p/bridge/d/{small.pk}/adjudicate/")
    assert len(many) <= len(few) + 1


def test_a_step_answers_with_its_batch_and_what_is_left(client, curator, document):
    sent, _ = first_open(document)
    answer = step(signed_in(client, curator), document, "reject", **sent)
    assert answer.status_code == 200 and answer.json()["n_open"] == 7
    assert step(client, document, "undo", batch=answer.json()["batch"]).json()["n_open"] == 8


def test_a_form_without_scripts_comes_back_to_the_page(client, curator, document):
    sent, _ = first_open(document)
    signed_in(client, curator)
    answer = client.post(f"/p/bridge/d/{document.pk}/adjudicate/step/", sent | {"do": "reject", "reason": "A heading."})
    assert answer.status_code == 302
    assert Decision.objects.get().reason == "A heading."


@pytest.mark.parametrize(
    ("do", "values", "status"),
    [
        ("accept", {"claim": "damaged"}, 400),
        ("accept", {"claim": f"{uuid.uuid4()} x"}, 409),
        ("accept", {}, 400),
        ("accept", {"spans": "[[0, 99999]]"}, 400),
        ("accept", {"spans": "{"}, 400),
        ("accept", {"reason": "x" * 6000}, 400),
        ("two", {}, 400),
        ("join", {}, 400),
        ("same", {"field": "mode"}, 400),
        ("finish", {}, 409),
        ("undo", {"batch": "x"}, 400),
        ("undo", {"batch": str(uuid.uuid4())}, 404),
        ("return", {"reading": "9"}, 400),
        ("nothing", {}, 404),
    ],
)
def test_bad_steps_are_refused_with_the_reason(client, curator, document, do, values, status):
    answer = step(signed_in(client, curator), document, do, **values)
    assert answer.status_code == status
    assert not Decision.objects.exists()


def test_written_by_hand_is_checked_like_any_claim(client, curator, document):
    sent, _ = first_open(document)
    signed_in(client, curator)
    hand = sent | {"speakers": "Mira Sand; Mira Sand", "target": "The ferry", "value": "support", "holder": ""}
    answer = step(client, document, "accept", **hand)
    assert answer.status_code == 400 and "named twice" in answer.json()["detail"]
    hand |= {"speakers": "Mira Sand; Tor Lind", "reported_by": "Bay Courier", "mode": "indirect"}
    assert step(client, document, "accept", **hand).status_code == 200
    assert Decision.objects.get().kind == "edited"


def test_names_are_declared_the_same_from_a_cell_and_that_is_taken_back(client, curator, document):
    desk = load_desk(Adjudication.objects.select_related("project").get(document=document))
    unit = next(u for u in desk.units if u.is_open and any(f.name == "speakers" and f.is_open for f in u.fields))
    sent = {"claim": [f"{mark.key} {mark.fingerprint}" for mark in unit.marks], "field": "speakers"}
    answer = step(signed_in(client, curator), document, "same", **sent)
    assert answer.status_code == 200 and Speaker.objects.filter(merged_into__isnull=False).exists()
    assert step(client, document, "undo", batch=answer.json()["batch"]).status_code == 200
    assert not Speaker.objects.filter(merged_into__isnull=False).exists()


def test_a_reading_is_sent_back_with_a_remark(client, curator, document):
    answer = step(signed_in(client, curator), document, "return", reading="1", remark="Look at the last claim.")
    assert answer.status_code == 200
    assert Layer.objects.filter(status=LayerStatus.RETURNED).count() == 1


def test_names_that_are_different_are_not_offered_again(client, project, curator):
    document = make.document(project, fixture.TEXT, title="Town notes for the week")
    fixture.own_names({name: make.member(project, name, "annotator") for name in ("ann", "ben")}, document)
    signed_in(client, curator)
    page = client.get("/p/bridge/adjudicate/names/").content.decode()
    assert page.count('class="twin"') == 10
    mira, other = (Speaker.objects.get(name=name).pk for name in ("Mira Sand", "M. Sand"))
    client.post("/p/bridge/adjudicate/names/", {"registry": "speaker", "do": "different", "kept": mira, "other": other})
    assert NotSame.objects.count() == 1
    assert client.get("/p/bridge/adjudicate/names/").content.decode().count('class="twin"') == 9


def test_the_same_seed_draws_the_same_sample_and_what_is_said_of_it_is_kept(client, curator, document):
    signed_in(client, curator)
    draw = "/p/bridge/adjudicate/audit/?seed=7&size=3"
    page = client.get(draw).content.decode()
    assert page.count('class="draw"') == 3 + 1  # one sentence alone has no claim: the headline
    assert client.get(draw).content.decode().count("<blockquote") == page.count("<blockquote")
    said = {"do": "right", "kind": "settled", "document": document.pk, "start": "30", "end": "60", "seed": "7"}
    assert client.post("/p/bridge/adjudicate/audit/", said).status_code == 302
    assert AuditCheck.objects.get().is_right


def test_names_of_annotators_show_only_when_the_document_is_finished(client, curator, document):
    signed_in(client, curator)
    address = f"/p/bridge/d/{document.pk}/adjudicate/"
    page = client.get(address).content.decode()
    assert "Reading 1" in page and ">cem<" not in page
    for _ in range(8):
        sent, _unit = first_open(document)
        step(client, document, "reject", **sent)
    assert step(client, document, "finish").status_code == 200
    assert ">cem<" in client.get(address).content.decode()


def test_an_annotator_and_a_curator_at_work_find_no_desk(client, project, curator, document):
    make.claim(curator, document, "Town notes for the week")
    assert signed_in(client, curator).get(f"/p/bridge/d/{document.pk}/adjudicate/").status_code == 404
    assert "Town notes" not in client.get("/p/bridge/adjudicate/").content.decode()
    client.force_login(make.user("ann"))
    assert client.get(f"/p/bridge/d/{document.pk}/adjudicate/").status_code == 403


def test_markup_in_texts_and_names_is_shown_as_text(client, project, curator):
    found = make.document(project, "<b>Bold</b> words are here. The ferry <script>alert(1)</script> stays, said Ida.")
    for n, name in enumerate(("ann", "ben")):
        person = make.member(project, name, "annotator")
        make.layer(person, found, "The ferry <script>alert(1)</script> stays", speakers=[{"name": f"<i>Ida {n}</i>"}])
    page = signed_in(client, curator).get(f"/p/bridge/d/{found.pk}/adjudicate/").content.decode()
    assert "<script>alert" not in page and "<i>Ida" not in page and "&lt;i&gt;Ida" in page
