"""Layers and claims of a restore, written many at a time under their own ids, versions and times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F

from annotate import records
from annotate.actions.claim_rows import ANSWER_COLUMNS, SPAN_COLUMNS, answer_rows
from annotate.actions.restoring.entries import Entries
from annotate.actions.restoring.lines import ClaimLine, LayerLine
from annotate.actions.restoring.places import Place
from annotate.models import (
    Adjudication,
    Answer,
    Claim,
    ClaimSpeaker,
    Layer,
    LayerKind,
    LayerStatus,
    NoClaimMark,
    Reporter,
    Span,
    SpanRole,
    Stance,
    Submission,
)
from annotate.payloads.codebooks import CodebookView, load_codebook
from corpus.database.bulk import Among, insert_rows
from corpus.models import Entry, Speaker, Target

LAYER_COLUMNS = (
    "id", "kind", "project_id", "document_id", "round_id", "annotator_id", "codebook_version_id", "status",
    "has_nothing_to_code", "has_place", "lease_expires_at", "n_claims", "version", "created_at", "updated_at",
    "submitted_at",
)  # fmt: skip
CLAIM_COLUMNS = (
    "id", "layer_id", "mode", "proposition_id", "relation", "no_stance", "is_unsure", "note", "detected_by",
    "detected_fields", "follows", "version", "created_at", "updated_at",
)  # fmt: skip
LAYER_ANSWER_COLUMNS = ("attribute_id", "layer_id", "label_id", "entity_id", "number", "flag", "text")

# What a line of `jsonl` says of its claim beside the claim itself.
SAID_ONCE = ("project", "annotator", "layer_kind", "codebook", "withdrawn")

type Placed = tuple[UUID, LayerLine]


def insert_layers(place: Place, found: Sequence[Placed], entries: Entries, *, submits: bool = True) -> None:
    """Write whole layers, each with the id of its document, and everything in them.

    `submits` keeps submitted readings as what was submitted, where the files do not hold the submissions.
    """
    insert_rows(Layer, LAYER_COLUMNS, [_layer(place, document, line) for document, line in found])
    views = {line.id: load_codebook(place.versions[line.codebook[1]]) for _, line in found}
    marks = [(line.id, mark.start, mark.end, mark.quote) for _, line in found for mark in line.no_claim]
    insert_rows(NoClaimMark, ("layer_id", "start", "end", "quote"), marks)
    answers = [
        tuple(getattr(row, name) for name in LAYER_ANSWER_COLUMNS)
        for _, line in found
        for row in answer_rows(views[line.id], "document", line.attributes, layer_id=line.id)
    ]
    insert_rows(Answer, LAYER_ANSWER_COLUMNS, answers)
    insert_claims([(views[line.id], claim) for _, line in found for claim in line.claims], entries)
    if submits:
        _note_submitted(place, found)
    for document, line in found:
        state = {
            "document": str(document),
            "round": str(line.round),
            "annotator": place.annotators.get(line.annotator or ""),
            "status": line.status,
            "version": line.version,
        }
        place.batch.add("layer", line.id, before=None, after=state)


def _layer(place: Place, document: UUID, line: LayerLine) -> tuple[Any, ...]:
    return (
        line.id, line.kind, place.project.pk, document, line.round, place.annotators.get(line.annotator or ""),
        place.versions[line.codebook[1]], line.status, line.nothing_to_code, False, None, len(line.claims),
        line.version, line.created_at, line.updated_at, line.submitted_at,
    )  # fmt: skip


def _note_submitted(place: Place, found: Sequence[Placed]) -> None:
    """Keep submitted readings as what was submitted: earlier ones are not in the files. Their units count anew."""
    submitted = [
        (document, line)
        for document, line in found
        if line.kind == LayerKind.ANNOTATOR and line.status == LayerStatus.SUBMITTED
    ]
    readings = _readings([line.id for _, line in submitted])
    Submission.objects.bulk_create(
        Submission(
            layer_id=line.id,
            number=1,
            codebook_version_id=place.versions[line.codebook[1]],
            reading=readings[line.id],
            n_claims=len(line.claims),
            submitted_at=line.submitted_at or line.updated_at,
        )
        for _, line in submitted
    )
    Adjudication.objects.bulk_create(
        [Adjudication(project=place.project, document_id=id) for id in dict.fromkeys(id for id, _ in submitted)],
        ignore_conflicts=True,
    )


def _readings(ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return readings as a submission freezes them: what is stored, not what a file said."""
    rows = list(Layer.objects.filter(Among(F("pk"), [id.hex for id in ids])).order_by("id")) if ids else []
    readings = records.layer_dicts(rows, registries=records.Registries.as_chosen()) if rows else []
    return {row.pk: reading for row, reading in zip(rows, readings, strict=True)}


def renew_submissions(ids: list[UUID]) -> None:
    """Freeze the readings of restored layers anew, with the claims that were added to them."""
    rows = list(Submission.objects.filter(Among(F("layer"), [id.hex for id in ids]), layer__status="submitted"))
    readings = _readings([row.layer_id for row in rows])
    for row in rows:
        row.reading = readings[row.layer_id]
        row.n_claims = len(row.reading["claims"])
    Submission.objects.bulk_update(rows, ["reading", "n_claims"], batch_size=100)


def insert_claims(found: Sequence[tuple[CodebookView, ClaimLine]], entries: Entries) -> None:
    """Write claims with everything that hangs on them. At most 9 queries, and one for each double."""
    insert_rows(Claim, CLAIM_COLUMNS, [_claim(line) for _, line in found])
    lines = [line for _, line in found]
    people = [row for line in lines for row in _speakers(line, entries)]
    insert_rows(ClaimSpeaker, ("claim_id", "position", "speaker_id", "represents_id"), people)
    insert_rows(
        Reporter, ("claim_id", "position", "speaker_id"), [r for line in lines for r in _reporters(line, entries)]
    )
    links = _ids(ClaimSpeaker, [line.id for line in lines if any(one.mention for one in line.claim.speakers)])
    insert_rows(Span, SPAN_COLUMNS, [row for line in lines for row in _spans(line, links)])
    columns = ("claim_id", "position", "holder_id", "target_id", "value_id")
    insert_rows(Stance, columns, [row for view, line in found for row in _stances(view, line, entries)])
    stances = _ids(Stance, [line.id for line in lines if any(one.attributes for one in line.claim.stances)])
    insert_rows(Answer, ANSWER_COLUMNS, [row for view, line in found for row in _answers(view, line, stances)])
    rows = Claim.objects.filter(Among(F("pk"), [line.id.hex for line in lines]))
    for claim in records.claim_dicts(rows, registries=records.Registries.as_chosen()) if lines else ():
        entries.batch.add("claim", claim["id"], before=None, after=claim)


def _claim(line: ClaimLine) -> tuple[Any, ...]:
    claim = line.claim
    proposition = claim.proposition.id if claim.proposition else None
    return (
        line.id, line.layer, claim.mode, proposition, claim.relation if proposition else "", claim.no_stance,
        claim.unsure, claim.note, claim.detected.rule, " ".join(claim.detected.fields), line.follows, line.version,
        line.created_at, line.updated_at,
    )  # fmt: skip


def _ids(model: Any, claims: list[UUID]) -> dict[tuple[UUID, int], int]:
    """Return the ids that the database gave to what hangs on claims, by claim and position."""
    if not claims:
        return {}
    rows = model.objects.order_by().filter(Among(F("claim_id"), [id.hex for id in claims]))
    return {(claim, position): id for claim, position, id in rows.values_list("claim_id", "position", "id")}


def _distinct(ids: Sequence[UUID | None], model: type[Entry], entries: Entries) -> list[UUID | None]:
    """Return the ids with each one once: where merges made two entries one, a merged one stands for the second."""
    seen: dict[UUID, int] = {}
    found: list[UUID | None] = []
    for id in ids:
        nth = 0 if id is None else seen.get(id, 0)
        found.append(id if id is None or nth == 0 else entries.double(model, id, nth))
        if id is not None:
            seen[id] = nth + 1
    return found


def _speakers(line: ClaimLine, entries: Entries) -> Iterator[tuple[Any, ...]]:
    own = _distinct([one.entry.id for one in line.claim.speakers], Speaker, entries)
    for position, (id, speaker) in enumerate(zip(own, line.claim.speakers, strict=True)):
        yield line.id, position, id, speaker.represents.id if speaker.represents else None


def _reporters(line: ClaimLine, entries: Entries) -> Iterator[tuple[Any, ...]]:
    for position, id in enumerate(_distinct([one.id for one in line.claim.reported_by], Speaker, entries)):
        yield line.id, position, id


def _stances(view: CodebookView, line: ClaimLine, entries: Entries) -> Iterator[tuple[Any, ...]]:
    seen: dict[tuple[UUID | None, UUID], int] = {}
    for position, stance in enumerate(line.claim.stances):
        holder = stance.holder.id if stance.holder else None
        target = stance.target.id if stance.target else None
        if target is not None:
            nth = seen.get((holder, target), 0)
            seen[holder, target] = nth + 1
            target = target if nth == 0 else entries.double(Target, target, nth)
        yield line.id, position, holder, target, view.stances[stance.value].id if stance.value is not None else None


def _spans(line: ClaimLine, links: dict[tuple[UUID, int], int]) -> Iterator[tuple[Any, ...]]:
    groups: list[tuple[SpanRole, int | None, Any]] = [
        (SpanRole.CONTENT, None, line.claim.spans),
        (SpanRole.CUE, None, line.claim.cue),
    ]
    groups += [
        (SpanRole.MENTION, links[line.id, position], one.mention)
        for position, one in enumerate(line.claim.speakers)
        if one.mention
    ]
    for role, link, spans in groups:
        for position, span in enumerate(spans):
            yield line.id, role.value, link, position, span.start, span.end, span.quote


def _answers(view: CodebookView, line: ClaimLine, stances: dict[tuple[UUID, int], int]) -> Iterator[tuple[Any, ...]]:
    rows = list(answer_rows(view, "claim", line.claim.attributes, claim_id=line.id))
    for position, stance in enumerate(line.claim.stances):
        if stance.attributes:
            owner = {"claim_id": line.id, "stance_id": stances[line.id, position]}
            rows += answer_rows(view, "stance", stance.attributes, **owner)
    for row in rows:
        yield tuple(getattr(row, name) for name in ANSWER_COLUMNS)
