"""Sentences: where news prose is cut, and where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text.blocks import split_blocks
from corpus.text.graphemes import is_boundary
from corpus.text.sentences import split_sentences


def cut(text, language=""):
    return [text[a:b] for block in split_blocks(text) for a, b in split_sentences(text, block, language)]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Arlen met Gen. Dosk on Nov. 21 in Port Ishel.",
        "The U.S. Navy and the U.N. Mission left at 4 a.m. local time.",
        "J. K. Arlen of Hallun Dredging Inc. lost 2.5 million, i.e. No. 5 on the list.",
        "“Why?” she asked.",
        "“Stop!” Tor Lind shouted from the quay.",
        "The plan (see Fig. 3) cost 1,200.50 crowns vs. 900 before.",
        "PORT ISHEL, Talvora, Nov. 6 (Agency A) — The quay is shut.",
        "1. The first item is the bridge.",
        "Write to lind@quay.example.org or see https://example.org/a.b?c=d. html is fine.",
        "The text […] Goes on after the gap.",
        "He came; she left; nobody stayed.",
        "The ferry... never came.",
    ],
)
def test_one_sentence_stays_whole(text):
    assert cut(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "The quay is shut.| The ferry runs.",
        "He lives in the U.S.| The court knows that.",
        "It was signed on Nov. 21.| Traders left.",
        "Is it shut?!| Yes.",
        "“It is shut.”| The mayor left.",
        "“It is shut,” she said.| “We know.”",
        "(It is shut.)| The mayor left.",
        "It began in 1994.| 20 ships sank.",
        "Nobody came…| The quay was empty.",
        "It went up.| iQuay shares fell.",
        "She chose plan B.| The rest is known.",
        "The quay was shut.[3]| The ferry ran.",
        "The quay was shut.|The ferry ran.",
        "**It is shut.**| The mayor left.",
    ],
)
def test_two_sentences_are_parted(text):
    assert cut(text.replace("|", "")) == [part.strip() for part in text.split("|")]


def test_decoration_bullets_and_headlines_are_sentences_of_their_own_lines():
    text = "---\n\n## **Bridge to close**\n\n* The quay is shut\n* The ferry runs. It is full.\n***"
    assert cut(text) == [
        "---", "## **Bridge to close**", "* The quay is shut", "* The ferry runs.", "It is full.", "***",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Kai ist zu.| Die Fähre fährt am 3. Mai.", "de"),
        ("Причал закрыт.| Паром идёт.", "ru"),
        ("港口关闭了。|渡船还在。", "zh"),
        ("هل أغلق الميناء؟| نعم.", "ar"),
        ("घाट बंद है।| नाव चलती है।", "hi"),
        ("Nordhamnen är stängd.| Mr är ett ord.", "sv"),
    ],
)
def test_other_languages_are_cut_at_their_own_stops(text, language):
    assert cut(text.replace("|", ""), language) == [part.strip() for part in text.split("|")]


@given(st.text(alphabet=st.sampled_from('aB .!?…。"”“)1\n\u0301\u200d😀'), max_size=80), st.sampled_from(["", "de"]))
def test_sentences_hold_every_visible_character_in_order(text, language):
    spans = [span for block in split_blocks(text) for span in split_sentences(text, block, language)]
    covered = {index for start, end in spans for index in range(start, end)}
    # What is left out besides space is a mark that combines with a space.
    left_out = [n for n, char in enumerate(text) if n not in covered and not char.isspace()]
    assert not any(is_boundary(text, n) and is_boundary(text, n + 1) for n in left_out)
    assert spans == sorted(spans)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
