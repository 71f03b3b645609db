"""Frames: who is said to speak, in which words, and what is left as content."""

from __future__ import annotations

import pytest

from corpus.text.outline import outline


def first(text):
    return outline(text).sentences[0]


def content(text):
    return [text[a:b] for a, b in first(text).content]


def cue(text):
    return [text[a:b] for a, b in first(text).cue]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The quay will stay shut, Tor Lind said.", ["The quay will stay shut"]),
        ("“The quay is shut,” said Tor Lind, who chairs the guild.", ["“The quay is shut,”"]),
        ("“The quay,” said Tor Lind, “is shut.”", ["“The quay,”", "“is shut.”"]),
        ("Tor Lind said on Monday that the quay was shut.", ["the quay was shut"]),
        ("Tor Lind, who chairs the guild, said the quay was shut.", ["the quay was shut"]),
        ("According to Tor Lind, the quay is shut.", ["the quay is shut"]),
        ("The quay is shut, according to Tor Lind.", ["The quay is shut"]),
        ("Tor Lind told Agency A Nov. 21 that the quay was shut.", ["the quay was shut"]),
        ("It was also stressed that the quay was shut.", ["the quay was shut"]),
        ("The letter says that the quay is shut.", ["the quay is shut"]),
        ("In response to a question about rents, Lind said that the quay was shut.", ["the quay was shut"]),
        ("The quay, Lind said, will stay shut.", ["The quay", "will stay shut"]),
        ("The quay is shut, he said, adding that it leaks.", ["The quay is shut", "it leaks"]),
        ("As Tor Lind noted, the quay is shut.", ["the quay is shut"]),
        ("In her view, the quay is safe.", ["the quay is safe"]),
        ("Tor Lind called it “reckless.”", ["it “reckless.”"]),
        ("The guild thanked the crew for the ferry.", ["thanked the crew for the ferry"]),
        ("Tor Lind expressed regret that nobody came.", ["nobody came"]),
        ("PORT ISHEL, Talvora, Nov. 6 (Agency A) — The quay is shut, Tor Lind said.", ["The quay is shut"]),
        ("* The quay is shut!", ["The quay is shut"]),
    ],
)
def test_content_is_the_sentence_without_its_frame(text, expected):
    assert content(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The quay is shut, he said.", ["he said"]),
        ("The quay is shut, Tor Lind told members on Monday.", ["told"]),
        ("According to Tor Lind, the quay is shut.", ["According to"]),
        ("It was noted that the quay was shut.", ["It was noted"]),
        ("The guild has repeatedly said that the quay is shut.", ["has repeatedly said"]),
        ("The quay is shut, he said, adding that it leaks.", ["he said", "adding"]),
        ("Lind went on to say that the quay was shut.", ["went on to say"]),
    ],
)
def test_the_cue_holds_the_attributing_words(text, expected):
    assert cue(text) == expected


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("“The quay is shut,” Lind said.", "direct"),
        ("Lind said the quay was shut.", "indirect"),
        ("Lind said the quay “leaks like a sieve” and would stay shut.", "mixed"),
        ("The guild protested against the closure.", "reported"),
        ("Lind stressed the importance of the quay.", "reported"),
        ("Lind is calling for a ferry.", "reported"),
        ("The quay was built in 1951.", ""),
        ("The “head” of the port came.", ""),
    ],
)
def test_the_mode_tells_how_words_are_rendered(text, mode):
    assert first(text).mode == mode


@pytest.mark.parametrize(
    "text",
    [
        "The stated goal was missed.",
        "The ministry is expected to meet on Monday.",
        "The note of protest was handed over.",
        "The guild’s note on rents was lost.",
        "A spokesman declined to comment.",
        "Members met in the hall, which is old.",
    ],
)
def test_sentences_that_only_look_like_frames_have_none(text):
    assert first(text).cue == ()


def test_inside_a_quotation_only_the_outermost_frame_counts():
    text = "“The mayor said that the quay was shut,” the statement noted."
    assert cue(text) == ["noted"]
    assert content(text) == ["“The mayor said that the quay was shut,”"]
