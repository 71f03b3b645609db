"""Make an account."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from annotate.actions.accounts import create_user
from annotate.management.preparing import new_password
from annotate.payloads.problems import Invalid
from corpus.management.prepared import PreparedCommand

TRIES = 3


class Command(PreparedCommand):
    help = (
        "Make an account. On a terminal the password is asked for (leave it empty for a random one); "
        "otherwise a random one is made and printed once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="Letters, digits and @ . + - _; 150 at most.")
        parser.add_argument("--superuser", action="store_true", help="May do everything, in all projects.")
        parser.add_argument(
            "--password-stdin", action="store_true", help="Read the password from the first line of standard input."
        )

    def handle(self, *, username: str, superuser: bool, password_stdin: bool, **options: Any) -> None:
        password = _from_stdin() if password_stdin else _asked()
        chosen = password or new_password()
        try:
            user = create_user(username=username, password=chosen, is_superuser=superuser)
        except Invalid as error:
            raise CommandError(" ".join(found.detail for found in error.errors)) from error
        shown = "" if password else f" with the password {chosen} (shown only this once)"
        self.stdout.write(f"Made the {'superuser' if superuser else 'user'} {user.username}{shown}.")


def _from_stdin() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise CommandError("Standard input is empty; write the password on its first line.")
    return password


def _asked() -> str:
    """Ask for a password twice; empty where nobody can be asked, or nobody wants to choose one."""
    if not sys.stdin.isatty():
        return ""
    for _ in range(TRIES):
        password = getpass.getpass("Password (empty: a random one): ")
        if not password or password == getpass.getpass("The same again: "):
            return password
        sys.stderr.write("The two differ; try again.\n")
    raise CommandError(f"The two passwords differed {TRIES} times; nothing was made.")
