"""The statement table of the Discourse Network Analyzer: who agrees or disagrees with which concept, and when.

Columns, separator and times are those of its event list (Leifeld, DNA 3: `Exporter.eventCSV`); start, stop, the id
of the claim and who coded it follow them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.csv import safe
from annotate.formats.marks import SHARED_LOSSES, WITHDRAWN
from annotate.formats.reading import claim_lines
from annotate.formats.sink import taken
from annotate.formats.speakers import BODIES, speaker_kinds
from annotate.formats.tables.of_claims import GAP, Views

COLUMNS = (
    *("statement ID", "time", "document ID", "document title", "author", "source", "section", "type", "text"),
    *("person", "organization", "concept", "agreement", "start", "stop", "claim", "coder"),
)
ROWS_AT_ONCE = 200
LOSSES = {
    "no_stance": "a claim without stance, or whose stance has no target, has no row",
    "undecided": "a stance that neither agrees nor disagrees (no score, or 0) has no row",
    "joint": "a row names the first speaker only",
    "holder": "who speaks is left out where somebody else holds the stance, or where a body speaks for another",
    "unsorted": "a speaker whose kind is not set stands as a person",
    "chain": "who reported it is left out",
    "discontinuous": "the parts of a claim are joined by […]; start and stop are those of the whole",
    "proposition": "the canonical claim and the relation to it are left out",
    "answers": "mode, attributes, cue, mentions, unsure and note are left out",
    "score": "agreement is 1 or 0, whatever the strength of the score",
    WITHDRAWN: SHARED_LOSSES[WITHDRAWN],
    "undated": "a document without a day of publication has no time",
}


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    yield Member(path="statements.csv", pieces=_pieces(selection, losses))


def _pieces(selection: Selection, losses: Losses) -> Iterator[bytes]:
    views, kinds, number = Views(selection.project.codebook_id), speaker_kinds(selection), 0
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    yield taken(buffer)
    for claim in claim_lines(selection):
        if claim.get("withdrawn"):
            losses.note(WITHDRAWN, claim["id"])
            continue
        _note(claim, losses)
        for stance in claim["stances"]:
            agreement = _agreement(claim, stance, views, losses)
            if agreement is not None:
                number += 1
                writer.writerow([number, *_row(claim, stance, agreement, kinds, losses)])
        if buffer.tell() > ROWS_AT_ONCE * 300:
            yield taken(buffer)
    yield taken(buffer)


def _agreement(claim: dict[str, Any], stance: dict[str, Any], views: Views, losses: Losses) -> int | None:
    """Return 1, 0, or None where the stance has no place in the table."""
    score = views.score(claim["codebook"]["version"], stance["value"])
    if stance["target"] is None:
        return None
    if not score:
        losses.note("undecided", claim["id"])
        return None
    if abs(score) != 1:
        losses.note("score", claim["id"])
    return int(score > 0)


def _row(
    claim: dict[str, Any], stance: dict[str, Any], agreement: int, kinds: dict[str, str], losses: Losses
) -> list[Any]:
    document, spans = claim["document"], claim["spans"]
    person, organization = _actors(claim, stance, kinds, losses)
    day = document["published_on"]
    text = GAP.join(span["quote"] for span in spans)
    words = (f"{day} 00:00:00" if day else "", document["id"], document["title"], "", document["source"], "", "", text)
    return [
        *map(safe, (*words, person, organization, stance["target"]["name"])),
        *(agreement, spans[0]["start"], spans[-1]["end"], claim["id"], safe(claim["annotator"] or "")),
    ]


def _actors(claim: dict[str, Any], stance: dict[str, Any], kinds: dict[str, str], losses: Losses) -> tuple[str, str]:
    """Return person and organization: the holder that is named, else the first speaker and whom they represent."""
    speaker = claim["speakers"][0] if claim["speakers"] else None
    who = stance["holder"] or speaker
    if who is None:
        return "", ""
    if who["id"] not in kinds:
        losses.note("unsorted", claim["id"])
    represents = speaker["represents"] if speaker is not None and stance["holder"] is None else None
    is_body = kinds.get(who["id"]) in BODIES
    if speaker is not None and (who["id"] != speaker["id"] or (is_body and represents)):
        losses.note("holder", claim["id"])
    if is_body:
        # A body that speaks for another: the one whose stance it is.
        return "", (represents or who)["name"]
    return who["name"], represents["name"] if represents else ""


def _note(claim: dict[str, Any], losses: Losses) -> None:
    id, document = claim["id"], claim["document"]
    answers = any(claim.get(name) for name in ("mode", "attributes", "cue", "unsure", "note", "detected"))
    answers |= any(stance.get("attributes") for stance in claim["stances"])
    lost = {
        "no_stance": not claim["stances"] or any(stance["target"] is None for stance in claim["stances"]),
        "joint": len(claim["speakers"]) > 1,
        "chain": bool(claim["reported_by"]),
        "discontinuous": len(claim["spans"]) > 1,
        "proposition": claim["proposition"] is not None,
        "answers": answers or any(speaker["mention"] for speaker in claim["speakers"]),
        "undated": document["published_on"] is None,
    }
    for what, is_lost in lost.items():
        if is_lost:
            losses.note(what, id)


FORMAT = Format(
    key="dna",
    name="Statement table of the Discourse Network Analyzer",
    extension="dna.zip",
    content_type="application/zip",
    description="One row for each statement with person, organization, concept and agreement, for discourse networks.",
    write=write,
    is_folder=True,
    losses=LOSSES,
)
