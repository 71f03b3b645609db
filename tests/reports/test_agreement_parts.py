"""Agreement by parts: filters, people, gold and earlier readings; and what nobody may learn from it."""

from __future__ import annotations

import random
import uuid
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.actions import layers
from annotate.models import Layer, Project, Submission
from annotate.payloads.problems import Invalid
from annotate.reports.agreement import as_csv, as_dict
from corpus.models import Document
from tests import make
from tests.make import NOW
from tests.reports.readings import article, claim, report, speaker, staffed, target

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return staffed()


@pytest.fixture
def team(project: Project) -> Project:
    """Three people on three articles of two sources and months; they differ a little."""
    dice = random.Random(5)
    lind, league = speaker(project), speaker(project, "League")
    closure, ferry = target(project), target(project, "The ferry")
    for number, (source, day) in enumerate((("Bay", "2026-04-01"), ("Bay", "2026-05-02"), ("Cape", "2026-05-03"))):
        document = article(project, number, source=source, published_on=day)
        for name in ("ann", "ben", "cleo"):
            made = [
                claim(
                    at,
                    speakers=[dice.choice((lind, lind, league))],
                    stances=[(dice.choice((closure, closure, ferry)), dice.choice(("support", "oppose")))],
                    mode=dice.choice(("direct", "indirect")),
                    id=str(uuid.UUID(int=dice.getrandbits(128))),
                )
                for at in range(8)
                if dice.random() < 0.8
            ]
            make.submitted(make.user(name), document, *made)
    return project


def test_parts_are_by_pair_person_round_source_month_and_version(team: Project) -> None:
    by = report(team).by
    assert {name: [row.name for row in rows] for name, rows in by.items()} == {
        "pair": ["ann – ben", "ann – cleo", "ben – cleo"],
        "person": ["ann", "ben", "cleo"],
        "round": ["Round 1"],
        "source": ["Bay", "Cape"],
        "period": ["2026-04", "2026-05"],
        "version": ["Version 1"],
    }
    assert [row.n_pairs for row in by["source"]] == [6, 3]
    assert sum(row.figures[0].n for row in by["pair"]) == by["round"][0].figures[0].n


def test_filters_give_what_the_parts_say(team: Project) -> None:
    whole = report(team)

    def same(found: Any, part: str, name: str) -> bool:
        row = next(row for row in whole.by[part] if row.name == name)
        return [(one.value, one.n) for one in row.figures] == [(one.value, one.n) for one in found.headlines]

    assert same(report(team, pair="cleo,ben"), "pair", "ben – cleo")
    assert same(report(team, person="cleo"), "person", "cleo")
    assert same(report(team, source="Bay"), "source", "Bay")
    assert same(report(team, from_="2026-05-01", to="2026-05-31"), "period", "2026-05")
    pair = report(team, pair="ann,ben").figures["speaker"]
    assert pair.cohen is not None and pair.fleiss is not None and whole.figures["speaker"].cohen is None


def test_a_label_keeps_the_claims_that_carry_it_in_one_of_the_readings(project: Project) -> None:
    document = article(project)
    make.submitted(make.user("ann"), document, claim(0, mode="direct"), claim(1, mode="mixed"), claim(2, mode="direct"))
    make.submitted(make.user("ben"), document, claim(0, mode="mixed"), claim(1, mode="mixed"))
    found = report(project, label="mode:direct").figures

    assert (found["overlap/all"].n, found["overlap/all"].n_equal) == (3, 1)
    assert (found["mode"].n, found["mode"].n_equal) == (1, 0)
    with pytest.raises(Invalid, match="names no attribute"):
        report(project, label="nothing:there")


@pytest.mark.parametrize(
    "query",
    [{"pair": "ann"}, {"pair": "ann,nobody"}, {"person": "nobody"}, {"label": "mode:loud"}, {"label": "x"},
     {"from_": "May"}, {"from_": "2026-05-02", "to": "2026-05-01"}, {"round": "1"}, {"version": "0"},
     {"round": str(uuid.UUID(int=1))}, {"colour": "red"}, {"pair": "ann,ben", "person": "ann"}, {"source": "x" * 400}],
)  # fmt: skip
def test_filters_that_say_nothing_are_refused(team: Project, query: dict[str, str]) -> None:
    with pytest.raises(Invalid) as problem:
        report(team, **query)
    assert problem.value.extra["parameter"] in (*query, "from") and ";" in problem.value.detail


def test_no_order_of_rows_changes_anything(team: Project) -> None:
    before = as_dict(report(team))
    rows = list(Submission.objects.values_list("layer__document", "layer__annotator", "reading"))
    dice = random.Random(11)
    for _ in range(2):
        Submission.objects.all().delete()
        Layer.objects.all().delete()
        dice.shuffle(rows)
        for document, person, reading in rows:
            claims = dice.sample(reading["claims"], len(reading["claims"]))
            make.submitted(User.objects.get(pk=person), Document.objects.get(pk=document), *claims)
        assert as_dict(report(team)) == before


def test_the_same_work_has_the_same_figures_on_either_database(team: Project) -> None:
    found = report(team).figures
    shown = [(key, round(found[key].value, 4), [round(end, 4) for end in found[key].interval]) for key in EXPECTED]
    assert {key: (figure, *ends) for key, figure, ends in shown} == EXPECTED


EXPECTED: dict[str, tuple[float, ...]] = {
    "exact/all": (0.8906, 0.8, 0.9565),
    "unitizing/all": (0.8597, 0.7383, 0.9448),
    "speaker": (-0.0716, -0.3111, 0.1355),
    "stance_score": (0.0625, -0.381, 0.3),
    "joint/all": (0.1094, 0.0952, 0.1304),
}


def test_who_reads_a_document_blind_learns_nothing_of_it(team: Project) -> None:
    curator, document = make.user("curator"), team.corpus.documents.order_by("number").first()
    assert report(team).n_documents == 3

    make.claim(curator, document, "Sentence 00 of the article is here")
    assert report(team).n_documents == 2
    assert "2026-04" not in [row.name for row in report(team).by["period"]]
    assert report(team, "manager").n_documents == 3

    layers.submit_layer(user=curator, document=document, now=NOW)
    assert report(team).n_documents == 3


def test_withdrawn_layers_and_training_rounds_are_in_no_figure(team: Project) -> None:
    Layer.objects.filter(annotator__username="cleo").update(status="withdrawn")
    assert report(team).annotators == ["ann", "ben"]
    team.rounds.update(purpose="training")
    assert report(team).n_documents == 0


def test_who_left_goes_by_the_pseudonym(team: Project) -> None:
    member = team.members.get(user__username="cleo")
    member.left_at = NOW
    member.save()
    assert report(team).annotators == sorted(["ann", "ben", member.pseudonym])
    assert b"cleo" not in as_csv(report(team))


def test_queries_do_not_grow_with_the_work(team: Project) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            report(team)
        return len(found)

    report(team)
    before = queries()
    for number in range(3, 8):
        document = article(team, number, source="Bay", published_on=date(2026, 6, number))
        for name in ("ann", "ben", "dora"):
            make.submitted(make.user(name), document, claim(0, speakers=[speaker(team, f"Speaker {number}")]))
    assert queries() == before <= 25
