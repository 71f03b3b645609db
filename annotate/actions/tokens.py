"""API tokens."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import User
from django.db import transaction

from annotate.actions.batch import Batch
from annotate.models import Token
from annotate.models.tokens import digest
from annotate.payloads.problems import NotThere


@transaction.atomic
def create_token(*, user: User, name: str = "") -> tuple[Token, str]:
    """Make a token; returns the row and the secret, which is stored nowhere."""
    secret = f"sp_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(user=user, name=name[:100], digest=digest(secret), prefix=secret[:8])
    _record("token.create", user, token, before=None, after={"prefix": token.prefix})
    return token, secret


@transaction.atomic
def delete_token(*, user: User, token_id: int) -> None:
    """End one of the user's own tokens."""
    token = Token.objects.filter(user=user, pk=token_id).first()
    if token is None:
        raise NotThere("There is no such token of yours.")
    _record("token.delete", user, token, before={"prefix": token.prefix}, after=None)
    token.delete()


def _record(action: str, user: User, token: Token, *, before: object, after: object) -> None:
    batch = Batch(action=action, actor=user)
    batch.add("token", token.pk, before=before, after=after)
    batch.write()
