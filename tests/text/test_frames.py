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
        ("Lind denied that the quay was shut, the Port News Agency reported.", ["the quay was shut"]),
        ("Lind denied that the quay was shut, Osterpress reported on Monday.", ["the quay was shut"]),
        ("Lind said the quay was shut, Osterpress reported.", ["the quay was shut"]),
        ("The Quay Alliance said the ferry went too far.", ["the ferry went too far"]),
        ("The Quay Alliance said the ferry leaked.", ["the ferry leaked"]),
        ("The Quay Alliance reported losses caused by storms.", ["reported losses caused by storms"]),
        ("Jan Vosk disagreed, saying the gates had been open.", ["the gates had been open"]),
        ("Jan Vosk disagreed, arguing that the gates had been open.", ["the gates had been open"]),
        ("Jan Vosk rejected it, warning that the gates would fail.", ["rejected it", "the gates would fail"]),
        ("Jan Vosk said that the quay was shut, adding that it leaked.", ["the quay was shut", "it leaked"]),
        ("Jan Vosk called it “a ruse” and said that crews should decide.", ["“a ruse”", "crews should decide"]),
        ("Jan Vosk calls it “a ruse” and warns that crews decide.", ["“a ruse”", "crews decide"]),
        ("Jan Vosk came to the quay and said that it was shut.", ["it was shut"]),
        ("The guild left, saying nothing.", ["The guild left, saying nothing"]),
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
        ("Jan Vosk disagreed, saying that it leaks.", ["saying"]),
        ("Jan Vosk called it “a ruse” and said that crews should decide.", ["called", "said"]),
        ("He said the quay was shut.", ["He said"]),
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
        "The crew has left, and nobody has told us when it will come.",
        "Nobody told the guild that the quay was shut.",
        "The crew met after the court heard the case and ruled that it was late.",
    ],
)
def test_sentences_that_only_look_like_frames_have_none(text):
    assert first(text).cue == ()


def test_inside_a_quotation_only_the_outermost_frame_counts():
    text = "“The mayor said that the quay was shut,” the statement noted."
    assert cue(text) == ["noted"]
    assert content(text) == ["“The mayor said that the quay was shut,”"]


def test_who_relays_what_another_said_is_named_but_does_not_speak():
    sentence = first("Brita Solheim denied that the quay was shut, the Port News Agency reported.")
    assert sentence.speaker == "Brita Solheim"
    assert sentence.names == ("Brita Solheim", "Port News Agency")


def test_the_subject_of_a_participle_speaks():
    assert first("Jan Vosk disagreed, saying the gates had been open.").speaker == "Jan Vosk"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We wait. It leaks, he said.\n\nIt is old,” Lind said.", ["he said"]),
        ("“We wait. It leaks, said Tor Lind.\n\nIt is old,” Lind said.", ["said"]),
        ("“We wait. It leaks, and my neighbour told us why.\n\nIt is old,” Lind said.", []),
        ("“We wait. The mayor said that it leaks.\n\nIt is old,” Lind said.", []),
        ("“We wait. It leaks, nobody told us.\n\nIt is old,” Lind said.", []),
    ],
)
def test_inside_an_unclosed_quotation_a_frame_only_ends_a_sentence(text, expected):
    sentence = outline(text).sentences[1]
    assert [text[a:b] for a, b in sentence.cue] == expected
