"""The methods paragraph says what is so, also where hardly anything was done."""

from __future__ import annotations

import json

import pytest

from annotate.actions import layers
from annotate.actions.adjudication import finish_adjudication
from annotate.models import Round
from tests import make
from tests.releases.world import read

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def methods(project):
    return json.loads(read(make.release(project))["release.json"])["methods"]


def nothing_in(document, *people):
    for person in people:
        layers.describe_layer(user=person, document=document, body={"nothing_to_code": True}, now=make.NOW)
        layers.submit_layer(user=person, document=document, now=make.NOW)


def test_without_any_reading_nothing_is_said_of_readings():
    project = make.project()
    make.document(project)
    said = methods(project)
    assert "holds 0 documents" in said and "Nothing was submitted or settled in them yet." in said
    assert "annotator" not in said and "Agreement" not in said
    assert "offsets in code points with the first 80 characters of the quote, and each document" in said
    bare = json.loads(read(make.release(project, quote_characters=0))["release.json"])["methods"]
    assert "offsets in code points without any quote, and each document" in bare


def test_one_annotator_has_no_agreement_and_no_gold():
    project = make.project()
    ann, document = make.member(project, "ann"), make.document(project)
    make.claim(ann, document, "The closure is needed")
    layers.submit_layer(user=ann, document=document, now=make.NOW)
    said = methods(project)
    assert "1 annotator submitted 1 reading with 1 claim" in said
    assert "in no document did two annotators of one round leave claims to compare" in said
    assert "No document has a finished gold layer yet; the readings of the annotators are the data." in said

    Round.objects.update(overlap=1)
    assert "1 annotator was to read each document" in methods(project)
    Round.objects.update(overlap=2, share=20)
    assert "2 annotators were to read each of 20% of the documents, and 1 annotator each of the others" in methods(
        project
    )


def test_gold_without_claims_is_gold_and_two_empty_readings_are_two():
    project = make.project()
    people = [make.member(project, name) for name in ("ann", "ben")]
    curator, document = make.member(project, "cur", "curator"), make.document(project)
    nothing_in(document, *people)
    finish_adjudication(user=curator, project=project, document_id=document.pk, now=make.LATER)
    said = methods(project)
    assert "2 annotators submitted 2 readings with 0 claims" in said
    assert "No document has" not in said and "no document was read by two" not in said
    assert "The gold layer of 1 document rests on no recorded decision." in said


def test_agreement_says_of_which_version_of_the_codebook_it_is_where_two_people_read_under_several():
    project = make.project()
    people, one = [make.member(project, name) for name in ("ann", "ben")], make.document(project)
    for person in people:
        make.layer(person, one)
    assert "Agreement on first submissions: Claims found 1.00 (F1, n 2)" in methods(project)
    round = make.round(project, closes=True)
    Round.objects.filter(pk=round.pk).update(codebook_version=make.version(project))
    for person in people:
        make.claim(person, one, "The closure is needed")
        layers.submit_layer(user=person, document=one, now=make.LATER)
    which = "under version 2 of the codebook (the others are in agreement.json)"
    assert f"Agreement on first submissions {which}: Claims found 1.00 (F1, n 2)" in methods(project)
