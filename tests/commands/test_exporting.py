"""`export_dataset`: whole files only, and the same bytes each time."""

from __future__ import annotations

import io
import json
import os

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from annotate.formats import FORMATS
from annotate.models import Span
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    project = make.project()
    document = make.document(project)
    make.claim(
        make.member(project, "ann"), document, "The closure is needed", cue=[make.span(document.text, "he said")]
    )
    return document


def export(path, format="jsonl", **options):
    call_command("export_dataset", "bridge", format=format, layers="all", output=path, stdout=io.StringIO(), **options)
    return path.read_bytes()


@pytest.mark.parametrize("format", FORMATS)
def test_two_exports_are_the_same_bytes(document, tmp_path, format):
    if FORMATS[format].library:
        pytest.importorskip(FORMATS[format].library, reason="comes with the group “foreign”")
    assert export(tmp_path / "one.zip", format) == export(tmp_path / "two.zip", format) != b""


def test_times_and_ids_are_written_in_full(document, tmp_path):
    line = json.loads(export(tmp_path / "one"))
    assert line["created_at"] == "2026-05-14T12:00:00.000000Z"
    assert line["document"]["id"] == str(document.pk) and line["annotator"] == "ann"


def test_a_broken_quote_leaves_nothing_under_the_final_name(document, tmp_path):
    Span.objects.filter(role="content").update(quote="something else")
    with pytest.raises(CommandError, match="something else"):
        export(tmp_path / "one")
    assert not list(tmp_path.iterdir())


@pytest.mark.once
def test_a_name_that_says_something_else_is_refused_and_nothing_is_written(document, tmp_path):
    for refused, name, more in (
        ("name a zip file", "one.csv", {}),
        ("one.jsonl.gz", "one.jsonl", {"compress": "gzip"}),
    ):
        with pytest.raises(CommandError, match=refused):
            export(tmp_path / name, "jsonl" if more else "csv", **more)
    assert not list(tmp_path.iterdir())


@pytest.mark.once
def test_an_archive_is_not_poured_into_a_terminal(document, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with pytest.raises(CommandError, match="name a file with --output"):
        call_command("export_dataset", "bridge", format="csv")


def test_an_unknown_project_is_named_with_the_known_ones(document, tmp_path):
    with pytest.raises(CommandError, match="Known: bridge"):
        call_command("export_dataset", "nope", format="jsonl", output=tmp_path / "one")


@pytest.mark.once
def test_a_filter_that_is_given_twice_is_refused(document, tmp_path):
    with pytest.raises(CommandError, match="give each name once"):
        export(tmp_path / "one", only=["status=open", "status=submitted"])
    assert not list(tmp_path.iterdir())


@pytest.mark.once
@pytest.mark.django_db(transaction=True)  # a backup of SQLite cannot be made within a transaction
def test_who_may_read_the_file_is_said_by_the_umask_but_a_backup_is_its_owners(document, tmp_path):
    before = os.umask(0o027)
    try:
        export(tmp_path / "one.jsonl")
        call_command("backup", tmp_path / "two.zip", stdout=io.StringIO())
    finally:
        os.umask(before)
    found = [(tmp_path / name).stat().st_mode & 0o777 for name in ("one.jsonl", "two.zip")]
    assert found == [0o640, 0o600]


@pytest.mark.once
def test_the_option_may_be_given_again_and_all_filters_hold(document, tmp_path):
    command = ["export_dataset", "bridge", "--format", "jsonl", "--output", str(tmp_path / "one"), "--only"]
    with pytest.raises(CommandError, match="There is no source 'Nobody' here"):
        call_command(*command, "source=Nobody", "--only", "stance=support")
    with pytest.raises(CommandError, match="give each name once"):
        call_command(*command, "stance=oppose", "--only", "stance=support")
