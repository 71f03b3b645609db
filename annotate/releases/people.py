"""Annotators by pseudonym: the one that every member has in the project from the day of joining."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from uuid import UUID

from annotate.models import Member


class Pseudonyms:
    """The pseudonyms of a project by user id. One query. Who is no member (a superuser) gets one made of the ids."""

    def __init__(self, project_id: UUID) -> None:
        self._project = project_id
        self.known: dict[int, str] = dict(
            Member.objects.filter(project=project_id).order_by().values_list("user_id", "pseudonym")
        )

    def __call__(self, user_id: int) -> str:
        if user_id not in self.known:
            digest = hashlib.sha256(f"{self._project}:{user_id}".encode()).hexdigest()
            self.known[user_id] = f"guest-{digest[:8]}"
        return self.known[user_id]

    def of_names(self, names: Mapping[int, str]) -> dict[str, str]:
        """Return pseudonyms by the names that people are shown under."""
        return {name: self(user_id) for user_id, name in names.items()}
