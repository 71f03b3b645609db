"""How far the work is: one's own, which anybody may see, and everybody's, for curators.

In a blind round an annotator's figures rest on the corpus, the rounds and own layers only, never on colleagues' work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count

from annotate.models import ActiveTime, Layer, Member, Project, Round
from annotate.models.layers import WRITABLE
from annotate.web.times import time_words
from corpus.models import Document

ACTIVE_TIME = (
    "The time during which the reader page of a document was visible, in front and not paused, counted up to 60 "
    "seconds after each key press, click, scroll, touch or pointer move; opening the page or coming back to it is one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A person's progress in the open rounds of a project; `n_total` is None where places are shared out."""

    n_documents: int
    n_submitted: int
    n_open: int
    n_total: int | None
    has_open_round: bool

    @property
    def is_done(self) -> bool:
        return bool(self.n_total) and not self.n_open and self.n_submitted >= (self.n_total or 0)

    @property
    def can_start(self) -> bool:
        return self.has_open_round and self.n_documents > 0

    @property
    def verb(self) -> str:
        return "Continue" if self.n_open or self.n_submitted else "Start"


def own_progress(user: User, projects: Iterable[Project]) -> dict[UUID, Progress]:
    """Return the user's progress by project. Three queries for any number of projects."""
    found = list(projects)
    documents = _documents(user, found)
    rounds: dict[UUID, list[Round]] = {project.pk: [] for project in found}
    for round in Round.objects.visible_to(user).filter(project__in=found, status="open"):
        rounds[round.project_id].append(round)
    own = Layer.objects.visible_to(user).of_annotators().filter(annotator=user.pk, project__in=found)
    layers: Counter[tuple[UUID, bool]] = Counter()
    for project_id, status, n in (
        own.filter(round__status="open").values_list("project", "status").annotate(n=Count("*"))
    ):
        layers[(project_id, status in WRITABLE)] += n
    return {
        project.pk: Progress(
            n_documents=documents[project.corpus_id],
            n_submitted=layers[(project.pk, False)],
            n_open=layers[(project.pk, True)],
            n_total=_total(rounds[project.pk], documents[project.corpus_id]),
            has_open_round=bool(rounds[project.pk]),
        )
        for project in found
    }


def _documents(user: User, projects: list[Project]) -> Counter[UUID]:
    corpora = {project.corpus_id for project in projects}
    rows = Document.objects.visible_to(user).filter(corpus__in=corpora).order_by()
    return Counter(dict(rows.values_list("corpus").annotate(n=Count("*"))))


def _total(rounds: list[Round], n_documents: int) -> int | None:
    """Return how many documents the rounds ask of one person, None where that depends on who is faster."""
    total = 0
    for round in rounds:
        if round.overlap is not None or not round.covers_corpus:
            return None
        total += n_documents if round.quota is None else min(round.quota, n_documents)
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamProgress:
    """Submitted layers of everybody in the open rounds, and how many these rounds ask for."""

    n_submitted: int
    n_wanted: int


def team_progress(user: User, project: Project, n_documents: int) -> TeamProgress:
    """Return everybody's progress as far as `user` may see it. Four queries."""
    layers = Layer.objects.visible_to(user).of_annotators().filter(project=project, round__status="open").order_by()
    n_people = layers.values("annotator").distinct().count()
    annotators = Member.objects.visible_to(user).active().filter(project=project, is_annotator=True).count()
    wanted = 0
    for round in Round.objects.visible_to(user).filter(project=project, status="open"):
        wanted += n_documents * (round.overlap or max(annotators, n_people, 1))
    return TeamProgress(n_submitted=layers.filter(status="submitted").count(), n_wanted=wanted)


def own_time(user: User, project: Project) -> str:
    """Return the user's own active time in all rounds, empty where none was measured. One query."""
    times = ActiveTime.objects.visible_to(user).filter(layer__project=project, layer__annotator=user.pk)
    seconds = times.total_seconds()
    return time_words(seconds) if seconds else ""
