"""Annotations of other programs: units of offsets, foreign labels, whose layers, and what is refused and listed."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied

from annotate.actions.annotations import Options, import_annotations
from annotate.formats import FORMATS
from annotate.formats.composing import BadMapping, LabelMap, pairs_of, pairs_of_file
from annotate.models import Claim, Layer, Span
from annotate.payloads.problems import Invalid
from annotate.records import claim_dict, claim_dicts
from corpus.models import Change, Document, Speaker
from tests import make
from tests.formats.folders import imported, members, twin

pytestmark = pytest.mark.django_db
TEXT = "🙂 The bridge closes. 👩‍👩‍👧 The cafe\u0301 stays open, said Tor Lind."
MAP = ["Premise=claim;type=evaluation", "Pro=stance=support", "side=Con=stance=oppose", "Says=cue", "by=speaker"]
MAP += ["Person=speaker", "says=cue"]


@pytest.fixture
def project():
    found = make.project()
    make.member(found, "ann")
    make.document(found, TEXT, external_id="one")
    return found


def offsets(unit, quote, text=TEXT):
    """Return where a quote stands, counted in a unit by this test's own means."""
    from corpus.text.graphemes import is_boundary

    start = text.index(quote)
    ends = (start, start + len(quote))
    if unit == "codepoints":
        return ends
    if unit == "graphemes":
        return tuple(sum(is_boundary(text, at) for at in range(end)) for end in ends)
    return tuple(len(text[:end].encode(unit)) // (2 if unit == "utf-16-le" else 1) for end in ends)


def brat(*lines, text=TEXT):
    return {"x/one.txt": text.encode(), "x/one.ann": "".join(f"{line}\n" for line in lines).encode()}


def mark(unit, quote, key="T1", label="Premise"):
    start, end = offsets(unit, quote)
    return f"{key}\t{label} {start} {end}\t{quote}"


def task(*regions):
    """Return a Label Studio file with these regions: (unit, quote, label) and no payload of ours."""
    results = []
    for number, (unit, quote, label) in enumerate(regions):
        start, end = offsets(unit, quote)
        value = {"start": start, "end": end, "text": quote, "labels": [label]}
        results.append({"id": f"r{number}", "type": "labels", "from_name": "l", "to_name": "t", "value": value})
    annotations = [{"result": results, "completed_by": {"username": "ann"}}]
    return {"tasks.json": json.dumps([{"data": {"text": TEXT}, "annotations": annotations}]).encode()}


def stored():
    return [span.quote for span in Span.objects.filter(role="content").order_by("start")]


@pytest.mark.parametrize("unit", ["codepoints", "utf-16-le", "utf-8"])
def test_the_unit_that_fits_every_quote_is_taken(project, unit):
    quotes = ["The bridge closes", "cafe\u0301 stays open", "Tor Lind"]
    lines = [mark(unit, quote, f"T{n}") for n, quote in enumerate(quotes, start=1)]

    created, _, refused = imported(project, "brat", brat(*lines), username="ann", mapping=MAP)

    assert (created, refused) == (3, []) and stored() == quotes


def test_wrong_quotes_and_offsets_are_listed_and_nothing_else_is_lost(project):
    right = mark("utf-16-le", "The bridge closes")
    lines = [right, "T2\tPremise 3 9\tThe ferry", "T3\tPremise 300 309\tThe ferry", "T4 broken", "Z1\tx"]

    created, _, refused = imported(project, "brat", brat(*lines), username="ann", mapping=MAP)

    assert created == 1 and stored() == ["The bridge closes"]
    said = {refusal.at: refusal for refusal in refused}
    assert set(said) == {"line 2", "line 3", "line 4", "line 5"}
    assert "'The ferry'" in said["line 2"].rule and "the text reads" in said["line 2"].rule
    assert "outside the text" in said["line 3"].rule and said["line 2"].file == "x/one.ann"


def test_a_file_that_counts_in_two_ways_gives_only_what_is_sure(project):
    lines = [mark("utf-16-le", "The bridge closes"), mark("codepoints", "Tor Lind", "T2")]
    created, _, refused = imported(project, "brat", brat(*lines), username="ann", mapping=MAP)
    # Each quote fits one unit only, so the words themselves say where they stand.
    assert created == 2 and not refused
    repeated = make.document(project, "🙂 aaaa bbbb 🙂 aaaa", external_id="two")
    lines = ["T1\tPremise 2 6\taaaa", "T2\tPremise 3 7\taaaa", "T3\tPremise 3 4\ta"]
    files = brat(*lines, text=repeated.text)
    _, _, refused = imported(project, "brat", files, username="ann", mapping=MAP)
    assert [refusal.at for refusal in refused] == ["line 3"] and "--offsets" in refused[0].remedy


def test_without_quotes_the_unit_must_be_named(project):
    spans = [[*offsets("graphemes", quote), "Premise"] for quote in ("The bridge closes", "cafe\u0301 stays open")]
    files = {"all.jsonl": json.dumps({"text": TEXT, "labels": spans}).encode()}

    created, _, refused = imported(project, "doccano", files, username="ann", mapping=MAP)
    assert created == 0 and len(refused) == 2 and "graphemes" in refused[0].remedy

    created, _, refused = imported(project, "doccano", files, username="ann", mapping=MAP, unit="graphemes")
    assert (created, refused) == (2, []) and stored() == ["The bridge closes", "cafe\u0301 stays open"]


def test_foreign_labels_become_what_the_mapping_says(project):
    lines = [
        mark("codepoints", "The bridge closes"),
        mark("codepoints", "said", "T2", "Says"),
        mark("codepoints", "Tor Lind", "T3", "Person"),
        mark("codepoints", "stays open", "T4", "Rebuttal"),
        "R1\tsays Arg1:T1 Arg2:T2",
        "R2\tby Arg1:T1 Arg2:T3",
        "A1\tside T1 Con",
        "A2\tcolour T1 red",
        "#1\tAnnotatorNotes T1\tLook again",
    ]
    created, _, refused = imported(project, "brat", brat(*lines), username="ann", mapping=MAP)
    assert created == 0 and [refusal.value for refusal in refused] == ["Rebuttal", "colour=red"]
    assert "so this claim was not brought in" in refused[1].rule

    more = [*MAP, "Rebuttal=ignore", "colour=red=unsure"]
    created, _, refused = imported(project, "brat", brat(*lines), username="ann", mapping=more)
    assert (created, [str(one) for one in refused]) == (1, [])
    claim = claim_dict(Claim.objects.get().pk)
    assert claim["speakers"][0]["name"] == "Tor Lind" and claim["speakers"][0]["mention"][0]["quote"] == "Tor Lind"
    assert claim["cue"][0]["quote"] == "said" and claim["attributes"] == {"type": "evaluation"}
    assert claim["stances"][0]["value"] == "oppose" and claim["unsure"] and claim["note"] == "Look again"
    assert Speaker.objects.get(name="Tor Lind").is_provisional


def test_a_claim_that_came_in_with_less_is_listed_and_never_doubled(project):
    files = brat(
        mark("codepoints", "The bridge closes"),
        mark("codepoints", "Tor Lind", "T2", "Person"),
        "R1\tsaid Arg1:T1 Arg2:T2",
    )
    created, _, refused = imported(project, "brat", files, username="ann", mapping=MAP)
    assert created == 1 and any("claims came in without what it links" in one.rule for one in refused)

    better = [*MAP, "said=speaker"]
    created, known, (refused,) = imported(project, "brat", files, username="ann", mapping=better)
    assert (created, known) == (0, 0) and "there already, with other values: speakers" in refused.rule
    assert imported(project, "brat", files, username="ann", mapping=MAP)[:2] == (0, 1)

    second = {"username": "ann", "mapping": better, "second_claims": True}
    assert imported(project, "brat", files, **second, dry_run=True)[:2] == (1, 0) and Claim.objects.count() == 1
    assert [imported(project, "brat", files, **second) for _ in range(2)] == [(1, 0, []), (0, 1, [])]
    assert sorted(len(claim["speakers"]) for claim in claim_dicts(Claim.objects.all())) == [0, 1]

    Claim.objects.all().delete()
    assert imported(project, "brat", files, username="ann", mapping=better) == (1, 0, [])
    twice = brat(*files["x/one.ann"].decode().splitlines(), mark("codepoints", "The bridge closes", "T3"))
    assert imported(project, "brat", twice, username="ann", mapping=better) == (1, 1, [])


def test_what_a_rule_filled_in_does_not_make_another_claim_of_it(project):
    document = Document.objects.get()
    words = {"start": TEXT.index("said"), "end": TEXT.index("said") + 4, "quote": "said"}
    bare = {"speakers": [], "stances": [], "attributes": {"type": "evaluation"}, "cue": [words]}
    found = make.claim(
        make.user("ann"), document, "The bridge closes", **bare, detected={"rule": "frames-1", "fields": ["cue"]}
    )
    assert found["detected"]["fields"] == ["cue"]
    files = brat(
        mark("codepoints", "The bridge closes"), mark("codepoints", "said", "T2", "Says"), "R1\tsays Arg1:T1 Arg2:T2"
    )

    assert imported(project, "brat", files, username="ann", mapping=MAP) == (0, 1, [])
    assert Claim.objects.count() == 1


def test_values_that_the_codebook_does_not_have_are_refused_as_by_the_api(project):
    files = brat(mark("codepoints", "The bridge closes"), mark("codepoints", "The", "T2", "Other"))
    mapping = ["Premise=claim;type=remark", "Other=claim;stance=against"]
    created, _, refused = imported(project, "brat", files, username="ann", mapping=mapping)
    assert created == 0 and Layer.objects.count() == 0
    assert "no label of “type”" in refused[0].rule + refused[1].rule
    assert any("no value of the stance scale" in refusal.rule for refusal in refused)


def test_a_cut_character_is_refused(project):
    files = brat(f"T1\tPremise {TEXT.index('cafe')} {TEXT.index('cafe') + 4}\tcafe")
    created, _, refused = imported(project, "brat", files, username="ann", mapping=MAP)
    assert created == 0 and "cuts the character" in refused[0].rule


def test_a_dry_run_says_the_same_and_stores_nothing(project):
    files = task(("utf-16-le", "The bridge closes", "Premise"), ("utf-16-le", "Tor", "Unknown"))
    dry = imported(project, "label-studio", files, mapping=MAP, dry_run=True)
    assert dry[0] == 1 and [refusal.value for refusal in dry[2]] == ["Unknown"]
    assert not Layer.objects.exists() and not Change.objects.filter(action="annotations.import").exists()

    assert imported(project, "label-studio", files, mapping=MAP) == dry
    assert imported(project, "label-studio", files, mapping=MAP)[:2] == (0, 1)
    changes = Change.objects.filter(action="annotations.import")
    assert len(set(changes.values_list("batch", flat=True))) == 1
    assert {change.actor.username for change in changes} == {"manager"}
    assert set(changes.values_list("object_type", flat=True)) == {"layer", "claim"}


def test_one_person_is_named_and_must_be_a_member(project):
    files = task(("utf-16-le", "The bridge closes", "Premise"))
    nobody = json.loads(files["tasks.json"])
    nobody[0]["annotations"][0]["completed_by"] = 7
    _, _, refused = imported(project, "label-studio", {"t.json": json.dumps(nobody).encode()}, mapping=MAP)
    assert "'7' is no member of this project" in refused[0].rule and "--as" in refused[0].remedy
    with pytest.raises(Invalid, match="'zoe' is no member"):
        imported(project, "label-studio", files, username="zoe")
    with pytest.raises(PermissionDenied, match="import annotations"):
        imported(project, "label-studio", files, user=make.user("ann"))
    with pytest.raises(PermissionDenied):
        imported(project, "label-studio", files, user=make.user("stranger"))


def test_readings_of_two_people_never_become_one(project):
    text = mark("codepoints", "Tor Lind").encode()
    files = {f"round-1/{name}/one.ann": text for name in ("ann", "ben")} | {"gold/one.ann": text}
    created, _, refused = imported(project, "brat", files, username="ann", mapping=MAP)
    assert created == 1  # the first, gold, is taken as ann's
    assert [refusal.remedy for refusal in refused] == ["import the files of one person at a time"] * 2
    created, _, refused = imported(project, "brat", files, mapping=MAP)
    assert [refusal.file for refusal in refused] == ["gold/one.ann", "round-1/ben/one.ann"]
    assert "only adjudication makes" in refused[0].rule and "'ben' is no member" in refused[1].rule


def test_documents_are_found_by_their_text_and_never_made(project):
    other = twin(project)
    assert imported(other, "brat", brat(mark("codepoints", "Tor Lind")), username="ann", mapping=MAP)[0] == 1
    files = brat("T1\tPremise 0 3\tNew", text="New text about a ferry.")
    files["x/two.ann"], files["x/two.txt"] = files["x/one.ann"], files["x/one.txt"]
    _, _, refused = imported(project, "brat", files, username="ann", mapping=MAP)
    assert [refusal.rule.partition(" ")[0] for refusal in refused] == ["The", "No"]
    assert Document.objects.filter(corpus=project.corpus).count() == 1
    make.document(project, TEXT, source="Bay Courier")
    files = {"x/a.txt": TEXT.encode(), "x/a.ann": mark("codepoints", "Tor Lind").encode()}
    _, _, refused = imported(project, "brat", files, username="ann", mapping=MAP)
    assert "Several documents have this text" in refused[0].rule


def test_a_text_with_other_line_ends_is_the_same_text(project):
    stored_text = make.document(project, "One line.\nThe bridge closes.", external_id="lines").text
    text = stored_text.replace("\n", "\r\n")
    start = text.index("The bridge")
    files = brat(f"T1\tPremise {start} {start + 17}\tThe bridge closes", text=text)
    assert imported(project, "brat", files, username="ann", mapping=MAP)[::2] == (1, [])
    assert Span.objects.get().start == stored_text.index("The bridge")


def test_a_layer_that_is_submitted_takes_nothing_new_and_knows_what_it_has(project):
    from annotate.actions import layers

    files = brat(mark("codepoints", "The bridge closes"))
    mapping = ["Premise=claim;stance=support"]
    make.claim(make.user("ann"), Document.objects.get(), "Tor Lind")
    assert imported(project, "brat", files, username="ann", mapping=mapping)[0] == 1
    Claim.objects.exclude(spans__quote="Tor Lind").get().delete()
    layers.submit_layer(user=make.user("ann"), document=Document.objects.get(), now=make.NOW)
    created, _, refused = imported(project, "brat", files, username="ann", mapping=mapping)
    assert created == 0 and "This layer is submitted" in refused[0].rule


def test_a_round_with_places_gives_one_or_refuses(project):
    ben = make.member(project, "ben")
    make.round(project, overlap=1, closes=True)
    files = brat(mark("codepoints", "The bridge closes"))
    assert imported(project, "brat", files, username="ann", mapping=MAP)[0] == 1
    _, _, refused = imported(project, "brat", files, username=ben.username, mapping=MAP)
    assert "All places of this document are taken" in refused[0].rule
    with pytest.raises(Invalid, match="no open round 'Round 9'"):
        imported(project, "brat", files, username="ann", round="Round 9")


def test_mappings_are_read_from_words_and_files():
    assert pairs_of(["a=claim", "side=Con=stance=oppose", "b=type=demand;unsure"]) == [
        ("a", "claim"),
        ("side=Con", "stance=oppose"),
        ("b", "type=demand;unsure"),
    ]
    assert pairs_of_file("m.json", b'{"a": "claim"}') == pairs_of_file("m.csv", b"a,claim\n") == [("a", "claim")]
    for bad in (["a"], ["a=nothing"], ["=claim"]):
        with pytest.raises(BadMapping, match="OLD=NEW"):
            pairs_of(bad)
    for name, data in (("m.json", b"[1]"), ("m.csv", b"a\n"), ("m.csv", b"\xff,x\n")):
        with pytest.raises(BadMapping, match="m\\."):
            pairs_of_file(name, data)


@pytest.mark.parametrize("key", [key for key, found in FORMATS.items() if found.read])
def test_files_that_are_not_in_the_format_are_refused(project, key):
    if FORMATS[key].library:
        pytest.importorskip(FORMATS[key].library, reason="comes with the group “foreign”")
    bad = [b"\xff\xfe", b"{}", b'[{"a": 1}]', b"[[[", b"<x/>", b"T1\tx 1\t", b"null", b'[{"target": {"source": 1}}]']
    for data in bad:
        for ending in ("ann", "jsonld", "json", "jsonl", "xmi", "spacy", "exe"):
            files = {f"x/one.{ending}": data, "TypeSystem.xml": data}
            created, known, refused = imported(project, key, files, username="ann")
            assert (created, known) == (0, 0) and refused


@pytest.mark.parametrize(
    "payload",
    [
        {"speakers": 5},
        {"speakers": [1]},
        {"speakers": [{"name": "x", "mention": {}}]},
        {"stances": [1]},
        {"stances": {"a": 1}},
        {"attributes": [1]},
        {"attributes": {"type": {"name": "\0"}}},
        {"cue": {"a": 1}},
        {"reported_by": 3},
        {"proposition": 3},
        {"id": {}, "note": 7},
        {"colour": "red"},
        {"speakers": [{"id": [], "name": "\0"}]},
    ],
)
def test_data_of_ours_that_were_broken_are_refused(project, payload):
    files = task(("utf-16-le", "The bridge closes", "Claim"), ("utf-16-le", "Tor Lind", "Claim"))
    tasks = json.loads(files["tasks.json"])
    tasks[0]["annotations"][0]["result"][0]["meta"] = {"text": [json.dumps({"standpoint": payload})]}
    created, _, refused = imported(project, "label-studio", {"t.json": json.dumps(tasks).encode()})
    assert created == 1 and refused and stored() == ["Tor Lind"]


def test_an_answer_that_is_an_entry_is_found_by_its_name():
    project = make.project()
    ann, document = make.member(project, "ann"), make.document(project, TEXT)
    make.version(project, attributes=[{"key": "addressee", "kind": "entity"}])
    make.round(project, closes=True)
    entry = make.entry(project, Speaker, "Port authority")
    make.claim(ann, document, "The bridge closes", attributes={"addressee": {"id": str(entry.pk)}})
    out = members(project, "w3c")
    other = twin(project)
    make.version(other, attributes=[{"key": "addressee", "kind": "entity"}])
    make.round(other, closes=True)
    own = make.entry(other, Speaker, "Port authority")
    created, _, refused = imported(other, "w3c", out)
    assert (created, refused) == (1, [])
    stored = Claim.objects.get(layer__project=other)
    assert claim_dict(stored.pk)["attributes"] == {"addressee": {"id": str(own.pk)}}


def test_a_reading_with_names_of_its_annotator_becomes_anothers(project):
    ann, ben = make.user("ann"), make.member(project, "ben")
    stance = {"target": {"name": "The closure"}, "value": "support"}
    make.claim(ann, Document.objects.get(), "The bridge closes", speakers=[{"name": "Tor Lind"}], stances=[stance])
    files = {name: data for name, data in members(project, "brat").items() if "/ann/" in name}
    created, _, refused = imported(project, "brat", files, username="ben")
    assert (created, refused) == (1, [])
    found = claim_dict(Claim.objects.get(layer__annotator=ben).pk)
    assert found["speakers"][0]["name"] == "Tor Lind" and Speaker.objects.filter(name="Tor Lind").count() == 1


def test_a_document_type_in_xml_is_refused(project):
    pytest.importorskip("cassis", reason="comes with the group “foreign”")
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    files = {"TypeSystem.xml": bomb, "x/one.xmi": b"<x/>"}
    _, _, refused = imported(project, "cas-xmi", files, username="ann")
    assert "DOCTYPE" in refused[0].rule


def test_who_reads_blind_learns_nothing_from_an_import(project):
    manager = make.user("manager")
    make.claim(manager, Document.objects.get(), "Tor Lind")
    files = brat(mark("codepoints", "The bridge closes"))
    how = {"format": FORMATS["brat"], "options": Options(username="ann", mapping=LabelMap.read(pairs_of(MAP)))}
    from tests.formats.folders import incoming

    (outcome,) = import_annotations(user=manager, project=project, files=incoming(files), now=make.NOW, **how)
    assert outcome.n_created == 0 and "blind yourself" in outcome.refused[0].rule

    own = {"format": FORMATS["brat"], "options": Options(username="manager", mapping=LabelMap.read(pairs_of(MAP)))}
    (outcome,) = import_annotations(user=manager, project=project, files=incoming(files), now=make.NOW, **own)
    assert outcome.n_created == 1 and not outcome.refused  # into the reading that is one's own, nothing is told


def test_every_format_that_is_read_says_how_its_files_end():
    assert [found.key for found in FORMATS.values() if found.read is not None and not found.endings] == []
