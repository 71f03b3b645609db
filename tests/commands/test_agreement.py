"""`agreement`: figures for people and for programs, and plain errors."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def work():
    project = make.project()
    document = make.document(project)
    for name in ("ann", "ben"):
        make.layer(make.member(project, name), document)
    return project


def run(capfdbinary, *options):
    output = io.StringIO()
    call_command("agreement", "bridge", *options, stdout=output)
    return output.getvalue() or capfdbinary.readouterr().out.decode("utf-8-sig")


def test_each_format_has_the_figures(work, capfdbinary):
    text = run(capfdbinary)
    assert "1 documents, 2 readings by ann, ben, 2 claims" in text and "not defined" in text
    assert json.loads(run(capfdbinary, "--format", "json", "--pair", "ann,ben"))["n_claims"] == 2
    rows = list(csv.DictReader(io.StringIO(run(capfdbinary, "--format", "csv", "--round", "Round 1"))))
    assert [row["value"] for row in rows if (row["part"], row["measure"]) == ("all", "exact/all")] == ["1.0"]
    assert "Nothing to compare" in run(capfdbinary, "--source", "Nowhere")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--pair", "ann"], "The option --pair='ann' names no pair"),
        (["--round", "Nine"], "There is no round 'Nine'. Known: Round 1"),
        (["--codebook", "7"], "has no submitted readings"),
    ],
)
def test_a_bad_option_is_told_with_its_value(work, capfdbinary, options, words):
    with pytest.raises(CommandError, match=words):
        run(capfdbinary, *options)


def test_an_unknown_project_is_told(db):
    with pytest.raises(CommandError, match="There is no project 'nothing'"):
        call_command("agreement", "nothing")
