"""The file begins to come while the rest is still read, whatever its format."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.formats import FORMATS, Selection, delivered, reading
from annotate.formats.side_by_side import Waiting, side_by_side
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def selection():
    project = make.project()
    ann, ben = make.member(project, "ann"), make.member(project, "ben")
    for text in ("The bridge closes.", "The ferry runs.", "The tunnel leaks."):
        document = make.document(project, text)
        make.claim(ann, document, text[:-1])
        make.claim(ben, document, text[4:-1])
    return Selection(project=project, user=make.user("manager"), layers="all")


@pytest.mark.parametrize("key", FORMATS)
def test_the_first_bytes_leave_before_all_documents_are_read(selection, key, monkeypatch):
    if FORMATS[key].library:
        pytest.importorskip(FORMATS[key].library, reason="comes with the group “foreign”")
    monkeypatch.setattr(reading, "DOCUMENTS_AT_ONCE", 1)
    monkeypatch.setattr(reading, "CLAIMS_AT_ONCE", 1)
    pieces = delivered(FORMATS[key], selection)
    assert next(pieces)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert b"".join(pieces)
    assert any("annotate_claim" in query["sql"] for query in queries)


def test_of_files_side_by_side_the_first_streams_and_the_others_are_whole():
    taken = []

    def pieces():
        for number in range(6):
            taken.append(number)
            yield f"{'abc'[number % 3]}.txt", f"{number};".encode()

    found = side_by_side(pieces(), tail=b"end")
    first = next(found)
    assert (first.path, next(iter(first.pieces)), taken) == ("a.txt", b"0;", [0])
    found = {member.path: b"".join(member.pieces) for member in side_by_side(pieces(), tail=b"end")}
    assert found == {"a.txt": b"0;3;end", "b.txt": b"1;4;end", "c.txt": b"2;5;end"}
    assert list(side_by_side([])) == []


def test_files_that_wait_are_put_together_from_wherever_they_were_written(monkeypatch):
    monkeypatch.setattr("annotate.formats.side_by_side.HELD", 10)
    monkeypatch.setattr("annotate.formats.side_by_side.READ_AT_ONCE", 4)
    with Waiting() as waiting:
        for number in range(20):
            waiting.add("ab"[number % 2], f"<{number}>".encode())
        assert waiting.paths() == ["a", "b"]
        assert b"".join(waiting.pieces("b")) == b"".join(f"<{number}>".encode() for number in range(1, 20, 2))


def count_as_if_large():
    """Have SQLite believe that it counted 160,000 documents, a layer each, all of one project."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("DELETE FROM sqlite_stat1")
        rows = [
            ("corpus_document", "corpus_document_corpus_id_f6cb2f6b", "160000 160000"),
            ("corpus_document", "sqlite_autoindex_corpus_document_3", "160000 160000 1"),
            ("annotate_layer", "annotate_layer_project_id_d3f0f82b", "160000 160000"),
            ("annotate_layer", "annotate_layer_document_id_62582c6e", "160000 1"),
        ]
        for row in rows:
            cursor.execute("SELECT count(*) FROM sqlite_schema WHERE name = %s", [row[1]])
            assert cursor.fetchone() == (1,), f"{row[1]} has another name now"
            cursor.execute("INSERT INTO sqlite_stat1 VALUES (%s, %s, %s)", row)
        cursor.execute("ANALYZE sqlite_schema")  # has it read them again


@pytest.mark.parametrize("layers", ["gold", "annotators", "all"])
def test_the_layers_come_in_order_without_sorting_all_of_them_first(selection, layers):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL counts its tables by itself, and its statistics cannot be written")
    rows = replace(selection, layers=layers).layer_rows(in_order=True)
    for prepare in (lambda: None, count_as_if_large):
        prepare()
        plan = rows.explain()
        assert "FOR ORDER BY" not in plan, plan  # only the layers of one document are sorted
