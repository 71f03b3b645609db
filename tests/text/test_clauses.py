"""Clause edges: every place where an expert would cut is offered, and a short sentence is not cut to pieces."""

from __future__ import annotations

import pytest

from corpus.text.outline import outline


def edges(text, language=""):
    sentence = outline(text, language).sentences[0]
    return sentence, set(sentence.starts), set(sentence.ends)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Tor Lind said that the quay leaks and that the ferry runs.", "the ferry runs"),
        (
            "The plan would raise rents in the old harbour and impede the sale of the coal dock.",
            "impede the sale of the coal dock",
        ),
        (
            "Members will keep the night ferry open but reject unpaid shifts, Tor Lind told the hall.",
            "reject unpaid shifts",
        ),
        (
            "Boats that have paid the new harbour fee since May, which was doubled, may stay until spring.",
            "which was doubled",
        ),
        (
            "The guild, operating in four ports of the northern coast, lost half of its members last year.",
            "operating in four ports of the northern coast",
        ),
        (
            "New fences were built along the eastern bank to prevent further landings by foreign crews.",
            "to prevent further landings by foreign crews",
        ),
        (
            "The dockers of Hallun loudly protest against the stay of the Osmeran fleet in the sound.",
            "the stay of the Osmeran fleet in the sound",
        ),
        (
            "The ferry stopped for good despite the promise of the council to pay for two more winters.",
            "despite the promise of the council to pay for two more winters",
        ),
        (
            "It moved the boats from the quay that was built by the guild in the last war to a shed.",
            "was built by the guild in the last war",
        ),
        ("The new rule (in force since May) hits small boats, says the guild.", "in force since May"),
        (
            "They asked whether the council would agree to a toll on the new bridge.",
            "whether the council would agree to a toll on the new bridge",
        ),
        (
            "The boats, as well as the shed on the eastern bank, belong to the Port Authority of Hallun.",
            "the shed on the eastern bank",
        ),
    ],
)
def test_the_parts_that_experts_mark_can_be_cut_out(text, claim):
    start = text.index(claim)
    _, starts, ends = edges(text)
    assert start in starts
    assert start + len(claim) in ends


def test_content_and_sentence_starts_are_always_offered():
    text = "“The quay,” said Tor Lind, “is shut.”"
    sentence, starts, ends = edges(text)
    assert sentence.start in starts
    assert {start for start, _ in sentence.content} <= starts
    assert {end for _, end in sentence.content} <= ends


def test_a_short_sentence_offers_few_edges():
    sentence, _, _ = edges("The old quay in Hallun leaks on rainy days.")
    assert len(sentence.starts) == 1
    assert len(sentence.ends) <= 2


def test_no_more_letters_are_offered_than_there_are():
    text = "He said " + ", and ".join(
        f"that the boat number {n} was sold to the guild because of rust" for n in range(30)
    )
    sentence, _, _ = edges(text + ".")
    assert max(len(sentence.starts), len(sentence.ends)) == 26


def test_dates_and_numbers_are_not_cut():
    text = "The treaty between both ports was signed by the two mayors on July 2, 2015, in a cold hall."
    _, starts, ends = edges(text)
    assert text.index("2015") not in starts
    assert text.index(", 2015") not in ends


def test_other_languages_offer_punctuation_and_groups_of_words():
    text = "Der alte Kai von Hallun bleibt bis zum Frühjahr geschlossen, sagte die Sprecherin."
    sentence, starts, ends = edges(text, "de")
    assert sentence.cue == ()
    assert text.index("sagte") in starts
    assert text.index(",") in ends
