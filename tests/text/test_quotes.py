"""Quotations: pairs, paragraphs, apostrophes, strays and names in quotation marks."""

from __future__ import annotations

import pytest

from corpus.text.blocks import split_blocks
from corpus.text.outline import outline
from corpus.text.quotes import find_quotations


def quoted(text):
    return [text[a:b] for a, b in outline(text).quotes]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ('"It is shut," she said. "We know."', ['"It is shut,"', '"We know."']),
        ("“It is ‘quite’ shut,” she said.", ["“It is ‘quite’ shut,”"]),
        ("„Er ist zu“, sagte sie.", ["„Er ist zu“"]),
        ("« Il est fermé », dit-elle.", ["« Il est fermé »"]),
        ("»Er ist zu«, sagte sie.", ["»Er ist zu«"]),
        ("‘We don’t want the guilds’ boat,’ she said.", ["‘We don’t want the guilds’ boat,’"]),
        ("'Tis the dockers' quay since the '90s, isn't it?", []),
        ("‘It is “quite” shut,’ she said.", ["‘It is “quite” shut,’"]),
    ],
)
def test_pairs_are_found_with_their_marks(text, pieces):
    assert quoted(text) == pieces


@pytest.mark.parametrize(
    "text",
    [
        'She spoke to "Quay 24" on Monday.',
        "The “heads” of the port came.",
        "She read “The Long Way to Ishel” aloud.",
        "The so-called “quay peace” is over.",
        "His 6' 2\" frame filled the door.",
    ],
)
def test_names_titles_and_doubtful_words_are_no_quotations(text):
    assert quoted(text) == []


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("Lind called the plan “reckless.”", "“reckless.”"),
        ("The mayor said: “No.”", "“No.”"),
        ("“Never,” Lind said.", "“Never,”"),
    ],
)
def test_one_spoken_word_is_a_quotation(text, piece):
    assert quoted(text) == [piece]


def test_an_unclosed_quotation_runs_to_its_closing_mark_and_is_cut_at_frames():
    text = (
        '"The quay is shut, he said. It leaks.\n\nWe are sorry, he added.\n\nThe ferry runs," Lind said.\n\nIt rained.'
    )
    assert quoted(text) == ['"The quay is shut', "It leaks.", "We are sorry", 'The ferry runs,"']


def test_a_quotation_that_every_paragraph_opens_is_one():
    text = "“The quay is shut.\n\n“The ferry runs.\n\n“We are sorry,” Lind said."
    found = find_quotations(text, split_blocks(text))
    assert [len(quotation.pieces) for quotation in found] == [3]
    assert len({sentence.voice for sentence in outline(text).sentences}) == 1


def test_a_stray_mark_swallows_no_more_than_its_paragraph():
    text = '"The quay is shut.\n\nThe ferry "runs on time," Lind said.\n\nIt rained.'
    assert quoted(text) == ['"The quay is shut.', '"runs on time,"']


def test_a_closing_mark_out_of_reach_is_a_stray_too():
    text = '"The quay is shut.' + "\n\nIt rained all day." * 8 + '\n\nThe ferry runs," Lind said.'
    assert quoted(text) == ['"The quay is shut.']


@pytest.mark.parametrize("again", ["", "“"])
def test_a_verb_of_saying_inside_a_quotation_does_not_end_it(again):
    told = "Nobody from the guild has come, and the mayor has told us when it will. Nobody has told us, he has said so."
    text = f"“The quay is shut. {told}\n\n{again}We wait,” Lind said."
    assert quoted(text) == [f"“The quay is shut. {told}", f"{again}We wait,”"]


def test_words_get_marks_unless_they_begin_with_one():
    from corpus.text.quotes import in_marks

    assert in_marks("it is short") == "“it is short”"
    assert in_marks("“It is short,”") == "“It is short,”" and in_marks("„Kurz“") == "„Kurz“"
