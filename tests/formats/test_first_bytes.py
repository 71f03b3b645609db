"""The file begins to come while the rest is still read, whatever its format."""

from __future__ import annotations

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
