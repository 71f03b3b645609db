"""Bulk reads and writes without an object for each value: ids and times as text, rows by executemany.

Turning half a million ids into UUID objects costs more than reading them; exports only ever need their text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models

type Compiled = tuple[str, tuple[Any, ...]]

# SQLite keeps times in UTC, as text, with six digits of a second, three or none.
SQLITE_STAMP = (
    "substr({0}, 1, 10) || 'T' || substr(substr({0}, 12) || "
    "CASE length({0}) WHEN 19 THEN '.000000' ELSE '000000' END, 1, 15) || 'Z'"
)
POSTGRESQL_STAMP = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"


class Key(models.Func):
    """An id as the database's text: good as a key, and for `uuid_text`."""

    output_field = models.CharField()
    arity = 1

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Compiled:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return (sql if connection.vendor == "sqlite" else f"({sql})::text"), tuple(params)


class Flag(models.Func):
    """A flag as the database gives it: SQLite says 0 and 1, and turning each into a bool would cost a call a row."""

    output_field = models.CharField()  # one that leaves values alone
    arity = 1

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Compiled:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return sql, tuple(params)


class Unindexed(models.Func):
    """A column that SQLite shall not find rows by, where its index would be taken for better than the one that is."""

    arity = 1

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Compiled:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return (f"+{sql}" if connection.vendor == "sqlite" else sql), tuple(params)


class Stamp(models.Func):
    """A time as exports write it: UTC with microseconds and Z."""

    output_field = models.CharField()
    arity = 1

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Compiled:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        pattern = SQLITE_STAMP if connection.vendor == "sqlite" else POSTGRESQL_STAMP
        return pattern.format(sql), tuple(params)


class Among(models.Lookup[Any]):
    """Whether an id is one of many keys, which travel as one parameter: `filter(Among(F("claim_id"), keys))`."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Compiled:
        sql, params = compiler.compile(self.lhs)
        keys = keys_param(list(self.rhs), connection.vendor)
        if connection.vendor == "sqlite":
            return f"{sql} IN (SELECT value FROM json_each(%s))", (*params, keys)
        return f"{sql} = ANY(%s::uuid[])", (*params, keys)


def keys_param(keys: Sequence[str], vendor: str) -> str:
    """Return many keys as the one text that each database takes apart again: a JSON list, or an array literal.

    psycopg writes a list element by element, which for a thousand keys takes longer than the database to find them.
    """
    if not keys:
        return "[]" if vendor == "sqlite" else "{}"
    written = '","'.join(keys)
    is_plain = "\\" not in written and written.count('"') == 2 * len(keys) - 2 and written.isprintable()
    if vendor == "sqlite":
        return f'["{written}"]' if is_plain else json.dumps(keys)
    if not is_plain:
        written = '","'.join(key.replace("\\", "\\\\").replace('"', '\\"') for key in keys)
    return f'{{"{written}"}}'


def database_key(id: UUID) -> str:
    """Return an id as `Key` reads it from this database."""
    return id.hex if connection.vendor == "sqlite" else str(id)


def uuid_text(key: str) -> str:
    """Return the usual text of a UUID whose key was read: SQLite keeps it without hyphens."""
    return key if len(key) == 36 else f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows by one prepared statement; `names` are attributes such as source_id, the rest is the database's.

    Several times as fast as bulk_create, which makes an object of each row and a statement of each batch.
    """
    sql, writers = _insert(model, tuple(names), connection.vendor)
    values = [tuple(write(value) for write, value in zip(writers, row, strict=True)) for row in rows]
    if values:
        with connection.cursor() as cursor:
            cursor.execute(sql, values[0]) if len(values) == 1 else cursor.executemany(sql, values)


def update_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write these attributes of rows by one prepared statement; each row begins with its id."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    key: Any = model._meta.pk
    quote, writers = connection.ops.quote_name, [writer_of(fields[name]) for name in names]
    columns = ", ".join(f"{quote(str(fields[name].column))} = %s" for name in names)
    sql = f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE {quote(key.column)} = %s"
    of_key = writer_of(key)
    values = [(*(write(value) for write, value in zip(writers, row[1:], strict=True)), of_key(row[0])) for row in rows]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(sql, values)


@cache
def _insert(model: type[models.Model], names: tuple[str, ...], vendor: str) -> tuple[str, list[Callable[[Any], Any]]]:
    by_name: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    quote = connection.ops.quote_name
    columns, places = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES ({places})", [writer_of(field) for field in fields]


def writer_of(field: Any) -> Callable[[Any], Any]:
    """Return what turns an attribute into what the database driver takes."""
    target = field.target_field if field.is_relation else field
    if isinstance(target, models.UUIDField):
        return (lambda value: value) if connection.features.has_native_uuid_field else _hex
    if isinstance(target, models.JSONField):
        return lambda value: None if value is None else connection.ops.adapt_json_value(value, target.encoder)
    if isinstance(target, models.DateField):
        return lambda value: target.get_db_prep_save(value, connection)
    return lambda value: value


def _hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex
