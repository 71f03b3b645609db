"""Rounds: opened over chosen documents, changed, closed, and given further documents."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.checking import checked_name, invalid
from annotate.actions.listing import is_listed, list_documents, queue_new_documents, relist, share_of
from annotate.actions.round_purposes import check_held_have_gold, check_purpose, read_admission, with_gold
from annotate.actions.selections import Selection, documents_of
from annotate.models import CodebookVersion, Layer, Project, Round, RoundDocument
from annotate.models.projects import RoundOrder, RoundPurpose, RoundStatus
from annotate.payloads.problems import WrongState
from annotate.permissions import Action
from corpus.models import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSettings:
    """What a manager sets of a round; None for `overlap`, `quota` or `share` means no limit."""

    name: str
    overlap: int | None = None
    share: int | None = None
    is_blind: bool = True
    quota: int | None = None
    lease_minutes: int = 240
    are_speakers_closed: bool = False
    are_targets_closed: bool = False
    are_propositions_closed: bool = False
    order: str = "number"
    seed: int = 0
    status: str = "open"
    purpose: str = "work"
    threshold: int | None = None
    admission_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRound:
    """What is asked for when a round is opened; no codebook version means the newest published one."""

    settings: RoundSettings
    selection: Selection
    codebook_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a round would hold: documents, those with the whole overlap, and places in all (None: everybody's)."""

    n_documents: int
    n_double: int | None
    n_places: int | None


ROUND_KEYS = {
    "blind": "is_blind",
    "speakers_closed": "are_speakers_closed",
    "targets_closed": "are_targets_closed",
    "propositions_closed": "are_propositions_closed",
    "admission": "admission_id",
}
MAX_SEED = 2**31 - 1
ADDITIONS_KEPT = 20
LIMITS = {"overlap": (1, 1000), "quota": (1, 1_000_000), "lease_minutes": (1, 525_600), "share": (1, 99)}
LIMITS["threshold"] = (1, 100)
CHOICES = {"status": RoundStatus.values, "order": RoundOrder.values, "purpose": RoundPurpose.values}
# What the API shows of a round, and takes back unread.
SHOWN_ONLY = frozenset(
    ("id", "project", "number", "codebook", "created_at", "selection", "n_documents", "follows", "fields")
)
FIXED = {"overlap": "overlap", "share": "double-coded share", "order": "order", "seed": "seed"}
FIXED["purpose"] = "purpose"


def read_new_round(raw: object) -> NewRound:
    """Return what a JSON body asks of a new round; a seed that is not given is drawn. Raises Invalid."""
    if not isinstance(raw, dict):
        raise invalid("", f"{str(raw)[:60]!r} stands where an object is needed.")
    body = dict(raw)
    selection, version = Selection.read(body.pop("selection", None)), body.pop("codebook_version", None)
    if version is not None and (
        isinstance(version, bool) or not isinstance(version, int) or not 0 < version <= MAX_SEED
    ):
        raise invalid("/codebook_version", f"{str(version)[:60]!r} is no version; give the number of a published one.")
    if body.get("seed") is None:
        body["seed"] = secrets.randbelow(1_000_000)
    return NewRound(settings=read_round(body), selection=selection, codebook_version=version)


def read_round(raw: object, *, current: RoundSettings | None = None) -> RoundSettings:
    """Return the settings in a JSON body; what is missing stays as in `current`. Raises Invalid."""
    if not isinstance(raw, dict):
        raise invalid("", f"{str(raw)[:60]!r} stands where an object is needed.")
    known = {*LIMITS, *ROUND_KEYS, *CHOICES, "name", "seed"}
    values: dict[str, Any] = {}
    for key, value in raw.items():
        if key in SHOWN_ONLY:
            continue
        if key not in known:
            raise invalid(f"/{key}", f"“{key}” is not a field here; known are {', '.join(sorted(known))}.")
        values[ROUND_KEYS.get(str(key), str(key))] = _round_value(str(key), value)
    if current is not None:
        values = {name: values.get(name, getattr(current, name)) for name in RoundSettings.__slots__}
    if "name" not in values:
        raise invalid("/name", "A round needs a name.")
    found = RoundSettings(**values)
    if found.share is not None and (found.overlap or 0) < 2:
        raise invalid("/share", "A double-coded share needs 2 or more annotators for each document; set the overlap.")
    return found


def _round_value(key: str, value: object) -> Any:
    if key == "name":
        return checked_name(value, what="round")
    if key in CHOICES:
        if value not in CHOICES[key]:
            raise invalid(f"/{key}", f"{str(value)[:60]!r} is no {key} of a round; choose {' or '.join(CHOICES[key])}.")
        return value
    if key == "admission":
        return read_admission(value)
    if key in ROUND_KEYS:
        if not isinstance(value, bool):
            raise invalid(f"/{key}", f"{str(value)[:60]!r} stands where true or false is needed.")
        return value
    if value is None and key not in ("lease_minutes", "seed"):
        return None
    low, high = LIMITS.get(key, (0, MAX_SEED))
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise invalid(f"/{key}", f"{str(value)[:60]} is out of range; give a whole number from {low} to {high}.")
    return value


@transaction.atomic
def create_round(
    *,
    user: User,
    project: Project,
    settings: RoundSettings,
    now: datetime,
    selection: Selection | None = None,
    codebook_version: int | None = None,
) -> Round:
    """Open a round over the corpus or a selection of it, under a published version of the codebook."""
    permissions.require(user, Action.MANAGE_ROUNDS, project.pk)
    project = Project.objects.select_for_update().get(pk=project.pk)
    version = _version(project, codebook_version)
    _check_round_name(project, settings.name, None)
    check_purpose(project, settings)
    batch = Batch(action="round.create", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    chosen = _chosen(user, project, settings, selection)
    found = add_round(project, version, batch, settings=settings, selection=selection, chosen=chosen, now=now)
    batch.write()
    return found


def preview_round(*, user: User, project: Project, settings: RoundSettings, selection: Selection) -> Preview:
    """Return what a round would hold, without opening it."""
    permissions.require(user, Action.MANAGE_ROUNDS, project.pk)
    chosen = _chosen(user, project, settings, selection)
    n = Document.objects.filter(corpus=project.corpus_id).count() if chosen is None else len(chosen)
    if settings.overlap is None:
        return Preview(n_documents=n, n_double=None, n_places=None)
    n_double = n if settings.share is None else share_of(n, settings.share)
    return Preview(n_documents=n, n_double=n_double, n_places=n_double * settings.overlap + n - n_double)


def _version(project: Project, number: int | None) -> CodebookVersion:
    versions = CodebookVersion.objects.filter(codebook=project.codebook_id, published_at__isnull=False)
    found = (versions if number is None else versions.filter(number=number)).order_by("-number").first()
    if found is None and number is not None:
        raise invalid("/codebook_version", f"The codebook has no published version {number}; choose one that it has.")
    if found is None:
        raise WrongState("The codebook has no published version; publish one before you open a round.")
    return found


def _chosen(user: User, project: Project, settings: RoundSettings, selection: Selection | None) -> Any:
    """Return the documents of a selection, None for the whole corpus."""
    is_everything = selection is None or selection.is_everything
    if selection is None or is_everything:
        return None if settings.purpose == RoundPurpose.WORK else with_gold(project, None, is_named=False)
    found = documents_of(user=user, project=project, selection=selection, seed=settings.seed)
    if not found:
        raise invalid("/selection", "No document fits this selection; widen it, or take the whole corpus.")
    if settings.purpose != RoundPurpose.WORK:
        return with_gold(project, found, is_named=bool(selection.listed))
    return found


def add_round(
    project: Project,
    version: CodebookVersion,
    batch: Batch,
    *,
    settings: RoundSettings,
    now: datetime,
    selection: Selection | None = None,
    chosen: Any = None,
) -> Round:
    """Store a round and list its documents; the caller has locked the project and checked the rest."""
    values = {name: getattr(settings, name) for name in RoundSettings.__slots__}
    found = Round.objects.create(
        project=project,
        number=project.rounds.count() + 1,
        codebook_version=version,
        covers_corpus=chosen is None,
        selection=selection.stored() if selection is not None else {},
        created_at=now,
        **values,
    )
    if chosen is not None:
        list_documents(found, chosen)
    elif is_listed(found):
        queue_new_documents(found)
    batch.add("round", found.pk, before=None, after=round_state(found))
    return found


def _check_round_name(project: Project, name: str, own: Round | None) -> None:
    if project.rounds.filter(name=name).exclude(pk__in=[own.pk] if own else []).exists():
        raise invalid("/name", f"This project already has a round “{name}”; choose another name.")


def settings_of(round: Round) -> RoundSettings:
    return RoundSettings(**{name: getattr(round, name) for name in RoundSettings.__slots__})


def round_state(round: Round) -> dict[str, Any]:
    values = settings_of(round)
    kept = {name: getattr(values, name) for name in RoundSettings.__slots__}
    kept["admission_id"] = str(values.admission_id) if values.admission_id else None
    return kept | {"number": round.number, "selection": round.selection, "codebook": round.codebook_version.number}


@transaction.atomic
def update_round(*, user: User, round: Round, settings: RoundSettings) -> Round:
    """Change a round. What places were promised by is fixed once a layer is open: overlap, share, order and seed."""
    permissions.require(user, Action.MANAGE_ROUNDS, round.project_id)
    rows = Round.objects.select_for_update(of=("self",)).select_related("project", "codebook_version")
    round = rows.get(pk=round.pk)
    before = round_state(round)
    changed = [name for name in FIXED if getattr(settings, name) != getattr(round, name)]
    if changed and Layer.objects.filter(round=round).exists():
        what = FIXED[changed[0]]
        raise WrongState(f"This round has layers already, so its {what} is fixed; open another round instead.")
    _check_kind(round, settings)
    _check_blindness(round, settings)
    _check_round_name(round.project, settings.name, round)
    check_purpose(round.project, settings, round)
    if "purpose" in changed and settings.purpose != RoundPurpose.WORK and round.purpose == RoundPurpose.WORK:
        check_held_have_gold(round)
    for name in RoundSettings.__slots__:
        setattr(round, name, getattr(settings, name))
    round.save(update_fields=list(RoundSettings.__slots__))
    if changed:
        relist(round)
    batch = Batch(action="round.update", actor=user, project_id=round.project_id, corpus_id=round.project.corpus_id)
    batch.add("round", round.pk, before=before, after=round_state(round))
    batch.write()
    return round


def _check_kind(round: Round, settings: RoundSettings) -> None:
    if round.follows_id is not None and (settings.overlap is not None or not settings.is_blind):
        pointer = "/overlap" if settings.overlap is not None else "/blind"
        raise invalid(pointer, "A follow-up round is blind and goes to who made the claims; it has no overlap.")


def _check_blindness(round: Round, settings: RoundSettings) -> None:
    ends = round.is_blind and not settings.is_blind and round.status == RoundStatus.OPEN
    if ends and Layer.objects.filter(round=round, status__in=("open", "returned")).exists():
        raise WrongState("Layers of this blind round are still open; blindness can end when all are submitted.")


@transaction.atomic
def add_round_documents(*, user: User, round: Round, selection: Selection) -> int:
    """List further documents in a round over a selection; returns how many are new. Raises Invalid where none is."""
    permissions.require(user, Action.MANAGE_ROUNDS, round.project_id)
    round = Round.objects.select_for_update(of=("self",)).select_related("project").get(pk=round.pk)
    if round.covers_corpus:
        raise WrongState(f"“{round.name}” holds the whole corpus, later imports too; there is nothing to add.")
    if round.follows_id is not None:
        raise WrongState(f"“{round.name}” is a follow-up round; it goes to who made the claims.")
    listed = set(round.round_documents.values_list("document", "document__number"))
    new = documents_of(user=user, project=round.project, selection=selection, seed=round.seed, without=listed)
    if not new:
        raise invalid("/selection", "No document fits this selection that the round does not hold already; widen it.")
    if round.purpose != RoundPurpose.WORK:
        new = with_gold(round.project, new, is_named=bool(selection.listed))
    list_documents(round, new)
    added = [*round.selection.get("added", []), selection.stored() | {"n": len(new)}]
    round.selection = round.selection | {"added": added[-ADDITIONS_KEPT:]}
    round.save(update_fields=["selection"])
    batch = Batch(action="round.add", actor=user, project_id=round.project_id, corpus_id=round.project.corpus_id)
    ids = [str(id) for id, _ in new]
    batch.add("round", round.pk, before=None, after={"added": ids, "selection": selection.stored()})
    batch.write()
    return len(new)


def with_sizes(rounds: QuerySet[Round]) -> QuerySet[Any]:
    """Add `n_listed` and `n_corpus` to rounds, from which `size_of` tells how many documents each holds."""
    listed = RoundDocument.objects.filter(round=OuterRef("pk")).order_by().values("round").annotate(n=Count("*"))
    corpus = Document.objects.filter(corpus=OuterRef("project__corpus")).order_by().values("corpus")
    return rounds.annotate(
        n_listed=Subquery(listed.values("n")), n_corpus=Subquery(corpus.annotate(n=Count("*")).values("n"))
    )


def size_of(round: Any) -> int:
    """Return how many documents a round of `with_sizes` holds."""
    return (round.n_corpus if round.covers_corpus else round.n_listed) or 0
