"""Restoring a project from its native files, on the command line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from annotate.actions import restoring
from annotate.payloads.problems import Problem
from corpus.management.progress import Progress

USAGE = 2
KINDS = ("documents", "layers", "claims")
# What an archive of the format `project` holds beside these, as far as it is worth a number.
WHOLE_KINDS = (*KINDS, "submissions", "decisions", "remarks", "rounds", "members")


def restore_files(
    command: BaseCommand,
    *,
    slug: str,
    paths: list[Path],
    format: str,
    username: str,
    codebooks: list[Path],
    now: datetime,
    dry_run: bool,
) -> int:
    """Restore files one after the other and say what came of each; return the number of differences."""
    is_whole = format == "project"
    for path in [*paths, *codebooks]:
        if not path.is_file() and not (is_whole and path.is_dir()):
            raise CommandError(f"There is no file {str(path)!r}; check the path.", returncode=USAGE)
    user, n_differences = _user(username), 0
    for path in paths:
        try:
            outcome = _restore(user, slug, path, format, codebooks, now, dry_run=dry_run)
        except restoring.Refused as refused:
            for problem in refused.problems:
                command.stderr.write(str(problem))
            more = f" and {refused.n_more} more" if refused.n_more else ""
            raise CommandError(f"{len(refused.problems)} problems{more}: {refused.fate(path.name)}") from refused
        except KeyboardInterrupt:
            raise CommandError("Interrupted; run the same command again to go on.", returncode=130) from None
        except (PermissionDenied, Problem) as error:
            raise CommandError(str(error), returncode=USAGE) from error
        n_differences += _report(command, outcome, WHOLE_KINDS if is_whole else KINDS, dry_run=dry_run)
    return n_differences


def _restore(
    user: User, slug: str, path: Path, format: str, codebooks: list[Path], now: datetime, *, dry_run: bool
) -> restoring.Outcome:
    n_read = 0

    def tell(n_bytes: int) -> None:
        nonlocal n_read
        n_read += n_bytes
        bar.show(n_read, f"{n_read / 2e6:.1f} MB")

    size = restoring.size_of(path) if format == "project" else path.stat().st_size
    with Progress("Restoring", 2 * size) as bar:
        return restoring.restore_project(
            user=user, slug=slug, path=path, format=format, now=now, codebooks=codebooks, dry_run=dry_run, tell=tell
        )


def _user(name: str) -> User:
    """Return who restores; the operator may everything, and is stored nowhere."""
    if not name:
        return User(username="operator", is_superuser=True)
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active account {name[:60]!r}; make it with create_user.", returncode=USAGE)
    return found


def _report(command: BaseCommand, outcome: restoring.Outcome, kinds: tuple[str, ...], *, dry_run: bool) -> int:
    for difference in outcome.differences:
        command.stderr.write(str(difference))
    if (more := outcome.n_differences - len(outcome.differences)) > 0:
        command.stderr.write(f"… and {more} more differences.")
    for note in outcome.notes:
        command.stdout.write(note)
    if outcome.accounts:
        command.stdout.write(f"Accounts made, inactive and without a password: {', '.join(outcome.accounts)}.")
    if outcome.joined:
        command.stdout.write(f"Accounts that were there and became members: {', '.join(outcome.joined)}.")
    made = ", ".join(f"{outcome.made[kind]} {kind}" for kind in kinds)
    there = ", ".join(f"{outcome.present[kind]} {kind}" for kind in kinds)
    would = "would be " if dry_run else ""
    command.stdout.write(f"{would}restored: {made}; there already: {there}; {outcome.n_differences} differences.")
    return outcome.n_differences
