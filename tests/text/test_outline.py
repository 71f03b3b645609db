"""The outline as a whole: voices, invariants for any text, and time."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.text.blocks import split_blocks
from corpus.text.graphemes import is_boundary
from corpus.text.outline import outline

PIECES = [
    "Tor Lind said",
    "that",
    "“",
    "”",
    '"',
    "‘",
    "’",
    "the quay is shut",
    ", ",
    ". ",
    "\n\n",
    "he added",
    "According to",
    "the Port Authority",
    "(",
    ")",
    "—",
    " ",
    "👩‍👩‍👧",
    "e\u0301",
    "שלום",
    "!",
    "...",
    "U.S.",
    "Nov. 6",
    "\u200d",
    "«",
    "»",
    "and",
]
TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(["", "en-GB", "de", "zh"]))
def test_any_text_gives_a_sound_outline(text, language):
    blocks = split_blocks(text)
    found = outline(text, language)
    position = 0
    for sentence in found.sentences:
        block = blocks[sentence.block]
        assert block.start <= sentence.start < sentence.end <= block.end
        assert sentence.start >= position
        position = sentence.end
        check_sentence(text, sentence)
    covered = {index for s in found.sentences for index in range(s.start, s.end)}
    left_out = [n for n, char in enumerate(text) if n not in covered and not char.isspace()]
    assert not any(is_boundary(text, n) and is_boundary(text, n + 1) for n in left_out)
    check_quotes(text, blocks, found.quotes)


def check_sentence(text, sentence):
    assert sentence.content
    end_before = sentence.start
    for start, end in sentence.content:
        assert end_before <= start < end <= sentence.end
        assert text[start:end] == text[start:end].strip()
        assert is_boundary(text, start)
        assert is_boundary(text, end)
        end_before = end
    for start, end in (*sentence.cue, *([sentence.mention] if sentence.mention else [])):
        assert sentence.start <= start < end <= sentence.end
        assert is_boundary(text, start)
        assert is_boundary(text, end)
    for edges in (sentence.starts, sentence.ends):
        assert list(edges) == sorted(set(edges))
        assert 1 <= len(edges) <= 26
        assert all(sentence.start <= edge <= sentence.end and is_boundary(text, edge) for edge in edges)
    assert {sentence.start, sentence.content[0][0]} <= set(sentence.starts)
    assert len(sentence.names) <= 6


def check_quotes(text, blocks, quotes):
    assert list(quotes) == sorted(quotes)
    for start, end in quotes:
        assert text[start:end].strip() == text[start:end] != ""
        assert is_boundary(text, start)
        assert is_boundary(text, end)
        assert any(block.start <= start < end <= block.end for block in blocks)


def voices(text):
    return [sentence.voice for sentence in outline(text).sentences]


def test_one_speaker_goes_on_in_one_voice_and_narration_has_its_own():
    one, two, three, four, five = voices(
        "The quay is shut, Tor Lind said. He added that it leaked.\n\n"
        "It rained. The river rose.\n\nEva Holm said it would stop."
    )
    assert one == two
    assert three == four
    assert len({one, three, five}) == 3


def test_narration_in_another_paragraph_is_another_voice():
    one, two = voices("It rained.\n\nThe river rose.")
    assert one != two


def test_a_quotation_of_several_sentences_is_one_voice_with_one_speaker():
    text = "“The quay is shut. It leaks. We are sorry,” Tor Lind said. “It will take a year.”"
    found = outline(text).sentences
    assert {sentence.voice for sentence in found} == {found[0].voice}
    assert {sentence.speaker for sentence in found} == {"Tor Lind"}
    assert {sentence.mode for sentence in found} == {"direct"}


@pytest.mark.parametrize(
    "unit",
    [
        "“",
        '"a ',
        "he said, ",
        "Abc said, ",
        "a, ",
        "’s ‘a ",
        "Port of ",
        "a, saying that ",
        "Abc came and said that ",
        "A’ Guild and ",
        "Jan Abc and A Board ",
        "the a union ",
        "“a, he said. ",
        ".",
        "(",
        "according to a, ",
        "x who a ",
        "。",
        "a\n",
    ],
)
def test_hostile_texts_take_work_in_proportion_to_their_length(unit):
    """Work is counted in calls, because times say little on a busy machine."""

    def calls(length):
        n = 0

        def count(frame, event, argument):
            nonlocal n
            n += 1

        sys.setprofile(count)
        try:
            outline((unit * length)[:length])
        finally:
            sys.setprofile(None)
        return n

    # Four times the text; quadratic work would be sixteen times as much.
    assert calls(20_000) < 6 * calls(5_000) + 2_000
