"""POST projects/{slug}/annotations/: a file or an archive, dry runs, bad parameters, limits."""

from __future__ import annotations

import io
import json
import zipfile
from urllib.parse import quote

import pytest

from annotate.actions import annotation_requests
from annotate.models import Claim
from tests import make
from tests.api.client import Api
from tests.formats.folders import members

pytestmark = pytest.mark.django_db
PATH = "projects/bridge/annotations/"


@pytest.fixture
def project(db):
    found = make.project()
    make.member(found, "ann")
    make.member(found, "cat", "curator")
    make.document(found)
    return found


def body(document_text, words):
    start = document_text.index(words)
    value = {"start": start, "end": start + len(words), "text": words, "labels": ["Point"]}
    region = {"id": "r", "type": "labels", "from_name": "l", "to_name": "t", "value": value}
    return json.dumps([{"data": {"text": document_text}, "annotations": [{"result": [region]}]}]).encode()


def post(who, raw, query, type="application/octet-stream"):
    return Api(make.user(who)).send("POST", f"{PATH}?{query}", raw=raw, type=type)


def test_a_file_is_checked_and_then_stored_once(project):
    raw, query = body(make.TEXT, "The closure is needed"), f"format=label-studio&as=ann&map={quote('Point=claim')}"
    dry = post("manager", raw, f"{query}&dry_run=true")
    assert dry.status_code == 200 and dry.json()["created"] == 1 and dry.json()["dry_run"] and not Claim.objects.count()
    done = post("manager", raw, query)
    assert done.status_code == 201 and done.json()["layers"][0]["annotator"] == "ann"
    again = post("manager", raw, query)
    assert again.status_code == 200 and (again.json()["created"], again.json()["existing"]) == (0, 1)


def test_a_second_claim_is_made_where_that_is_asked(project):
    raw, query = body(make.TEXT, "The closure is needed"), "format=label-studio&as=ann&map="
    first, other = quote("Point=claim"), quote("Point=claim; unsure")
    assert post("manager", raw, query + first).json()["created"] == 1
    assert post("manager", raw, query + other).json()["n_refused"] == 1
    assert post("manager", raw, f"{query}{other}&second_claims=true").json()["created"] == 1
    assert post("manager", raw, f"{query}{other}&second_claims=true").json()["existing"] == 1


def test_what_is_refused_is_listed_with_rule_and_remedy(project):
    found = post("manager", body(make.TEXT, "the closure"), "format=label-studio&as=ann").json()
    assert (found["created"], found["n_refused"]) == (0, 1)
    assert found["refused"][0]["value"] == "Point" and "--map" in found["refused"][0]["remedy"]


def test_an_archive_is_read(project):
    ann = make.user("ann")
    make.claim(ann, project.corpus.documents.get(), "The closure is needed")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        for name, data in members(project, "brat").items():
            target.writestr(name, data)
    found = post("manager", archive.getvalue(), "format=brat", type="application/zip")
    assert (found.status_code, found.json()["existing"]) == (200, 1)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("", "format"),
        ("format=xls", "format"),
        ("format=jsonl", "format"),
        ("format=brat&as=zoe", "'zoe' is no member"),
        ("format=brat&as=%00", "no name holds"),
        ("format=brat&offsets=inches", "inches"),
        ("format=brat&map=x", "OLD=NEW"),
        ("format=brat&round=Ninth", "Ninth"),
        ("format=brat&dry_run=perhaps", "dry_run"),
        ("format=brat&second_claims=2", "second_claims"),
    ],
)
def test_bad_parameters_are_refused(project, query, why):
    found = post("manager", b"T1", query)
    assert found.status_code == 400 and why in found.json()["detail"]


def test_who_may_not_is_told_so_before_the_file_is_read(project):
    assert [post(who, b"T1", "format=brat").status_code for who in ("ann", "cat", "stranger")] == [403, 403, 404]
    assert Api().post(PATH).status_code == 401
    assert Api(make.user("manager")).get(PATH).status_code == 405


def test_an_empty_or_too_large_body_is_refused(project, monkeypatch):
    assert post("manager", b"", "format=brat").status_code == 400
    monkeypatch.setattr(annotation_requests, "MAX_BYTES", 10)
    found = post("manager", b"T1" * 20, "format=brat")
    assert found.status_code == 413 and "20 MB is the limit" in found.json()["detail"]
    broken = post("manager", b"PK\x05\x06" + bytes(4), "format=brat")
    assert broken.status_code in (200, 400, 413)
