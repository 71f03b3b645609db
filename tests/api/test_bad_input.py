"""Bad input is refused with a 4xx that says what is wrong; never a 500, never stored."""

from __future__ import annotations

import json
import uuid

import pytest

from corpus.models import Document
from tests import make

pytestmark = pytest.mark.django_db
DOCUMENTS = "projects/bridge/documents/"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"text": "a', "line 1, column"),
        (b'{"text": "caf\xe9"}', "Byte 13 (0xE9)"),
        (b"\xff\xfe{\x00}\x00", "Byte 0 (0xFF)"),
        (b"[" * 100_000, "column 1026"),
        (b'{"a":' * 5000, "depth"),
        (b'{"text": "a", "metadata": {"n": 18446744073709551616}}', "64 bits"),
        (b'{"text": "a", "metadata": {"n": 9223372036854775808}}', "64 bits"),
        (b'{"text": "a", "metadata": {"n": -9223372036854775809}}', "64 bits"),
        (b'{"text": "a", "metadata": {"n": 1e999}}', "line 1"),
        (b'{"text": "a", "metadata": {"n": NaN}}', "line 1"),
        (b'{"text": "half \\ud800 pair"}', "surrogate"),
        (b'"text"', "neither an object nor a list"),
        (b"17", "neither an object nor a list"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "Byte 0"),
    ],
)
def test_a_broken_body_is_400_with_its_position(manager, raw, told):
    answer = manager.post(DOCUMENTS, raw=raw)
    assert answer.status_code == 400 and told in answer.json()["detail"], answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": "NUL \0 here"}, "#/text"),
        ({"text": ""}, "#/text"),
        ({"text": " \n\t"}, "#/text"),
        ({"text": 17}, "#/text"),
        ({"title": "No text"}, "#/text"),
        ({"text": "a", "titel": "typo"}, "#/titel"),
        ({"text": "a", "title": "x" * 1001}, "#/title"),
        ({"text": "a", "title": "over\u202eride"}, "#/title"),
        ({"text": "a", "source": "zero\u200bwidth"}, "#/source"),
        ({"text": "a", "source": "NUL\0"}, "#/source"),
        ({"text": "a", "url": "javascript:alert(1)"}, "#/url"),
        ({"text": "a", "url": "https://exa mple.org"}, "#/url"),
        ({"text": "a", "published_on": "2026-02-30"}, "#/published_on"),
        ({"text": "a", "language": "english please"}, "#/language"),
        ({"text": "a", "external_id": "NUL\0"}, "#/external_id"),
        ({"text": "a", "metadata": []}, "#/metadata"),
        ({"text": "a", "metadata": {"k": "NUL\0"}}, "#/metadata/k"),
        ({"text": "a", "metadata": {"k": 2**60}}, "#/metadata/k"),
        ({"text": "a", "metadata": {"k": "x" * 70_000}}, "#/metadata"),
    ],
)
def test_a_single_bad_document_is_400_and_names_the_field(manager, body, pointer):
    answer = manager.post(DOCUMENTS, body)
    assert answer.status_code == 400, answer.json()
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert not Document.objects.exists()


def test_a_text_over_the_limit_is_413_and_names_the_limit(manager):
    answer = manager.post(DOCUMENTS, {"text": "x" * 10_000_001})
    assert answer.status_code == 413 and "10000000" in answer.json()["detail"]


def test_a_body_over_the_limit_is_413_before_it_is_read(manager):
    answer = manager.post(DOCUMENTS, raw=b" " * 40_000_001)
    assert answer.status_code == 413 and "40000000" in answer.json()["detail"]


@pytest.mark.parametrize("type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "x" * 300])
def test_another_content_type_is_415(manager, type):
    assert manager.post("projects/", raw=b"slug=a", type=type).status_code == 415


def test_a_multipart_form_is_refused_in_a_session_too(manager):
    assert manager.client.login(username="manager", password=make.PASSWORD)
    answer = manager.client.post("/api/v1/projects/", {"slug": "a"})
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("query", ["page_size=0", "page_size=501", "page_size=-1", "page_size=x", "page_size=%00"])
@pytest.mark.parametrize("path", ["projects/", DOCUMENTS, "projects/bridge/speakers/", "projects/bridge/rounds/"])
def test_a_bad_page_size_is_400_and_named(manager, path, query):
    answer = manager.get(f"{path}?{query}")
    assert answer.status_code == 400 and answer.json()["parameter"] == "page_size"
    assert "1 to 500" in answer.json()["detail"]


def test_a_very_long_number_is_no_page_size(manager):
    assert manager.get(f"projects/?page_size={'9' * 5000}").status_code == 400


@pytest.mark.parametrize(
    "cursor",
    ["x", "%00", "%ff", "W10", "WyJhZnRlciJd", "bnVsbA", "WyJhZnRlciIsMWU5OTld", "MTIz", "a" * 5000],
)
def test_a_cursor_that_was_tampered_with_is_400(manager, cursor):
    for path in ("projects/", DOCUMENTS, "projects/bridge/targets/", "projects/bridge/members/"):
        answer = manager.get(f"{path}?cursor={cursor}")
        assert answer.status_code == 400 and answer.json()["parameter"] == "cursor"


@pytest.mark.parametrize(
    "values", [["after", 2**40], ["after", -1], ["after", True], ["up", 1], ["after", 1, 2], ["after", {}]]
)
def test_a_cursor_with_other_values_is_400(manager, values):
    import base64

    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    assert manager.get(f"{DOCUMENTS}?cursor={cursor}").status_code == 400


def test_a_cursor_with_nul_is_400(manager):
    import base64

    cursor = base64.urlsafe_b64encode(json.dumps(["after", "a\0", str(uuid.uuid4())]).encode()).decode().rstrip("=")
    assert manager.get(f"projects/bridge/speakers/?cursor={cursor}").status_code == 400


@pytest.mark.parametrize("query", ["q=%00", f"q={'a' * 201}", "provisional=yes", "merged=1"])
def test_a_bad_filter_is_400_and_named(manager, query):
    answer = manager.get(f"projects/bridge/speakers/?{query}")
    assert answer.status_code == 400 and answer.json()["parameter"] == query.partition("=")[0]


@pytest.mark.parametrize("words", ["%25", "_", "'", '"', "\\", "a'; drop table", "%F0%9F%98%80", "%ff"])
def test_a_search_takes_any_words_literally(manager, words):
    answer = manager.get(f"projects/bridge/speakers/?q={words}")
    assert answer.status_code == 200 and answer.json()["results"] == []


@pytest.mark.parametrize("path", ["documents/{}/", "claims/{}/", "rounds/{}/", "speakers/{}/", "documents/{}/layer/"])
@pytest.mark.parametrize("id", ["x", "1", "0" * 40, "%00", "00000000-0000-0000-0000-00000000000g"])
def test_an_id_that_is_no_uuid_is_404(manager, path, id):
    answer = manager.get(path.format(id))
    assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["documents/{}/", "claims/{}/", "rounds/{}/", "targets/{}/", "propositions/{}/"])
def test_an_unknown_id_is_404(manager, path):
    assert manager.get(path.format(uuid.uuid4())).status_code == 404


@pytest.mark.parametrize("name", ["%00", "a%00b", "%ff", "nobody", "x" * 500])
def test_a_strange_user_name_in_the_path_is_404(manager, name):
    assert manager.patch(f"projects/bridge/members/{name}/", {"roles": ["curator"]}).status_code == 404


@pytest.mark.parametrize("round", ["x", "%00", "1" * 100])
def test_a_bad_round_is_400_and_named(ann, document, round):
    for path in (f"documents/{document.pk}/", "projects/bridge/next/"):
        answer = ann.get(f"{path}?round={round}")
        assert answer.status_code == 400 and answer.json()["parameter"] == "round"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"spans": []}, "#/spans"),
        ({"spans": [{"start": 2**40, "end": 2**41, "quote": "a"}]}, "#/spans/0/start"),
        ({"spans": [{"start": 10**6, "end": 10**6 + 1, "quote": "a"}]}, "#/spans/0"),
        ({"spans": [{"start": -1, "end": 1, "quote": "a"}]}, "#/spans/0/start"),
        ({"spans": [{"start": 5, "end": 3, "quote": "a"}]}, "#/spans/0"),
        ({"spans": "all"}, "#/spans"),
        ({"speakers": [{"name": "NUL\0"}]}, "#/speakers/0/name"),
        ({"speakers": [{"name": "over\u202eride"}]}, "#/speakers/0"),
        ({"speakers": [{"id": "x"}]}, "#/speakers/0/id"),
        ({"speakers": [{"id": str(uuid.uuid4())}]}, "#/speakers/0"),
        ({"mode": "loud"}, "#/mode"),
        ({"stances": [{"target": {"name": "T"}, "value": "maybe"}]}, "#/stances/0/value"),
        ({"stances": [{"target": {"name": "T"}, "value": "NUL\0"}]}, "#/stances/0/value"),
        ({"attributes": {"type": "poem"}}, "#/attributes/type"),
        ({"attributes": {"unknown": 1}}, "#/attributes"),
        ({"attributes": []}, "#/attributes"),
        ({"note": "NUL\0"}, "#/note"),
        ({"note": "x" * 10_001}, "#/note"),
        ({"unsure": "yes"}, "#/unsure"),
        ({"colour": "red"}, "#/colour"),
        ({"detected": "frames-1"}, "#/detected"),
        ({"detected": {"rule": "frames-1", "fields": ["cue", "stances"]}}, "#/detected/fields/1"),
        ({"detected": {"rule": "frames-1", "fields": [["cue"]]}}, "#/detected/fields/0"),
        ({"detected": {"rule": "frames-1", "fields": "cue"}}, "#/detected/fields"),
        ({"detected": {"rule": "frames 1", "fields": ["cue"]}}, "#/detected/rule"),
        ({"detected": {"rule": "x" * 41, "fields": ["cue"]}}, "#/detected/rule"),
        ({"detected": {"fields": ["cue"]}}, "#/detected/rule"),
        ({"detected": {"rule": "frames-1", "fields": ["cue"], "when": 1}}, "#/detected/when"),
        ({"round": "x"}, "#/round"),
        ({"document": "x"}, "#/document"),
        ({"proposition": {"text": "A.", "relation": "shouts"}}, "#/proposition/relation"),
    ],
)
def test_a_bad_claim_is_400_and_points_to_the_field(ann, document, change, pointer):
    answer = ann.put_claim(document, "The closure is needed", **change) if "document" not in change else None
    if answer is None:
        answer = ann.put(f"claims/{uuid.uuid4()}/", make.body(document.text, "The closure is needed") | change)
    assert answer.status_code == 400, answer.json()
    assert pointer in [error["pointer"] for error in answer.json()["errors"]], answer.json()


@pytest.mark.parametrize(
    ("method", "path", "body", "pointer"),
    [
        ("POST", "projects/", {}, "#/slug"),
        ("POST", "projects/", {"slug": "a b", "name": "A"}, "#/slug"),
        ("POST", "projects/", {"slug": "bridge", "name": "A"}, "#/slug"),
        ("POST", "projects/", {"slug": "a", "name": "NUL\0"}, "#/name"),
        ("POST", "projects/", {"slug": "a", "name": "A", "description": {"a": 1}}, "#/description"),
        ("POST", "projects/", {"slug": "a", "name": "A", "corpus_id": "x"}, "#/corpus_id"),
        ("PATCH", "projects/bridge/", {"description": "NUL\0"}, "#/description"),
        ("PATCH", "projects/bridge/", {"name": 5}, "#/name"),
        ("POST", "projects/bridge/members/", {"username": "nobody", "role": "annotator"}, "#/username"),
        ("POST", "projects/bridge/members/", {"username": "NUL\0", "role": "annotator"}, "#/username"),
        ("POST", "projects/bridge/members/", {"username": "manager", "role": "king"}, "#/role"),
        ("POST", "projects/bridge/members/", {"username": "manager", "roles": []}, "#/roles"),
        ("POST", "projects/bridge/rounds/", {}, "#/name"),
        ("POST", "projects/bridge/rounds/", {"name": "R", "overlap": 0}, "#/overlap"),
        ("POST", "projects/bridge/rounds/", {"name": "R", "overlap": 2**31}, "#/overlap"),
        ("POST", "projects/bridge/rounds/", {"name": "R", "overlap": 1.5}, "#/overlap"),
        ("POST", "projects/bridge/rounds/", {"name": "R", "blind": "yes"}, "#/blind"),
        ("POST", "projects/bridge/rounds/", {"name": "Round 1"}, "#/name"),
        ("POST", "projects/bridge/speakers/", {}, "#/name"),
        ("POST", "projects/bridge/speakers/", {"name": "NUL\0"}, "#/name"),
        ("POST", "projects/bridge/speakers/", {"name": "A", "kind": "king"}, "#/kind"),
        ("POST", "projects/bridge/speakers/", {"name": "A", "makers": [1]}, "#/makers"),
        ("POST", "projects/bridge/speakers/", {"name": "A", "provisional": 1}, "#/provisional"),
        ("POST", "projects/bridge/speakers/", {"name": "A", "aliases": ["NUL\0"]}, "#/aliases/0"),
        ("POST", "projects/bridge/propositions/", {"text": ""}, "#/text"),
        ("POST", "projects/bridge/propositions/", {"text": "x" * 501}, "#/text"),
        ("POST", "projects/bridge/propositions/", {"text": "A.", "usual_target": {"id": "x"}}, "#/usual_target"),
    ],
)
def test_a_bad_field_is_400_and_points_to_it(manager, method, path, body, pointer):
    answer = manager.send(method, path, body)
    assert answer.status_code == 400, answer.content
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("body", [[], 5, "x", None, True])
@pytest.mark.parametrize(
    "path", ["projects/", "projects/bridge/members/", "projects/bridge/rounds/", "projects/bridge/targets/"]
)
def test_a_body_that_is_no_object_is_400(manager, path, body):
    assert manager.post(path, raw=json.dumps(body).encode()).status_code == 400


def test_another_method_is_405(manager, document):
    for method in ("DELETE", "PUT", "PATCH", "OPTIONS", "TRACE"):
        answer = manager.send(method, f"documents/{document.pk}/")
        assert answer.status_code == 405 and answer["Allow"]


def test_method_override_has_no_effect(manager, document):
    answer = manager.post(f"documents/{document.pk}/", headers={"X-HTTP-Method-Override": "GET"})
    assert answer.status_code == 405


@pytest.mark.parametrize("accept", ["text/html", "application/x-ndjson", "image/png", "nonsense", "*/*;q=0"])
def test_the_answer_is_json_whatever_accept_says(manager, accept):
    answer = manager.get("projects/?format=xml", headers={"Accept": accept})
    assert answer.status_code == 200 and answer["Content-Type"] == "application/json"
