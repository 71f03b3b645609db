"""Paragraphs: every visible character in exactly one block, in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.text.blocks import headline_block, split_blocks

TEXTS = st.text(alphabet=st.sampled_from("ab \n\t\u00a0\u2028é🙂"), max_size=80)


@given(TEXTS)
def test_blocks_hold_everything_but_line_feeds_and_blank_lines(text):
    blocks = split_blocks(text)
    inside = "".join(text[block.start : block.end] for block in blocks)
    assert "\n" not in inside
    assert "".join(inside.split()) == "".join(text.split())
    assert [block.index for block in blocks] == list(range(len(blocks)))


def test_hard_wrapped_lines_stay_together_and_blank_lines_part_paragraphs():
    text = "One line\nand the next\n\nA new paragraph\n"
    assert [block.has_gap for block in split_blocks(text)] == [True, False, True]


def test_long_lines_without_blank_lines_are_paragraphs():
    text = "\n".join(["word " * 40] * 3)
    assert [block.has_gap for block in split_blocks(text)] == [True, True, True]


def test_the_headline_is_found_behind_decoration_but_a_sentence_is_no_headline():
    text = "---\n\n## **Bridge to close**\n\nThe bridge will close."
    assert headline_block(text, split_blocks(text), "Bridge to close") == 1
    sentence = "The bridge will close.\nMore."
    assert headline_block(sentence, split_blocks(sentence), "The bridge will close.") is None
    assert headline_block(text, split_blocks(text), "Something else") is None
