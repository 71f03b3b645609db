"""Statements built once: a queryset that is compiled a single time, and UPDATE and DELETE of single rows.

Django needs several times as long to build a query as the database to answer it; a save has about twenty. The ORM still
writes every SELECT, so that models and policy stay its only source: only the values change from call to call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from corpus.database.bulk import Among, Compiled, keys_param, writer_of


class AmongNames(Among):
    """Whether a text is one of many, which travel as one parameter."""

    def as_sql(self, compiler: Any, connection: Any) -> Compiled:
        sql, params = super().as_sql(compiler, connection)
        return sql.replace("%s::uuid[]", "%s::text[]"), params


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user as `visible_to` looks at one: what decides the shape of a query, and the id that is only a value."""

    pk: int
    is_authenticated: bool
    is_active: bool
    is_superuser: bool

    @classmethod
    def of(cls, user: Any, pk: int) -> Person:
        superuser = bool(getattr(user, "is_superuser", False))
        return cls(pk=pk, is_authenticated=user.is_authenticated, is_active=user.is_active, is_superuser=superuser)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """The SQL with the names of its values in their order; a constant stands as itself."""

    sql: str
    params: tuple[tuple[str | None, Any], ...]
    converters: tuple[tuple[int, tuple[Any, ...], Any], ...]


class Select:
    """A queryset that is compiled once: `Select(build).rows(user=user, id=id)` gives its rows as tuples.

    `build` gets stand-ins for the values by name and returns a `values_list` queryset; it must not look into them,
    except into what a user is. Values are ids, whole numbers, texts, users, None, and lists of keys for Among.
    """

    def __init__(self, build: Callable[..., Any], *, locks: type[models.Model] | None = None) -> None:
        self._build = build
        self._locks = locks
        self._ready: dict[tuple[Any, ...], _Ready | None] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run the query. One statement."""
        with connection.cursor() as cursor:
            return self._fetched(cursor, self._sent(cursor, values))

    def _sent(self, cursor: Any, values: dict[str, Any]) -> _Ready | None:
        """Execute the query; returns what its rows are fetched with, None where it has none whatever is stored."""
        shape = (connection.vendor, *(_shape(value) for value in values.values()))
        if shape not in self._ready:
            self._ready[shape] = self._compile(values)
        ready = self._ready[shape]
        if ready is None:
            return None
        given = {name: _param(getattr(value, "pk", value)) for name, value in values.items()}
        params = [constant if name is None else given[name] for name, constant in ready.params]
        cursor.execute(ready.sql, params)
        return ready

    @staticmethod
    def _fetched(cursor: Any, ready: _Ready | None) -> list[tuple[Any, ...]]:
        if ready is None:
            return []
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return list(_converted(found, ready)) if ready.converters else found

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        return next(iter(self.rows(**values)), None)

    def _compile(self, values: dict[str, Any]) -> _Ready | None:
        marks = {name: _mark(value, number) for number, (name, value) in enumerate(values.items())}
        names = {_param(getattr(mark, "pk", mark)): name for name, mark in marks.items() if mark is not None}
        compiler = self._build(**marks).query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        unused = [names[mark] for mark in names.keys() - set(params)]
        if any(not isinstance(marks[name], Person) for name in unused):  # who may see all is in no condition
            raise ValueError(f"The query never uses {', '.join(unused)}.")
        if self._locks is not None and connection.features.has_select_for_update:
            table = connection.ops.quote_name(self._locks._meta.db_table)
            sql = f"{sql} {connection.ops.for_update_sql(of=(table,))}"
        converters = compiler.get_converters(column for column, _, _ in compiler.select)
        return _Ready(
            sql=sql,
            params=tuple((names.get(param), param) for param in params),
            converters=tuple((at, tuple(found), column) for at, (found, column) in converters.items()),
        )


def rows_of_all(queries: Sequence[Select], **values: Any) -> list[list[tuple[Any, ...]]]:
    """Run several queries with the same values and return the rows of each.

    PostgreSQL gets them together and answers one while the rows of another are read: where it is busy, waiting for
    each in turn takes most of the time.
    """
    with ExitStack() as open_ones:
        if connection.vendor == "postgresql":
            connection.ensure_connection()
            open_ones.enter_context(connection.connection.pipeline())
        cursors = [open_ones.enter_context(connection.cursor()) for _ in queries]
        sent = [query._sent(cursor, values) for query, cursor in zip(queries, cursors, strict=True)]
        return [query._fetched(cursor, ready) for query, cursor, ready in zip(queries, cursors, sent, strict=True)]


def _shape(value: Any) -> object:
    """Return what of a value decides the SQL."""
    return Person.of(value, 0) if hasattr(value, "is_authenticated") else type(value)


def _mark(value: Any, number: int) -> Any:
    """Return a stand-in of the same type that is found again among the parameters."""
    if value is None:
        return None
    if hasattr(value, "is_authenticated"):
        return Person.of(value, 2_000_000_000 + number)
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, int):
        return 2_000_000_000 + number
    return [uuid4().hex] if isinstance(value, list) else uuid4().hex


def _param(value: Any) -> Any:
    """Return a value as the compiled queryset hands it to the database driver."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, list):
        return keys_param(value, connection.vendor)
    return value


def _converted(rows: list[tuple[Any, ...]], ready: _Ready) -> Iterator[tuple[Any, ...]]:
    for row in map(list, rows):
        for at, converters, column in ready.converters:
            for converter in converters:
                row[at] = converter(row[at], column, connection)
        yield tuple(row)


def share_row(model: type[models.Model], id: UUID) -> None:
    """Keep others from locking a row to change it, until the transaction ends. Where there are row locks, 1 statement.

    Foreign keys are checked at the end of a transaction, so that an insert alone does not wait for such a lock.
    """
    if connection.features.has_select_for_update:
        table, key = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name("id")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE {key} = %s FOR KEY SHARE", [_param(id)])


def update_row(model: type[models.Model], id: UUID, *, add: dict[str, int] | None = None, **values: Any) -> None:
    """Set columns of one row, by attribute name, and add to others. One statement."""
    add = add or {}
    sql, writers = _update(model, tuple(add), tuple(values), connection.vendor)
    params = [*add.values(), *(write(value) for write, value in zip(writers, values.values(), strict=True))]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, _param(id)])


@cache
def _update(model: type[models.Model], add: tuple[str, ...], names: tuple[str, ...], vendor: str) -> tuple[str, Any]:
    by_name: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    added = [f"{quote(by_name[name].column)} = {quote(by_name[name].column)} + %s" for name in add]
    sets = ", ".join([*added, *(f"{quote(by_name[name].column)} = %s" for name in names)])
    key = quote(by_name["id"].column)
    return f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {key} = %s", [writer_of(by_name[n]) for n in names]


def delete_rows(model: type[models.Model], **equal: Any) -> None:
    """Delete the rows whose columns, by attribute name, have these values. Nothing is cascaded. One statement."""
    by_name: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    where = " AND ".join(f"{quote(by_name[name].column)} = %s" for name in equal)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {quote(model._meta.db_table)} WHERE {where}", [_param(value) for value in equal.values()]
        )
