"""The agreement report over the API: its shape, its filters, its CSV, and who may have it."""

from __future__ import annotations

import csv
import io
import math

import pytest

from annotate.models import Layer
from tests import make

pytestmark = pytest.mark.django_db
WHERE = "projects/bridge/agreement/"
QUOTES = ("The closure is needed", "it will be short", "opposes the closure")


@pytest.fixture
def work(ann, ben, document):
    make.layer(ann.user, document, *QUOTES)
    make.layer(ben.user, document, *QUOTES[:2], mode="direct")
    return document


def numbers(found):
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list):
        return [number for one in found for number in numbers(one)]
    return [found] if isinstance(found, float) else []


def test_the_report_says_what_was_compared(work, curator):
    found = curator.get(WHERE).json()

    assert found["codebook"] == {"name": "Bridge", "version": 1} and found["annotators"] == ["ann", "ben"]
    assert (found["n_documents"], found["n_readings"], found["n_claims"], found["n_pairs"]) == (1, 2, 5, 1)
    by_key = {one["key"]: one for one in found["measures"]}
    assert (by_key["exact/all"]["value"], by_key["exact/all"]["n_equal"]) == (0.8, 2)
    assert by_key["speaker"]["value"] is None and by_key["speaker"]["percent"] == 1.0
    assert by_key["mode"]["value"] is None and by_key["mode"]["n"] == 0
    assert by_key["stance"]["categories"][0] == {
        "value": "support", "name": "support", "count": 4, "share": 1.0, "alpha": None
    }  # fmt: skip
    assert all(math.isfinite(number) for number in numbers(found))
    assert [row["name"] for row in found["by"]["pair"]] == ["ann – ben"]


def test_without_work_nothing_is_defined(curator):
    found = curator.get(WHERE).json()
    assert found["codebook"] is None and found["measures"] == [] and found["by"] == {}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("round=1", "round"),
        ("round=2f3c1a9e-0000-4000-8000-000000000000", "round"),
        ("version=one", "version"),
        ("version=9", "version"),
        ("pair=ann", "pair"),
        ("pair=ann,nobody", "pair"),
        ("person=nobody", "person"),
        ("person=ann&person=ben", "person"),
        ("label=mode", "label"),
        ("from=May", "from"),
        ("to=2026-13-01", "to"),
        ("source=a%00", "source"),
        ("order=value", "order"),
        ("format=xml", "format"),
    ],
)
def test_a_bad_filter_is_refused_by_name(work, curator, query, parameter):
    answer = curator.get(f"{WHERE}?{query}")
    assert answer.status_code == 400 and answer.json()["parameter"] == parameter


def test_filters_narrow_and_are_repeated(work, curator):
    round = str(Layer.objects.first().round_id)
    found = curator.get(f"{WHERE}?round={round}&source=Bay%20Courier&pair=ben,ann").json()
    assert found["filters"]["round"] == [round] and found["filters"]["pair"] == "ann,ben" and found["n_pairs"] == 1
    assert curator.get(f"{WHERE}?source=Nowhere").json()["n_documents"] == 0


def test_the_csv_has_a_row_for_each_figure_and_no_formula(work, curator, project):
    project.corpus.speakers.filter(name="Tor Lind").update(name="=Tor")
    answer = curator.get(f"{WHERE}?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in answer["Content-Disposition"]
    assert [row["value"] for row in rows if (row["part"], row["measure"]) == ("all", "exact/all")] == ["0.8"]
    assert "'=Tor" in {row["category"] for row in rows}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "@"))]


def test_only_curators_and_managers_see_agreement(work, ann, outsider, manager):
    assert ann.get(WHERE).status_code == 403 and outsider.get(WHERE).status_code == 404
    assert manager.get(WHERE).status_code == 200 and manager.post(WHERE, {}).status_code == 405


def test_a_curator_who_still_reads_blind_learns_nothing(work, curator):
    make.claim(curator.user, work, QUOTES[0])
    assert curator.get(WHERE).json()["n_documents"] == 0
