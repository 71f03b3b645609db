"""Uploads: kept, read by the worker, reported, resumed after a crash."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from annotate import tasks
from annotate.actions import imports
from annotate.models import DocumentImport
from annotate.payloads.problems import Invalid, TooLarge
from corpus.models import Document
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return make.project()


def upload(project, *files, user=None, **options):
    sent = [SimpleUploadedFile(name, data) for name, data in files]
    user = user or make.user("manager")
    found = tasks.start_import(user=user, project=project, files=sent, options=options, now=make.NOW)
    return DocumentImport.objects.get(pk=found.pk)


def test_good_rows_are_stored_and_bad_ones_reported(project, tmp_path):
    data = b'{"text": "One article."}\n{"text": ""}\n{"text": "One article."}\n'
    found = upload(project, ("../../evil.jsonl", data), ("b.txt", b"Another article."))

    assert (found.status, found.n_created, found.n_duplicates, found.n_errors) == ("done", 2, 1, 1)
    assert found.percent == 100 and found.n_bytes_read >= len(data)
    error, duplicate = found.report
    assert (error["file"], error["row"], error["field"]) == ("evil.jsonl", 2, "text") and error["remedy"]
    assert duplicate["duplicate_of"]
    assert not any((tmp_path / "uploads").iterdir())


@pytest.mark.parametrize(
    ("files", "options", "error"),
    [
        ([], {}, Invalid),
        ([("a.exe", b"x")], {}, Invalid),
        ([("a.txt", b"x")], {"format": "nope"}, Invalid),
        ([("a.txt", b"x")], {"encoding": "nope"}, Invalid),
        ([("a.txt", b"x")] * (imports.MAX_FILES + 1), {}, TooLarge),
    ],
)
def test_a_bad_upload_is_refused_and_nothing_kept(project, tmp_path, files, options, error):
    with pytest.raises(error):
        upload(project, *files, **options)
    assert not DocumentImport.objects.exists()
    assert not (tmp_path / "uploads").exists() or not any((tmp_path / "uploads").iterdir())


def test_annotators_may_not_upload(project):
    with pytest.raises(PermissionDenied):
        upload(project, ("a.txt", b"An article."), user=make.member(project, "ann"))


def test_an_interrupted_import_is_resumed_and_counts_each_document_once(project):
    manager = make.user("manager")
    data = b"".join(b'{"text": "Article %d."}\n' % number for number in range(30))
    kept = imports.keep_files(user=manager, project=project, files=[SimpleUploadedFile("a.jsonl", data)], options={})
    found = imports.create_import(user=manager, project=project, upload=kept, now=make.NOW)
    DocumentImport.objects.filter(pk=found.pk).update(status="running")
    for number in range(7):  # what the interrupted run had stored: documents with the import's own time
        make.document(project, f"Article {number}.")
    assert Document.objects.filter(created_at=found.created_at).count() == 7

    tasks.resume_imports()

    found.refresh_from_db()
    assert (found.status, found.n_created, found.n_duplicates) == ("done", 30, 0)
    assert Document.objects.count() == 30
