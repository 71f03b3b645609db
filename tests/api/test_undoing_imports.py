"""Imported annotations are taken back as one batch, where nobody has worked on them since."""

from __future__ import annotations

import json
from urllib.parse import quote
from uuid import UUID

import pytest

from annotate.actions import layers, talk
from annotate.models import Claim, Layer, RoundDocument
from annotate.records import claim_dict, claim_dicts
from corpus.models import Change
from tests import make
from tests.api.client import Api

pytestmark = pytest.mark.django_db
CLOSURE, SHORT = "The closure is needed", "it will be short"
ELSEWHERE = make.TEXT + " Elsewhere."


@pytest.fixture
def project(db):
    found = make.project()
    make.member(found, "ann")
    make.member(found, "cat", "curator")
    for text in (make.TEXT, ELSEWHERE):
        make.document(found, text)
    return found


def task(text, *quotes):
    regions = []
    for words in quotes:
        start = text.index(words)
        value = {"start": start, "end": start + len(words), "text": words, "labels": ["Point"]}
        regions.append({"id": words, "type": "labels", "from_name": "l", "to_name": "t", "value": value})
    return {"data": {"text": text}, "annotations": [{"result": regions}]}


def bring_in(*tasks, for_whom="ann"):
    raw = json.dumps(list(tasks)).encode()
    path = f"projects/bridge/annotations/?format=label-studio&as={for_whom}&map={quote('Point=claim')}"
    return Api(make.user("manager")).send("POST", path, raw=raw, type="application/json").json()


@pytest.fixture
def batch(project):
    found = bring_in(task(make.TEXT, CLOSURE, SHORT), task(ELSEWHERE, CLOSURE))
    assert found["created"] == 3
    return found["batch"]


def undo(who, batch):
    return Api(make.user(who)).post(f"projects/bridge/changes/{batch}/undo/")


def own_layer(project, text=make.TEXT):
    return Layer.objects.get(project=project, document__text=text, annotator__username="ann")


def test_all_of_it_goes_and_the_readings_that_it_opened(project, batch):
    done = undo("manager", batch)

    assert done.status_code == 200 and not Claim.objects.exists() and not Layer.objects.exists()
    rows = Change.objects.filter(batch=done.json()["batch"])
    assert {(row.action, row.object_type, row.after) for row in rows} == {
        ("annotations.import_undo", "claim", None),
        ("annotations.import_undo", "layer", None),
    }
    assert rows.filter(object_type="claim").count() == 3
    again = undo("manager", batch)
    assert again.status_code == 409 and "was changed since by manager, who took back imported" in again.json()["detail"]
    assert undo("manager", done.json()["batch"]).status_code == 409
    assert bring_in(task(make.TEXT, CLOSURE))["created"] == 1


def test_places_that_it_took_are_free_again(project):
    make.round(project, overlap=1, closes=True)
    batch = bring_in(task(make.TEXT, CLOSURE))["batch"]
    taken = RoundDocument.objects.filter(document__text=make.TEXT, n_taken=1)
    assert taken.exists()
    assert undo("manager", batch).status_code == 200
    assert not taken.exists() and not Layer.objects.exists()


def test_what_was_there_before_and_what_came_later_stays(project):
    ann = make.user("ann")
    before = make.claim(ann, project.corpus.documents.get(text=make.TEXT), "will be short")
    batch = bring_in(task(make.TEXT, CLOSURE), task(ELSEWHERE, CLOSURE))["batch"]
    later = make.claim(ann, project.corpus.documents.get(text=ELSEWHERE), SHORT)

    assert undo("manager", batch).status_code == 200

    assert {str(id) for id in Claim.objects.values_list("pk", flat=True)} == {before["id"], later["id"]}
    assert own_layer(project).n_claims == own_layer(project, ELSEWHERE).n_claims == 1


def change(project, claim):
    make.saved_again(make.user("ann"), claim, unsure=True)


def delete(project, claim):
    assert Api(make.user("ann")).delete(f"claims/{claim['id']}/", match=f'"{claim["version"]}"').status_code < 300


def remark(project, claim):
    layer = own_layer(project)
    given = {"text": "Is this one claim?", "layer": layer, "claim_key": UUID(claim["id"]), "now": make.NOW}
    talk.add_remark(user=make.user("cat"), project=project, document=layer.document, **given)


def submit(project, claim):
    for one in claim_dicts(Claim.objects.filter(layer=own_layer(project))):
        said = make.body(make.TEXT, CLOSURE)
        make.saved_again(make.user("ann"), one, **{name: said[name] for name in ("speakers", "stances")})
    layers.submit_layer(user=make.user("ann"), document=own_layer(project).document, now=make.NOW)


def submit_and_reopen(project, claim):
    submit(project, claim)
    layers.reopen_layer(user=make.user("ann"), document=own_layer(project).document, now=make.LATER)


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (change, "was changed since by ann, who changed a claim on"),
        (delete, "was changed since by ann, who deleted a claim on"),
        (remark, "there are remarks on the claim “"),
        (submit, "by ann is submitted."),
        (submit_and_reopen, "was submitted on"),
    ],
)
def test_work_on_one_claim_keeps_all_of_them(project, batch, work, said):
    claim = claim_dict(Claim.objects.filter(layer=own_layer(project)).earliest("pk").pk)
    work(project, claim)
    n, n_rows = Claim.objects.count(), Change.objects.exclude(object_type="token").count()

    refused = undo("manager", batch)

    assert refused.status_code == 409 and said in refused.json()["detail"]
    assert (Claim.objects.count(), Change.objects.exclude(object_type="token").count()) == (n, n_rows)


def test_only_managers_take_an_import_back_and_nothing_is_told_of_what_they_read_blind(project, batch):
    assert undo("cat", batch).status_code == 403
    assert undo("ann", batch).status_code == undo("stranger", batch).status_code == 404
    make.claim(make.user("manager"), project.corpus.documents.get(text=make.TEXT), CLOSURE)

    refused = undo("manager", batch)

    assert refused.status_code == 409 and "blind yourself" in refused.json()["detail"]
    assert Claim.objects.count() == 4


def test_who_imported_into_an_own_reading_takes_it_back_while_it_is_open_and_blind(project):
    found = bring_in(task(make.TEXT, CLOSURE), for_whom="manager")

    undone = undo("manager", found["batch"])

    assert undone.status_code == 200 and not Claim.objects.exists() and not Layer.objects.exists()
