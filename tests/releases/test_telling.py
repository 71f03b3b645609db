"""What a release says of itself is so: rules, splits and their reasons, decisions without the texts."""

from __future__ import annotations

import json

import pytest

from annotate.models import DecisionField, DecisionReading, Stance
from annotate.releases.tables import FlatTable, Place
from corpus.models import Target
from tests import make
from tests.releases.world import CLOSURE, World, read

pytestmark = pytest.mark.django_db
FOUND = {"detected": {"rule": "frames-1", "fields": ["mode"]}, "mode": "direct"}
ARTICLE = " ".join(f"Sentence {number} of a long article about the harbour and its bridge." for number in range(40))


@pytest.fixture
def world():
    return World()


def methods(release):
    return json.loads(read(release)["release.json"])["methods"]


def splits(release):
    lines = [line.split(",") for line in read(release)["splits.csv"].decode().splitlines()[1:]]
    return {id: (split, story) for id, split, story, *_ in lines}


def test_near_copies_that_were_not_compared_yet_are_one_story(world):
    one, other = (make.document(world.project, f"{ARTICLE}\n{end}") for end in ("So it stays.", "It stays so."))
    assert not hasattr(one, "sketch")
    placed = splits(world.release(selection={"documents": "all"}))
    assert placed[str(one.pk)] == placed[str(other.pk)]


def test_values_that_a_rule_found_are_counted_and_told_of(world):
    assert "No value that a rule had found in the text was taken over" in methods(world.release())
    world.gold_claim(world.two, "opposes the closure", **FOUND)
    made = world.release()
    assert "In 1 gold claim the annotator took over values that the rule frames-1 found" in methods(made)
    assert "- Rules: In 1 gold claim" in read(made)["README.md"].decode()
    record = json.loads(read(made)["release.json"])
    assert record["machine_suggestions"] == [] and record["detected"]["claims"] == {"frames-1": 1}


def test_the_methods_give_real_shares_beside_those_asked_for_and_tell_of_documents_without_a_date(world):
    make.document(world.project, ARTICLE)
    said = methods(world.release(selection={"documents": "all"}))
    assert "% where 80% were asked for" in said
    assert "1 document is placed by a hash, as the first of its story has no date." in said
    make.document(world.project, ARTICLE, source="The Gazette", published_on="2026-05-20")  # goes where the first goes
    assert "2 documents are placed by a hash, as the first of their story has no date." in methods(
        world.release(selection={"documents": "all"})
    )


def test_a_document_in_another_split_is_told_of_with_the_reason(world):
    first = world.release(splits={"train": 100, "validation": 0, "test": 0})
    again = world.release(splits={"train": 0, "validation": 0, "test": 100})
    assert splits(first) != splits(again)
    assert "changed the split, because the rule of the splits changed." in read(again)["README.md"].decode()


def test_without_the_texts_decided_values_are_whole_but_for_pieces_of_the_text(world):
    decision = DecisionField.objects.first().decision
    make_field = DecisionField(decision=decision, field="spans", basis="curator", value=CLOSURE, options=[CLOSURE])
    make_field.save()
    (found,) = map(json.loads, read(world.release(quote_characters=2))["decisions.jsonl"].splitlines())
    values = {one["field"]: (one["value"], one["options"]) for one in found["fields"]}
    assert values["spans"] == (CLOSURE[:2], [CLOSURE[:2]])
    (field,) = values.keys() - {"spans"}
    assert values[field][1] == ["support", "oppose"]


def test_who_represents_whom_stays_in_its_place_and_ids_stand_beside_names():
    speakers = [{"id": "1", "name": "Kim", "represents": None}]
    speakers.append({"id": "2", "name": "Kim", "represents": {"id": "3", "name": "League"}})
    claim = {"id": "c", "spans": [make.span("abc", "b")], "speakers": speakers, "proposition": None, "reported_by": []}
    claim |= {"mode": "", "attributes": {}, "no_stance": False}
    claim["stances"] = [{"target": {"id": "4", "name": "Bridge"}, "value": "support", "holder": None}]
    table = FlatTable(attributes=(), scores={})
    (row,) = table.rows(claim, "d", Place(external_id="", source="", published_on="", split="train"), 1)
    cells = dict(zip(table.columns, row, strict=True))
    wanted = {"speaker": "Kim | Kim", "speaker_ids": "1 | 2", "represents": " | League", "target_id": "4"}
    assert {name: cells[name] for name in wanted} == wanted and cells["holder"] == "Kim"


def test_entries_of_one_name_are_counted_apart(world):
    first = Target.objects.get(corpus=world.project.corpus, name="Closure of the bridge")
    other = make.entry(world.project, Target, first.name, disambiguation="the old one")
    made = world.gold_claim(world.two, "opposes the closure")
    Stance.objects.filter(claim=made).update(target=other)
    sides = world.release().figures["sides"]
    found = {(row["target"], row["target_id"], row["n"]) for row in sides}
    assert found == {(first.name, str(first.pk), 1), (f"{first.name} (the old one)", str(other.pk), 1)}


def test_the_methods_name_only_rounds_and_versions_that_were_read_in(world):
    make.version(world.project)
    make.round(world.project, name="Nobody came")
    made = world.release()
    record = json.loads(read(made)["release.json"])
    assert "Nobody came" not in record["methods"] and "version 2" not in record["methods"]
    assert [one["number"] for one in record["rounds"]] == [1] and len(record["codebooks"]) == 1
    assert "codebook/version-1.json" in read(made) and "codebook/version-2.json" not in read(made)


def test_the_methods_tell_what_one_reading_says_from_what_was_put_together(world):
    assert "1 put together from several readings" in methods(world.release())
    DecisionReading.objects.filter(layer__annotator=world.ann).update(is_whole=True)
    assert "1 as one reading has it" in methods(world.release())
