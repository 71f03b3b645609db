"""Projects and their members. Rounds are in annotate.actions.rounds; their names are handed on from here."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.checking import checked_name as checked_name
from annotate.actions.checking import invalid as invalid
from annotate.actions.codebook import make_codebook
from annotate.actions.rounds import RoundSettings as RoundSettings
from annotate.actions.rounds import add_round
from annotate.actions.rounds import create_round as create_round
from annotate.actions.rounds import read_round as read_round
from annotate.actions.rounds import round_state as round_state
from annotate.actions.rounds import settings_of as settings_of
from annotate.actions.rounds import update_round as update_round
from annotate.models import Member, Project
from annotate.payloads.claims import bad_character
from annotate.payloads.codebook_templates import DEFAULT
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import NotThere, WrongState
from annotate.permissions import Action, Role
from corpus.models import Corpus, Speaker
from corpus.models.speakers import NOT_STATED, SpeakerKind

MAX_DESCRIPTION = 10_000
RESERVED_SLUGS = frozenset(("new", "admin", "api", "static"))


def check_slug(raw: object) -> str:
    """Return a slug: lower-case letters, digits, hyphens and underscores. Raises Invalid."""
    try:
        if not isinstance(raw, str) or len(raw) > 100 or raw != raw.lower() or raw in RESERVED_SLUGS:
            raise ValidationError("")
        validate_slug(raw)
    except ValidationError:
        detail = f"{str(raw)[:60]!r} is no short name; use up to 100 lower-case letters, digits, hyphens, underscores."
        raise invalid("/slug", detail) from None
    return raw


def checked_description(raw: object) -> str:
    """Return a text that can be stored. Raises Invalid."""
    if not isinstance(raw, str) or len(raw) > MAX_DESCRIPTION or bad_character(raw) is not None:
        detail = f"{str(raw)[:60]!r}: give a text of at most {MAX_DESCRIPTION} characters, none of them NUL."
        raise invalid("/description", detail)
    return raw


@transaction.atomic
def create_project(
    *, user: User, slug: str, name: str, description: str = "", template: object = DEFAULT, now: datetime
) -> Project:
    """Make a project with a corpus of the same slug, a codebook and a first round; the user manages it."""
    if not user.is_authenticated or not user.is_active:
        raise PermissionDenied("Sign in to make a project.")
    slug, name = check_slug(slug), checked_name(name, what="project")
    description = checked_description(description)
    if Project.objects.filter(slug=slug).exists() or Corpus.objects.filter(slug=slug).exists():
        raise invalid("/slug", f"“{slug}” is taken; choose another short name.")
    batch = Batch(action="project.create", actor=user)
    try:
        with transaction.atomic():
            corpus = make_corpus(slug=slug, name=name, batch=batch, now=now)
            version = make_codebook(name=name, template=template, batch=batch, now=now)
            project = Project.objects.create(
                slug=slug, name=name, description=description, corpus=corpus, codebook=version.codebook, created_at=now
            )
    except IntegrityError:
        raise invalid("/slug", f"“{slug}” is taken; choose another short name.") from None
    batch.project_id, batch.corpus_id = project.pk, corpus.pk
    batch.add("project", project.pk, before=None, after=project_state(project))
    join_project(project, user, {Role.MANAGER}, batch, now=now)
    add_round(project, version, batch, settings=RoundSettings(name="Round 1"), now=now)
    batch.write()
    return project


def make_corpus(*, slug: str, name: str, batch: Batch, now: datetime) -> Corpus:
    """Make a corpus with its entry “Not stated”."""
    corpus = Corpus.objects.create(slug=slug, name=name, created_at=now)
    Speaker.objects.create(corpus=corpus, name=NOT_STATED, kind=SpeakerKind.UNNAMED, is_not_stated=True)
    batch.add("corpus", corpus.pk, before=None, after={"slug": slug, "name": name})
    return corpus


def project_state(project: Project) -> dict[str, Any]:
    return {
        "slug": project.slug,
        "name": project.name,
        "description": project.description,
        "corpus": str(project.corpus_id),
        "codebook": str(project.codebook_id),
    }


@transaction.atomic
def update_project(
    *, user: User, project: Project, values: dict[str, Any], precondition: Precondition | None = None
) -> Project:
    """Change name or description. With an If-Match, an outdated change is refused."""
    permissions.require(user, Action.MANAGE_PROJECT, project.pk)
    project = Project.objects.select_for_update().get(pk=project.pk)
    before = project_state(project)
    if precondition is not None and precondition.if_match is not None:
        precondition.check_update(project.version, current=before, sent=values)
    if "name" in values:
        project.name = checked_name(values["name"], what="project")
    if "description" in values:
        project.description = checked_description(values["description"])
    project.version += 1
    project.save(update_fields=["name", "description", "version"])
    batch = Batch(action="project.update", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    batch.add("project", project.pk, before=before, after=project_state(project))
    batch.write()
    return project


def read_roles(raw: object, pointer: str) -> set[Role]:
    """Return the roles in `raw`, one name or a list. Raises Invalid."""
    names: list[Any] = raw if isinstance(raw, list) else [raw]
    known = ", ".join(Role)
    if not names or any(not isinstance(name, str) or name not in list(Role) for name in names):
        raise invalid(pointer, f"{str(raw)[:60]!r} is no role; choose from {known}.")
    return {Role(name) for name in names}


@transaction.atomic
def add_member(*, user: User, project: Project, username: object, roles: set[Role], now: datetime) -> Member:
    """Add a person with roles, or add roles to a member."""
    permissions.require(user, Action.MANAGE_MEMBERS, project.pk)
    is_name = isinstance(username, str) and bad_character(username) is None
    person = User.objects.filter(username=username, is_active=True).first() if is_name else None
    if person is None:
        detail = f"There is no active user {str(username)[:80]!r}; make one with “create_user”, or correct the name."
        raise invalid("/username", detail)
    batch = Batch(action="member.add", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    member = join_project(project, person, roles, batch, now=now)
    batch.write()
    return member


def join_project(project: Project, person: User, roles: set[Role], batch: Batch, *, now: datetime) -> Member:
    """Make a person a member, or add roles; who comes back keeps the pseudonym."""
    _check_roles(roles)
    lock_project(project.pk)
    member = Member.objects.filter(project=project, user=person).first()
    before = member_state(member) if member else None
    if member is None:
        member = Member(project=project, user=person, pseudonym=_new_pseudonym(project), joined_at=now)
    if member.left_at is not None:
        member.left_at, member.is_annotator, member.is_curator, member.is_manager = None, False, False, False
    for role in roles:
        setattr(member, f"is_{role}", True)
    member.save()
    batch.add("member", f"{project.pk}", before=before, after=member_state(member))
    return member


def _new_pseudonym(project: Project) -> str:
    """Return the next free pseudonym. One that is somebody's user name is left out: exports would mix up the two."""
    number = Member.objects.filter(project=project).count() + 1
    used = set(Member.objects.filter(project=project).values_list("pseudonym", flat=True))
    while f"A{number}" in used or User.objects.filter(username__iexact=f"A{number}").exists():
        number += 1
    return f"A{number}"


def _check_roles(roles: set[Role]) -> None:
    if not roles:
        raise invalid("/roles", f"A member has at least one role; choose from {', '.join(Role)}.")


def member_state(member: Member) -> dict[str, Any]:
    return {
        "user": member.user_id,
        "roles": member.roles,
        "pseudonym": member.pseudonym,
        "has_left": member.left_at is not None,
    }


@transaction.atomic
def set_roles(*, user: User, member: Member, roles: set[Role]) -> Member:
    """Replace a member's roles. A project keeps at least one manager."""
    permissions.require(user, Action.MANAGE_MEMBERS, member.project_id)
    _check_roles(roles)
    member = lock_member(member)
    before = member_state(member)
    if Role.MANAGER not in roles:
        check_other_manager(member)
    for role in Role:
        setattr(member, f"is_{role}", role in roles)
    member.save(update_fields=["is_annotator", "is_curator", "is_manager"])
    _write_member("member.roles", user, member, before)
    return member


def lock_project(project_id: UUID) -> None:
    """Let one change of members happen at a time. Layers may be made meanwhile: their rows only name the project."""
    Project.objects.select_for_update(no_key=True).get(pk=project_id)


def lock_member(member: Member) -> Member:
    """Lock the project, so that two managers cannot remove each other at once, and return the member anew."""
    lock_project(member.project_id)
    found = Member.objects.filter(pk=member.pk, left_at__isnull=True).select_related("project", "user").first()
    if found is None:
        raise NotThere("This person is not a member.")
    return found


def check_other_manager(member: Member) -> None:
    others = Member.objects.active().filter(project=member.project_id, is_manager=True).exclude(pk=member.pk)
    if member.is_manager and not others.exists():
        raise WrongState(f"{member.user} is the only manager of this project; make somebody else manager first.")


def _write_member(action: str, user: User, member: Member, before: dict[str, Any]) -> None:
    batch = Batch(action=action, actor=user, project_id=member.project_id, corpus_id=member.project.corpus_id)
    batch.add("member", member.project_id, before=before, after=member_state(member))
    batch.write()
