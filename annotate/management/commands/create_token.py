"""Make an API token for a user."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from annotate.actions.tokens import create_token
from corpus.management.prepared import PreparedCommand


class Command(PreparedCommand):
    help = "Make an API token and print it, alone, on standard output. It is stored nowhere and shown only this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="Whose token it is; it may do what that user may.")
        parser.add_argument("--name", default="", help="What the token is for, to tell several apart.")

    def handle(self, *, username: str, name: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username[:80]!r}; make one with “create_user {username[:80]}”.")
        if not user.is_active:
            raise CommandError(f"The user {username} is deactivated, so a token would not work; activate the user.")
        _, secret = create_token(user=user, name=name)
        self.stdout.write(secret)
