"""How people are named: by their user name, and who left a project only by the pseudonym fixed at joining.

Every page, answer and export that names an annotator, an author or an actor asks here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from annotate.models import Member


@dataclass(slots=True)
class People:
    """The names of people in projects. One query for each project that is asked about, and one for each stranger."""

    _known: dict[UUID, dict[int, str]] = field(default_factory=dict)

    def name(self, project_id: UUID, user_id: int) -> str:
        """Return what a person is called in a project; superusers work in projects that they are no members of."""
        names = self.known(project_id)
        if user_id not in names:
            names[user_id] = User.objects.values_list("username", flat=True).get(pk=user_id)
        return names[user_id]

    def known(self, project_id: UUID) -> dict[int, str]:
        """Return the names of the members, and of whoever was asked about, by user id."""
        names = self._known.get(project_id)
        if names is None:
            names = self._known[project_id] = _names(project_id)
        return names

    def name_layers(self, layers: Iterable[Any]) -> None:
        """Set `annotator_name` on layers; gold is nobody's."""
        for layer in layers:
            layer.annotator_name = self.name(layer.project_id, layer.annotator_id) if layer.annotator_id else "gold"


def _names(project_id: UUID) -> dict[int, str]:
    rows = Member.objects.filter(project=project_id).order_by()
    return {
        user: name if left_at is None else pseudonym
        for user, name, pseudonym, left_at in rows.values_list("user_id", "user__username", "pseudonym", "left_at")
    }


def shown_name(member: Member, *, is_manager: bool) -> str:
    """Return what a list of members calls one; only managers are told who it was that left."""
    return member.user.get_username() if is_manager or member.left_at is None else member.pseudonym


def full_name(member: Member, *, is_manager: bool) -> str:
    """Return first and last name, empty where they are not given or not to be told."""
    return member.user.get_full_name() if is_manager or member.left_at is None else ""


def shown_names(project_id: UUID, users: Iterable[int | None]) -> dict[int, str]:
    """Return what people are called in a project, by user id. One query, and one for each stranger."""
    people = People()
    return {id: people.name(project_id, id) for id in users if id is not None}


def people_of(project_id: UUID, name: str) -> list[int]:
    """Return the ids of the users who are called by this name in the project. At most two queries."""
    rows = Member.objects.filter(project=project_id)
    named = rows.filter(left_at__isnull=True, user__username=name) | rows.filter(left_at__isnull=False, pseudonym=name)
    found = list(named.values_list("user", flat=True))
    return found or list(
        User.objects.filter(username=name).exclude(memberships__project=project_id).values_list("pk", flat=True)
    )
