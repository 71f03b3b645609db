"""Django's test client with a token in its header, JSON bodies and the base address of the API."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from annotate.actions.tokens import create_token
from tests import make

BASE = "/api/v1/"


class Api:
    """One user's client."""

    def __init__(self, user: User | None = None) -> None:
        self.user = user
        self.headers = {"Authorization": f"Bearer {create_token(user=user)[1]}"} if user else {}
        self.client = Client(raise_request_exception=False)

    def send(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **options: Any) -> Any:
        """Send a request; `body` is encoded as JSON, `raw` is sent as it is, `headers` are added."""
        headers = self.headers | options.pop("headers", {})
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        type = options.pop("type", "application/json")
        where = path if path.startswith(("/", "http")) else BASE + path
        return self.client.generic(method, where, data, type, headers=headers, **options)

    def get(self, path: str, **options: Any) -> Any:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("POST", path, body, **options)

    def put(self, path: str, body: Any = None, *, match: str | None = None, **options: Any) -> Any:
        return self.send("PUT", path, body, headers=_match(match), **options)

    def patch(self, path: str, body: Any = None, *, match: str | None = None, **options: Any) -> Any:
        return self.send("PATCH", path, body, headers=_match(match), **options)

    def delete(self, path: str, *, match: str | None = None) -> Any:
        return self.send("DELETE", path, headers=_match(match))

    def put_claim(self, document: Any, *quotes: str, id: Any = None, match: str | None = None, **values: Any) -> Any:
        """PUT a complete claim on the quotes."""
        sent = make.body(document.text, *quotes, **values) | {"document": str(document.pk)}
        return self.put(f"claims/{id or uuid.uuid4()}/", sent, match=match)


def _match(version: str | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": version}


def lines(response: Any) -> list[Any]:
    """Return the objects of a streamed answer, one a line."""
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]
