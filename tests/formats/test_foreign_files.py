"""Files as other people's tools write them: what has no sure meaning is listed, and nothing is lost in silence."""

from __future__ import annotations

import json

import pytest

from annotate.models import Claim, Span
from annotate.records import claim_dict
from tests import make
from tests.formats.folders import imported, members

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TEXT = "🙂 The bridge closes, said Tor Lind.\n\nשלום עולם said Dana.\n"
MAP = ["Premise=claim", "Person=speaker", "by=speaker", "part=part", "annotation=claim"]


@pytest.fixture
def project():
    found = make.project()
    make.member(found, "ann")
    make.document(found, TEXT, external_id="one")
    return found


def brought(project, key, data, name="x/one.json", **options):
    files = {name: data if isinstance(data, bytes) else json.dumps(data).encode()}
    created, _, refused = imported(project, key, files, username="ann", mapping=MAP, **options)
    return created, [f"{one.at}: {one.rule}" for one in refused]


def place(words):
    start = TEXT.index(words)
    return start, start + len(words)


def mark(key, words, label="Premise"):
    return "{}\t{} {} {}\t{}\n".format(key, label, *place(words), words)


def test_marks_that_links_lead_round_in_a_ring_or_away_from_a_claim_are_listed(project):
    both = mark("T1", "bridge") + mark("T2", "Dana")
    lost = "links lead to it, and no claim takes it in"
    ring = both + "R1\tpart Arg1:T1 Arg2:T2\nR2\tpart Arg1:T2 Arg2:T1\n"
    assert brought(project, "brat", ring.encode(), "x/one.ann") == (0, [f"line 1: {lost}", f"line 2: {lost}"])
    itself = mark("T1", "bridge") + "R1\tpart Arg1:T1 Arg2:T1\n"
    assert brought(project, "brat", itself.encode(), "x/one.ann") == (0, [f"line 1: {lost}"])
    turned = mark("T1", "bridge") + mark("T2", "Tor Lind", "Person") + "R1\tby Arg1:T2 Arg2:T1\n"
    said = [f"line 1: {lost}", "line 2: the speaker belongs to no claim"]
    assert brought(project, "brat", turned.encode(), "x/one.ann") == (0, said)


def test_half_a_character_is_no_place(project):
    line = {"text": TEXT, "label": [[2.5, 19, "Premise"]]}
    created, refused = brought(project, "doccano", line, "a.jsonl", unit="codepoints")
    assert created == 0 and "2.5 is no whole number" in refused[0]
    line["label"] = [[2.0, 19, "Premise"]]
    assert brought(project, "doccano", line, "a.jsonl", unit="codepoints") == (1, [])


def task(*more, **values):
    start, end = place("שלום עולם")
    value = {"start": start, "end": end, "text": "שלום עולם", "labels": ["Premise"]}
    region = {"id": "r", "type": "labels", "from_name": "l", "to_name": "t", "value": value, **values}
    return [{"data": {"text": TEXT}, "annotations": [{"result": [region, *more]}]}]


def test_answers_about_a_task_notes_that_are_one_text_and_predictions(project):
    answer = {"type": "choices", "from_name": "mood", "to_name": "t", "value": {"choices": ["calm"]}}
    comment = {"type": "textarea", "from_name": "why", "to_name": "t", "value": {"text": ["so"]}}
    created, refused = brought(
        project, "label-studio", task(answer, comment, meta={"text": "seen twice"}), unit="codepoints"
    )
    assert created == 1 and refused == ["task 1, annotation 1: this answer belongs to no region"] * 2
    assert claim_dict(Claim.objects.get().pk)["note"] == "seen twice"

    (only,) = task()
    only["predictions"] = only.pop("annotations")
    assert brought(project, "label-studio", [only])[1] == ["task 1: the task has predictions only, which nobody made"]


def test_an_annotation_without_a_body_has_its_motivation_as_label(project):
    start, end = place("The bridge closes")
    selectors = [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {"type": "TextQuoteSelector", "exact": "The bridge closes"},
    ]
    item = {"type": "Annotation", "target": {"source": "one", "selector": selectors}, "body": None}
    assert brought(project, "w3c", [item]) == (1, [])


def test_tables_of_ones_own_with_other_line_ends_more_cells_double_columns_or_another_encoding(project):
    words = "Tor Lind.\n\nשלום"
    start, end = place(words)
    head = "external_id,start,end,quote\n"
    row = f'one,{start},{end},"{words}"\n'.replace("\n", "\r\n")
    assert brought(project, "csv", f"{head}{row}".encode(), "a.csv") == (1, [])
    assert Span.objects.get(role="content").quote == words
    longer = f"{head}one,{start},{end},a,b\n"
    assert brought(project, "csv", longer.encode(), "a.csv")[1] == [
        "row 2: the row has more cells than there are columns"
    ]
    twice = f"external_id,start,start,end,quote\none,1,{start},{end},x\n"
    assert brought(project, "csv", twice.encode(), "a.csv")[1] == [": the column start is there twice"]
    assert "a.csv is not UTF-8" in brought(project, "csv", head.encode("utf-16"), "a.csv")[1][0]


def test_a_table_beside_ones_own_that_has_other_columns_is_listed(project):
    start, end = place("bridge")
    files = {"a.csv": f"external_id,start,end,quote\none,{start},{end},bridge\n".encode(), "b.csv": b"id,begin\n1,2\n"}
    created, _, (refused,) = imported(project, "csv", files, username="ann")
    assert created == 1 and refused.file == "b.csv" and "it is no table with the columns external_id" in refused.rule


def test_a_collection_and_its_page_are_named_and_an_empty_one_has_no_page():
    """Web Annotation Data Model, 5.1 and 5.2: one IRI each; a page holds one annotation or more."""
    project = make.project()
    make.claim(make.member(project, "ann"), make.document(project, TEXT), "The")
    full, empty = (json.loads(members(project, "w3c", of)["annotations.jsonld"]) for of in ("annotators", "gold"))
    ids = {full["id"], full["first"]["id"], empty["id"], *(one["id"] for one in full["first"]["items"])}
    assert len(ids) == 4 and all(id.startswith("urn:uuid:") for id in ids)
    assert full["total"] == 1 and empty["total"] == 0 and "first" not in empty
    assert imported(project, "w3c", members(project, "w3c", "gold")) == (0, 0, [])
