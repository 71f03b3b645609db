"""Where a restore puts things: project, corpus, codebook, rounds, accounts and members, made where they are missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.projects import check_slug, join_project, make_corpus, project_state
from annotate.actions.restoring.codebooks import Books, make_versions
from annotate.actions.restoring.lines import LayerLine
from annotate.actions.restoring.outcome import Outcome, Problem, Refused
from annotate.actions.rounds import RoundSettings, add_round, round_state
from annotate.models import Codebook, Member, Project, Round
from annotate.models.layers import WRITABLE
from annotate.payloads.people import People, people_of
from annotate.permissions import Action, Role
from corpus.models import Corpus


@dataclass(slots=True)
class RoundNeed:
    """A round that layers name: when its first layer began, and the newest version of the codebook in it."""

    began: datetime
    version: int
    line: int
    is_open: bool = False


@dataclass(slots=True, kw_only=True)
class Needs:
    """What the layers of the files ask for, collected in one pass over them."""

    books: Books
    rounds: dict[UUID, RoundNeed] = field(default_factory=dict)
    annotators: dict[str, int] = field(default_factory=dict)

    def note(self, layer: LayerLine, line: int) -> None:
        self.books.note(layer, line)
        if layer.annotator is not None:
            self.annotators.setdefault(layer.annotator, line)
        if layer.round is None:
            return
        found = self.rounds.setdefault(layer.round, RoundNeed(layer.created_at, layer.codebook[1], line))
        found.began = min(found.began, layer.created_at)
        found.version = max(found.version, layer.codebook[1])
        found.is_open |= layer.status in WRITABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where lines are stored: the project, versions of its codebook by number, user ids by name."""

    project: Project
    versions: dict[int, UUID]
    annotators: dict[str, int]
    batch: Batch

    def names(self) -> dict[int, str]:
        """Return how exports call each of the annotators."""
        people = People()
        return {id: people.name(self.project.pk, id) for id in self.annotators.values()}


def project_for(user: Any, slug: str) -> Project | None:
    """Return the project of that name, None where it has to be made. Raises PermissionDenied."""
    found = Project.objects.filter(slug=slug).select_related("corpus", "codebook").first()
    if found is not None:
        permissions.require(user, Action.MANAGE_PROJECT, found.pk)
        return found
    if not user.is_authenticated or not user.is_active:
        raise PermissionDenied("Sign in to restore a project.")
    corpus = Corpus.objects.filter(slug=slug).first()
    if corpus is not None:
        permissions.require_in_corpus(user, Action.EDIT_DOCUMENTS, corpus.pk)
    return None


@transaction.atomic
def make_place(
    *,
    user: Any,
    slug: str,
    file: str,
    project: Project | None,
    needs: Needs,
    batch: Batch,
    outcome: Outcome,
    now: datetime,
) -> Place:
    """Make what the layers need and what is not there. Raises Refused; then nothing was made."""
    if project is None:
        project = _make_project(user, check_slug(slug), needs, batch, outcome, now)
    batch.project_id, batch.corpus_id = project.pk, project.corpus_id
    _check_name(project, needs, file)
    versions = make_versions(project.codebook, needs.books, batch=batch, now=now)
    for number in sorted(needs.books.used - needs.books.stored.keys()):
        outcome.notes.append(f"Version {number} of the codebook was made from {needs.books.origin(number)}.")
    annotators = {
        name: account_of(project, name, file, line, batch, outcome) for name, line in needs.annotators.items()
    }
    for name, id in annotators.items():
        if _join(project, id, batch, now) and name not in outcome.accounts:
            outcome.joined.append(name)
    _make_rounds(project, needs, versions, file, batch, outcome, now)
    batch.write()
    return Place(project=project, versions=versions, annotators=annotators, batch=batch)


def _make_project(user: Any, slug: str, needs: Needs, batch: Batch, outcome: Outcome, now: datetime) -> Project:
    name = next(iter(needs.books.names), "") or slug
    corpus = Corpus.objects.filter(slug=slug).first() or make_corpus(slug=slug, name=name, batch=batch, now=now)
    codebook = Codebook.objects.create(name=name, created_at=now)
    batch.add("codebook", codebook.pk, before=None, after={"name": name})
    project = Project.objects.create(slug=slug, name=name, corpus=corpus, codebook=codebook, created_at=now)
    batch.project_id, batch.corpus_id = project.pk, corpus.pk
    batch.add("project", project.pk, before=None, after=project_state(project))
    if user.pk is not None:
        join_project(project, user, {Role.MANAGER}, batch, now=now)
    else:
        outcome.notes.append(f"The project “{slug}” was made without a manager; a superuser can name one.")
    outcome.made["projects"] += 1
    return project


def _check_name(project: Project, needs: Needs, file: str) -> None:
    for name, line in needs.books.names.items():
        if name != project.codebook.name:
            detail = (
                f"The codebook is called “{name[:60]}” here, but that of the project is “{project.codebook.name}”; "
                "restore into a new project."
            )
            raise Refused([Problem(file=file, line=line, detail=detail)])


def account_of(project: Project, name: str, file: str, line: int, batch: Batch, outcome: Outcome) -> int:
    """Return the user of that name; an account that is not there is made, and nobody can sign in to it."""
    found = people_of(project.pk, name) or list(User.objects.filter(username=name).values_list("pk", flat=True))
    if found:
        return found[0]
    user = User(username=name, is_active=False)
    user.set_unusable_password()
    try:
        user.clean_fields(exclude=["password"])
        with transaction.atomic():
            user.save(force_insert=True)
    except (ValidationError, IntegrityError) as error:
        detail = f"{name[:60]!r} is no name for an account ({error}); correct the line."
        raise Refused([Problem(file=file, line=line, detail=detail)]) from error
    batch.add("user", user.pk, before=None, after={"username": name, "is_active": False})
    outcome.accounts.append(name)
    return user.pk


def _join(project: Project, user_id: int, batch: Batch, now: datetime) -> bool:
    """Make the user a member; return whether that was needed."""
    is_new = not Member.objects.filter(project=project, user=user_id).exists()
    if is_new:
        join_project(project, User.objects.get(pk=user_id), {Role.ANNOTATOR}, batch, now=now)
    return is_new


def _make_rounds(
    project: Project, needs: Needs, versions: dict[int, UUID], file: str, batch: Batch, outcome: Outcome, now: datetime
) -> None:
    stored = dict(Round.objects.filter(pk__in=needs.rounds).values_list("pk", "project_id"))
    for id, owner in stored.items():
        if owner != project.pk:
            detail = f"The round {id} belongs to another project here; restore into an installation without it."
            raise Refused([Problem(file=file, line=needs.rounds[id].line, detail=detail)])
    wanted = sorted((item for item in needs.rounds.items() if item[0] not in stored), key=lambda item: item[1].began)
    for id, need in wanted:
        _make_round(project, id, need, versions[need.version], batch, now)
        outcome.made["rounds"] += 1
    if not wanted and not project.rounds.exists():
        newest = project.codebook.versions.order_by("-number").first()
        assert newest is not None
        add_round(project, newest, batch, settings=RoundSettings(name="Round 1"), now=now)


def _make_round(project: Project, id: UUID, need: RoundNeed, version: UUID, batch: Batch, now: datetime) -> None:
    """Make a round over the whole corpus; it is open only where a reading in it is not finished."""
    number = project.rounds.count() + 1
    taken: Iterable[str] = project.rounds.values_list("name", flat=True)
    name = f"Round {number}" if f"Round {number}" not in taken else f"Round {id}"
    found = Round.objects.create(
        id=id,
        project=project,
        number=number,
        name=name,
        codebook_version_id=version,
        status="open" if need.is_open else "closed",
        created_at=min(need.began, now),
    )
    batch.add("round", found.pk, before=None, after=round_state(found))
