"""Who calls: a token in the Authorization header, or the browser's session with its CSRF token."""

from __future__ import annotations

from django.contrib.auth.models import User
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from annotate.models import Token
from annotate.models.tokens import find_token

MALFORMED = "The Authorization header is malformed; send “Authorization: Bearer <token>” with one token."
UNKNOWN = "This token is unknown, was deleted, or its user is not active; make a new one with “create_token”."


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        scheme, _, rest = authentication.get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        words = rest.split()
        if len(words) != 1:
            raise AuthenticationFailed(MALFORMED)
        token = find_token(words[0].decode("latin-1"))
        if token is None:
            raise AuthenticationFailed(UNKNOWN)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """The signed-in browser; what changes data needs the CSRF token too."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as refused:
            detail = f"{refused.detail} Send the CSRF cookie's value as X-CSRFToken, or use an API token."
            raise PermissionDenied(detail) from refused
