"""Annotations in, by page: a file is checked, its report read, then imported; and who may."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotate.actions import annotation_requests as requests
from annotate.actions.annotations import Options
from annotate.actions.imports import uploads_directory
from annotate.formats.composing import LabelMap
from annotate.models import Claim, Project
from annotate.payloads.problems import Invalid
from annotate.web.refusals import mistakes_of
from corpus.models import Change
from tests import make
from tests.web.conftest import SignIn

PATH = "/p/bridge/annotations/"
START = make.TEXT.index("The closure is needed")
LINES = f"T1\tPoint {START} {START + 21}\tThe closure is needed\nT2\tPoint 0 5\tFerry\n"


@pytest.fixture
def ready(project: Project) -> Project:
    make.document(project, external_id="one")
    return project


def check(client: Client, data: bytes = LINES.encode(), **more: Any) -> Any:
    file = SimpleUploadedFile("one.ann", data)
    sent = {"file": file, "format": "brat", "as": "ann", "map": "Point=claim", "do": "check"}
    return client.post(PATH, sent | more)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def kept_files() -> set[Path]:
    return set(uploads_directory().glob("annotations-*"))


def test_a_file_is_checked_and_then_imported(ready: Project, browser: SignIn) -> None:
    client, before = browser("manager"), kept_files()
    page = check(client).content.decode()
    assert kept_files() != before
    assert "What would be stored" in page and "Import 1 claim<" in page and not Claim.objects.exists()
    assert "line 2" in page and "Mend the file" in page

    page = client.post(PATH, hidden(page) | {"do": "import"}).content.decode()
    assert "<h2>Stored</h2>" in page and Claim.objects.get().layer.annotator.username == "ann"
    assert kept_files() == before


def test_a_second_press_that_finds_the_file_gone_says_so(ready: Project) -> None:
    manager = make.user("manager")
    who: dict[str, Any] = {"user": manager, "project": ready}
    id = requests.keep_upload(pieces=[LINES.encode()], **who)
    options = Options(username="ann", mapping=LabelMap.read([("Point", "claim")]))
    path = requests.kept_upload(id=id, **who)
    outcomes = requests.import_file(format="brat", path=path, name="one.ann", options=options, now=make.NOW, **who)
    requests.forget_upload(**who)

    with pytest.raises(Invalid, match="imported meanwhile"):
        list(outcomes)
    with pytest.raises(Invalid, match="imported meanwhile"):
        requests.kept_upload(id=id, **who)


def test_a_second_claim_on_the_same_words_comes_in_where_that_is_asked(ready: Project, browser: SignIn) -> None:
    client, asked = browser("manager"), {"second_claims": "on", "map": "Point=claim; unsure"}
    client.post(PATH, hidden(check(client).content.decode()) | {"do": "import"})
    page = check(client, map=asked["map"]).content.decode()
    assert "with other values: unsure" in page and "import this one as a second claim" in page
    page = check(client, **asked).content.decode()
    assert "Import 1 claim<" in page and Claim.objects.count() == 1
    client.post(PATH, hidden(page) | {"do": "import"})
    assert sorted(Claim.objects.values_list("is_unsure", flat=True)) == [False, True]


def test_an_import_is_taken_back_from_its_report_or_from_the_history(ready: Project, browser: SignIn) -> None:
    client, changes = browser("manager"), "/p/bridge/changes/"
    page = client.post(PATH, hidden(check(client).content.decode()) | {"do": "import"}).content.decode()
    (undo,) = re.findall(r'action="(/p/bridge/changes/[0-9a-f-]+/undo/)"', page)
    assert undo in client.get(changes).content.decode()
    assert undo not in browser("curator").get(changes).content.decode()
    assert browser("curator").post(undo).status_code == 403 and Claim.objects.exists()

    listed = client.post(undo, follow=True).content.decode()

    assert not Claim.objects.exists() and "took back imported annotations" in listed
    undone = str(Change.objects.filter(action="annotations.import_undo").values_list("batch", flat=True)[0])
    assert f'id="b-{undone}"' in listed and f"{undone}/undo/" not in listed
    refused = client.post(undo)
    assert refused.status_code == 409 and "was changed since by manager" in refused.content.decode()


def test_a_file_says_by_its_name_what_format_it_is(ready: Project, browser: SignIn) -> None:
    client = browser("manager")
    page = check(client, format="").content.decode()
    assert "Import 1 claim<" in page and hidden(page)["format"] == "brat"
    archive = io.BytesIO()
    with ZipFile(archive, "w") as inside:
        inside.writestr("one.ann", LINES)
    assert "Import 1 claim<" in check(client, archive.getvalue(), format="").content.decode()

    file = SimpleUploadedFile("tasks.json", b"[]")
    unclear = client.post(PATH, {"file": file, "do": "check"})
    assert unclear.status_code == 400 and "choose the one that it is" in unclear.content.decode()


def test_the_page_names_its_own_field_and_no_option_of_the_command(ready: Project, browser: SignIn) -> None:
    assert "<bdi>Piont</bdi>" in check(browser("manager"), map="Point=claim\nPiont=claim").content.decode()
    page = check(browser("manager"), **{"as": ""}).content.decode()
    assert "Name a member under “Annotator”." in page and "--as" not in page


def test_a_file_that_is_no_longer_kept_is_asked_for_again(ready: Project, browser: SignIn) -> None:
    client = browser("manager")
    asked = hidden(check(client).content.decode())
    check(client)
    found = client.post(PATH, asked | {"do": "import"})
    assert found.status_code == 400 and "choose it again" in found.content.decode()
    assert client.post(PATH, asked | {"upload": "no"}).status_code == 400


@pytest.mark.parametrize(
    ("more", "why"),
    [({"map": "x"}, "OLD=NEW"), ({"format": "xls"}, "Select a valid choice"), ({"file": ""}, "No file was chosen")],
)
def test_bad_input_is_shown_at_its_field(ready: Project, browser: SignIn, more: dict[str, Any], why: str) -> None:
    found = check(browser("manager"), **more)
    assert found.status_code == 400 and why in found.content.decode()


def test_values_of_a_file_are_shown_as_text(ready: Project, browser: SignIn) -> None:
    line = b"T1\t<script>alert(1)</script> 0 7\tHarbour\n"
    page = check(browser("manager"), line, map="").content.decode()
    assert "&lt;script&gt;" in page and "<script>alert" not in page


def test_what_is_refused_for_one_reason_is_one_item_with_its_places(ready: Project, browser: SignIn) -> None:
    labels = "".join(f"T{n}\tLabel{n} {START} {START + 11}\tThe closure\n" for n in range(1, 13))
    page = check(browser("manager"), labels.encode(), map="").content.decode()

    assert page.count("The label has no meaning here yet.") == 1 and page.count("such as Label1=claim") == 1
    assert "<bdi>Label8</bdi>" in page and "<bdi>Label9</bdi>" not in page and "and 4 more" in page


@pytest.mark.once
def test_a_value_is_told_once_with_its_first_place_and_its_file_where_there_are_several() -> None:
    row = {"file": "a", "at": "line 1", "value": "x", "rule": "r", "remedy": "m"}
    rows = [row, row | {"at": "line 2"}, row | {"file": "b"}, row | {"value": "y"}, row | {"remedy": "other"}]

    first, second = mistakes_of(rows)

    assert [(spot.value, spot.at, spot.n) for spot in first.spots] == [("x", "a, line 1", 3), ("y", "a, line 1", 1)]
    assert (first.n, first.n_more, second.remedy) == (4, 0, "other")
    assert mistakes_of(rows[:2])[0].spots[0].at == "line 1"
    told = [mistakes_of([rows[0] | {"rule": rule}])[0].title for rule in ("is no label", "e1a0-b2 is no target")]
    assert told == ["Is no label", "e1a0-b2 is no target"]


def test_only_managers_import(ready: Project, browser: SignIn) -> None:
    assert [browser(name).get(PATH).status_code for name in ("manager", "curator", "ann")] == [200, 403, 403]
    assert browser("stranger").get(PATH).status_code == 404
    assert Client().get(PATH).status_code == 302
    assert browser("manager").put(PATH).status_code == 405
    assert 'href="/p/bridge/annotations/"' in browser("manager").get("/p/bridge/upload/").content.decode()
    assert 'href="/p/bridge/annotations/"' not in browser("curator").get("/p/bridge/upload/").content.decode()
