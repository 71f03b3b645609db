"""A whole project put back on a page: checked first, then stored; for superusers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotate.models import Claim, Project
from tests import make
from tests.web.conftest import HTMX, SignIn

PAGE = "/projects/restore/"
FILES = Path(__file__).parent.parent.parent / "fixtures/datasets/restore"


@pytest.fixture
def root(db: None, browser: SignIn) -> Client:
    make.user("root", is_superuser=True)
    return browser("root")


def sent(**more: Any) -> dict[str, Any]:
    files = {"file": "harbour.documents.jsonl", "codebook": "codebook.json"}
    found = {name: SimpleUploadedFile(path, (FILES / path).read_bytes()) for name, path in files.items()}
    return found | {"slug": "harbour", "format": "documents-jsonl", "do": "check"} | more


def test_a_project_is_checked_then_restored_and_a_second_time_is_there_already(root: Client) -> None:
    checked = root.post(PAGE, sent(), headers=HTMX).content.decode()
    assert checked.strip().startswith('<div id="restore-report">') and "What would be restored" in checked
    assert not Project.objects.exists()

    done = root.post(PAGE, sent(do="restore")).content.decode()

    assert ">Restored</h2>" in done and 'href="/p/harbour/"' in done and "Accounts made, inactive" in done
    n = Claim.objects.filter(layer__project__slug="harbour").count()
    assert n and f'<td>Claims</td><td class="num">{n}</td><td class="num">0</td>' in done
    again = root.post(PAGE, sent(do="restore")).content.decode()
    assert f'<td>Claims</td><td class="num">0</td><td class="num">{n}</td>' in again and "Different here" not in again


def test_what_cannot_be_restored_is_listed_and_nothing_is_stored(root: Client) -> None:
    bad = SimpleUploadedFile("名" * 200 + ".jsonl", b'{"id": "x"}\nno line\n')

    refused = root.post(PAGE, sent(file=bad, do="restore"), headers=HTMX)

    assert refused.status_code == 400 and not Project.objects.exists()
    page = refused.content.decode()
    assert "The file was not restored." in page and "名.jsonl" in page and "line 1" in page and "line 2" in page


@pytest.mark.parametrize(
    ("more", "said"),
    [({"slug": "Not a name"}, "Short name"), ({"format": "xls"}, "Select a valid choice"), ({"file": ""}, "required")],
)
def test_bad_fields_are_named(root: Client, more: dict[str, Any], said: str) -> None:
    for headers in ({}, HTMX):
        answer = root.post(PAGE, sent(**more), headers=headers)
        assert answer.status_code == 400 and said in answer.content.decode()


def test_only_superusers_restore(project: Project, browser: SignIn, client: Client) -> None:
    assert [browser("manager").get(PAGE).status_code, browser("manager").post(PAGE).status_code] == [403, 403]
    assert client.get(PAGE)["Location"].startswith("/login/")
    assert PAGE not in browser("manager").get("/projects/new/").content.decode()


def test_the_page_is_found_from_that_of_a_new_project(root: Client) -> None:
    assert PAGE in root.get("/projects/new/").content.decode()
    assert root.get(PAGE).status_code == 200 and root.put(PAGE).status_code == 405
