"""Exports: streamed from one snapshot, bounded in number, released whatever happens."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import threading
import time
import zipfile
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError, connection

from annotate.actions.documents import add_documents
from annotate.api import export
from annotate.models import Span
from corpus.models import Document
from corpus.readers.base import Row
from tests import make
from tests.api.client import Api, lines

WHERE = "projects/bridge/export/"


def free_places() -> int:
    return export._places._value


@pytest.fixture
def claims(ann, document):
    return [ann.put_claim(document, quote).json() for quote in ("The closure is needed", "it will be short")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("format", "extension", "type"),
    [
        ("jsonl", "jsonl", "application/x-ndjson"),
        ("documents-jsonl", "documents.jsonl", "application/x-ndjson"),
        ("csv", "csv.zip", "application/zip"),
    ],
)
def test_a_file_has_its_type_and_a_safe_name(manager, claims, format, extension, type):
    answer = manager.get(f"{WHERE}?format={format}&layers=annotators")
    assert (
        answer.status_code == 200 and answer["Content-Type"] == type and answer["X-Content-Type-Options"] == "nosniff"
    )
    assert answer["Content-Disposition"] == f'attachment; filename="bridge-annotators.{extension}"'
    data = b"".join(answer.streaming_content)
    if type == "application/zip":
        data = zipfile.ZipFile(io.BytesIO(data)).read("claims.csv")
    assert claims[0]["id"].encode() in data
    assert free_places() == export.AT_ONCE


@pytest.mark.django_db
def test_a_line_is_the_claim_with_project_annotator_and_document(manager, document, claims):
    found = lines(manager.get(f"{WHERE}?layers=annotators"))
    by_id = {claim["id"]: claim for claim in claims}
    for line in found:
        assert line["annotator"] == "ann" and line["layer_kind"] == "annotator" and line["project"] == "bridge"
        assert line["document"]["sha256"] == document.sha256 and line["codebook"]["version"] == 1
        assert {key: line[key] for key in by_id[line["id"]] if key != "document"} == {
            key: value for key, value in by_id[line["id"]].items() if key != "document"
        }
    assert len(found) == 2


@pytest.mark.django_db
def test_gold_is_the_default_and_empty_without_adjudication(manager, claims):
    assert lines(manager.get(WHERE)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["format=xml", "format=%00", "layers=mine", "format="])
def test_an_unknown_format_or_layer_is_400_and_named(manager, query):
    answer = manager.get(f"{WHERE}?{query}")
    assert answer.status_code == 400 and answer.json()["parameter"] == query.partition("=")[0]


@pytest.mark.django_db
def test_annotators_may_not_export(ann):
    assert ann.get(WHERE).status_code == 403


@pytest.mark.django_db
def test_the_same_data_give_the_same_bytes(manager, claims):
    for format in ("jsonl", "documents-jsonl", "csv"):
        files = [b"".join(manager.get(f"{WHERE}?format={format}&layers=all").streaming_content) for _ in range(2)]
        assert files[0] == files[1]


@pytest.mark.django_db
def test_an_export_that_fails_before_its_first_byte_keeps_no_place(manager, claims):
    def go_away(execute, sql, params, many, context):
        """Lose the database where the export looks whether there is anything in it."""
        if 'FROM "annotate_layer"' in sql and "LIMIT 1" in sql:
            raise OperationalError("the disk is gone")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(go_away):
        assert manager.get(f"{WHERE}?layers=all").status_code == 503
    assert free_places() == export.AT_ONCE


@pytest.mark.django_db
def test_more_than_a_few_at_once_are_503_with_retry_after(manager, claims):
    running = [manager.get(f"{WHERE}?layers=all") for _ in range(export.AT_ONCE)]
    refused = manager.get(f"{WHERE}?layers=all")
    assert refused.status_code == 503 and refused["Retry-After"] and refused.json()["status"] == 503
    for answer in running:
        b"".join(answer.streaming_content)
    assert free_places() == export.AT_ONCE
    assert lines(manager.get(f"{WHERE}?layers=all"))


@pytest.mark.django_db
def test_a_client_that_goes_away_frees_the_place(manager, claims):
    answer = manager.get(f"{WHERE}?layers=all&format=csv")
    next(iter(answer.streaming_content))
    answer.close()
    assert free_places() == export.AT_ONCE


@pytest.mark.django_db
def test_a_broken_row_ends_the_stream_and_frees_the_place(manager, claims):
    Span.objects.filter(claim=claims[0]["id"]).update(quote="something else")
    answer = manager.get(f"{WHERE}?layers=all")
    with pytest.raises(Exception, match="quotes 'something else'"):
        b"".join(answer.streaming_content)
    assert free_places() == export.AT_ONCE


def long_documents(project, number: int) -> list[Document]:
    """Make documents that no socket buffer takes in at once, so that the stream waits for its reader."""
    rows = [
        Row(number=n, file="test", values={"text": f"Article {n}: it will be short. " + "More of it. " * 10_000})
        for n in range(1, number + 1)
    ]
    assert all(found.id for found in add_documents(user=make.user("manager"), project=project, rows=rows, now=make.NOW))
    return list(Document.objects.order_by("number"))


@pytest.mark.django_db(transaction=True)
def test_a_live_server_streams_one_snapshot_while_others_write(live_server, project, manager, ann):
    """The stream runs after the view: its connection and transaction must last until it ends."""
    documents = long_documents(project, 210)
    ann.put_claim(documents[-1], "it will be short")
    answer = _open(live_server, manager, f"{WHERE}?format=documents-jsonl&layers=all")
    first = answer.readline()
    writer = threading.Thread(target=_write, args=(ann, documents[-1]))
    writer.start()
    writer.join()

    rest = answer.read().splitlines()

    assert len(rest) + 1 == 210 and json.loads(first)["id"] == str(documents[0].pk)
    assert [len(layer["claims"]) for layer in json.loads(rest[-1])["layers"]] == [1]
    after = _open(live_server, manager, f"{WHERE}?layers=all").read().splitlines()
    assert len(after) == 2
    _wait_for_places()


def _write(client: Api, document) -> None:
    try:
        assert client.put_claim(document, "Article").status_code == 201
    finally:
        connection.close()


def _open(live_server, client: Api, path: str) -> http.client.HTTPResponse:
    where = urlsplit(live_server.url)
    opened = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    opened.request("GET", f"/api/v1/{path}", headers=client.headers)
    answer = opened.getresponse()
    assert answer.status == 200
    return answer


def _wait_for_places() -> None:
    """Wait for the server's threads to notice the end of their streams."""
    deadline = time.monotonic() + 20
    while free_places() < export.AT_ONCE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert free_places() == export.AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_a_live_server_frees_the_place_when_the_client_goes_away(live_server, project, manager):
    long_documents(project, 60)
    for _ in range(export.AT_ONCE + 1):
        answer = _open(live_server, manager, f"{WHERE}?format=documents-jsonl")
        answer.read(100)
        answer.close()
        _wait_for_places()


@pytest.mark.django_db(transaction=True)
def test_a_live_server_breaks_off_at_a_broken_row(live_server, project, manager, ann):
    for n in range(3):
        ann.put_claim(make.document(project, text=f"Article {n}: it will be short."), "it will be short")
    last = Span.objects.order_by("claim__layer__document__number").last()
    Span.objects.filter(pk=last.pk).update(quote="something else")

    found = _open(live_server, manager, f"{WHERE}?layers=all").read().splitlines()

    assert len(found) == 2
    _wait_for_places()


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_claims(manager, ann, document, django_assert_max_num_queries):
    for quote in ("The closure is needed", "it will be short", "promised a ferry", "denied", "opposes the closure"):
        ann.put_claim(document, quote)
    with django_assert_max_num_queries(24):
        assert len(lines(manager.get(f"{WHERE}?layers=all"))) == 5


@pytest.mark.django_db
def test_an_exported_text_has_the_sha256_that_it_names(manager, document):
    (line,) = lines(manager.get(f"{WHERE}?format=documents-jsonl"))
    assert hashlib.sha256(line["text"].encode()).hexdigest() == line["sha256"] == document.sha256
