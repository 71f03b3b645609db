"""Full text of documents on either database: FTS5 on SQLite, a tsvector on PostgreSQL (migration 0003_search).

What was typed reaches the engines as quoted strings of single terms, read by the same rules as the stored text, so that
no operator of an engine has any effect. PostgreSQL holds the first 200,000 characters of a document, and phrases only
among its first 16,383 words. Scripts without spaces between words are found by whole runs of characters and by their
beginnings.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from corpus.database.bulk import Compiled
from corpus.models.documents import DocumentQuerySet
from corpus.text.query import Query, Term

TABLE = "corpus_document_search"
COMMON = 2000
PHRASE = "phraseto_tsquery('pg_catalog.simple', corpus_search_fold(%s))"
PREFIX = f"(NULLIF({PHRASE}::text, '') || ':*')::tsquery"


class Matches(models.Lookup[Any]):
    """Whether a document holds what a query looks for; the left side is any column of the document's own table."""

    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Query, *, is_common: bool) -> None:
        super().__init__(lhs, rhs)
        self.is_common = is_common

    def as_sql(self, compiler: Any, connection: Any) -> Compiled:
        sql, _ = compiler.compile(self.lhs)
        table = sql.rsplit(".", 1)[0]  # by the name that the statement gives it
        if connection.vendor == "sqlite":
            # The sign keeps SQLite from looking up each document of a long list instead of walking in order.
            walk = "+" if self.is_common else ""
            return f"{walk}{table}.rowid IN (SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s)", (fts5(self.rhs),)
        wanted, params = tsquery(self.rhs)
        return f"{table}.search @@ ({wanted})", params


def matching(rows: DocumentQuerySet, query: Query) -> DocumentQuerySet:
    """Return the documents of `rows` whose title and text hold what the query looks for. One query on SQLite."""
    return rows.filter(Matches(models.F("number"), query, is_common=is_common(query)))


def matching_path(path: str, query: Query) -> Matches:
    """Return the condition that the document at the end of `path` holds what the query looks for."""
    return Matches(models.F(f"{path}__number"), query, is_common=is_common(query))


def is_common(query: Query) -> bool:
    """Return whether many documents match, as far as SQLite has to be told."""
    if connection.vendor != "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {TABLE} WHERE {TABLE} MATCH %s LIMIT 1 OFFSET {COMMON}", [fts5(query)])
        return cursor.fetchone() is not None


def is_rare(query: Query) -> bool:
    """Return whether few documents match, on either database."""
    if connection.vendor == "sqlite":
        return not is_common(query)
    wanted, params = tsquery(query)
    with connection.cursor() as cursor:
        sql = f"SELECT 1 FROM corpus_document WHERE search @@ ({wanted}) LIMIT 1 OFFSET {COMMON}"
        cursor.execute(sql, params)
        return cursor.fetchone() is None


def fts5(query: Query) -> str:
    """Return the query in the language of FTS5."""
    wanted = " AND ".join(_fts5_term(term) for term in query.wanted)
    excluded = " OR ".join(_fts5_term(term) for term in query.excluded)
    return f"({wanted}) NOT ({excluded})" if excluded else wanted


def _fts5_term(term: Term) -> str:
    return '"' + term.text.replace('"', " ") + ('" *' if term.is_prefix else '"')


def tsquery(query: Query) -> tuple[str, tuple[str, ...]]:
    """Return SQL of a tsquery, with its parameters."""
    terms = [("!!" if term.is_excluded else "") + (PREFIX if term.is_prefix else PHRASE) for term in query.terms]
    return " && ".join(terms), tuple(term.text for term in query.terms)


def rebuild() -> None:
    """Index all documents anew on SQLite, whose index goes by row numbers; PostgreSQL always computes its own."""
    if connection.vendor == "sqlite" and TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('rebuild')")
