"""What people are called in a project: by their user name, and by their pseudonym once they have left."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import User

from annotate.models import Member


def shown_names(project_id: UUID, users: Iterable[int | None]) -> dict[int, str]:
    """Return the names by user id. One query, and one more for people who never were members."""
    wanted = {id for id in users if id is not None}
    rows = Member.objects.filter(project=project_id, user__in=wanted).order_by()
    found = {
        id: pseudonym if left else name
        for id, name, pseudonym, left in rows.values_list("user", "user__username", "pseudonym", "left_at")
    }
    others = wanted - found.keys()
    return found | (dict(User.objects.filter(pk__in=others).values_list("pk", "username")) if others else {})


def people_of(project_id: UUID, name: str) -> list[int]:
    """Return the ids of the users who are shown under this name in the project. One query."""
    rows = Member.objects.filter(project=project_id)
    named = rows.filter(left_at__isnull=True, user__username=name) | rows.filter(left_at__isnull=False, pseudonym=name)
    found = list(named.values_list("user", flat=True))
    return found or list(
        User.objects.filter(username=name).exclude(memberships__project=project_id).values_list("pk", flat=True)
    )
