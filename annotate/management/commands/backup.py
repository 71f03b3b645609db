"""Write database and uploaded files to one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from annotate.actions.backups import write_backup
from annotate.management.wholes import whole_file
from corpus.management.prepared import PreparedCommand
from corpus.management.progress import Progress


class Command(PreparedCommand):
    help = (
        "Write the database, in one consistent state, and the uploaded files and releases to one zip file, while the "
        "site runs. "
        "The secret key is not in it: after a restore elsewhere people sign in again; passwords and tokens stay valid."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The file to write; it appears when it is complete.")
        parser.add_argument("--force", action="store_true", help="Replace the file if it is there.")

    def handle(self, *, file: Path, force: bool, **options: Any) -> None:
        if file.exists() and not force:
            raise CommandError(f"{file} is there already; choose another name, or replace it with --force.")
        n_written = 0
        try:
            with whole_file(file, mode=0o600) as target, Progress("Backing up", 0) as bar:

                def tell(n_bytes: int) -> None:
                    nonlocal n_written
                    n_written += n_bytes
                    bar.show(n_written, f"{n_written / 1e6:.1f} MB")

                write_backup(target, now=timezone.now(), tell=tell)
        except OSError as error:
            raise CommandError(f"{error}. Nothing was written under {file}.") from error
        size = file.stat().st_size
        self.stdout.write(f"Wrote {file}: {n_written / 1e6:.1f} MB of data in {size / 1e6:.1f} MB.")
