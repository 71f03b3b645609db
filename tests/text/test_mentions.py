"""Names: what is one, where it ends, and which forms are the same."""

from __future__ import annotations

import pytest

from corpus.text.mentions import find_names
from corpus.text.outline import outline
from corpus.text.words import split_words


def names(text):
    return [(name.text, name.kind) for name in find_names(split_words(text, 0, len(text)))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was Foreign Minister Dana Vestrik who came.", [("Dana Vestrik", "person")]),
        ("Then Mr. Vasco de Brel spoke.", [("Vasco de Brel", "person")]),
        ("The Osmeran Ministry of Fisheries said so.", [("Osmeran Ministry of Fisheries", "body")]),
        ("A note of the Foreign Ministry Tor Lind read.", [("Foreign Ministry", "body"), ("Tor Lind", "person")]),
        ("The Union of Dock Workers met.", [("Union of Dock Workers", "body")]),
        ("Last Monday in November nothing moved.", []),
        ("Then Jan Vosk disagreed.", [("Jan Vosk", "person")]),
        ("Last April Tor Lind left.", [("Tor Lind", "person")]),
        ("The Quay Residents’ Association met.", [("Quay Residents’ Association", "body")]),
        ("The Dockers' Guild met.", [("Dockers' Guild", "body")]),
        ("The Women’s Guild met.", [("Women’s Guild", "body")]),
        ("The Home and School League met.", [("Home and School League", "body")]),
        ("Then the Quay and Ferry Board met.", [("Quay and Ferry Board", "body")]),
        ("Tor Lind and Port Authority crews met.", [("Tor Lind", "person"), ("Port Authority", "body")]),
        ("The Guild and the League met.", [("Guild", "body"), ("League", "body")]),
    ],
)
def test_names_are_cut_out_of_their_titles(text, expected):
    assert names(text) == expected


def test_speakers_are_resolved_inside_the_document():
    text = (
        "The quay is shut, Ishel mayor Brita Solheim said. Solheim said that it leaked. She added that it was old.\n\n"
        "The Osmeran Port Authority (OPA) rejected the plan. The authority said that it was late. "
        "The OPA warned that more would follow.\n\nThe Ishel mayor said that she knew."
    )
    speakers = [sentence.speaker for sentence in outline(text).sentences]
    assert speakers == ["Brita Solheim"] * 3 + ["Osmeran Port Authority"] * 3 + ["Brita Solheim"]


def test_a_later_full_name_serves_when_none_came_before():
    text = "Lind said that it rained. Tor Lind, a docker, said that it stopped."
    assert [sentence.speaker for sentence in outline(text).sentences] == ["Tor Lind", "Tor Lind"]


def test_the_speaker_comes_first_among_the_names_and_places_are_left_out():
    text = "Officials from the Port Authority in Hallun met Dana Vestrik in Ishel, Tor Lind said on Monday."
    assert outline(text).sentences[0].names == ("Tor Lind", "Port Authority", "Dana Vestrik")


@pytest.mark.parametrize("text", ["TOR LIND SHUTS THE QUAY", "Tor Lind Shuts The Old Quay"])
def test_headlines_give_no_names(text):
    assert outline(text).sentences[0].names == ()


def test_the_mention_is_the_name_and_not_the_title():
    text = "The quay is shut, guild spokesman Tor Lind said."
    start, end = outline(text).sentences[0].mention
    assert text[start:end] == "Tor Lind"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The transport ministry said it rained.", "Transport ministry"),
        ("The ministry of ferries said it rained.", "Ministry of ferries"),
        ("The dockers' union said it rained.", "Dockers’ union"),
        ("The dockers’ federation rejected the plan.", "Dockers’ federation"),
        ("A spokesman for the ferry ministry told Osterpress in Hallun that it rained.", "Ferry ministry"),
        ("A spokesman for the Ferry Ministry in Hallun said it rained.", "Ferry Ministry"),
        ("A port authority spokesman said it rained.", "Port authority"),
        ("Lind-Vosk's spokeswoman said it rained.", "Lind-Vosk’s spokeswoman"),
        ("Neither ministry rejected the plan.", ""),
        ("Officials said it rained.", ""),
        ("Osterpress said it rained.", "Osterpress"),
    ],
)
def test_speakers_without_a_full_name_get_a_readable_one(text, speaker):
    sentence = outline(text).sentences[0]
    assert sentence.speaker == speaker
    assert sentence.names[:1] == ((speaker,) if speaker else ())


def test_a_bare_noun_is_the_body_named_last_with_it():
    text = "The quay was shut by the ferry ministry. A spokesman for the ministry told Osterpress that it was safe."
    assert outline(text).sentences[1].speaker == "Ferry ministry"


def test_places_come_last_among_the_names():
    text = "It rained in Hallun. Then Hallun had sent Tor Lind some help."
    assert outline(text).sentences[1].names == ("Tor Lind", "Hallun")


@pytest.mark.parametrize(
    ("text", "speaker", "names"),
    [
        ("According to the harbour master, Paul Reyes is wrong.", "Harbour master", ("Harbour master", "Paul Reyes")),
        ("“It is old,” said the harbour master.", "Harbour master", ("Harbour master",)),
        ("Harbour master Ida Berg came. The harbour master said it rains.", "Ida Berg", ("Ida Berg",)),
        ("According to the harbour masters, it rains.", "", ()),
        ("According to the old pier, it rains.", "", ()),
    ],
)
def test_an_office_that_one_person_holds_is_a_speaker(text, speaker, names):
    found = outline(text).sentences[-1]
    assert (found.speaker, found.names) == (speaker, names)
