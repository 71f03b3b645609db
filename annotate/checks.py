"""System checks that Standpoint adds to Django's."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection


@register(Tags.database)
def check_pragmas(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Compare SQLite's pragmas with those that keep acknowledged writes: wrong OPTIONS are dropped silently."""
    if not databases or connection.vendor != "sqlite":
        return []
    from corpus.database.sqlite.base import PRAGMAS

    problems: list[CheckMessage] = []
    with connection.cursor() as cursor:
        for name, wanted in PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}")
            found = str(cursor.fetchone()[0])
            if found != wanted:
                problems.append(Error(f"SQLite's {name} is {found}; it must be {wanted}.", id="standpoint.E001"))
    return problems
