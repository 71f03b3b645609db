"""Invitations: links that let people join a project, shown once and stored as digests."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import F, Q

from annotate import permissions
from annotate.actions.accounts import create_user
from annotate.actions.batch import Batch
from annotate.actions.projects import invalid, join_project, lock_project, read_roles
from annotate.models import Invitation, Member, Project
from annotate.models.tokens import digest
from annotate.payloads.claims import bad_character
from annotate.payloads.problems import NotThere
from annotate.permissions import Action, AnyUser, Role

MAX_USES, MAX_HOURS, MAX_NOTE = 1000, 30 * 24, 300
GONE = (
    "This invitation does not work: it was used up, it has expired, it was taken back, or the address is not complete. "
    "Ask who sent it for a new one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationSettings:
    """What a manager sets: the roles, how many people may join, and for how many hours the link works."""

    roles: frozenset[Role]
    max_uses: int = 1
    hours: int = 7 * 24
    note: str = ""


def read_invitation(raw: object) -> InvitationSettings:
    """Return the settings in a JSON body. Raises Invalid."""
    if not isinstance(raw, dict):
        raise invalid("", f"{str(raw)[:60]!r} stands where an object is needed.")
    known = ("roles", "max_uses", "hours", "note")
    if unknown := sorted(str(key) for key in raw if key not in known):
        raise invalid(f"/{unknown[0][:60]}", f"“{unknown[0][:60]}” is not a field here; known are {', '.join(known)}.")
    note = raw.get("note", "")
    if not isinstance(note, str) or len(note) > MAX_NOTE or bad_character(note) is not None:
        raise invalid("/note", f"{str(note)[:60]!r}: give a text of at most {MAX_NOTE} characters, none of them NUL.")
    return InvitationSettings(
        roles=frozenset(read_roles(raw.get("roles", [Role.ANNOTATOR]), "/roles")),
        max_uses=_number(raw.get("max_uses", 1), "max_uses", MAX_USES),
        hours=_number(raw.get("hours", 7 * 24), "hours", MAX_HOURS),
        note=note.strip(),
    )


def _number(raw: object, key: str, most: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= most:
        raise invalid(f"/{key}", f"{str(raw)[:60]} is out of range; give a whole number from 1 to {most}.")
    return raw


@transaction.atomic
def create_invitation(
    *, user: User, project: Project, settings: InvitationSettings, now: datetime
) -> tuple[Invitation, str]:
    """Make an invitation; returns the row and the secret of its link, which is stored nowhere."""
    permissions.require(user, Action.MANAGE_MEMBERS, project.pk)
    secret = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        project=project,
        digest=digest(secret),
        note=settings.note,
        max_uses=settings.max_uses,
        created_by=user,
        created_at=now,
        expires_at=now + timedelta(hours=settings.hours),
        **{f"is_{role}": role in settings.roles for role in Role},
    )
    batch = _batch("invitation.create", user, project)
    batch.add("invitation", made.pk, before=None, after=invitation_state(made))
    batch.write()
    return made, secret


@transaction.atomic
def revoke_invitation(*, user: User, invitation: Invitation, now: datetime) -> Invitation:
    """Take an invitation back; who has joined by it stays."""
    permissions.require(user, Action.MANAGE_MEMBERS, invitation.project_id)
    found = Invitation.objects.select_for_update(of=("self",)).select_related("project").get(pk=invitation.pk)
    if found.revoked_at is not None:
        return found
    before = invitation_state(found)
    found.revoked_at = now
    found.save(update_fields=["revoked_at"])
    batch = _batch("invitation.revoke", user, found.project)
    batch.add("invitation", found.pk, before=before, after=invitation_state(found))
    batch.write()
    return found


def find_invitation(secret: str, *, user: AnyUser, now: datetime) -> Invitation:
    """Return an invitation that works, or that the user has joined by. Raises NotThere, in the same words for all."""
    rows = Invitation.objects.select_related("project")
    found = rows.filter(digest=digest(secret)).first()
    if found is None or not (is_open(found, now=now) or is_joined(user, found)):
        raise NotThere(GONE)
    return found


def is_open(invitation: Invitation, *, now: datetime) -> bool:
    """Return whether people can still join by it."""
    return not why_ended(invitation, inviters=inviters(invitation.project_id), now=now)


def inviters(project_id: UUID) -> frozenset[int]:
    """Return the keys of the users who may invite to a project now. One query."""
    managers = Member.objects.active().filter(project=project_id, is_manager=True).values("user")
    users = User.objects.filter(Q(is_superuser=True) | Q(pk__in=managers), is_active=True)
    return frozenset(users.values_list("pk", flat=True))


def why_ended(invitation: Invitation, *, inviters: frozenset[int], now: datetime) -> str:
    """Say in a few words why nobody can join by it any more, for managers; empty where people can.

    It ends with its maker's right to invite: who is no longer a manager must not come back as one by an old link.
    """
    if invitation.revoked_at is not None:
        return "taken back"
    if invitation.n_uses >= invitation.max_uses:
        return "used up"
    if invitation.expires_at <= now:
        return "expired"
    return "" if invitation.created_by_id in inviters else "ended, as who made it is no longer a manager"


def is_joined(user: AnyUser, invitation: Invitation) -> bool:
    """Return whether the user may already do all that the invitation offers: each role includes those before it."""
    member = Member.objects.filter(project=invitation.project_id, user=user.pk, left_at__isnull=True).first()
    ranks = list(Role)
    return member is not None and ranks.index(Role(invitation.roles[-1])) <= ranks.index(Role(member.roles[-1]))


@transaction.atomic
def join(*, user: User, secret: str, now: datetime) -> Member:
    """Make the user a member by an invitation; who has its roles already uses nothing up. Raises NotThere."""
    found = find_invitation(secret, user=user, now=now)
    lock_project(found.project_id)
    if is_joined(user, found):
        return Member.objects.get(project=found.project_id, user=user.pk)
    # The database settles who was first: the count is raised only while a use is left.
    left = Invitation.objects.filter(pk=found.pk, revoked_at__isnull=True, expires_at__gt=now, n_uses__lt=F("max_uses"))
    if not left.update(n_uses=F("n_uses") + 1):
        raise NotThere(GONE)
    batch = _batch("invitation.join", user, found.project)
    before = invitation_state(found)
    found.refresh_from_db(fields=["n_uses"])
    batch.add("invitation", found.pk, before=before | {"n_uses": found.n_uses - 1}, after=invitation_state(found))
    member = join_project(found.project, user, {Role(role) for role in found.roles}, batch, now=now)
    batch.write()
    return member


@transaction.atomic
def sign_up(*, secret: str, username: str, password: str, now: datetime) -> User:
    """Make an account and join by an invitation, both or neither; the only sign-up there is."""
    find_invitation(secret, user=AnonymousUser(), now=now)
    person = create_user(username=username, password=password)
    join(user=person, secret=secret, now=now)
    return person


def invitation_state(invitation: Invitation) -> dict[str, Any]:
    return {
        "roles": invitation.roles,
        "note": invitation.note,
        "n_uses": invitation.n_uses,
        "max_uses": invitation.max_uses,
        "expires_at": invitation.expires_at.isoformat(),
        "is_revoked": invitation.revoked_at is not None,
    }


def _batch(action: str, user: User, project: Project) -> Batch:
    return Batch(action=action, actor=user, project_id=project.pk, corpus_id=project.corpus_id)
