"""Documents: one, many, lines; duplicates, bad rows; lists and the reading of one."""

from __future__ import annotations

import hashlib
import json

import pytest

from corpus.models import Document
from tests import make
from tests.api.client import lines

pytestmark = pytest.mark.django_db
WHERE = "projects/bridge/documents/"
NDJSON = "application/x-ndjson"


def ndjson(*rows):
    return b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)


def test_one_object_is_created(manager):
    answer = manager.post(WHERE, {"text": make.TEXT, "source": "Bay Courier", "external_id": "a1"})

    stored = Document.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "created": [{"id": str(stored.pk), "external_id": "a1", "row": 1}],
        "duplicates": [],
        "errors": [],
    }


def test_a_list_names_its_bad_rows_and_stores_the_good_ones(manager):
    answer = manager.post(WHERE, [{"text": "One."}, {"text": ""}, "three", {"text": "Four.", "url": "ftp://x"}])

    found = answer.json()
    assert answer.status_code == 201 and [row["row"] for row in found["created"]] == [1]
    assert [(row["row"], row["pointer"]) for row in found["errors"]] == [(2, "#/1/text"), (3, "#/2"), (4, "#/3/url")]
    assert all(row["rule"] and row["remedy"] and row["detail"] for row in found["errors"])


def test_only_duplicates_answer_200(manager):
    first = manager.post(WHERE, {"text": make.TEXT, "source": "Bay Courier"}).json()

    answer = manager.post(WHERE, [{"text": make.TEXT, "source": "Bay Courier"}])

    (duplicate,) = answer.json()["duplicates"]
    assert answer.status_code == 200 and duplicate["id"] == first["created"][0]["id"]
    assert "Bay Courier" in duplicate["reason"] and Document.objects.count() == 1


def test_the_same_text_from_another_source_is_stored_and_linked(manager):
    manager.post(WHERE, {"text": make.TEXT, "source": "Bay Courier"})
    manager.post(WHERE, {"text": make.TEXT, "source": "Evening Post"})
    first, second = Document.objects.order_by("number")
    assert second.same_text_as_id == first.pk
    assert manager.get(f"documents/{second.pk}/").json()["same_text_as"] == str(first.pk)


def test_all_rows_bad_is_200_with_errors(manager):
    answer = manager.post(WHERE, [{"text": ""}])
    assert answer.status_code == 200 and len(answer.json()["errors"]) == 1


@pytest.mark.parametrize("type", [NDJSON, "application/jsonl", "application/x-ndjson; charset=utf-8"])
def test_lines_are_read_one_by_one_and_bad_ones_named(manager, type):
    raw = ndjson({"text": "One."}, b"{broken", b"", {"text": "Four."}, b'{"text": "f\xfcnf"}', b"[]")

    answer = manager.post(WHERE, raw=raw, type=type)

    assert answer.status_code == 201
    assert [row["row"] for row in answer.json()["created"]] == [1, 4]
    assert [row["row"] for row in answer.json()["errors"]] == [2, 5, 6]


def test_a_thousand_lines_with_three_bad_ones(manager):
    rows = [{"text": f"Article {n}."} for n in range(1, 1001)]
    for n in (17, 500, 1000):
        rows[n - 1] = {"title": "no text"}

    found = manager.post(WHERE, raw=ndjson(*rows), type=NDJSON).json()

    assert len(found["created"]) == 997 and [row["row"] for row in found["errors"]] == [17, 500, 1000]
    again = manager.post(WHERE, raw=ndjson(*rows), type=NDJSON)
    assert again.status_code == 200 and len(again.json()["duplicates"]) == 997 and Document.objects.count() == 997


@pytest.mark.parametrize(
    "text",
    [
        "emoji 👩‍👩‍👧 and 🇨🇾",
        "e\u0301 and é",
        "مرحبا world",
        "tab\tno-break\u00a0space",
        "a\r\nb\rc\n",
        "\ufeffmark",
        "“quotes” l’été",
    ],
)
def test_the_text_comes_back_exactly_in_api_and_export(manager, text):
    id = manager.post(WHERE, {"text": text}).json()["created"][0]["id"]

    stored = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = manager.get(f"documents/{id}/").json()
    assert found["text"] == stored and found["n_characters"] == len(stored)
    assert found["sha256"] == hashlib.sha256(stored.encode()).hexdigest()
    (line,) = lines(manager.get("projects/bridge/export/?format=documents-jsonl"))
    assert line["text"] == stored and line["sha256"] == found["sha256"]


def test_a_list_page_leaves_the_text_out(manager, document):
    (found,) = manager.get(WHERE).json()["results"]
    assert "text" not in found and found["n_characters"] == len(document.text) and found["number"] == 1
    assert found["source"] == "Bay Courier"


def test_a_document_shows_the_callers_layer_or_null(ann, document):
    assert ann.get(f"documents/{document.pk}/").json()["layer"] is None
    claim = ann.put_claim(document, "The closure is needed").json()

    found = ann.get(f"documents/{document.pk}/").json()
    assert found["text"] == document.text
    assert found["layer"]["id"] == claim["layer"] and found["layer"]["claims"] == [claim]


def test_layers_in_several_rounds_are_409_and_round_chooses(ann, manager, document):
    first = ann.put_claim(document, "The closure is needed").json()
    second = manager.post("projects/bridge/rounds/", {"name": "Second"}).json()["id"]
    ann.post(f"documents/{document.pk}/claims/?round={second}", make.body(document.text, "it will be short"))

    answer = ann.get(f"documents/{document.pk}/")
    assert answer.status_code == 409 and {row["id"] for row in answer.json()["rounds"]} == {first["round"], second}
    chosen = ann.get(f"documents/{document.pk}/?round={second}").json()["layer"]
    assert chosen["round"] == second and chosen["claims"][0]["spans"][0]["quote"] == "it will be short"


def test_a_list_page_and_a_document_cost_a_bounded_number_of_queries(
    manager, ann, project, document, django_assert_max_num_queries
):
    for n in range(60):
        make.document(project, text=f"Article {n}.", source=f"Outlet {n}")
    for quote in ("The closure is needed", "it will be short", "promised a ferry"):
        ann.put_claim(document, quote)

    with django_assert_max_num_queries(4):
        assert len(manager.get(f"{WHERE}?page_size=500").json()["results"]) == 61
    with django_assert_max_num_queries(16):
        assert len(ann.get(f"documents/{document.pk}/").json()["layer"]["claims"]) == 3


def test_annotators_may_not_add_documents(ann):
    assert ann.post(WHERE, {"text": "One."}).status_code == 403
