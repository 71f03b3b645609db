"""Progress: each figure counts what it says, nobody sees more than the policy grants, and queries are bounded."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.actions import layers, projects, queue, returns
from annotate.models import ActiveTime, Claim, Layer, Project, Round, Skip
from annotate.reports.progress import Scope, progress
from annotate.reports.tables import document_rows, documents_in, people_in, person_rows, round_rows, rounds_in
from annotate.reports.trends import claims_by_document, submissions_by_day
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def project() -> Project:
    found = make.project()
    make.member(found, "curator", "curator")
    for name in ("ann", "ben"):
        make.member(found, name)
    for number in range(3):
        make.document(found, f"{make.TEXT} Article {number}.")
    return found


def documents(project: Project) -> list[Any]:
    return list(project.corpus.documents.order_by("number"))


def timed(layer: Layer, seconds: int) -> None:
    ActiveTime.objects.create(layer=layer, visit=uuid.uuid4(), seconds=seconds, started_at=NOW, updated_at=NOW)


def of_rounds(project: Project, name: str) -> Any:
    scope = Scope.of(make.user(name), project)
    return round_rows(scope, list(rounds_in(scope).order_by("number")))


@pytest.fixture
def work(project: Project) -> Project:
    """Ann: two submitted (one with two claims, timed) and one open with a gap. Ben: one returned, one skipped."""
    one, two, three = documents(project)
    ann, ben = make.user("ann"), make.user("ben")
    first = make.layer(ann, one, "The closure is needed", "it will be short")
    timed(first, 1200)
    timed(first, 600)
    make.layer(ann, two, note="Who says so?")
    timed(make.layer(ann, three, is_submitted=False, speakers=[], unsure=True), 300)
    returns.return_layer(user=make.user("manager"), layer=make.layer(ben, one), now=NOW)
    Skip.objects.create(round=project.rounds.get(), document=two, user=ben, reason="Cut off.", created_at=NOW)
    return project


@pytest.mark.parametrize("name", ["ann", "curator", "manager"])
def test_what_is_counted_is_what_may_be_seen(work: Project, name: str) -> None:
    person = make.user(name)
    for _ in range(2):
        seen = Layer.objects.visible_to(person).filter(project=work)
        assert set(Scope.of(person, work).layers()) == set(seen)
        if not seen.filter(annotator=person).exists():  # once more, at work blind on a document of the others
            make.claim(person, documents(work)[0], "The closure is needed")


def test_a_round_is_counted(work: Project) -> None:
    [row] = of_rounds(work, "curator")
    found = row.figures

    assert (found.n_submitted, found.n_open, found.n_returned, found.n_skipped) == (2, 1, 1, 1)
    assert row.n_free == 2  # two annotators with three documents each, four readings begun
    assert (found.n_claims, found.fewest, found.most, found.mean_claims) == (3, 1, 2, 1.5)
    assert (found.seconds, found.timed_seconds) == (2100, 1800)
    assert (found.documents_per_hour, found.claims_per_hour, found.documents_per_week) == (2.0, 4.0, 2.0)
    assert (found.n_gaps, found.n_unsure, found.n_noted) == (1, 1, 1)


def test_people_and_documents_are_counted(work: Project) -> None:
    scope = Scope.of(make.user("curator"), work)
    people = {row.name: row for row in person_rows(scope, list(people_in(scope)))}
    articles = document_rows(scope, list(documents_in(scope).order_by("number")))

    assert set(people) == {"ann", "ben"}
    assert [people["ann"].figures.n_submitted, people["ann"].n_free, people["ben"].n_free] == [2, 0, 2]
    assert [row.figures.n_submitted + row.figures.n_returned for row in articles] == [2, 1, 0]
    assert [row.n_free for row in articles] == [0, 1, 1]


def test_withdrawn_layers_are_in_no_figure(work: Project) -> None:
    Layer.objects.filter(annotator__username="ann").update(status="withdrawn")

    [row] = of_rounds(work, "curator")

    assert (row.figures.n_submitted, row.figures.n_open, row.figures.seconds, row.figures.n_unsure) == (0, 0, 0, 0)
    assert row.figures.n_gaps == 0


def test_an_annotator_sees_own_figures_only_and_the_same_without_colleagues(work: Project) -> None:
    ben, before = make.user("ben"), of_rounds(work, "ben")
    scope = Scope.of(ben, work)
    people, articles = person_rows(scope, list(people_in(scope))), document_rows(scope, documents(work))

    assert [row.name for row in people] == ["ben"]
    assert (before[0].figures.n_submitted, before[0].figures.n_returned, before[0].n_free) == (0, 1, 2)
    Claim.objects.filter(layer__annotator__username="ann").delete()
    ActiveTime.objects.all().delete()
    Layer.objects.filter(annotator__username="ann").exclude(submissions__isnull=False).delete()
    Layer.objects.filter(annotator__username="ann").update(status="withdrawn")
    assert of_rounds(work, "ben") == before
    assert person_rows(scope, list(people_in(scope))) == people and document_rows(scope, documents(work)) == articles
    assert {row.n_free for row in articles} == {None}


def test_who_works_blind_on_a_document_does_not_count_colleagues_there(work: Project) -> None:
    make.claim(make.user("curator"), documents(work)[0], "The closure is needed")

    [row] = of_rounds(work, "curator")

    assert (row.figures.n_submitted, row.figures.n_returned, row.figures.n_open) == (1, 0, 2)


def test_free_places_are_those_that_nobody_took(project: Project) -> None:
    settings = projects.read_round({"name": "Pairs", "overlap": 2})
    round = projects.create_round(user=make.user("manager"), project=project, settings=settings, now=NOW)
    for name in ("ann", "ben"):
        queue.take_next(user=make.user(name), project=project, now=NOW, round_id=round.pk)

    free = {row.name: row.n_free for row in of_rounds(project, "curator")}
    assert free["Pairs"] == 4
    assert {row.name: row.n_free for row in of_rounds(project, "ann")}["Pairs"] is None
    # The curator works on the first document too: what others take there is not to be learned.
    Round.objects.filter(pk=round.pk).update(overlap=3)
    round.round_documents.update(n_places=3, is_full=False)
    queue.take_next(user=make.user("curator"), project=project, now=NOW, round_id=round.pk)
    scope = Scope.of(make.user("curator"), project)
    own = Layer.objects.get(annotator=make.user("curator")).document_id
    rows = {row.of.pk: row.n_free for row in document_rows(scope, documents(project))}
    assert rows[own] is None and {n for key, n in rows.items() if key != own} != {None}


def test_a_closed_round_asks_for_nothing_more(work: Project) -> None:
    work.rounds.update(status="closed")
    assert [row.n_free for row in of_rounds(work, "curator")] == [0]


def test_the_charts_count_days_and_claims(work: Project) -> None:
    scope, round = Scope.of(make.user("curator"), work), work.rounds.get()
    Layer.objects.filter(status="submitted", n_claims=2).update(submitted_at=NOW - timedelta(days=2))

    days = submissions_by_day(scope, [round.pk], NOW)[round.pk]

    assert len(days) == 42 and [n for _, n in days[-3:]] == [1, 0, 1]
    assert claims_by_document(scope, [round.pk])[round.pk] == [(1, 1), (2, 1)]


def test_the_queries_do_not_grow_with_the_work(work: Project) -> None:
    scope = Scope.of(make.user("curator"), work)

    def n_queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            round_rows(scope, list(rounds_in(scope)))
            person_rows(scope, list(people_in(scope)))
            document_rows(scope, list(documents_in(scope)))
        return len(asked)

    few = n_queries()
    for number in range(6):
        made, person = make.document(work, f"{make.TEXT} More {number}."), make.member(work, f"person-{number}")
        timed(make.layer(person, made, is_submitted=bool(number % 2)), 60)
    assert n_queries() == few <= 50


def test_nothing_at_all_is_counted_as_nothing(project: Project) -> None:
    [row] = of_rounds(project, "curator")
    found = row.figures
    assert (found.mean_claims, found.documents_per_hour, found.claims_per_hour, found.documents_per_week) == (None,) * 4
    assert progress(Scope.of(make.user("curator"), project), "document", []) == {}


def test_a_layer_that_was_reopened_is_open_again(work: Project) -> None:
    layers.reopen_layer(user=make.user("ann"), document=documents(work)[0], now=NOW + HOUR)
    [row] = of_rounds(work, "curator")
    assert (row.figures.n_submitted, row.figures.n_open) == (1, 2)
