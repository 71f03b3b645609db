"""How many readings rounds still ask for: free places where documents are shared out, else who has not begun.

None where that depends on colleagues' work and the person who asks sees only their own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, Sum

from annotate.models import Layer, LayerStatus, Member, Round, RoundDocument
from annotate.reports.progress import Scope
from corpus.models import Document


def rounds_of(scope: Scope, **asked: Any) -> list[Round]:
    rows = Round.objects.visible_to(scope.user).filter(project=scope.project, **asked)
    return list(rows.select_related("project").order_by("-number"))


def free_in_rounds(scope: Scope, rounds: Iterable[Round]) -> dict[UUID, int | None]:
    """Return how many readings each round still asks for; closed ones ask for none. At most 6 queries."""
    found = list(rounds)
    wanted = _Wanted(scope, [round for round in found if round.is_open])
    return {round.pk: wanted.of_round(round) if round.is_open else 0 for round in found}


def free_of_people(scope: Scope, people: Iterable[int], rounds: list[Round]) -> dict[int, int | None]:
    """Return how many readings the open rounds still ask of each; None where who is faster decides. 6 queries."""
    keys = list(people)
    if any(round.overlap is not None for round in rounds):
        return dict.fromkeys(keys)
    wanted = _Wanted(scope, rounds)
    return {key: sum(wanted.of_person(round, key) for round in rounds) for key in keys}


def free_on_documents(scope: Scope, rounds: list[Round], documents: Sequence[Document]) -> dict[UUID, int | None]:
    """Return how many readings the open rounds still ask for on each document. At most 6 queries."""
    keys = [document.pk for document in documents]
    if not scope.sees_all:
        return dict.fromkeys(keys)
    opened = [round for round in rounds if round.is_open]
    free: Counter[UUID] = Counter()
    rows = RoundDocument.objects.filter(round__in=opened, document__in=keys).order_by()
    listed = {(row.round_id, row.document_id): row for row in rows}
    wanted = _Wanted(scope, opened)
    for round in opened:
        taken = wanted.taken_on(round, keys) if round.overlap is None else Counter()
        for document in documents:
            row = listed.get((round.pk, document.pk))
            if row is None and not round.covers_corpus:
                continue
            if round.overlap is None:
                free[document.pk] += max(0, len(wanted.people(round)) - taken[document.pk])
            else:
                free[document.pk] += row.n_places - row.n_taken if row is not None else round.overlap
    return {key: None if key in scope.hidden else free[key] for key in keys}


class _Wanted:
    """What open rounds ask for, and who has taken how much of it."""

    def __init__(self, scope: Scope, rounds: list[Round]) -> None:
        self.scope = scope
        ids = [round.pk for round in rounds]
        self.n_corpus = Document.objects.visible_to(scope.user).filter(corpus=scope.project.corpus_id).count()
        self.n_listed = self._listed(ids)
        self.taken: dict[UUID, dict[int, int]] = defaultdict(dict)
        for round_id, person, n in (
            scope.layers().filter(round__in=ids).values_list("round", "annotator").annotate(n=Count("pk"))
        ):
            self.taken[round_id][person] = n
        self.places = self._places(ids) if scope.sees_all else {}
        self.annotators = self._annotators()
        self.followed = self._followed([round.follows_id for round in rounds if round.follows_id])

    def _listed(self, ids: list[UUID]) -> dict[UUID, int]:
        rows = RoundDocument.objects.filter(round__in=ids, round__covers_corpus=False).order_by()
        return dict(rows.values_list("round").annotate(n=Count("pk")))

    def _places(self, ids: list[UUID]) -> dict[UUID, int]:
        rows = RoundDocument.objects.filter(round__in=ids, round__overlap__isnull=False, is_full=False).order_by()
        rows = rows.exclude(document__in=self.scope.hidden)
        return dict(rows.values_list("round").annotate(n=Sum(F("n_places") - F("n_taken"))))

    def _annotators(self) -> set[int]:
        if not self.scope.sees_all:
            return {self.scope.user.pk}
        rows = Member.objects.visible_to(self.scope.user).active().filter(project=self.scope.project, is_annotator=True)
        return set(rows.values_list("user", flat=True))

    def _followed(self, ids: list[UUID]) -> dict[UUID, dict[int, int]]:
        """Return how many layers a follow-up takes up again, by the round it follows and by annotator."""
        found: dict[UUID, dict[int, int]] = defaultdict(dict)
        rows = self.scope.layers().filter(round__in=ids, status=LayerStatus.SUBMITTED) if ids else Layer.objects.none()
        for round_id, person, n in rows.values_list("round", "annotator").annotate(n=Count("pk")):
            found[round_id][person] = n
        return found

    def people(self, round: Round) -> set[int]:
        """Return who is asked to read: annotators, and whoever has begun."""
        if round.follows_id is not None:
            return set(self.followed[round.follows_id])
        return self.annotators | set(self.taken[round.pk])

    def n_documents(self, round: Round) -> int:
        return self.n_corpus if round.covers_corpus else self.n_listed.get(round.pk, 0)

    def of_person(self, round: Round, person: int) -> int:
        if person not in self.people(round):
            return 0
        if round.follows_id is not None:
            asked = self.followed[round.follows_id].get(person, 0)
        else:
            asked = min(round.quota or self.n_documents(round), self.n_documents(round))
        return max(0, asked - self.taken[round.pk].get(person, 0))

    def of_round(self, round: Round) -> int | None:
        if round.overlap is None:
            return sum(self.of_person(round, person) for person in self.people(round))
        if not self.scope.sees_all:
            return None
        new = max(0, self.n_corpus - round.n_queued) if round.covers_corpus else 0
        return (self.places.get(round.pk) or 0) + new * round.overlap

    def taken_on(self, round: Round, documents: list[UUID]) -> Counter[UUID]:
        rows = self.scope.layers().filter(Q(round=round.pk), document__in=documents)
        return Counter(dict(rows.values_list("document").annotate(n=Count("pk"))))
