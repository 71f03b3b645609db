"""Bring annotations in: a whole project back from its native files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from annotate.actions import restoring
from annotate.management.restores import report
from annotate.payloads.problems import Problem
from corpus.management.progress import Progress

USAGE = 2
REFUSED = 1


class Command(BaseCommand):
    help = (
        "Bring annotations into a project. “documents-jsonl” restores a whole project, which is made where it is not "
        "there; “jsonl” then adds and verifies claims. Nothing that is stored is overwritten; a run that was "
        "interrupted can be run again. Exit code: 0 all is as in the file, 1 something was refused or differs (it is "
        "listed), 2 wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="Short name of the project.")
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="File, in the order given.")
        parser.add_argument("--format", required=True, choices=restoring.FORMATS)
        parser.add_argument("--as", dest="as_user", metavar="USERNAME", help="Who restores, and manages a new project.")
        parser.add_argument(
            "--codebook", action="append", default=[], type=Path, metavar="FILE", help="A version of the codebook."
        )
        parser.add_argument("--dry-run", action="store_true", help="Check everything, store nothing.")

    def handle(self, *, project: str, paths: list[Path], format: str, dry_run: bool, **options: Any) -> None:
        for path in [*paths, *options["codebook"]]:
            if not path.is_file():
                raise CommandError(f"There is no file {str(path)!r}; check the path.", returncode=USAGE)
        user = _user(options["as_user"])
        n_bad = 0
        for path in paths:
            n_bad += self._restore(user, project, path, format, options["codebook"], dry_run=dry_run)
        if n_bad:
            raise SystemExit(REFUSED)

    def _restore(
        self, user: User, project: str, path: Path, format: str, codebooks: list[Path], *, dry_run: bool
    ) -> int:
        """Restore one file and say what came of it; return how much was refused or differs."""
        n_read = 0

        def tell(n_bytes: int) -> None:
            nonlocal n_read
            n_read += n_bytes
            bar.show(n_read, f"{n_read / 2e6:.1f} MB")

        try:
            with Progress("Restoring", 2 * path.stat().st_size) as bar:
                outcome = restoring.restore_project(
                    user=user,
                    slug=project,
                    path=path,
                    format=format,
                    now=timezone.now(),
                    codebooks=codebooks,
                    dry_run=dry_run,
                    tell=tell,
                )
        except restoring.Refused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            more = f" and {refused.n_more} more" if refused.n_more else ""
            raise CommandError(f"{len(refused.problems)} problems{more}: {path.name} was not restored.") from refused
        except KeyboardInterrupt:
            raise CommandError("Interrupted; run the same command again to go on.", returncode=130) from None
        except (PermissionDenied, Problem) as error:
            raise CommandError(str(error), returncode=USAGE) from error
        return report(self, outcome, dry_run=dry_run)


def _user(name: str | None) -> User:
    """Return who restores; the operator may everything, and is stored nowhere."""
    if name is None:
        return User(username="operator", is_superuser=True)
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active account {name[:60]!r}; make it with create_user.", returncode=USAGE)
    return found
