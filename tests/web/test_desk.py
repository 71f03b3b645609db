"""The desk over HTTP: lists, steps as forms, bad input, and what annotators at work do not see."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate import records
from annotate.actions.adjudication import Verdict, decide
from annotate.models import Adjudication, AuditCheck, Claim, Decision, Layer, LayerStatus, NotSame
from annotate.reports.desk import load_desk
from annotate.web.adjudicate.panels import state_of
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


def test_a_stance_by_hand_needs_its_target_and_on_behalf_of_stands_alone(client, curator, document):
    sent, _ = first_open(document)
    signed_in(client, curator)
    answer = step(client, document, "accept", **sent, value="oppose", target="", holder="")
    assert answer.status_code == 400 and "needs its target" in answer.json()["detail"]
    assert step(client, document, "accept", **sent, represents="The council").status_code == 200
    gold = next(records.claim_dicts(Claim.objects.gold()))
    assert gold["speakers"][0]["represents"]["name"] == "The council"


def test_a_pick_of_a_field_that_is_gone_is_refused(client, curator, document):
    sent, unit = first_open(document)
    pick = {f"pick stances//{uuid.uuid4()}": unit.marks[0].key}
    assert step(signed_in(client, curator), document, "accept", **sent, **pick).status_code == 409
    assert not Decision.objects.exists()


def test_three_names_in_one_column_are_not_merged_at_once(client, curator, document):
    desk = load_desk(Adjudication.objects.select_related("project").get(document=document))
    unit = next(u for u in desk.units if any(f.name == "speakers" and len(set(f.values)) == 3 for f in u.fields))
    sent = {"claim": [f"{mark.key} {mark.fingerprint}" for mark in unit.marks], "field": "speakers"}
    assert step(signed_in(client, curator), document, "same", **sent).status_code == 400
    assert not Speaker.objects.filter(merged_into__isnull=False).exists()


def test_a_unit_that_was_decided_meanwhile_is_not_joined(client, project, curator):
    found = make.document(project, "The ferry is needed and the pier must be mended, said Ida. So it was.")
    ann, ben = (make.member(project, name, "annotator") for name in ("ann", "ben"))
    make.layer(ann, found, "The ferry is needed", "the pier must be mended", unsure=True)
    make.layer(ben, found, "The ferry is needed and the pier must be mended", unsure=True)
    row = Adjudication.objects.select_related("project").get(document=found)
    desk = load_desk(row)
    one, other, _ = desk.units
    state = state_of(other, desk)
    sent = {"claim": [f"{mark.key} {mark.fingerprint}" for mark in one.marks]}
    verdict = Verdict(claims={mark.key: mark.fingerprint for mark in other.marks}, is_claim=False)
    decide(user=make.user("manager"), project=project, document_id=found.pk, verdict=verdict, now=make.NOW)
    signed_in(client, curator)
    assert step(client, found, "join", **sent, **{"with": f"{other.key} {state}"}).status_code == 409
    fresh = load_desk(Adjudication.objects.select_related("project").get(document=found))
    same = next(unit for unit in fresh.units if unit.key == other.key)
    assert step(client, found, "join", **sent, **{"with": f"{same.key} {state_of(same, fresh)}"}).status_code == 200
    assert len(load_desk(row).units) == 2


def test_a_claim_of_the_curators_own_is_taken_away_again(client, curator, document):
    own = {"speakers": "Tor Lind", "target": "The pier", "value": "oppose", "holder": "", "spans": "[[0, 4]]"}
    made = step(signed_in(client, curator), document, "accept", **own).json()["decision"]
    assert step(client, document, "reject").status_code == 400
    assert step(client, document, "reject", decision=f"{made['id']} {made['version']}").status_code == 200
    assert not Decision.objects.exists() and not Claim.objects.gold().exists()


def test_what_was_decided_just_now_can_be_decided_anew_with_what_the_step_answered(client, curator, document):
    sent, _ = first_open(document)
    made = step(signed_in(client, curator), document, "reject", **sent).json()["decision"]
    again = step(client, document, "reject", **sent, decision=f"{made['id']} {made['version']}", reason="A heading.")
    assert again.status_code == 200 and Decision.objects.get().reason == "A heading."


def test_what_the_rule_settled_is_listed_for_a_look_at_all(client, project, curator):
    found = make.document(project, make.TEXT, title="Bridge")
    for name, quote in (("ann", "The closure is needed"), ("ben", "closure is needed")):
        make.layer(make.member(project, name, "annotator"), found, quote)
    page = signed_in(client, curator).get("/p/bridge/adjudicate/audit/?show=rule").content.decode()
    assert page.count('class="reading"') == 2
