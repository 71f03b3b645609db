"""How far the work is, by round, person or document: counted in the database, as far as somebody may see it.

Curators and managers see what `Layer.visible_to` lets them, annotators their own work and nothing that rests on
colleagues'. Withdrawn layers are in no figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum

from annotate import permissions
from annotate.models import ActiveTime, Claim, Layer, LayerKind, LayerStatus, Project, RoundPurpose, Skip
from annotate.models.layers import WRITABLE
from annotate.permissions import Action
from annotate.reports.gaps import count_gaps

type By = Literal["round", "person", "document"]
PATHS: dict[By, str] = {"round": "round", "person": "annotator", "document": "document"}
WEEK = timedelta(days=7)
NAMES = {"total_seconds": "seconds", "total_claims": "n_claims"}  # a figure may not be called like a field
SUBMITTED = Q(status=LayerStatus.SUBMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one round, person or document. Claims, means and paces are of submitted layers only."""

    n_submitted: int = 0
    n_open: int = 0
    n_returned: int = 0
    n_skipped: int = 0
    n_claims: int = 0
    fewest: int | None = None
    most: int | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    seconds: int = 0  # of all layers
    # Submitted layers whose active time was measured: paces are of these alone.
    timed_seconds: int = 0
    timed_layers: int = 0
    timed_claims: int = 0
    n_gaps: int = 0
    n_unsure: int = 0
    n_noted: int = 0

    @property
    def mean_claims(self) -> float | None:
        return round(self.n_claims / self.n_submitted, 1) if self.n_submitted else None

    @property
    def documents_per_hour(self) -> float | None:
        return round(self.timed_layers * 3600 / self.timed_seconds, 1) if self.timed_seconds else None

    @property
    def claims_per_hour(self) -> float | None:
        return round(self.timed_claims * 3600 / self.timed_seconds, 1) if self.timed_seconds else None

    @property
    def documents_per_week(self) -> float | None:
        """Return submitted layers for each week between the first and the last, which count as one week at least."""
        if self.first_at is None or self.last_at is None:
            return None
        return round(self.n_submitted / max((self.last_at - self.first_at) / WEEK, 1.0), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose work in a project is counted for a member who asks: everybody's, or their own.

    It is what `Layer.visible_to` grants in this one project, asked in a way that stays quick for thousands of layers:
    `hidden` are the documents on which a curator may not learn of colleagues' work, being at work there blind.
    """

    user: User
    project: Project
    sees_all: bool
    hidden: tuple[UUID, ...]

    @classmethod
    def of(cls, user: User, project: Project) -> Scope:
        """Return the scope of somebody who may see the project. 3 queries."""
        own = Layer.objects.of_annotators().filter(project=project, annotator=user.pk).order_by()
        blind = own.filter(round__is_blind=True, status__in=WRITABLE).values_list("document", flat=True)
        may = (permissions.can(user, action, project.pk) for action in (Action.SEE_PROGRESS, Action.SEE_LAYERS))
        return cls(user=user, project=project, sees_all=all(may), hidden=tuple(blind))

    def where(self, path: str = "") -> Q:
        """Return the condition for the layers that count; `path` is the field path to the layer, with its “__”."""
        found = Q(**{f"{path}project": self.project.pk, f"{path}kind": LayerKind.ANNOTATOR})
        found &= ~Q(**{f"{path}status": LayerStatus.WITHDRAWN})
        own = Q(**{f"{path}annotator": self.user.pk})
        if not self.sees_all:
            return found & own
        return found & (own | ~Q(**{f"{path}document__in": self.hidden})) if self.hidden else found

    def layers(self) -> QuerySet[Layer]:
        return without_skipped(Layer.objects.filter(self.where()).order_by())

    def skips(self) -> QuerySet[Skip]:
        rows = Skip.objects.visible_to(self.user).filter(round__project=self.project)
        if not self.sees_all:
            return rows.filter(user=self.user.pk)
        return rows.filter(Q(user=self.user.pk) | ~Q(document__in=self.hidden))


def without_skipped(layers: QuerySet[Layer]) -> QuerySet[Layer]:
    """Leave out unfinished layers on documents that their annotators passed over: those count as skipped."""
    passed_over = Skip.objects.filter(
        round=OuterRef("round"), document=OuterRef("document"), user=OuterRef("annotator")
    )
    return layers.exclude(Q(status__in=WRITABLE) & Exists(passed_over))


def progress(scope: Scope, by: By, keys: Iterable[Any], *, round_id: UUID | None = None) -> dict[Any, Figures]:
    """Return the figures by key, for these keys; of people and documents in work rounds, unless a round is asked for.

    5 queries, one for versions of the codebook and up to 3 for each."""
    path, wanted = PATHS[by], list(keys)
    skips = scope.skips().filter(**{f"{'user' if by == 'person' else path}__in": wanted})
    only_work = round_id is None and by != "round"
    skips = skips.filter(round=round_id) if round_id is not None else skips
    skips = skips.filter(round__purpose=RoundPurpose.WORK) if only_work else skips

    def where(prefix: str) -> Q:
        """Return the condition for layers of these keys; a join costs less than a list of layers."""
        meant = scope.where(prefix) & Q(**{f"{prefix}{path}__in": wanted})
        meant &= Q(**{f"{prefix}round__purpose": RoundPurpose.WORK}) if only_work else Q()
        return meant & Q(**{f"{prefix}round": round_id}) if round_id is not None else meant

    layers = without_skipped(Layer.objects.filter(where("")).order_by())
    times = ActiveTime.objects.filter(where("layer__")).order_by()
    claims = Claim.objects.filter(Q(is_unsure=True) | ~Q(note=""), where("layer__")).order_by()
    found: dict[Any, dict[str, Any]] = {key: {} for key in wanted}
    for row in (*_counts(layers, path), *_times(times, path), *_timed(layers, path), *_doubts(claims, path)):
        values = found[row.pop("key")]
        values.update({NAMES.get(name, name): value for name, value in row.items() if value is not None})
    for key, n in skips.values_list("user" if by == "person" else path).order_by().annotate(n=Count("pk")):
        found[key]["n_skipped"] = n
    for key, n in count_gaps(layers.filter(status__in=WRITABLE), path).items():
        found[key]["n_gaps"] = n
    return {key: Figures(**values) for key, values in found.items()}


def _counts(layers: QuerySet[Layer], path: str) -> Any:
    return layers.values(key=F(path)).annotate(
        n_submitted=Count("pk", filter=SUBMITTED),
        n_open=Count("pk", filter=Q(status=LayerStatus.OPEN)),
        n_returned=Count("pk", filter=Q(status=LayerStatus.RETURNED)),
        total_claims=Sum("n_claims", filter=SUBMITTED),
        fewest=Min("n_claims", filter=SUBMITTED),
        most=Max("n_claims", filter=SUBMITTED),
        first_at=Min("submitted_at", filter=SUBMITTED),
        last_at=Max("submitted_at", filter=SUBMITTED),
    )


def _times(times: QuerySet[ActiveTime], path: str) -> Any:
    submitted = Q(layer__status=LayerStatus.SUBMITTED)
    return times.values(key=F(f"layer__{path}")).annotate(
        total_seconds=Sum("seconds"), timed_seconds=Sum("seconds", filter=submitted)
    )


def _timed(layers: QuerySet[Layer], path: str) -> Any:
    rows = layers.filter(SUBMITTED, Exists(ActiveTime.objects.filter(layer=OuterRef("pk"))))
    return rows.values(key=F(path)).annotate(timed_layers=Count("pk"), timed_claims=Sum("n_claims"))


def _doubts(claims: QuerySet[Claim], path: str) -> Any:
    return claims.values(key=F(f"layer__{path}")).annotate(
        n_unsure=Count("pk", filter=Q(is_unsure=True)), n_noted=Count("pk", filter=~Q(note=""))
    )
