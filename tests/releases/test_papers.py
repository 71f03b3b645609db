"""What is asked is read strictly; differences, quotes and the list of files."""

from __future__ import annotations

import json
import uuid

import pytest

from annotate.payloads.problems import Invalid
from annotate.releases.card import yaml_text
from annotate.releases.contents import CONTENTS, kind_of, missing, ordered
from annotate.releases.difference import claim_key, compare
from annotate.releases.quoting import cut_quotes
from annotate.releases.settings import ReleaseSettings


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"titel": "x"}, "/titel"),
        ({"title": 7}, "/title"),
        ({"title": "a\0b"}, "/title"),
        ({"title": "a\u202eb"}, "/title"),
        ({"title": "x" * 301}, "/title"),
        ({"licence": "mine"}, "/licence"),
        ({"texts": True}, "/texts"),
        ({"doi": "zenodo.1"}, "/doi"),
        ({"quote_characters": -1}, "/quote_characters"),
        ({"quote_characters": True}, "/quote_characters"),
        ({"creators": "Lind"}, "/creators"),
        ({"creators": [{"given": "Tora"}]}, "/creators/0/name"),
        ({"creators": [{"name": "Lind", "orcid": "12"}]}, "/creators/0/orcid"),
        ({"splits": {"train": 90}}, "/splits/train"),
        ({"splits": {"by": "luck"}}, "/splits/by"),
        ({"splits": []}, "/splits"),
        ({"splits": {"seed": 2**40}}, "/splits/seed"),
        ({"selection": {"gold": "most"}}, "/selection/gold"),
        ({"selection": {"rounds": ["one"]}}, "/selection/rounds/0"),
        ({"selection": {"rounds": [str(uuid.uuid4())], "documents": "all"}}, "/selection/documents"),
        ({"selection": {"sources": "Bay Courier"}}, "/selection/sources"),
        ({"selection": {"sources": ["Bay Courier", 7]}}, "/selection/sources/1"),
        ({"selection": {"sources": [" "]}}, "/selection/sources/0"),
        ({"selection": {"from": "soon"}}, "/selection/from"),
        ({"selection": {"to": 20260501}}, "/selection/to"),
        ({"selection": {"from": "2026-05-02", "to": "2026-05-01"}}, "/selection/to"),
        ({"selection": {"first": "2026-05-02"}}, "/selection/first"),
    ],
)
def test_a_bad_field_is_refused_at_its_pointer(body, pointer):
    with pytest.raises(Invalid) as refused:
        ReleaseSettings.read(body)
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_what_was_asked_is_kept_as_it_was():
    asked = {
        "title": "Harbour",
        "doi": "https://doi.org/10.5281/zenodo.1234567",
        "creators": [{"name": "Lind", "given": "Tora"}],
        "splits": {"by": "ratio", "train": 50, "validation": 25, "test": 25, "seed": 3},
        "selection": {"rounds": [str(uuid.uuid4())], "gold": "all", "sources": ["B", "A", "B"], "from": "2026-05-01"},
    }
    found = ReleaseSettings.read(asked)
    assert ReleaseSettings.stored(found.as_dict()) == found and found.doi == "10.5281/zenodo.1234567"
    assert found.selection.sources == ("B", "A") and found.as_dict()["selection"]["from"] == "2026-05-01"
    before = ReleaseSettings().as_dict() | {"selection": {"rounds": [], "documents": "read", "gold": "finished"}}
    assert ReleaseSettings.stored(before) == ReleaseSettings()
    assert ReleaseSettings.stored(ReleaseSettings().as_dict()) == ReleaseSettings.read({})


def test_a_difference_names_what_was_added_removed_and_changed():
    def claim(id, **values):
        return {
            "id": id,
            "document": {"id": "d", "title": "x"},
            "spans": [{"start": 1, "end": 9, "quote": "A b c d."}],
        } | values

    one, two, three, four = (str(uuid.uuid4()) for _ in range(4))
    before = [claim(one), claim(two), claim(three)]
    cut = claim(one, spans=[{"start": 1, "end": 9, "quote": "A b"}], document={"id": "d", "title": "Renamed"})
    after = [cut, claim(three, mode="direct"), claim(four)]
    found = compare(map(claim_key, before), map(claim_key, after))
    assert found.as_dict() == {"added": [four], "removed": [two], "changed": [three]}


def test_text_for_yaml_has_no_character_that_yaml_does_not_take():
    text = "a\x7f\x85\x9f\ufeff\ufffe\uffffz “ß”"
    found = yaml_text(text)
    assert found == '"a\\u007f\\u0085\\u009f\\ufeff\\ufffe\\uffffz “ß”"' and json.loads(found) == text


def test_quotes_are_cut_wherever_they_stand_and_nothing_else():
    claim = {"note": "a long note", "speakers": [{"mention": [{"start": 0, "end": 6, "quote": "abcdef"}]}]}
    assert cut_quotes(claim, 2) == {
        "note": "a long note",
        "speakers": [{"mention": [{"start": 0, "end": 6, "quote": "ab"}]}],
    }
    assert claim["speakers"][0]["mention"][0]["quote"] == "abcdef"


def test_every_file_is_known_by_one_line_and_in_a_fixed_order():
    paths = [found.path.replace("*", "1") for found in CONTENTS]
    assert ordered(reversed(paths)) == paths and missing(paths) == []
    assert missing(paths[1:]) == ["README.md"]
    with pytest.raises(KeyError, match="CONTENTS"):
        kind_of("notes.txt")
