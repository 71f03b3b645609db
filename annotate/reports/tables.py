"""The rows of the progress tables, as the page, its CSV and the API show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from annotate.models import Member, Round, RoundPurpose
from annotate.payloads.people import shown_names
from annotate.reports.free_places import free_in_rounds, free_of_people, free_on_documents, rounds_of
from annotate.reports.progress import Figures, Scope, progress
from corpus.models import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The figures of one round, person or document (`of`); `n_free` is None where it is nobody's or not to be seen."""

    of: Any
    name: str
    figures: Figures
    n_free: int | None

    @property
    def n_asked(self) -> int:
        found = self.figures
        return found.n_submitted + found.n_open + found.n_returned + (self.n_free or 0)


def rounds_in(scope: Scope) -> QuerySet[Round]:
    rows = Round.objects.visible_to(scope.user).filter(project=scope.project)
    return rows.select_related("project", "codebook_version__codebook")


def round_rows(scope: Scope, rounds: Sequence[Round]) -> list[Row]:
    """Return the rows of these rounds. 11 queries, one for versions of the codebook and up to 3 for each."""
    found = progress(scope, "round", [round.pk for round in rounds])
    free = free_in_rounds(scope, rounds)
    return [Row(of=round, name=round.name, figures=found[round.pk], n_free=free[round.pk]) for round in rounds]


def people_in(scope: Scope) -> QuerySet[User]:
    """Return the annotators of the project and who else has a layer there, as far as it may be seen."""
    if not scope.sees_all:
        return User.objects.filter(pk=scope.user.pk)
    members = Member.objects.visible_to(scope.user).active().filter(project=scope.project, is_annotator=True)
    return User.objects.filter(Q(pk__in=members.values("user")) | Q(pk__in=scope.layers().values("annotator")))


def person_rows(scope: Scope, people: Sequence[User], round_id: UUID | None = None) -> list[Row]:
    """Return the rows of these people, as they are called in the project. As many queries as `round_rows`."""
    keys = [person.pk for person in people]
    found = progress(scope, "person", keys, round_id=round_id)
    free = free_of_people(scope, keys, _open_rounds(scope, round_id))
    names = shown_names(scope.project.pk, keys)
    return [
        Row(of=person, name=names[person.pk], figures=found[person.pk], n_free=free[person.pk]) for person in people
    ]


def documents_in(scope: Scope, round: Round | None = None) -> QuerySet[Document]:
    """Return the documents of the project, or of one of its rounds."""
    rows = Document.objects.visible_to(scope.user).filter(corpus=scope.project.corpus_id)
    rows = rows.select_related("source").defer("text", "metadata")
    return (
        rows if round is None or round.covers_corpus else rows.filter(pk__in=round.round_documents.values("document"))
    )


def document_rows(scope: Scope, documents: Sequence[Document], round_id: UUID | None = None) -> list[Row]:
    """Return the rows of these documents. As many queries as `round_rows`."""
    keys = [document.pk for document in documents]
    found = progress(scope, "document", keys, round_id=round_id)
    free = free_on_documents(scope, _open_rounds(scope, round_id), documents)
    return [
        Row(of=document, name=str(document), figures=found[document.pk], n_free=free[document.pk])
        for document in documents
    ]


def _open_rounds(scope: Scope, round_id: UUID | None) -> list[Round]:
    asked: dict[str, Any] = {"pk": round_id} if round_id is not None else {"purpose": RoundPurpose.WORK}
    return rounds_of(scope, status="open", **asked)
