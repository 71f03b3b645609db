"""The base of every command that works on tables: it says so in one sentence where they are not there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from corpus.management.wording import counted

USAGE = 2


class PreparedCommand(BaseCommand):
    """A command that runs only on a database whose tables are those of this version."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        check_tables()
        return super().execute(*args, **options)


def check_tables() -> None:
    """Raise CommandError, which names the remedy, where tables are missing or older than the program."""
    where = f"data directory {settings.DATA_DIR}" if connection.vendor == "sqlite" else "database of DATABASE_URL"
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        said = str(error).strip().partition("\n")[0]
        raise CommandError(
            f"The {where} cannot be opened ({said}); check it, and try again.", returncode=USAGE
        ) from None
    n_missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not executor.loader.applied_migrations:
        raise CommandError(
            f"The {where} has no tables yet; make them with “migrate”, or with “up” (“up --no-demo” leaves the demo "
            "project out).",
            returncode=USAGE,
        )
    if n_missing:
        raise CommandError(
            f"The {where} is of an earlier version: {counted(n_missing, 'change')} to its tables "
            f"{'is' if n_missing == 1 else 'are'} missing; bring them up to date with "
            "“migrate”, or with “up”.",
            returncode=USAGE,
        )
