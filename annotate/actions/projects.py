"""Projects, members and rounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.codebook import make_codebook
from annotate.models import CodebookVersion, Layer, Member, Project, Round
from annotate.payloads.claims import bad_character
from annotate.payloads.codebook_templates import DEFAULT
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import FieldError, Invalid, NotThere, WrongState
from annotate.permissions import Action, Role
from corpus.models import Corpus, Speaker
from corpus.models.speakers import NOT_STATED, SpeakerKind
from corpus.text.names import InvalidName, check_name

MAX_DESCRIPTION = 10_000
RESERVED_SLUGS = frozenset(("new", "admin", "api", "static"))


def invalid(pointer: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=pointer, detail=detail)])


def checked_name(raw: object, *, what: str, pointer: str = "/name") -> str:
    """Return a name without outer space. Raises Invalid."""
    if not isinstance(raw, str):
        raise invalid(pointer, f"{str(raw)[:60]!r} is no name for a {what}; give a text.")
    try:
        return check_name(raw, what=what)
    except InvalidName as error:
        raise invalid(pointer, str(error)) from error


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
    _add_member(project, user, {Role.MANAGER}, batch, now=now)
    _add_round(project, version, batch, name="Round 1", now=now)
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
    member = _add_member(project, person, roles, batch, now=now)
    batch.write()
    return member


def _add_member(project: Project, person: User, roles: set[Role], batch: Batch, *, now: datetime) -> Member:
    _check_roles(roles)
    Project.objects.select_for_update().get(pk=project.pk)
    member = Member.objects.filter(project=project, user=person).first()
    before = member_state(member) if member else None
    if member is None:
        number = Member.objects.filter(project=project).count() + 1
        member = Member(project=project, user=person, pseudonym=f"A{number}", joined_at=now)
    if member.left_at is not None:
        member.left_at, member.is_annotator, member.is_curator, member.is_manager = None, False, False, False
    for role in roles:
        setattr(member, f"is_{role}", True)
    member.save()
    batch.add("member", f"{project.pk}", before=before, after=member_state(member))
    return member


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
    member = _locked(member)
    before = member_state(member)
    if Role.MANAGER not in roles:
        _check_other_manager(member)
    for role in Role:
        setattr(member, f"is_{role}", role in roles)
    member.save(update_fields=["is_annotator", "is_curator", "is_manager"])
    _write_member("member.roles", user, member, before)
    return member


@transaction.atomic
def remove_member(*, user: User, member: Member, now: datetime) -> None:
    """End a membership; what the person annotated is kept."""
    permissions.require(user, Action.MANAGE_MEMBERS, member.project_id)
    member = _locked(member)
    before = member_state(member)
    _check_other_manager(member)
    member.left_at = now
    member.save(update_fields=["left_at"])
    _write_member("member.remove", user, member, before)


def _locked(member: Member) -> Member:
    """Lock the project, so that two managers cannot remove each other at once, and return the member anew."""
    Project.objects.select_for_update().get(pk=member.project_id)
    found = Member.objects.filter(pk=member.pk, left_at__isnull=True).select_related("project", "user").first()
    if found is None:
        raise NotThere("This person is not a member.")
    return found


def _check_other_manager(member: Member) -> None:
    others = Member.objects.active().filter(project=member.project_id, is_manager=True).exclude(pk=member.pk)
    if member.is_manager and not others.exists():
        raise WrongState(f"{member.user} is the only manager of this project; make somebody else manager first.")


def _write_member(action: str, user: User, member: Member, before: dict[str, Any]) -> None:
    batch = Batch(action=action, actor=user, project_id=member.project_id, corpus_id=member.project.corpus_id)
    batch.add("member", member.project_id, before=before, after=member_state(member))
    batch.write()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSettings:
    """What a manager sets of a round; None for `overlap` or `quota` means no limit."""

    name: str
    overlap: int | None = None
    is_blind: bool = True
    quota: int | None = None
    lease_minutes: int = 240
    are_speakers_closed: bool = False
    are_targets_closed: bool = False
    are_propositions_closed: bool = False
    status: str = "open"


ROUND_KEYS = {
    "blind": "is_blind",
    "speakers_closed": "are_speakers_closed",
    "targets_closed": "are_targets_closed",
    "propositions_closed": "are_propositions_closed",
}
LIMITS = {"overlap": (1, 1000), "quota": (1, 1_000_000), "lease_minutes": (1, 525_600)}


def read_round(raw: object, *, current: RoundSettings | None = None) -> RoundSettings:
    """Return the settings in a JSON body; what is missing stays as in `current`. Raises Invalid."""
    if not isinstance(raw, dict):
        raise invalid("", f"{str(raw)[:60]!r} stands where an object is needed.")
    known = {*LIMITS, *ROUND_KEYS, "name", "status"}
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key in ("id", "project", "number", "codebook", "created_at"):
            continue
        if key not in known:
            raise invalid(f"/{key}", f"“{key}” is not a field here; known are {', '.join(sorted(known))}.")
        values[ROUND_KEYS.get(str(key), str(key))] = _round_value(str(key), value)
    if current is not None:
        return RoundSettings(**{name: values.get(name, getattr(current, name)) for name in RoundSettings.__slots__})
    if "name" not in values:
        raise invalid("/name", "A round needs a name.")
    return RoundSettings(**values)


def _round_value(key: str, value: object) -> Any:
    if key == "name":
        return checked_name(value, what="round")
    if key == "status":
        if value not in ("open", "closed"):
            raise invalid("/status", f"{str(value)[:60]!r} is no status of a round; choose open or closed.")
        return value
    if key in ROUND_KEYS:
        if not isinstance(value, bool):
            raise invalid(f"/{key}", f"{str(value)[:60]!r} stands where true or false is needed.")
        return value
    if value is None and key != "lease_minutes":
        return None
    low, high = LIMITS[key]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise invalid(f"/{key}", f"{str(value)[:60]} is out of range; give a whole number from {low} to {high}.")
    return value


@transaction.atomic
def create_round(*, user: User, project: Project, settings: RoundSettings, now: datetime) -> Round:
    """Open a round over the corpus under the newest published version of the project's codebook."""
    permissions.require(user, Action.MANAGE_ROUNDS, project.pk)
    project = Project.objects.select_for_update().get(pk=project.pk)
    version = (
        CodebookVersion.objects.filter(codebook=project.codebook_id, published_at__isnull=False)
        .order_by("-number")
        .first()
    )
    if version is None:
        raise WrongState("The codebook has no published version; publish one before you open a round.")
    _check_round_name(project, settings.name, None)
    batch = Batch(action="round.create", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    values = {name: getattr(settings, name) for name in RoundSettings.__slots__}
    found = _add_round(project, version, batch, now=now, **values)
    batch.write()
    return found


def _add_round(project: Project, version: CodebookVersion, batch: Batch, *, now: datetime, **values: Any) -> Round:
    number = project.rounds.count() + 1
    found = Round.objects.create(project=project, number=number, codebook_version=version, created_at=now, **values)
    batch.add("round", found.pk, before=None, after=round_state(found))
    return found


def _check_round_name(project: Project, name: str, own: Round | None) -> None:
    if project.rounds.filter(name=name).exclude(pk__in=[own.pk] if own else []).exists():
        raise invalid("/name", f"This project already has a round “{name}”; choose another name.")


def settings_of(round: Round) -> RoundSettings:
    return RoundSettings(**{name: getattr(round, name) for name in RoundSettings.__slots__})


def round_state(round: Round) -> dict[str, Any]:
    values = settings_of(round)
    return {name: getattr(values, name) for name in RoundSettings.__slots__} | {"number": round.number}


@transaction.atomic
def update_round(*, user: User, round: Round, settings: RoundSettings) -> Round:
    """Change a round. The overlap is fixed once a layer is open: places were promised by it."""
    permissions.require(user, Action.MANAGE_ROUNDS, round.project_id)
    round = Round.objects.select_for_update(of=("self",)).select_related("project").get(pk=round.pk)
    before = round_state(round)
    if settings.overlap != round.overlap and Layer.objects.filter(round=round).exists():
        raise WrongState("This round has layers already, so its overlap is fixed; open another round instead.")
    if settings.is_blind != round.is_blind and not settings.is_blind and before["status"] == "open":
        open_layers = Layer.objects.filter(round=round, status__in=("open", "returned"))
        if open_layers.exists():
            raise WrongState("Layers of this blind round are still open; blindness can end when all are submitted.")
    _check_round_name(round.project, settings.name, round)
    for name in RoundSettings.__slots__:
        setattr(round, name, getattr(settings, name))
    round.save(update_fields=list(RoundSettings.__slots__))
    if settings.overlap != before["overlap"]:
        round.round_documents.update(n_places=settings.overlap or 1)
    batch = Batch(action="round.update", actor=user, project_id=round.project_id, corpus_id=round.project.corpus_id)
    batch.add("round", round.pk, before=before, after=round_state(round))
    batch.write()
    return round
