"""Full text in the database: the same words find the same documents on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import connection

from corpus.models import Document
from corpus.search import matching, rebuild
from corpus.text.query import parse_query
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make.project()


def found(words):
    return set(matching(Document.objects.all(), parse_query(words)).values_list("external_id", flat=True))


def store(project, **texts):
    return {key: make.document(project, text, external_id=key) for key, text in texts.items()}


def test_words_phrases_prefixes_and_exclusions(project):
    store(project, a="The night ferry runs.", b="The ferry runs at night.", c="Nightly ferries.", d="An old pier.")
    assert found("night ferry") == {"a", "b"}
    assert found('"night ferry"') == {"a"}
    assert found("night*") == {"a", "b", "c"}
    assert found('"the night fer"*') == {"a"}
    assert found("ferry -runs") == set() and found('runs -"night ferry"') == {"b"}
    assert found("night -ferry -ferries") == set() and found("ferr* -night") == {"c"}


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Die ÄRZTEKAMMER tagt", "ärztekammer"),
        ("Die Ärztekammer tagt", "arztekammer"),
        ("Le CAFE\u0301 ferme", "café"),
        ("Le café ferme", "cafe\u0301"),
        ("ЕЖЕДНЕВНЫЙ паром", "ежедневный"),
        ("Ο Σύλλογος αντιδρά", "ΣΎΛΛΟΓΟΣ"),
        ("İzmir limanı", "izmir"),
        ("Das Straßenamt", "STRAßENAMT"),
        ("one and/or another", "or"),
        ("It is shut.The board met", "the"),
        ("see example.org/pier now", "pier"),
        ("mail tor.lind@example.org", "lind"),
        ("a snake_case name", "case"),
        ("“Nets”—he said", "nets"),
        ("costs 3,000 crowns", "3,000"),
        ("o’clock", "o'clock"),
        ("कहा गया", "कहा"),
        ("港口关闭。渔民反对。", "港口关闭"),
        ("한국어 문장", "한국어"),
        ("ﬁ ＡＢＣ 🛳️ ²", "ＡＢＣ"),
    ],
)
def test_both_databases_read_words_alike(project, text, query):
    store(project, one=text, two="Something else.")
    assert found(query) == {"one"}
    assert found(f"{query} -zzz") == {"one"}


@pytest.mark.parametrize(
    "query", ["港口", "ಕನ್ನಡ ภาษาไทย", "ﷺ", "ᾼ", "𝔘𝔫𝔦", "ʼn", "x" * 200, "가" * 200, "'; DROP TABLE x", "a'b \\ %s ?"]
)
def test_odd_searches_are_no_errors(project, query):
    store(project, one="Something.")
    assert found(query) == set()


def test_the_title_is_searched_too_and_a_changed_title_is_found_under_its_new_words(project):
    document = store(project, one="A body.")["one"]
    Document.objects.filter(pk=document.pk).update(title="Ferry weather")
    assert found("ferry body") == {"one"}
    Document.objects.filter(pk=document.pk).update(title="Pier")
    assert found("ferry") == set() and found("pier") == {"one"}
    Document.objects.filter(pk=document.pk)._raw_delete(Document.objects.db)
    assert found("body") == set()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO corpus_document_search (corpus_document_search, rank) VALUES ('integrity-check', 1)"
            )


def test_a_text_of_ten_megabytes_is_stored_and_found(project):
    many = " ".join(f"w{n:x}" for n in range(1_200_000))[:9_900_000]
    store(
        project, dense="Ferry. " + many, wide="Паром. " + "".join(chr(0x4E00 + n % 20000) + " " for n in range(900_000))
    )
    assert found("ferry w1f") == {"dense"} and found("паром") == {"wide"}


def test_the_index_can_be_built_anew(project):
    store(project, one="Ferry.")
    rebuild()
    assert found("ferry") == {"one"}
