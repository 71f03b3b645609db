"""Articles in: files, pasted text, and how an import is shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotate.models import DocumentImport, Project
from annotate.models.imports import ImportStatus
from annotate.web.forms import ENCODINGS
from corpus.models import Document
from corpus.text.encoding import check_encoding
from corpus.text.normalise import normalise_text, sha256_of
from tests import make
from tests.make import NOW
from tests.web.conftest import HTMX, SignIn


def upload(client: Client, *files: tuple[str, bytes], **more: Any) -> Any:
    sent = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post("/p/bridge/upload/", {"file": sent, **more})


def test_files_are_stored_and_counted(project: Project, browser: SignIn) -> None:
    client = browser("curator")

    response = upload(client, ("a.txt", b"One\n\ntext"), ("b.txt", b"Two\n\ntext"), ("c.txt", b"One\n\ntext"))

    page = client.get(response["Location"]).content.decode()
    assert [number in page for number in ("<dd>2</dd>", "<dd>1</dd>", "<dd>0</dd>")] == [True] * 3
    assert Document.objects.count() == 2
    assert "Start annotating" in page


def test_refused_rows_are_listed_with_rule_and_remedy(project: Project, browser: SignIn) -> None:
    lines = b'{"text": "Good"}\n{"text": "Bad", "published_on": "31.05.2024"}\n'
    client = browser("curator")

    page = client.get(upload(client, ("rows.jsonl", lines))["Location"]).content.decode()

    for shown in ("rows.jsonl", "published_on", "31.05.2024", "Is not an ISO date.", "Write it as 2024-05-31."):
        assert shown in page
    assert Document.objects.count() == 1


def test_options_reach_the_documents(project: Project, browser: SignIn) -> None:
    text = "Мост закрыт на ремонт".encode("windows-1251")

    upload(
        browser("curator"), ("a.dat", text), format="txt", encoding="windows-1251", source="Bay Courier", language="ru"
    )

    stored = Document.objects.select_related("source").get()
    assert (stored.text, str(stored.source), stored.language) == ("Мост закрыт на ремонт", "Bay Courier", "ru")


@pytest.mark.parametrize(
    ("name", "more"),
    [("a.docx", {}), ("a", {}), ("a.txt", {"format": "pdf"}), ("a.txt", {"encoding": "rot13"})],
)
def test_a_bad_upload_is_refused_at_the_form(
    project: Project, browser: SignIn, name: str, more: dict[str, str]
) -> None:
    response = upload(browser("curator"), (name, b"One"), **more)

    assert response.status_code == 400
    assert b"errorlist" in response.content
    assert not DocumentImport.objects.exists()


@pytest.mark.parametrize("encoding", [key for key, _ in ENCODINGS if key])
def test_every_encoding_on_offer_is_known(encoding: str) -> None:
    check_encoding(encoding)


def test_an_upload_without_files_is_refused_in_both_ways(project: Project, browser: SignIn) -> None:
    page = browser("curator").post("/p/bridge/upload/", {})
    fragment = browser("curator").post("/p/bridge/upload/", {}, headers=HTMX)

    assert page.status_code == fragment.status_code == 400
    assert b"No file was chosen" in page.content
    assert fragment.content.strip().startswith(b'<form class="form" id="upload-form"')


def test_too_many_files_are_refused_with_the_limit(project: Project, browser: SignIn, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2

    response = upload(browser("curator"), *((f"{n}.txt", b"x") for n in range(3)))

    assert response.status_code == 413
    assert b"limit" in response.content


PASTED = "\r\n  \tLeading space\r\n\r\nA tab\there, a no-break\xa0space, “quotes”.\rAn emoji 🌉.  \r\n\r\n"


def test_a_pasted_article_is_stored_as_it_is(project: Project, browser: SignIn) -> None:
    response = browser("curator").post("/p/bridge/paste/", {"text": PASTED, "source": "Bay Courier"})

    stored = Document.objects.get()
    assert response["Location"] == "/p/bridge/upload/"
    assert stored.sha256 == sha256_of(normalise_text(PASTED))
    assert stored.text.startswith("\n  \tLeading") and stored.text.endswith(".  \n\n")
    assert stored.title == "Leading space"


def test_an_upload_in_an_unknown_encoding_is_told_what_to_do_on_the_page(project: Project, browser: SignIn) -> None:
    data = "Мост закрыт на ремонт".encode("koi8-r")

    response = upload(browser("curator"), ("a.txt", data))

    page = browser("curator").get(response["Location"]).content.decode()
    assert "the field “Encoding” on the upload page" in page


def test_a_refused_article_comes_back_unchanged(project: Project, browser: SignIn) -> None:
    response = browser("curator").post("/p/bridge/paste/", {"text": PASTED, "url": "ftp://example.org"})

    page = response.content.decode()
    assert response.status_code == 400
    assert f">\n{PASTED}</textarea>" in page  # the browser's parser drops that first line break
    assert "http or https" in page
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"text": ""},
        {"text": " \r\n "},
        {"text": "a\0b"},
        {"text": "a", "published_on": "31.5.2024"},
        {"text": "a", "language": "English language"},
        {"text": "a", "title": "x" * 1001},
        {"text": "a", "source": "x\u202ey"},
    ],
)
def test_a_bad_article_is_refused_in_both_ways(project: Project, browser: SignIn, bad: dict[str, str]) -> None:
    page = browser("curator").post("/p/bridge/paste/", bad)
    fragment = browser("curator").post("/p/bridge/paste/", bad, headers=HTMX)

    assert page.status_code == fragment.status_code == 400
    assert b"errorlist" in page.content
    assert fragment.content.strip().startswith(b'<form class="form" id="paste-form"')
    assert not Document.objects.exists()


def test_a_pasted_article_by_htmx_tells_it_where_to_go(project: Project, browser: SignIn) -> None:
    response = browser("curator").post("/p/bridge/paste/", {"text": "One"}, headers=HTMX)

    assert response["HX-Redirect"] == "/p/bridge/upload/"


def test_the_same_article_is_not_stored_twice(project: Project, browser: SignIn) -> None:
    client = browser("curator")
    client.post("/p/bridge/paste/", {"text": "One"})

    page = client.post("/p/bridge/paste/", {"text": "One"}, follow=True).content.decode()

    assert "Not stored again" in page
    assert Document.objects.count() == 1


@pytest.fixture
def running(project: Project) -> DocumentImport:
    return DocumentImport.objects.create(
        project=project,
        user=make.user("curator"),
        status=ImportStatus.RUNNING,
        files=[{"name": "a.txt"}],
        n_bytes=100,
        n_bytes_read=40,
        created_at=NOW,
    )


def test_a_running_import_asks_for_itself_and_ends(running: DocumentImport, browser: SignIn) -> None:
    client, path = browser("curator"), f"/p/bridge/imports/{running.pk}/"

    fragment = client.get(path, headers=HTMX).content.decode()
    assert 'hx-trigger="every 1s"' in fragment and "39 %" in fragment and "<html" not in fragment

    DocumentImport.objects.update(status=ImportStatus.DONE, n_created=3)
    fragment = client.get(path, headers=HTMX).content.decode()
    assert "hx-trigger" not in fragment and "<dd>3</dd>" in fragment


def test_an_import_that_waits_too_long_says_why(running: DocumentImport, browser: SignIn) -> None:
    DocumentImport.objects.update(status=ImportStatus.WAITING)

    assert b"task worker" in browser("curator").get(f"/p/bridge/imports/{running.pk}/").content


def test_a_failed_import_says_so(running: DocumentImport, browser: SignIn) -> None:
    DocumentImport.objects.update(status=ImportStatus.FAILED, message="The disk is full.")

    assert b"The disk is full." in browser("curator").get(f"/p/bridge/imports/{running.pk}/").content


def test_imports_are_for_those_who_may_add_documents(running: DocumentImport, browser: SignIn) -> None:
    path = f"/p/bridge/imports/{running.pk}/"

    assert browser("ann").get(path).status_code == 403
    assert browser("outsider").get(path).status_code == 404
    assert browser("curator").post(path).status_code == 405
