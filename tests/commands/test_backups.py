"""`backup` and `restore`: everything acknowledged before is in it, and comes back elsewhere."""

from __future__ import annotations

import contextlib
import io
import os
import sqlite3
import struct
import threading
import zipfile

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from annotate.models import Claim
from corpus.models import Document
from corpus.search import matching
from corpus.text.query import parse_query
from tests import make
from tests.commands.site import migrate, run

once = pytest.mark.skipif(os.environ.get("STANDPOINT_TEST_DATABASE") != "sqlite", reason="a process of its own")


def quiet(*arguments, **options):
    call_command(*arguments, stdout=io.StringIO(), **options)


def exported(path):
    quiet("export_dataset", "bridge", format="documents-jsonl", layers="all", output=path)
    return path.read_bytes()


@pytest.mark.django_db(transaction=True)
def test_a_backup_brings_back_what_was_there(tmp_path):
    project = make.project()
    document = make.document(project)
    ann = make.member(project, "ann")
    make.claim(ann, document, "The closure is needed")
    before = exported(tmp_path / "before")
    quiet("backup", tmp_path / "backup.zip")
    make.claim(ann, document, "it will be short")
    assert exported(tmp_path / "between") != before

    with pytest.raises(CommandError, match="--force"):
        quiet("restore", tmp_path / "backup.zip")
    quiet("restore", tmp_path / "backup.zip", force=True)

    assert exported(tmp_path / "after") == before
    make.claim(ann, document, "it will be short")  # the sequences go on behind the restored rows
    assert Claim.objects.count() == 2
    assert matching(Document.objects.all(), parse_query("harbour bridge")).get() == document


def middle_of_largest_member(path):
    """Return the offset of a byte of content: a changed byte in a header's time or padding harms nothing."""
    with zipfile.ZipFile(path) as archive:
        member = max(archive.infolist(), key=lambda info: info.compress_size)
    head = path.read_bytes()[member.header_offset : member.header_offset + 30]
    name_length, extra_length = struct.unpack("<HH", head[26:30])
    return member.header_offset + 30 + name_length + extra_length + member.compress_size // 2


@pytest.mark.django_db(transaction=True)
def test_a_damaged_archive_changes_nothing(tmp_path):
    make.project()
    path = tmp_path / "backup.zip"
    quiet("backup", path)
    data = bytearray(path.read_bytes())
    data[middle_of_largest_member(path)] ^= 255
    path.write_bytes(data)

    with pytest.raises(CommandError, match=r"damaged|no backup"):
        quiet("restore", path, force=True)
    (tmp_path / "text").write_text("not a backup")
    with pytest.raises(CommandError, match="no backup"):
        quiet("restore", tmp_path / "text", force=True)


@pytest.mark.django_db(transaction=True)
def test_an_existing_file_is_kept_and_no_secret_is_in_the_archive(tmp_path):
    path = tmp_path / "backup.zip"
    quiet("backup", path)
    with pytest.raises(CommandError, match="--force"):
        quiet("backup", path)
    assert not any("secret" in name for name in zipfile.ZipFile(path).namelist())
    with pytest.raises(CommandError, match="no folder"):
        quiet("backup", tmp_path / "missing" / "backup.zip")


@pytest.mark.django_db(transaction=True)
def test_a_backup_under_writes_holds_every_write_acknowledged_before_it_began(tmp_path):
    project = make.project()
    document = make.document(project)
    ann = make.member(project, "ann")
    saved: list[str] = []
    done = threading.Event()

    def write():
        while not done.is_set():
            saved.append(make.claim(ann, document, "The closure is needed")["id"])
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(saved) < 10:
            done.wait(0.01)
        acknowledged = set(saved)
        quiet("backup", tmp_path / "backup.zip")
    finally:
        done.set()
        writer.join()
    quiet("restore", tmp_path / "backup.zip", force=True)

    assert acknowledged <= {str(id) for id in Claim.objects.values_list("pk", flat=True)}
    assert all(claim.spans.count() == 1 for claim in Claim.objects.all())


@once
def test_a_backup_restores_into_an_empty_directory(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    migrate(one)
    assert run(one, "create_user", "ann").returncode == 0
    assert run(one, "backup", str(tmp_path / "b.zip")).returncode == 0
    restored = run(two, "restore", str(tmp_path / "b.zip"))
    assert restored.returncode == 0, restored.stderr
    with contextlib.closing(sqlite3.connect(two / "standpoint.sqlite3")) as database:
        assert database.execute("SELECT username FROM auth_user").fetchall() == [("ann",)]
    assert run(two, "restore", str(tmp_path / "b.zip")).returncode == 1
