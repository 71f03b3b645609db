"""What `up` does before it serves: database, first accounts, static files. Each step does nothing when all is done."""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from annotate.actions.accounts import create_user
from annotate.actions.demo import DEMO_RELEASE, MANAGER, ROLES, load_demo
from annotate.management.serving import HAS_FORK, processes
from annotate.tasks import start_release

LOCK_NUMBER = 7_823_145  # any number that no other program uses for an advisory lock in this database
DEMO_PASSWORD = "STANDPOINT_DEMO_PASSWORD"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one of several starting sites prepare a shared PostgreSQL; SQLite has the lock on the data directory."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_NUMBER])


def migrate(say: Callable[[str], object] = lambda text: None) -> None:
    """Bring the tables up to date; quick where they are."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Making the tables of the database; this takes some seconds …")
        call_command("migrate", interactive=False, verbosity=0)


def first_accounts(*, with_demo: bool) -> str:
    """Make the first accounts of an empty database; return how to sign in, passwords included only this once."""
    if User.objects.exists():
        return (
            "Sign in with the accounts you have. Forgotten a password? Set a new one with "
            "“uv run manage.py changepassword USERNAME”, or make an account with “create_user USERNAME”."
        )
    if not with_demo:
        password = new_password()
        create_user(username="admin", password=password, is_superuser=True)
        return f"Sign in as admin with the password {password} (shown only this once)."
    given = os.environ.get(DEMO_PASSWORD, "")
    password = given or new_password()
    project = load_demo(password=password, now=timezone.now())
    # The worker makes it once the site runs: nobody waits for it at the start.
    manager = User.objects.get(username=MANAGER)
    start_release(user=manager, project=project, settings=DEMO_RELEASE, now=timezone.now())
    names = ", ".join(list(ROLES)[:-1]) + f" or {list(ROLES)[-1]}"
    shown = f"set in {DEMO_PASSWORD}" if given else f"{password} (shown only this once)"
    return f"Sign in as {names} with the password {shown}."


def new_password() -> str:
    return secrets.token_urlsafe(12)


@contextmanager
def static_files() -> Iterator[None]:
    """Collect the static files when any changed since the last time, beside the work inside the block."""
    state, kept = _static_state(), Path(settings.STATIC_ROOT) / ".collected"
    if kept.exists() and kept.read_text() == state:
        yield
        return
    collecting = processes.Process(target=_collect)
    collecting.start()
    try:
        yield
    finally:
        collecting.join()
    if collecting.exitcode:
        raise CommandError(f"The static files could not be collected into {settings.STATIC_ROOT}; see the lines above.")
    kept.write_text(state)


def _collect() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is told by the command, once
    if not HAS_FORK:
        django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)


def _static_state() -> str:
    """Return a digest over name, size and time of every static file."""
    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(["CVS", ".*", "*~"]):
            stat = Path(storage.path(path)).stat()
            found.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return found.hexdigest()
