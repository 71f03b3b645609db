"""The outline of an article for the page: sentences, frames, clause edges, quotations, and who is named."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from corpus.text.blocks import split_blocks
from corpus.text.names import fold_name
from corpus.text.outline import Outline, Sentence, outline

# Bump it when the rules change: claims keep which rules detected their cue and mode.
RULE = "frames-2"


# Longer texts are read paragraph by paragraph: looking for frames takes about 2 ms for 1,000 characters.
MAX_OUTLINED = 150_000


@lru_cache(maxsize=48)
def outline_of(text: str, language: str, title: str = "") -> Outline:
    """Return the outline of an article, kept in memory because texts never change."""
    return outline(text, language, title) if len(text) <= MAX_OUTLINED else _by_paragraph(text)


def _by_paragraph(text: str) -> Outline:
    """Return an outline whose sentences are whole paragraphs, without frames and quotations."""
    found = []
    for block in split_blocks(text):
        line = text[block.start : block.end]
        start = block.start + len(line) - len(line.lstrip())
        end = block.end - len(line) + len(line.rstrip())
        found.append(
            Sentence(
                block=block.index,
                start=start,
                end=end,
                content=((start, end),),
                cue=(),
                mention=None,
                speaker="",
                mode="",
                voice=block.index,
                names=(),
                starts=(start,),
                ends=(end,),
            )
        )
    return Outline(sentences=tuple(found), quotes=())


def outline_state(found: Outline, speakers: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return the outline as the scripts read it; `speakers` are entries by folded name or alias.

    Sentences are objects with short keys, empty ones left out: a, z (start, end), p (content), c (cue), m (mention),
    w (speaker, an index into people), d (mode), v (voice), n (names), s, e (clause edges).
    """
    people: dict[str, int] = {}
    sentences = [_sentence(sentence, people) for sentence in found.sentences]
    return {
        "rule": RULE,
        "sentences": sentences,
        "quotes": found.quotes,
        "people": [speakers.get(fold_name(name), {"name": name}) for name in people],
    }


def _sentence(sentence: Sentence, people: dict[str, int]) -> dict[str, Any]:
    row: dict[str, Any] = {"a": sentence.start, "z": sentence.end, "p": sentence.content, "v": sentence.voice}
    if sentence.cue:
        row["c"] = sentence.cue
    if sentence.mention:
        row["m"] = sentence.mention
    if sentence.speaker:
        row["w"] = people.setdefault(sentence.speaker, len(people))
    if sentence.mode:
        row["d"] = sentence.mode
    if sentence.names:
        row["n"] = [people.setdefault(name, len(people)) for name in sentence.names]
    if sentence.starts:
        row["s"] = sentence.starts
    if sentence.ends:
        row["e"] = sentence.ends
    return row
