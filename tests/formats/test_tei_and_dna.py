"""TEI and the statement table: what a reader of them finds, and what the reports say is lost."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as tree

import pytest

from annotate.actions import layers
from annotate.models import Claim
from corpus.models import Document, Speaker
from tests import make
from tests.formats import tei_rules
from tests.formats.folders import members
from tests.restoring import world

# Golden files are compared on both databases; here are the readers of the same bytes.
pytestmark = [pytest.mark.django_db, pytest.mark.once(on="postgres")]
TEI = "{http://www.tei-c.org/ns/1.0}"
ID = "{http://www.w3.org/XML/1998/namespace}id"


@pytest.fixture
def project():
    return world.project()


def first_claim():
    """Return the claim of ann's first reading; the follow-up round and gold have copies of it."""
    return Claim.objects.get(note__endswith="says ann", follows=None, layer__kind="annotator")


def body_of(root):
    return "".join(root.find(f"{TEI}text/{TEI}body").itertext())


def quoted(text, pointer):
    """Return what a pointer of TEI's string-range points to."""
    places = [int(place) for place in re.fullmatch(r"#string-range\(text,([\d,]+)\)", pointer)[1].split(",")]
    return " […] ".join(text[at : at + length] for at, length in zip(places[::2], places[1::2], strict=True))


def test_tei_holds_the_text_as_it_is_and_points_into_it(project):
    make.document(project, " A form feed \x0c and <tags> & “signs”.\n\n\nAnd the end ")
    files = members(project, "tei", "all")
    losses = {row["what"]: row["count"] for row in json.loads(files.pop("losses.json"))["losses"]}
    documents = {str(found.pk): found for found in Document.objects.all()}
    n_claims = 0
    for name, data in files.items():
        root, document = tei_rules.check(data), documents[name.removesuffix(".xml")]
        text = body_of(root)
        assert text == document.text.replace("\x0c", "\ufffd")
        ids = {element.get(ID) for element in root.iter() if element.get(ID)}
        for span in root.iter(f"{TEI}span"):
            assert quoted(text, span.get("target")) == span.text
            assert span.get("ana", "#text")[1:] in ids
            n_claims += span.get("ana") is not None
        for feature in root.iter(f"{TEI}f"):
            value = feature.get("fVal") or "#text"
            assert value[1:] in ids or quoted(text, value)
    assert n_claims == Claim.objects.exclude(layer__status="withdrawn").count() and losses["characters"] == 1


def test_tei_says_who_speaks_and_where_they_stand(project):
    document = Document.objects.get(external_id="one")
    root = tree.fromstring(members(project, "tei", "annotators")[f"{document.pk}.xml"])
    claim = first_claim()
    found = next(one for one in root.iter(f"{TEI}fs") if one.get(ID) == f"f-{claim.pk}")
    names = {
        one.get(ID): "".join(one.itertext()).strip() for one in root.iter() if (one.get(ID) or "").startswith("e-")
    }
    stances = [one for one in found.iter(f"{TEI}fs") if one.get("type") == "stance"]
    features = {one.get("name"): one for one in stances[0]}
    assert names[features["target"].get("fVal")[1:]] == "Cheap ferries"
    assert features["value"].find(f"{TEI}symbol").get("value") == "support"
    speaker = next(one for one in found.iter(f"{TEI}fs") if one.get("type") == "speaker")
    assert [names[one.get("fVal")[1:]] for one in speaker if one.get("name") != "mention"] == [
        "Ms. Oyelaran",
        "Fishers’ league",
    ]
    assert root.find(f".//{TEI}publisher").text == "Bay Courier"


def test_the_statement_table_has_person_organization_concept_and_agreement(project):
    Speaker.objects.filter(name="Ms. Oyelaran").update(kind="person")
    Speaker.objects.filter(name__in=["Fishers’ league", "Bay Courier"]).update(kind="organisation")
    files = members(project, "dna", "annotators")
    rows = list(csv.DictReader(io.StringIO(files["statements.csv"].decode()), delimiter=";"))
    assert list(rows[0])[:13] == [
        *("statement ID", "time", "document ID", "document title", "author", "source", "section", "type", "text"),
        *("person", "organization", "concept", "agreement"),
    ]
    ann = str(first_claim().pk)
    own = [row for row in rows if row["claim"] == ann]
    assert [(row["person"], row["organization"], row["concept"], row["agreement"]) for row in own] == [
        ("Ms. Oyelaran", "Fishers’ league", "Cheap ferries", "1"),
        ("Ms. Oyelaran", "", "Cheap ferries", "1"),
    ]
    assert own[0]["time"] == "2026-05-13 00:00:00"
    assert world.FERRY[int(own[0]["start"]) :].startswith(own[0]["text"].partition(" […] ")[0])
    assert {row["coder"] for row in own} == {"ann"}
    market = next(row for row in rows if row["organization"] == "Bay Courier")
    assert market["concept"] == "'@Market hall" and market["document title"] == "'=SUM(1)"
    losses = {row["what"]: row["count"] for row in json.loads(files["losses.json"])["losses"]}
    assert losses["undecided"] == 1 and losses["joint"] == 3 and losses["discontinuous"] == 3
    assert losses["chain"] == 3 and losses["no_stance"] == 3
    assert losses["withdrawn"] == 1


def test_neither_writes_a_withdrawn_reading(project):
    withdrawn = set(map(str, Claim.objects.filter(layer__status="withdrawn").values_list("pk", flat=True)))
    for key in ("tei", "dna"):
        files = members(project, key, "all")
        losses = {row["what"]: row for row in json.loads(files.pop("losses.json"))["losses"]}
        assert set(losses["withdrawn"]["first_claims"]) == withdrawn != set()
        assert not any(id.encode() in data for id in withdrawn for data in files.values())


def test_gold_has_no_coder(project):
    rows = csv.DictReader(io.StringIO(members(project, "dna", "gold")["statements.csv"].decode()), delimiter=";")
    assert {row["coder"] for row in rows} == {""}


def test_tei_has_paragraphs_of_no_break_spaces_and_no_empty_stand_off():
    project = make.project()
    make.document(project, "One.\n\u00a0\n \t\nTwo.")
    (data,) = (data for name, data in members(project, "tei").items() if name.endswith(".xml"))
    root = tree.fromstring(data)
    assert [found.text for found in root.iter(f"{TEI}p")][1:] == ["One.", "\u00a0", "Two."]
    assert body_of(root) == "One.\n\u00a0\n \t\nTwo." and root.find(f"{TEI}standOff") is None


def test_tei_has_no_stand_off_for_a_reading_that_marked_nothing():
    project = make.project()
    make.claim(make.member(project, "ann"), make.document(project, "The ferry runs."), "The ferry")
    Claim.objects.all().delete()
    (data,) = (data for name, data in members(project, "tei", "annotators").items() if name.endswith(".xml"))
    assert tree.fromstring(data).find(f"{TEI}standOff") is None


def test_what_annotators_wrote_and_xml_does_not_allow_is_counted():
    project = make.project()
    document = make.document(project, "The ferry runs.")
    ann = make.member(project, "ann")
    said = make.claim(ann, document, "The ferry", note="a \x0b b")
    make.claim(ann, document, "runs", note="a \ufffd b")
    losses = json.loads(members(project, "tei", "annotators")["losses.json"])["losses"]
    found = {one["what"]: one["first_claims"] for one in losses}
    assert found["characters"] == [said["id"]]


def test_a_stance_without_target_and_answers_about_a_stance_are_counted_as_lost():
    project = make.project()
    attribute = {"key": "force", "kind": "boolean", "scope": "stance"}
    make.version(project, attributes=[attribute])
    make.round(project, closes=True)
    document, ann = make.document(project, "The ferry runs."), make.member(project, "ann")
    stance = {"target": {"name": "Ferry"}, "value": "support"}
    make.claim(ann, document, "The ferry", stances=[stance, {"value": "oppose"}])
    make.claim(ann, document, "runs", stances=[stance | {"attributes": {"force": True}}])
    make.claim(ann, document, "The", stances=[stance])
    files = members(project, "dna", "annotators")
    losses = {row["what"]: row["count"] for row in json.loads(files["losses.json"])["losses"]}
    assert losses["no_stance"] == losses["answers"] == 1
    assert len(files["statements.csv"].decode().splitlines()) == 4


def test_a_speaker_behind_the_holder_of_a_stance_is_counted_as_lost():
    project = make.project()
    document, ann = make.document(project, "The ferry runs."), make.member(project, "ann")
    board = make.entry(project, Speaker, "Board", kind="organisation")
    stance = {"target": {"name": "Ferry"}, "value": "support"}
    spoken = {"speakers": [{"name": "Tor Lind"}]}
    make.claim(ann, document, "The ferry", **spoken, stances=[stance | {"holder": {"name": "League"}}])
    make.claim(
        ann, document, "runs", speakers=[{"id": str(board.pk), "represents": {"name": "City"}}], stances=[stance]
    )
    make.claim(
        ann,
        document,
        "The",
        **spoken,
        stances=[stance, stance | {"holder": {"name": "Tor Lind"}, "target": {"name": "Fares"}}],
    )
    files = members(project, "dna", "annotators")
    losses = {row["what"]: row["count"] for row in json.loads(files["losses.json"])["losses"]}
    assert losses["holder"] == 2 and "Board" not in files["statements.csv"].decode()


def test_tei_counts_marks_as_written_and_nothing_to_code_as_lost():
    project = make.project()
    document, ann = make.document(project, "The ferry runs."), make.member(project, "ann")
    for nothing, count in ((False, 0), (True, 1)):
        body = {"no_claim": [make.span(document.text, "runs")], "nothing_to_code": nothing}
        layers.describe_layer(user=ann, document=document, body=body, now=make.NOW)
        files = members(project, "tei", "annotators")
        losses = {row["what"]: row for row in json.loads(files["losses.json"])["losses"]}
        assert losses["layers"]["count"] == count and "nothing to code" in losses["layers"]["how"]


@pytest.mark.parametrize("key", ["conll", "doccano"])
def test_a_claim_of_words_alone_loses_no_values(key):
    project = make.project()
    document, ann = make.document(project, "The ferry runs."), make.member(project, "ann")
    make.claim(ann, document, "The ferry", speakers=[], stances=[])
    said = make.claim(ann, document, "runs", speakers=[], stances=[], note="?")
    losses = json.loads(members(project, key, "annotators")["losses.json"])["losses"]
    assert next(one["first_claims"] for one in losses if one["what"] == "values") == [said["id"]]
