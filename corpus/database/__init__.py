"""The database: one consistent snapshot for readers, one fair turn for writers."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything inside the block from one state of the database, without blocking writers.

    PostgreSQL: REPEATABLE READ READ ONLY. SQLite: a plain BEGIN, because the default BEGIN IMMEDIATE would
    make the reader a writer. Inside a running transaction the block simply joins it.
    """
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.next_begin_is_read_only = True  # type: ignore[attr-defined]
        with transaction.atomic():
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # Of tables filled just now PostgreSQL knows no sizes: it would take all layers again for each document.
            cursor.execute("SET LOCAL enable_material = off")
        yield
