"""A release of some outlets and days: every file holds that part alone, and the papers say which it is."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from annotate.models import Release
from annotate.payloads.problems import Invalid
from tests import make
from tests.releases.world import OPPOSES, World, read

pytestmark = pytest.mark.django_db
GAZETTE = {"sources": ["The Gazette"]}


@pytest.fixture
def world():
    return World()


def text(n):
    return " ".join(f"w{n}x{word}" for word in range(60))


def lines(files, name):
    return [json.loads(line) for line in files[name].splitlines()]


def test_of_one_outlet_every_file_holds_nothing_else(world):
    world.gold_claim(world.two, OPPOSES)
    whole, part = world.release(), world.release(selection=GAZETTE)
    files = read(part)

    two = str(world.two.pk)
    assert {found["id"] for found in lines(files, "documents.jsonl")} == {two}
    assert {found["document"]["id"] for found in lines(files, "claims.jsonl")} == {two}
    assert {found["document"] for found in lines(files, "annotators.jsonl")} == {two}
    assert lines(files, "decisions.jsonl") == [] and f"\n{world.one.pk}" not in files["splits.csv"].decode()
    assert part.figures["counts"]["documents"] == 1 and part.figures["outlets"][0]["share"] == 1.0
    assert part.figures["splits"]["counts"] == {"train": 1, "validation": 0, "test": 0}
    # Two people read the other document alone: here nothing is left to agree on.
    assert whole.figures["agreement"] != part.figures["agreement"]
    assert all(found["value"] is None for found in part.figures["agreement"])


def test_the_papers_say_which_part_it_is_and_what_it_was_before(world):
    world.release()
    made = world.release(selection=GAZETTE | {"from": "2026-05-10", "to": "2026-05-31"})
    files = read(made)

    said = "of the outlet “The Gazette” and published from 2026-05-10 to 2026-05-31"
    assert f"By rule it takes only articles {said}; articles without a date are left out." in made.figures["methods"]
    card = files["README.md"].decode()
    assert f"- Articles: {said}." in card and "- Articles before: of all outlets and days. Now: of the outlet" in card
    record, difference = json.loads(files["release.json"]), json.loads(files["difference.json"])
    rule = {"sources": ["The Gazette"], "from": "2026-05-10", "to": "2026-05-31"}
    assert rule.items() <= record["selection"].items() and rule.items() <= difference["selection"]["after"].items()
    assert difference["selection"]["before"]["sources"] == []
    assert difference["documents"]["removed"] == [str(world.one.pk)]


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ({"from": "2026-05-02"}, {"copy", "two"}),
        ({"to": "2026-05-09"}, {"one", "copy"}),
        ({"from": "2026-05-01", "to": "2026-05-01"}, {"one"}),
        ({"sources": ["Bay Courier", "The Gazette"]}, {"one", "copy", "two"}),
        ({"from": None, "to": None, "sources": []}, {"one", "copy", "two", "unread"}),
    ],
)
def test_days_are_both_included_and_what_has_no_date_is_left_out(world, rule, names):
    files = read(world.release(selection=rule | {"documents": "all"}))
    assert {found["id"] for found in lines(files, "documents.jsonl")} == {
        str(getattr(world, name).pk) for name in names
    }


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [({"sources": ["The Gazette", "Nobody"]}, "/selection/sources/1"), ({"from": "2027-01-01"}, "/selection/from")],
)
def test_a_part_that_is_not_there_is_refused_before_anything_is_made(world, rule, pointer):
    with pytest.raises(Invalid) as refused:
        world.release(selection=rule)
    assert [error.pointer for error in refused.value.errors] == [pointer] and not Release.objects.exists()


def test_the_dividing_days_are_those_of_the_last_release_of_the_same_part(world):
    for n in range(24):
        day, source = date(2026, 5, 1) + timedelta(n), "The Gazette" if n % 12 else "Bay Courier"
        make.document(world.project, text(n), source=source, published_on=day)
    everything = {"documents": "all"}
    whole = world.release(selection=everything)
    part = world.release(selection=everything | GAZETTE)
    make.document(world.project, text(99), published_on="2026-06-30")
    again = world.release(selection=everything)

    days = [made.figures["splits"]["days"] for made in (whole, part, again)]
    assert whole.figures["splits"]["fixed"] and days[0] == days[2] != days[1]
    assert again.figures["difference"]["because"] == "other outlets or days were chosen"
