"""Start the site: database, first accounts, web server and task worker in one command."""

from __future__ import annotations

import os
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.urls import get_resolver

from annotate.management import address, preparing
from annotate.management.lock import data_directory
from annotate.management.supervisor import Failed, Supervisor
from annotate.tasks import resume_imports

WEB_WORKERS = "STANDPOINT_WEB_WORKERS"
MAX_WEB_WORKERS = 64


class Command(BaseCommand):
    help = "Prepare the data directory, load the demo at the first start, and run web server and task worker."
    requires_system_checks: list[str] = []  # loading the routes below finds what matters, in a fraction of the time

    def add_arguments(self, parser: CommandParser) -> None:
        address.add_arguments(parser)
        parser.add_argument(
            "--no-demo", action="store_true", help="Make an account “admin” instead of the demo project."
        )

    def handle(self, *, host: str, port: int, no_demo: bool, **options: Any) -> None:
        # SQLite has one writer anyway, and threads share its turn better than processes do.
        n_workers = 1 if connection.vendor == "sqlite" else web_workers(os.environ.get(WEB_WORKERS, "1"))
        try:
            listener = address.listen(host, port)
        except address.AddressError as error:
            raise CommandError(str(error)) from error
        with listener, data_directory(settings.DATA_DIR, remedy="Stop it first, or set STANDPOINT_DATA to another."):
            self._warn(host)
            sign_in = self._prepare(with_demo=not no_demo)
            self._serve(listener, n_workers, sign_in)

    def _prepare(self, *, with_demo: bool) -> str:
        """Bring everything up to date; return how to sign in, which Ctrl-C does not lose either."""
        sign_in = ""
        try:
            with preparing.static_files(), preparing.one_at_a_time():
                preparing.migrate(lambda text: self.stderr.write(text, str))
                sign_in = preparing.first_accounts(with_demo=with_demo)
                resume_imports()
        except KeyboardInterrupt:
            said = f"Stopped before the site was ready; the same command goes on. {sign_in}".rstrip()
            raise CommandError(said, returncode=130) from None
        return sign_in

    def _serve(self, listener: socket.socket, n_workers: int, sign_in: str) -> None:
        """Hand over to the children; the sign-in is shown in any case, because it may be shown only once."""
        get_resolver().url_patterns  # noqa: B018  (loads all pages before the children are forked)
        connections.close_all()
        if connection.vendor == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]
        supervisor = Supervisor(listener, n_workers=n_workers, say=self.stderr.write)
        shown = False

        def ready() -> None:
            nonlocal shown
            shown = True
            self.stdout.write(f"Standpoint is ready at {settings.SITE_URL}/\n{sign_in}\nCtrl-C stops it.")
            self.stdout.flush()

        try:
            supervisor.run(ready=ready)
        except Failed as error:
            raise CommandError(str(error)) from error
        finally:
            if not shown:
                self.stdout.write(sign_in)

    def _warn(self, host: str) -> None:
        if address.is_public(host) and not settings.IS_HTTPS:
            self.stderr.write(
                f"Warning: {host} can be reached from other machines, and passwords travel unencrypted. Put an https "
                "proxy in front and set STANDPOINT_URL to the https address that people use (now "
                f"{settings.SITE_URL})."
            )


def web_workers(raw: str) -> int:
    """Return the number of web server processes. Raises CommandError."""
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= MAX_WEB_WORKERS:
        raise CommandError(f"{WEB_WORKERS} is {raw[:20]!r}; give a whole number from 1 to {MAX_WEB_WORKERS}.")
    return int(raw)
