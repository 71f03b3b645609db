"""Follow-up rounds: chosen fields of existing claims are asked again of whoever made them, blind, claim by claim."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.checking import checked_name, invalid
from annotate.actions.follow_up_fields import read_fields
from annotate.actions.layers import open_layer
from annotate.actions.rounds import round_state
from annotate.models import CodebookVersion, Layer, LayerKind, LayerStatus, Project, Round, RoundPurpose
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.problems import WrongState
from annotate.permissions import Action
from corpus.models import Document

KEYS = ("name", "follows", "fields", "version")


@transaction.atomic
def create_follow_up_round(
    *,
    user: User,
    project: Project,
    follows: Round,
    fields: object,
    version: CodebookVersion | None = None,
    name: object,
    now: datetime,
) -> Round:
    """Open a blind round that asks for `fields` again, on the claims of everybody's submitted layers in `follows`.

    It works under `version`, else under the newest published one. Raises Invalid or WrongState.
    """
    permissions.require(user, Action.MANAGE_ROUNDS, project.pk)
    project = Project.objects.select_for_update().get(pk=project.pk)
    version = version or _newest(project)
    _check(project, follows, version)
    asked = read_fields(fields, load_codebook(version.pk))
    named = checked_name(name, what="round")
    if project.rounds.filter(name=named).exists():
        raise invalid("/name", f"This project already has a round “{named}”; choose another name.")
    found = Round.objects.create(
        project=project,
        number=project.rounds.count() + 1,
        name=named,
        codebook_version=version,
        follows=follows,
        reopened_fields=asked,
        covers_corpus=False,
        created_at=now,
    )
    batch = Batch(action="round.create", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    more = {"follows": str(follows.pk), "fields": asked, "codebook": version.number}
    batch.add("round", found.pk, before=None, after=round_state(found) | more)
    batch.write()
    return found


def _newest(project: Project) -> CodebookVersion:
    rows = CodebookVersion.objects.filter(codebook=project.codebook_id, published_at__isnull=False)
    found = rows.order_by("-number").first()
    if found is None:
        raise WrongState("The codebook has no published version; publish one before you open a round.")
    return found


def _check(project: Project, follows: Round, version: CodebookVersion) -> None:
    if follows.project_id != project.pk:
        raise invalid("/follows", f"“{follows.name}” is a round of another project; choose one of this project.")
    if follows.purpose != RoundPurpose.WORK:
        raise invalid("/follows", f"“{follows.name}” is a training or test round; choose a work round.")
    own = follows.codebook_version
    if version.codebook_id != own.codebook_id or version.published_at is None or version.number < own.number:
        detail = f"The round works under version {own.number}; choose that or a newer published one."
        raise invalid("/version", detail)


def read_follow_up(raw: dict[str, Any], project: Project) -> dict[str, Any]:
    """Return what `create_follow_up_round` takes from a JSON body. Raises Invalid."""
    for key in raw:
        if key not in KEYS:
            raise invalid(
                f"/{key}", f"“{key}” is not a field of a follow-up round; known are {', '.join(sorted(KEYS))}."
            )
    try:
        id = UUID(raw["follows"]) if isinstance(raw["follows"], str) and len(raw["follows"]) <= 45 else None
    except ValueError:
        id = None
    follows = project.rounds.select_related("codebook_version").filter(pk=id).first() if id is not None else None
    if follows is None:
        raise invalid("/follows", f"{str(raw['follows'])[:60]!r} is no round of this project; give its id.")
    return {
        "follows": follows,
        "fields": raw.get("fields"),
        "name": raw.get("name"),
        "version": _version(raw.get("version"), project),
    }


def _version(raw: object, project: Project) -> CodebookVersion | None:
    if raw is None:
        return None
    rows = CodebookVersion.objects.filter(codebook=project.codebook_id, published_at__isnull=False)
    number = raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 2**31 else 0
    found = rows.filter(number=number).first()
    if found is None:
        known = ", ".join(str(row.number) for row in rows.order_by("number"))
        raise invalid("/version", f"{str(raw)[:60]!r} is no published version; choose from {known}.")
    return found


def follow_up_documents(user: User, round: Round) -> QuerySet[Document]:
    """Return the documents that the round asks about: those that the user submitted in the round that it follows."""
    own = Layer.objects.filter(document=OuterRef("pk"), annotator=user.pk, kind=LayerKind.ANNOTATOR)
    submitted = own.filter(round=round.follows_id, status=LayerStatus.SUBMITTED)
    return Document.objects.filter(Exists(submitted), corpus=round.project.corpus_id)


def follow_up_candidates(user: User, round: Round) -> QuerySet[Document]:
    """Return the documents that could be handed out to the user in a follow-up round: those not yet begun."""
    begun = Layer.objects.filter(document=OuterRef("pk"), annotator=user.pk, kind=LayerKind.ANNOTATOR, round=round)
    begun = begun.exclude(status=LayerStatus.WITHDRAWN)
    return follow_up_documents(user, round).exclude(Exists(begun))


def open_follow_up_layer(*, user: User, round: Round, document: Document, now: datetime) -> Layer:
    """Return the user's layer in a follow-up round, opened with copies of their claims where it is not there yet.

    Raises WrongState where they submitted no reading of the document in the round that is followed.
    """
    return open_layer(user=user, document=document, round=round, now=now)
