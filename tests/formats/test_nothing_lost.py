"""What comes in is taken or listed as refused: nothing of a file is overwritten, mixed or passed over."""

from __future__ import annotations

import json
import re
import uuid

import pytest

from annotate.actions import claims as actions
from annotate.models import Claim, Span
from annotate.payloads.preconditions import Precondition
from annotate.records import claim_dict
from corpus.models import Speaker
from tests import make
from tests.formats.folders import imported, members, twin
from tests.formats.test_round_trips import dataset
from tests.restoring import world

pytestmark = pytest.mark.django_db
TEXT = "The bridge closes. The cafe stays open, said Tor Lind."
MAP = ["Premise=claim", "Says=cue", "says=cue"]


@pytest.fixture
def project():
    found = make.project()
    make.member(found, "ann")
    make.document(found, TEXT, external_id="one")
    return found


def brat(*lines):
    return {"x/one.txt": TEXT.encode(), "x/one.ann": "".join(f"{line}\n" for line in lines).encode()}


def mark(quote, key="T1", label="Premise"):
    start = TEXT.index(quote)
    return f"{key}\t{label} {start} {start + len(quote)}\t{quote}"


def stored():
    return [span.quote for span in Span.objects.filter(role="content").order_by("start")]


def docbin(text, groups=None, ents=()):
    """Return a DocBin of another program: spans by character as (start, end, label), all with one entity's id."""
    spacy = pytest.importorskip("spacy", reason="comes with the group “foreign”")
    from spacy.tokens import DocBin

    doc = spacy.blank("en")(text)
    for name, spans in (groups or {}).items():
        doc.spans[name] = [doc.char_span(*span, span_id="Q1") for span in spans]
    doc.ents = [doc.char_span(*span, span_id="Q1") for span in ents]
    return {"one.spacy": DocBin(docs=[doc], store_user_data=True).to_bytes()}


def test_spans_that_share_an_entity_and_entities_beside_groups_are_all_read(project):
    files = docbin(TEXT, {"sc": [(0, 10, "Premise"), (11, 17, "Premise")]}, [(0, 10, "Premise"), (19, 27, "Premise")])
    assert imported(project, "spacy", files, username="ann", mapping=MAP) == (3, 0, [])
    assert stored() == ["The bridge", "closes", "The cafe"]


def test_a_second_mark_with_a_known_key_is_refused(project):
    files = brat(mark("The bridge"), mark("The cafe"))
    created, _, (refused,) = imported(project, "brat", files, username="ann", mapping=MAP)
    assert created == 1 and stored() == ["The bridge"]
    assert refused.at == "line 2" and "'T1'" in refused.rule

    entities = [{"id": 1, "start_offset": 0, "end_offset": 10, "label": "Premise"}] * 2
    files = {"all.jsonl": json.dumps({"text": TEXT, "entities": entities}).encode()}
    _, known, (refused,) = imported(project, "doccano", files, username="ann", mapping=MAP)
    assert known == 1 and "another mark has the key '1'" in refused.rule


def test_withdrawn_rows_of_tables_are_listed_and_left_out():
    project = dataset()
    out = members(project, "csv")
    out["claims.csv"] = re.sub(rb",false(?=\r?\n)", b",TRUE", out["claims.csv"])
    created, _, refused = imported(twin(project), "csv", out)
    assert created == 0 and ["was withdrawn" in one.rule for one in refused] == [True] * 5


def test_truth_values_are_read_as_programs_for_tables_save_them():
    project = dataset()
    out = members(project, "csv")
    loud = {name: data.replace(b",true", b",TRUE").replace(b",false", b",FALSE") for name, data in out.items()}
    assert imported(twin(project), "csv", loud) == (5, 0, [])
    assert Claim.objects.filter(layer__project__slug="twin", is_unsure=True, no_stance=True).count() == 1


@pytest.mark.parametrize("key", ["brat", "csv", "label-studio", "w3c"])
def test_readings_of_two_rounds_never_become_one(key):
    project = make.project()
    ann, document = make.member(project, "ann"), make.document(project, TEXT)
    make.claim(ann, document, "The bridge closes")
    make.round(project, closes=True)
    make.claim(ann, document, "The cafe stays open")
    assert Claim.objects.values("layer").distinct().count() == 2

    created, _, (refused,) = imported(twin(project), key, members(project, key))
    assert created == 1 and "one round at a time" in refused.remedy and "--round" in refused.remedy
    assert key == "csv" or ("round-1" in refused.rule and "round-2" in refused.rule)


def test_a_task_that_two_people_annotated_is_not_given_to_the_one_whom_it_names(project):
    value = {"start": 0, "end": 10, "text": "The bridge", "labels": ["Premise"]}
    region = {"id": "a", "type": "labels", "from_name": "label", "to_name": "text", "value": value}
    annotations = [{"completed_by": 3, "result": [region]}, {"completed_by": 4, "result": [region]}]
    task = {"data": {"text": TEXT, "annotator": "ann"}, "annotations": annotations}
    files = {"tasks.json": json.dumps([task]).encode()}
    created, _, refused = imported(project, "label-studio", files, mapping=MAP)
    assert created == 0 and ["'3'" in refused[0].rule, "'4'" in refused[1].rule] == [True, True]


def test_what_brat_says_of_a_relation_is_refused_by_name(project):
    lines = [mark("The bridge"), mark("said", "T2", "Says"), "R1\tsays Arg1:T1 Arg2:T2", "A1\tsure R1 yes"]
    files = brat(*lines, "#1\tAnnotatorNotes R1\tperhaps", "A2\tside T9 Con")
    created, _, refused = imported(project, "brat", files, username="ann", mapping=MAP)
    assert created == 1 and [one.value for one in refused] == [
        "attribute sure of R1",
        "note of R1",
        "attribute side of T9",
    ]


def test_results_of_label_studio_that_are_not_read_are_refused_by_name(project):
    value = {"start": 0, "end": 10, "text": "The bridge"}
    region = {"id": "a", "type": "labels", "from_name": "l", "to_name": "t", "value": value | {"labels": ["Premise"]}}
    rating = {"id": "a", "type": "rating", "from_name": "stars", "to_name": "t", "value": value | {"rating": 4}}
    task = {"data": {"text": TEXT}, "annotations": [{"result": [region, rating]}]}
    files = {"tasks.json": json.dumps([task]).encode()}
    created, _, (refused,) = imported(project, "label-studio", files, username="ann", mapping=MAP)
    assert created == 1 and refused.value == "stars (rating)"


def cas():
    """Return a CAS of another program, with values of several types, a slot and a list."""
    cassis = pytest.importorskip("cassis", reason="comes with the group “foreign”")
    types = cassis.TypeSystem()
    slot, mark = types.create_type("custom.Slot", "uima.cas.TOP"), types.create_type("custom.Mark")
    features = {"label": "String", "sure": "Boolean", "rank": "Integer", "slots": "FSArray", "words": "StringArray"}
    for name, kind in features.items():
        types.create_feature(mark, name, f"uima.cas.{kind}")
    types.create_feature(slot, "role", "uima.cas.String")
    types.create_feature(slot, "target", mark)
    found = cassis.Cas(types, sofa_string=TEXT)
    said = mark(begin=TEXT.index("said"), end=TEXT.index("said") + 4, label="Says")
    slots = types.get_type("uima.cas.FSArray")(elements=[slot(role="says", target=said)])
    words = types.get_type("uima.cas.StringArray")(elements=["a", "b"])
    found.add(mark(begin=0, end=10, label="Premise", sure=True, rank=2, slots=slots, words=words))
    found.add(said)
    return {"TypeSystem.xml": types.to_xml().encode(), "one.xmi": found.to_xmi().encode()}


def test_values_and_slots_of_a_cas_are_read_and_other_features_refused_by_name(project):
    mapping = [*MAP, "sure=true=type=evaluation", "rank=2=unsure"]
    created, _, (refused,) = imported(project, "cas-xmi", cas(), username="ann", mapping=mapping)
    assert created == 1 and refused.value == "Mark.words"
    claim = claim_dict(Claim.objects.get().pk)
    assert claim["attributes"] == {"type": "evaluation"} and claim["unsure"] and claim["cue"][0]["quote"] == "said"

    _, _, refused = imported(project, "cas-xmi", cas(), username="ann", mapping=MAP)
    assert [one.value for one in refused] == ["Mark.words", "sure=true", "rank=2"]


def test_where_the_words_stand_in_two_places_the_unit_must_be_named():
    project = make.project()
    make.member(project, "ann")
    text = make.document(project, "🙂 aaaa").text
    files = {"x/a.txt": text.encode(), "x/a.ann": b"T1\tPremise 4 5\ta\n"}
    created, _, (refused,) = imported(project, "brat", files, username="ann", mapping=MAP)
    assert created == 0 and "stand at each place" in refused.rule and "--offsets" in refused.remedy
    assert imported(project, "brat", files, username="ann", mapping=MAP, unit="utf16") == (1, 0, [])
    assert Span.objects.get().start == 3


def test_our_own_files_count_as_we_write_them():
    project = make.project()
    document = make.document(project, "🙂 aaaa")
    actions.put_claim(
        user=make.member(project, "ann"),
        claim_id=uuid.uuid4(),
        body={"document": str(document.pk), "spans": [{"start": 4, "end": 5, "quote": "a"}]},
        precondition=Precondition(),
        now=make.NOW,
    )
    for key in ("brat", "label-studio", "w3c"):
        other = twin(project, key)
        assert imported(other, key, members(project, key)) == (1, 0, [])
        assert Span.objects.get(claim__layer__project=other).start == 4


def test_the_words_around_a_quote_decide_between_units():
    project = make.project()
    make.member(project, "ann")
    text = "🙂 xaaay"
    make.document(project, text, external_id="two")
    quote = {"type": "TextQuoteSelector", "exact": "a", "prefix": "xa", "suffix": "ay"}
    selectors = [{"type": "TextPositionSelector", "start": 5, "end": 6}, quote]
    body = [{"type": "TextualBody", "purpose": "tagging", "value": "Premise"}]
    item = {"body": body, "target": {"source": "two", "selector": selectors}}
    files = {"one.jsonld": json.dumps([item]).encode()}
    assert imported(project, "w3c", files, username="ann", mapping=MAP) == (1, 0, [])
    assert Span.objects.get().start == 4

    del quote["prefix"], quote["suffix"]
    files = {"one.jsonld": json.dumps([item]).encode()}
    created, known, (refused,) = imported(project, "w3c", files, username="ann", mapping=MAP)
    assert created + known == 0 and "--offsets" in refused.remedy


def test_lines_of_annotations_end_at_line_feeds_only(project):
    body = {"type": "TextualBody", "purpose": "tagging", "value": "Premise"}
    note = {"type": "TextualBody", "value": "one\u2028two\x85three"}
    selector = [{"type": "TextPositionSelector", "start": 0, "end": 3}, {"type": "TextQuoteSelector", "exact": "The"}]
    item = {"body": [body, note], "target": {"source": "one", "selector": selector}}
    files = {"one.jsonl": "\n".join([json.dumps(item, ensure_ascii=False)] * 2).encode()}
    created, known, refused = imported(project, "w3c", files, username="ann", mapping=MAP)
    assert (created, known, refused) == (1, 1, []) or (created, refused) == (2, [])


def test_a_token_that_is_a_hash_is_no_comment():
    project = make.project()
    make.claim(make.member(project, "ann"), make.document(project, "# 1 is open."), "# 1")
    (data,) = (data for name, data in members(project, "conll").items() if name.endswith(".conll"))
    rows = [line.split("\t") for line in data.decode().splitlines() if line and not line.startswith("#")]
    assert [row[2:4] for row in rows[:3]] == [["#", "B-Claim"], ["1", "I-Claim"], ["is", "O"]]


@pytest.mark.parametrize("key", ["brat", "w3c", "conll"])
def test_what_a_claim_follows_is_counted_as_lost(key):
    project = world.project()
    follows = Claim.objects.filter(follows__isnull=False, layer__kind="annotator").exclude(layer__status="withdrawn")
    losses = json.loads(members(project, key)["losses.json"])["losses"]
    assert {one["what"]: one["count"] for one in losses}["follows"] == follows.count() > 0


def test_an_answer_without_a_meaning_is_listed_at_each_claim_that_has_it(project):
    lines = [mark("The bridge"), mark("The cafe", "T2"), "A1\tcolour T1 red", "A2\tcolour T2 red"]

    created, _, refused = imported(project, "brat", brat(*lines), username="ann", mapping=MAP)

    assert created == 0 and [refusal.value for refusal in refused] == ["colour=red", "colour=red"]


@pytest.mark.parametrize("key", ["csv", "w3c"])
def test_answers_that_are_entries_or_one_label_of_several_come_in_everywhere(key):
    project = make.project()
    ann, document = make.member(project, "ann"), make.document(project, TEXT)
    asked = [
        {"key": "addressee", "kind": "entity"},
        {"key": "about", "kind": "entity", "scope": "stance"},
        {"key": "grounds", "kind": "choice", "scope": "stance", "is_multiple": True, "labels": {"law": (), "cost": ()}},
    ]
    make.version(project, attributes=asked)
    make.round(project, closes=True)
    answers = {"about": {"name": "Harbour office"}, "grounds": ["law"]}
    stance = {"target": {"name": "Ferry"}, "value": "support", "attributes": answers}
    make.claim(ann, document, "The bridge", attributes={"addressee": {"name": "=Port"}}, stances=[stance])
    out = members(project, key)
    other = twin(project)
    make.version(other, attributes=asked)
    make.round(other, closes=True)

    assert imported(other, key, out) == (1, 0, [])
    claim = claim_dict(Claim.objects.get(layer__project=other).pk)
    names = dict(Speaker.objects.filter(corpus=other.corpus).values_list("name", "pk"))
    assert claim["attributes"] == {"addressee": {"id": str(names["=Port"])}}
    assert claim["stances"][0]["attributes"] == {"about": {"id": str(names["Harbour office"])}, "grounds": ["law"]}
    assert imported(other, key, out) == (0, 1, [])


def test_a_cas_whose_text_xml_cannot_hold_comes_back_with_all_that_is_said():
    pytest.importorskip("cassis", reason="comes with the group “foreign”")
    project = make.project()
    ann, text = make.member(project, "ann"), "The ferry\x0cruns. \uffff The bridge closes."
    document = make.document(project, text)
    said = make.claim(ann, document, "ferry\x0cruns", note="a \uffff b \ufffe\x0c")
    out = members(project, "cas-xmi")
    make.member(project, "ben")

    assert imported(project, "cas-xmi", out, username="ben") == (1, 0, [])
    found = claim_dict(Claim.objects.get(layer__annotator__username="ben").pk)
    assert found["spans"] == said["spans"] and found["note"] == said["note"]
    other = {name: data.replace(b"The ferry", b"The fairy") for name, data in out.items()}
    _, _, (refused,) = imported(project, "cas-xmi", other, username="ben")
    assert "The text differs" in refused.rule
