"""Put a backup back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from annotate.actions.archive import Backup, BackupError, open_backup
from annotate.actions.backups import restore_backup
from annotate.management import preparing
from annotate.management.lock import data_directory
from annotate.payloads.codebooks import forget_codebooks
from corpus.management.progress import Progress
from corpus.models import Corpus


class Command(BaseCommand):
    help = (
        "Put a backup back into an empty site, or with --force in place of what is there. "
        "The whole archive is checked first; the site must not run meanwhile."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="A file that “backup” wrote.")
        parser.add_argument("--force", action="store_true", help="Replace the data that the site has now.")

    def handle(self, *, file: Path, force: bool, **options: Any) -> None:
        try:
            with file.open("rb") as stream, data_directory(settings.DATA_DIR, remedy="Stop it before you restore."):
                if is_used() and not force:
                    raise CommandError(
                        "The database has users or documents. Back it up, then restore with --force, "
                        "or restore into an empty data directory (STANDPOINT_DATA)."
                    )
                self._restore(open_backup(stream))
        except FileNotFoundError as error:
            raise CommandError(f"There is no file {str(error.filename)!r}; check the path.") from error
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored {file}. Start the site with “up”.")

    def _restore(self, backup: Backup) -> None:
        n_read = 0
        with Progress("Checking", backup.n_bytes) as bar:

            def tell(n_bytes: int) -> None:
                nonlocal n_read
                n_read += n_bytes
                bar.show(n_read)

            backup.check(tell)
        restore_backup(backup)
        forget_codebooks()
        preparing.migrate()


def is_used() -> bool:
    """Return whether the database holds anything that a restore would replace."""
    tables = set(connection.introspection.table_names())
    return any(model._meta.db_table in tables and model._default_manager.exists() for model in (User, Corpus))
