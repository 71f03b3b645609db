"""How far the work is: one's own, which anybody may see, and everybody's, for curators.

In a blind round an annotator's figures rest on the corpus, the rounds and own layers only, never on colleagues' work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Sum

from annotate.models import ActiveTime, Layer, LayerStatus, Member, Project, Round, RoundDocument, RoundPurpose, Skip
from annotate.models.layers import WRITABLE, ActiveTimeQuerySet
from annotate.web.times import time_words
from corpus.models import Document

ACTIVE_TIME = (
    "The time during which the reader page of a document was visible, in front and not paused, counted up to 60 "
    "seconds after each key press, click, scroll, touch or pointer move; opening the page or coming back to it is one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A person's progress in the open rounds of a project; `n_total` is None where places are shared out.

    `n_in_rounds` counts the documents that these rounds chose, None where one of them asks for the whole corpus.
    Documents that were skipped are asked of nobody: `n_total` leaves them out, and so does `n_open`.
    """

    n_documents: int
    n_submitted: int
    n_open: int
    n_skipped: int
    n_total: int | None
    has_open_round: bool
    n_in_rounds: int | None = None

    @property
    def is_done(self) -> bool:
        has_work = bool(self.n_total or self.n_skipped)
        return self.n_total is not None and has_work and not self.n_open and self.n_submitted >= self.n_total

    @property
    def can_start(self) -> bool:
        return self.has_open_round and self.n_documents > 0

    @property
    def verb(self) -> str:
        return "Continue" if self.n_open or self.n_submitted else "Start"


def own_progress(user: User, projects: Iterable[Project]) -> dict[UUID, Progress]:
    """Return the user's progress by project. Five queries for any number of projects, one more for selections."""
    found = list(projects)
    documents = _documents(user, found)
    rounds: dict[UUID, list[Round]] = {project.pk: [] for project in found}
    for round in Round.objects.visible_to(user).filter(project__in=found, status="open"):
        rounds[round.project_id].append(round)
    has_open = {id for id, group in rounds.items() if group}
    # Training and test rounds are no part of the work that is left.
    rounds = {id: [one for one in group if one.purpose == RoundPurpose.WORK] for id, group in rounds.items()}
    opened = [round for group in rounds.values() for round in group]
    listed, skipped = _listed(opened), _skipped(user, opened)
    chosen = _chosen(rounds)
    own = Layer.objects.visible_to(user).of_annotators().filter(annotator=user.pk, round__in=opened)
    passed_over = Skip.objects.filter(round=OuterRef("round"), document=OuterRef("document"), user=user.pk)
    own = own.exclude(status=LayerStatus.WITHDRAWN).exclude(Exists(passed_over))
    layers: Counter[tuple[UUID, bool]] = Counter()
    for project_id, status, n in own.order_by().values_list("project", "status").annotate(n=Count("*")):
        layers[(project_id, status in WRITABLE)] += n
    return {
        project.pk: Progress(
            n_documents=documents[project.corpus_id],
            n_submitted=layers[(project.pk, False)],
            n_open=layers[(project.pk, True)],
            n_skipped=sum(skipped[round.pk] for round in rounds[project.pk]),
            n_total=_total(rounds[project.pk], documents[project.corpus_id], listed, skipped),
            has_open_round=project.pk in has_open,
            n_in_rounds=chosen.get(project.pk),
        )
        for project in found
    }


def _listed(rounds: list[Round]) -> Counter[UUID]:
    """Return the numbers of documents of rounds over a selection."""
    chosen = [round.pk for round in rounds if not round.covers_corpus]
    rows = RoundDocument.objects.filter(round__in=chosen).order_by().values_list("round").annotate(n=Count("*"))
    return Counter(dict(rows))


def _chosen(rounds: dict[UUID, list[Round]]) -> dict[UUID, int]:
    """Return how many documents the rounds chose, for the projects all of whose rounds are over a selection."""
    groups = [group for group in rounds.values() if group]
    limited = [group for group in groups if not any(one.covers_corpus or one.follows_id for one in group)]
    if not limited:
        return {}
    rows = RoundDocument.objects.filter(round__in=[one.pk for group in limited for one in group]).order_by()
    return dict(rows.values_list("round__project").annotate(n=Count("document", distinct=True)))


def _skipped(user: User, rounds: list[Round]) -> Counter[UUID]:
    rows = Skip.objects.visible_to(user).filter(round__in=rounds, user=user.pk).order_by()
    return Counter(dict(rows.values_list("round").annotate(n=Count("*"))))


def _documents(user: User, projects: list[Project]) -> Counter[UUID]:
    corpora = {project.corpus_id for project in projects}
    rows = Document.objects.visible_to(user).filter(corpus__in=corpora).order_by()
    return Counter(dict(rows.values_list("corpus").annotate(n=Count("*"))))


def _total(rounds: list[Round], n_corpus: int, listed: Counter[UUID], skipped: Counter[UUID]) -> int | None:
    """Return how many documents the rounds ask of one person, None where that depends on who is faster."""
    total = 0
    for round in rounds:
        if round.overlap is not None or round.follows_id is not None:
            return None
        asked = max((n_corpus if round.covers_corpus else listed[round.pk]) - skipped[round.pk], 0)
        total += asked if round.quota is None else min(round.quota, asked)
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamProgress:
    """Submitted layers of everybody in the open rounds, and how many these rounds ask for."""

    n_submitted: int
    n_wanted: int


def team_progress(user: User, project: Project, n_documents: int) -> TeamProgress:
    """Return everybody's progress as far as `user` may see it. Four queries, one more a round over a selection."""
    layers = Layer.objects.visible_to(user).of_annotators().filter(project=project, round__status="open")
    layers = layers.filter(round__purpose=RoundPurpose.WORK).order_by()
    n_people = layers.exclude(status=LayerStatus.WITHDRAWN).values("annotator").distinct().count()
    annotators = Member.objects.visible_to(user).active().filter(project=project, is_annotator=True).count()
    wanted = 0
    for round in Round.objects.visible_to(user).filter(project=project, status="open", purpose=RoundPurpose.WORK):
        if round.overlap is not None and (round.share is not None or not round.covers_corpus):
            wanted += round.round_documents.aggregate(n=Sum("n_places"))["n"] or 0
            continue
        n = n_documents if round.covers_corpus else round.round_documents.count()
        wanted += n * (round.overlap or max(annotators, n_people, 1))
    return TeamProgress(n_submitted=layers.filter(status="submitted").count(), n_wanted=wanted)


def own_time(user: User, project: Project) -> str:
    """Return the user's own active time in all rounds, empty where none was measured. One query."""
    times = _times(user, project).filter(layer__annotator=user.pk)
    seconds = times.total_seconds()
    return time_words(seconds) if seconds else ""


def _times(user: User, project: Project) -> ActiveTimeQuerySet:
    """Return the times that figures count: those of layers that were not withdrawn."""
    times: ActiveTimeQuerySet = ActiveTime.objects.visible_to(user).filter(layer__project=project).order_by()
    return times.exclude(layer__status=LayerStatus.WITHDRAWN)


def kept_words(layer: Layer, now: datetime) -> str:
    """Return how long a document is still kept for the owner of its open layer, empty where nothing runs out.

    Whether somebody else has taken the place meanwhile is not told.
    """
    if layer.status != LayerStatus.OPEN or layer.round is None or layer.round.overlap is None:
        return ""
    if layer.lease_expires_at is None:
        return "given back"
    left = int((layer.lease_expires_at - now).total_seconds())
    return f"kept for {time_words(max(left, 60))} more" if left > 0 else "its time ran out; others may take it"
