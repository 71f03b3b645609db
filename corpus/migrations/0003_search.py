"""Full text of documents, outside the models' state: FTS5 kept by triggers on SQLite, a generated tsvector on PostgreSQL.

On SQLite a later migration that rebuilds the table corpus_document drops its triggers: let it run `install` again.
"""

from django.db import migrations

SQLITE = (
    """
    CREATE VIRTUAL TABLE corpus_document_search USING fts5(
        title, text, content='corpus_document', content_rowid='rowid', columnsize=0,
        tokenize="unicode61 remove_diacritics 2"
    )
    """,
    """
    CREATE TRIGGER corpus_document_search_insert AFTER INSERT ON corpus_document BEGIN
        INSERT INTO corpus_document_search (rowid, title, text) VALUES (new.rowid, new.title, new.text);
    END
    """,
    """
    CREATE TRIGGER corpus_document_search_delete AFTER DELETE ON corpus_document BEGIN
        INSERT INTO corpus_document_search (corpus_document_search, rowid, title, text)
        VALUES ('delete', old.rowid, old.title, old.text);
    END
    """,
    """
    CREATE TRIGGER corpus_document_search_update AFTER UPDATE OF title, text ON corpus_document BEGIN
        INSERT INTO corpus_document_search (corpus_document_search, rowid, title, text)
        VALUES ('delete', old.rowid, old.title, old.text);
        INSERT INTO corpus_document_search (rowid, title, text) VALUES (new.rowid, new.title, new.text);
    END
    """,
    "INSERT INTO corpus_document_search (corpus_document_search) VALUES ('rebuild')",
)
SQLITE_UNDO = (
    "DROP TRIGGER corpus_document_search_update",
    "DROP TRIGGER corpus_document_search_delete",
    "DROP TRIGGER corpus_document_search_insert",
    "DROP TABLE corpus_document_search",
)
# Folds as FTS5 does, and corpus.text.query: accents by decomposition and from Latin letters only, because the extension
# unaccent may not be installed; any other sign is a space, because the parser would take "and/or" for a path.
# A tsvector holds 1,048,575 bytes, which 200,000 characters cannot exceed.
POSTGRESQL = (
    r"""
    CREATE FUNCTION corpus_search_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT regexp_replace(translate(lower(
            CASE WHEN words !~ '[\u00c0-\u036f\u1e00-\u1eff]' THEN words ELSE
                normalize(regexp_replace(normalize(words, NFD), '(?<=[A-Za-z])[\u0300-\u036f]+', '', 'g'), NFC)
            END COLLATE {collation}), 'ς', 'σ'), '[^[:alnum:] ]+', ' ', 'g')
    $$
    """,
    r"""
    ALTER TABLE corpus_document ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('pg_catalog.simple',
        left(corpus_search_fold(left(title || E'\n' || text, 200000)), 200000))) STORED
    """,
    "CREATE INDEX documents_by_words ON corpus_document USING gin (search)",
)
POSTGRESQL_UNDO = (
    "ALTER TABLE corpus_document DROP COLUMN search",
    "DROP FUNCTION corpus_search_fold(text)",
)
# Where the database's own locale is C, it would neither fold É nor take it for a letter.
COLLATIONS = ("pg_c_utf8", "und-x-icu", "C.utf8", "en_US.utf8")


def install(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in SQLITE:
                cursor.execute(statement)
        else:
            collation = _collation(cursor)
            for statement in POSTGRESQL:
                cursor.execute(statement.replace("{collation}", collation))


def remove(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        for statement in SQLITE_UNDO if connection.vendor == "sqlite" else POSTGRESQL_UNDO:
            cursor.execute(statement)


def _collation(cursor):
    cursor.execute(
        "SELECT collname FROM pg_collation WHERE collname = ANY(%s) "
        "AND collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding()))",
        [list(COLLATIONS)],
    )
    found = {row[0] for row in cursor.fetchall()}
    return next((f'"{name}"' for name in COLLATIONS if name in found), '"default"')


class Migration(migrations.Migration):
    dependencies = [("corpus", "0002_documents_by_sha256")]

    operations = [migrations.RunPython(install, remove)]
