"""CoNLL columns: one token a line, claims, stances, speakers and cues as BIO; out only.

Offsets stand first: a line that began with the token “#” would be a comment. Tokens are words and single signs
(`tokens.py`), sentences end with an empty line. A token is in a claim if they share a character.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.layers_out import LayerOut, layers_out
from annotate.formats.marks import CLAIM, CUE, SHARED_LOSSES, SPEAKER, has_loss, says_more
from annotate.formats.side_by_side import side_by_side
from annotate.formats.tokens import sentences, tokens

COLUMNS = ("claim", "stance", "cue", "speaker")
OUTSIDE = "\t".join("O" for _ in COLUMNS)
NESTING, PARTS, EDGES, VALUES = "nesting", "discontinuity", "edges", "values"
LOSSES = SHARED_LOSSES | {
    NESTING: "of claims, cues or mentions that share a token the longest is kept, and the others are left out",
    PARTS: "each part of discontinuous words begins anew with B",
    EDGES: "words that begin or end inside a token are widened to it",
    VALUES: "only the first stance's value is kept; mode, targets, names, proposition, reporters, attributes and notes "
    "are left out",
}
type Tokens = list[tuple[int, int]]


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    layers = layers_out(selection, losses)
    yield from side_by_side((f"{layer.folder}.conll", "".join(_lines(layer, losses)).encode()) for layer in layers)


def _lines(layer: LayerOut, losses: Losses) -> Iterator[str]:
    document = layer.document
    text = document["text"]
    places = [list(tokens(text, start, end)) for start, end in sentences(text, document["language"])]
    rows = _Columns([token for sentence in places for token in sentence], losses)
    for claim in sorted(layer.claims, key=lambda claim: -sum(span["end"] - span["start"] for span in claim["spans"])):
        rows.add(claim)
    yield f"# document = {document['id']}\n# columns = start end token {' '.join(COLUMNS)}\n"
    at = 0
    for sentence in places:
        for start, end in sentence:
            yield f"{start}\t{end}\t{text[start:end]}\t{rows.tags(at)}\n"
            at += 1
        yield "\n"


class _Columns:
    """The tags of each token, filled in by the longest claims first."""

    def __init__(self, places: Tokens, losses: Losses) -> None:
        self._places, self._losses = places, losses
        self._starts, self._ends = [start for start, _ in places], [end for _, end in places]
        self._tags: dict[str, dict[int, str]] = {column: {} for column in COLUMNS}
        self._tagged: set[int] = set()

    def add(self, claim: dict[str, Any]) -> None:
        id = claim["id"]
        if says_more(claim):
            self._losses.note(VALUES, id)
        if has_loss(claim):
            self._losses.note(PARTS, id)
        stance = next((stance["value"] for stance in claim["stances"] if stance["value"]), None)
        columns = {"claim": CLAIM} | ({"stance": stance} if stance else {})
        self._fill(columns, claim["spans"], id)
        self._fill({"cue": CUE}, claim["cue"], id)
        for speaker in claim["speakers"]:
            self._fill({"speaker": SPEAKER}, speaker["mention"], id)

    def tags(self, at: int) -> str:
        """Return the tags of a token with tabs between; most tokens are in no claim."""
        if at not in self._tagged:
            return OUTSIDE
        return "\t".join(self._tags[column].get(at, "O") for column in COLUMNS)

    def _fill(self, columns: dict[str, str], spans: Sequence[dict[str, Any]], id: str) -> None:
        runs = [range(bisect_right(self._ends, one["start"]), bisect_left(self._starts, one["end"])) for one in spans]
        first = next(iter(columns))
        if any(at in self._tags[first] for run in runs for at in run):
            self._losses.note(NESTING, id)
            return
        for span, run in zip(spans, runs, strict=True):
            if run and (self._starts[run[0]], self._ends[run[-1]]) != (span["start"], span["end"]):
                self._losses.note(EDGES, id)
            for at in run:
                self._tagged.add(at)
                for column, label in columns.items():
                    self._tags[column][at] = f"{'B' if at == run[0] else 'I'}-{label}"


FORMAT = Format(
    key="conll",
    name="BIO columns, CoNLL",
    extension="conll.zip",
    content_type="application/zip",
    description="One token a line with BIO columns for claims, stances, cues and speakers, a file for each annotator.",
    write=write,
    is_folder=True,
    losses=LOSSES,
)
