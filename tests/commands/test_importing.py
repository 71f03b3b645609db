"""`import_documents`: bad rows named, encodings refused by byte, killed and run again."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sqlite3
import time

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from corpus.models import Document
from tests import make
from tests.commands.site import migrate, run, start, wait_for

once = pytest.mark.skipif(os.environ.get("STANDPOINT_TEST_DATABASE") != "sqlite", reason="a process of its own")


def rows(count, bad=()):
    for number in range(1, count + 1):
        text = "" if number in bad else f"Article {number} about a bridge. " * 20
        yield json.dumps({"text": text, "external_id": str(number), "source": "Bay Courier"})


def imported(*arguments, **options):
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("import_documents", *map(str, arguments), stdout=out, stderr=err, **options)
    except SystemExit as stopped:
        code = stopped.code
    return code, out.getvalue(), err.getvalue()


@pytest.mark.django_db
def test_three_bad_rows_of_a_thousand_are_named_and_the_rest_is_stored(tmp_path):
    make.project()
    path = tmp_path / "articles.jsonl"
    path.write_text("\n".join(rows(1000, bad={7, 500, 1000})))

    code, out, err = imported("bridge", path)

    assert code == 1 and "997 documents created" in out and "3 rows refused" in out
    listed = [line for line in err.splitlines() if "articles.jsonl, row" in line]
    assert [line.split("row ")[1].split(":")[0] for line in listed] == ["7", "500", "1000"]
    assert Document.objects.count() == 997
    assert imported("bridge", path)[0] == 1 and Document.objects.count() == 997


@pytest.mark.django_db
def test_near_copies_among_the_new_documents_are_looked_for(tmp_path):
    make.project()
    words = " ".join(f"word{number}" for number in range(80))
    for name, end in (("one.txt", "said so"), ("two.txt", "did not")):
        (tmp_path / name).write_text(f"{words} {end}.")

    assert "near-copies" not in imported("bridge", tmp_path, dry_run=True)[1]
    code, out, _ = imported("bridge", tmp_path)

    assert code == 0 and "looks for near-copies" in out
    assert len(set(Document.objects.values_list("story", flat=True))) == 1
    assert Document.objects.filter(story__isnull=False).count() == 2
    assert "near-copies" not in imported("bridge", tmp_path)[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"An article about the bridge. \xff\xfe\xc3 Its end.", "29"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "0"),
        ("Ein Artikel über die Brücke".encode()[:-3] + b"\xc3", "26"),
    ],
)
def test_an_unreadable_file_is_refused_by_file_row_and_byte(tmp_path, data, where):
    make.project()
    path = tmp_path / "broken.txt"
    path.write_bytes(data)

    code, _, err = imported("bridge", path)

    assert code == 1 and "broken.txt, row 1" in err and where in err
    assert not Document.objects.exists()


@pytest.mark.django_db
def test_a_declared_encoding_gives_the_right_text(tmp_path):
    make.project()
    (tmp_path / "a.txt").write_bytes("Мост закрыт на ремонт до понедельника.".encode("windows-1251"))
    code, _, err = imported("bridge", tmp_path, encoding="windows-1251")
    assert code == 0, err
    assert Document.objects.get().text.startswith("Мост закрыт")


@pytest.mark.django_db
def test_a_dry_run_stores_nothing(tmp_path):
    make.project()
    (tmp_path / "a.jsonl").write_text("\n".join(rows(10)))
    code, out, _ = imported("bridge", tmp_path, dry_run=True)
    assert code == 0 and "10 documents would be created" in out and not Document.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [("nope", "."), ("bridge", "no such file")])
def test_wrong_use_ends_with_2_and_names_the_remedy(arguments):
    make.project()
    with pytest.raises(CommandError) as refused:
        imported(*arguments)
    assert refused.value.returncode == 2
    assert "Known: bridge" in str(refused.value) or "check the path" in str(refused.value)


@once
def test_an_import_killed_half_way_and_run_again_stores_every_article_once(tmp_path):
    data = tmp_path / "data"
    path = tmp_path / "articles.jsonl"
    path.write_text("\n".join(rows(3000)))
    migrate(data)
    make_project = "from tests import make; make.project()"
    made = run(data, "shell", "-v0", "-c", make_project)
    assert made.returncode == 0, made.stderr

    running = start(data, "import_documents", "bridge", str(path))
    wait_for(lambda: stored(data) > 500 or running.poll() is not None)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert 500 < stored(data) < 3000

    again = run(data, "import_documents", "bridge", str(path))
    assert again.returncode == 0, again.stderr
    assert stored(data) == 3000


def stored(data):
    time.sleep(0.01)
    with contextlib.closing(sqlite3.connect(data / "standpoint.sqlite3", timeout=10)) as database:
        return database.execute("SELECT count(*) FROM corpus_document").fetchone()[0]
