"""Layers: opened, written to, submitted and reopened."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotate import permissions, records
from annotate.actions import places
from annotate.actions.adjudication.stale import note_reading
from annotate.actions.answered_names import with_entities
from annotate.actions.batch import Batch
from annotate.actions.claim_rows import answer_errors, answer_rows, entity_errors, originals_of, texts_of
from annotate.actions.entries import EntryFinder
from annotate.actions.follow_up_copies import copy_reading, followed_layer
from annotate.actions.follow_up_fields import layer_gaps_of
from annotate.actions.gaps import Gap
from annotate.actions.own_layers import asks_again
from annotate.actions.scope import headline_of
from annotate.models import Answer, Layer, LayerKind, LayerStatus, Member, NoClaimMark, Round, Skip, Submission
from annotate.payloads.claims import Reader
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.problems import FieldError, Invalid, NotThere, WrongState
from annotate.permissions import Action
from annotate.reports.training import not_admitted, refusal
from corpus.database.statements import share_row
from corpus.models import Document
from corpus.text.offsets import SpanProblem, check_span

NOT_ASKED = (
    "This round asks again for fields of claims only; marks, answers about the document and “nothing to code” stay as "
    "you submitted them before."
)


def lock_own_layer(*, user: User, layer_id: UUID) -> Layer:
    """Return the caller's own layer, locked until the transaction ends. Raises NotThere."""
    rows = Layer.objects.select_for_update(of=("self",)).select_related("round", "project")
    layer = rows.filter(pk=layer_id, annotator=user.pk, kind=LayerKind.ANNOTATOR).first()
    if layer is None or not permissions.can(user, Action.ANNOTATE, layer.project_id):
        raise NotThere("There is no such claim in your layers.")
    return layer


def open_rounds(user: User, document: Document) -> list[Round]:
    """Return the open rounds that hold `document`, in projects where `user` may annotate."""
    rounds = Round.objects.filter(permissions.visible(user, Action.ANNOTATE, "project"), status="open")
    found = rounds.holding(document) | rounds.filter(asks_again(user.pk, document.pk))
    return list(found.select_related("project").order_by("project", "number"))


def choose_round(user: User, document: Document, round_id: UUID | None) -> Round:
    """Return the one open round for `document`, or the one asked for. Raises WrongState or NotThere."""
    rounds = open_rounds(user, document)
    if round_id is not None:
        rounds = [found for found in rounds if found.pk == round_id]
        if not rounds:
            raise NotThere(f"No open round {round_id} holds this document for you.")
    if not rounds:
        raise WrongState("No open round holds this document; ask a manager to open one.")
    if len(rounds) > 1:
        named = [{"id": str(found.pk), "name": found.name, "project": found.project.slug} for found in rounds]
        names = ", ".join(f"“{found.name}” ({found.pk})" for found in rounds)
        raise WrongState(
            f"Several open rounds hold this document: {names}. Choose one with ?round=.", extra={"rounds": named}
        )
    return rounds[0]


def layer_for_writing(*, user: User, document: Document, now: datetime, round_id: UUID | None = None) -> Layer:
    """Return the caller's layer on `document`, locked; without an overlap the first write opens it."""
    round = choose_round(user, document, round_id)
    locked = Layer.objects.select_for_update(of=("self",)).select_related("round", "project")
    own = locked.filter(document=document, round=round, annotator=user.pk, kind=LayerKind.ANNOTATOR)
    found = own.first()
    if found is None:
        if round.overlap is not None:
            raise WrongState(
                f"Round “{round.name}” hands out its documents; take this one with “next” before writing to it."
            )
        found = locked.get(pk=open_layer(user=user, document=document, round=round, now=now).pk)
    return found


@transaction.atomic
def open_layer(
    *, user: User, document: Document, round: Round, now: datetime, actor: User | None = None, **place: Any
) -> Layer:
    """Make the user's layer, or return it where another request was faster; `actor` made it if it is not the user.

    Raises NotThere where they have left the project, WrongState where another round has to admit them first.
    """
    # Who leaves at this moment holds the same row: no layer is opened behind the back of their leaving.
    member = Member.objects.select_for_update().filter(project=round.project_id, user=user.pk).first()
    if member is not None and member.left_at is not None and not user.is_superuser:
        raise NotThere("You have left this project.")
    if (standing := not_admitted(user, round)) is not None:
        raise WrongState(refusal(round, standing))
    layer = Layer(
        project=round.project,
        document=document,
        round=round,
        annotator=user,
        codebook_version_id=round.codebook_version_id,
        created_at=now,
        updated_at=now,
        **place,
    )
    try:
        with transaction.atomic():
            layer.codebook_version_id = _version_now(round)
            source = followed_layer(layer) if round.follows_id is not None else None
            layer.save(force_insert=True)
    except IntegrityError:
        return Layer.objects.get(document=document, round=round, annotator=user, kind=LayerKind.ANNOTATOR)
    batch = Batch(action="layer.open", actor=actor or user, project_id=round.project_id, corpus_id=document.corpus_id)
    batch.add("layer", layer.pk, before=None, after=_state(layer))
    if source is not None:
        copy_reading(source=source, layer=layer, batch=batch, now=now)
    batch.write()
    return layer


def _version_now(round: Round) -> UUID:
    """Return the version that the round has, and keep it there until the layer is stored: a move waits for that."""
    share_row(Round, round.pk)
    return Round.objects.values_list("codebook_version_id", flat=True).get(pk=round.pk)


def check_writable(layer: Layer) -> None:
    """Raise WrongState unless the layer is open or returned, in an open round."""
    if not layer.is_writable:
        raise WrongState(f"This layer is {layer.status}; reopen it before you change it.")
    if layer.round is not None and not layer.round.is_open:
        raise WrongState(f"Round “{layer.round.name}” is closed; ask a manager to open it.")


def keep_place(layer: Layer, *, now: datetime) -> None:
    """Renew the lease of a layer that is written to; a place that was given up is taken again if one is free."""
    assert layer.round is not None
    if layer.round.overlap is None:
        return
    if not layer.has_place:
        if not places.take(layer.round, layer.document_id):
            raise WrongState(
                "This document is no longer kept for you, and others have taken its places. Your claims are kept; "
                "ask a manager for another place."
            )
        forget_skip(layer)
    layer.has_place = True
    layer.lease_expires_at = places.lease_end(layer.round, now)
    Layer.objects.filter(pk=layer.pk).update(has_place=True, lease_expires_at=layer.lease_expires_at)


def forget_skip(layer: Layer) -> None:
    """Take back that the annotator passed over the document: they work on it after all."""
    Skip.objects.filter(round=layer.round_id, document=layer.document_id, user=layer.annotator_id).delete()


@transaction.atomic
def submit_layer(*, user: User, document: Document, now: datetime, round_id: UUID | None = None) -> Layer:
    """Submit the caller's layer; its reading is frozen as a Submission. Raises Invalid with every gap."""
    layer = own_layer(user=user, document=document, round_id=round_id)
    if layer.status == LayerStatus.SUBMITTED:
        return layer
    check_writable(layer)
    keep_place(layer, now=now)
    # As chosen: what is merged later counts in it, and what is un-merged no longer does.
    reading = records.layer_dicts([layer], registries=records.Registries.as_chosen())[0]
    gaps = _gaps(layer, reading)
    if gaps:
        raise Invalid.of([FieldError(pointer=gap.pointer, detail=gap.detail) for gap in gaps])
    before = _state(layer)
    layer.status, layer.submitted_at, layer.updated_at = LayerStatus.SUBMITTED, now, now
    layer.version += 1
    layer.save(update_fields=["status", "submitted_at", "updated_at", "version"])
    forget_skip(layer)
    moment = records.stamp(now)
    reading |= {"status": str(layer.status), "version": layer.version, "updated_at": moment, "submitted_at": moment}
    submission = Submission.objects.create(
        layer=layer,
        number=layer.submissions.count() + 1,
        codebook_version_id=layer.codebook_version_id,
        reading=reading,
        n_claims=len(reading["claims"]),
        submitted_at=now,
    )
    batch = _batch("layer.submit", user, layer)
    batch.add("layer", layer.pk, before=before, after=_state(layer))
    batch.add("submission", submission.pk, before=None, after={"layer": str(layer.pk), "number": submission.number})
    batch.write()
    note_reading(layer, now=now)
    return layer


@transaction.atomic
def reopen_layer(*, user: User, document: Document, now: datetime, round_id: UUID | None = None) -> Layer:
    """Open the caller's submitted layer again; the submission stays."""
    layer = own_layer(user=user, document=document, round_id=round_id)
    if layer.round is not None and not layer.round.is_open:
        raise WrongState(f"Round “{layer.round.name}” is closed; ask a manager to open it.")
    if layer.status == LayerStatus.OPEN:
        return layer
    if layer.status == LayerStatus.WITHDRAWN:
        return take_up(layer, user=user, now=now)
    batch = _batch("layer.reopen", user, layer)
    change_status(layer, LayerStatus.OPEN, batch=batch, now=now)
    batch.write()
    return layer


def withdraw(layer: Layer, batch: Batch, *, now: datetime) -> None:
    """Withdraw a locked open or returned layer: it is kept, counts in no figure, and its place becomes free."""
    if layer.has_place and layer.round_id is not None:
        places.give_back(layer.round_id, layer.document_id)
    layer.has_place, layer.lease_expires_at = False, None
    layer.save(update_fields=["has_place", "lease_expires_at"])
    change_status(layer, LayerStatus.WITHDRAWN, batch=batch, now=now)


def take_up(layer: Layer, *, user: User, now: datetime, has_place: bool = False) -> Layer:
    """Open a withdrawn layer again, in a free place of its document unless it was given one before; it is locked."""
    if layer.round is not None and layer.round.overlap is not None:
        if not has_place and not places.take(layer.round, layer.document_id):
            raise WrongState(
                "This layer was withdrawn and others have taken the places of its document. What it holds is kept."
            )
        layer.has_place, layer.lease_expires_at = True, places.lease_end(layer.round, now)
        Layer.objects.filter(pk=layer.pk).update(has_place=True, lease_expires_at=layer.lease_expires_at)
    batch = _batch("layer.restore", user, layer)
    change_status(layer, LayerStatus.OPEN, batch=batch, now=now)
    batch.write()
    return layer


def change_status(layer: Layer, status: LayerStatus, *, batch: Batch, now: datetime) -> None:
    """Set the status of a locked layer and add that to the batch, which the caller writes."""
    before, was_withdrawn = _state(layer), layer.status == LayerStatus.WITHDRAWN
    layer.status, layer.updated_at = status, now
    layer.version += 1
    layer.save(update_fields=["status", "updated_at", "version"])
    batch.add("layer", layer.pk, before=before, after=_state(layer))
    if layer.submitted_at is not None and (was_withdrawn or status == LayerStatus.WITHDRAWN):
        note_reading(layer, now=now)


def own_layer(*, user: User, document: Document, round_id: UUID | None = None) -> Layer:
    """Return the caller's layer on `document`, locked. Raises NotThere, or WrongState where there are several."""
    own = Layer.objects.filter(document=document, annotator=user.pk, kind=LayerKind.ANNOTATOR)
    if round_id is not None:
        own = own.filter(round=round_id)
    elif len(own) > 1:
        own = own.filter(round__status="open")
    found = list(own.select_related("round"))
    if not found:
        rounds = open_rounds(user, document)
        if round_id is None and len(rounds) == 1 and rounds[0].overlap is None:
            raise NotThere("You have no layer on this document yet; it opens with the first claim or with “next”.")
        raise NotThere("You have no layer on this document.")
    if len(found) > 1:
        rounds = [layer.round for layer in found if layer.round]
        names = ", ".join(f"“{round.name}” ({round.pk})" for round in rounds)
        raise WrongState(
            f"You have layers on this document in several rounds: {names}. Choose one with ?round=.",
            extra={"rounds": [{"id": str(round.pk), "name": round.name} for round in rounds]},
        )
    return lock_own_layer(user=user, layer_id=found[0].pk)


@transaction.atomic
def describe_layer(
    *, user: User, document: Document, body: object, now: datetime, round_id: UUID | None = None
) -> Layer:
    """Set what concerns the whole document: "nothing to code", no-claim marks, answers to document attributes."""
    reader = Reader()
    known = frozenset(("nothing_to_code", "no_claim", "attributes"))
    data = reader.obj(body, "", known)
    marks = reader.spans(data.get("no_claim"), "/no_claim")
    answers = reader.answers(data.get("attributes"), "/attributes")
    if "nothing_to_code" in data:
        reader.flag(data["nothing_to_code"], "/nothing_to_code")
    if reader.errors:
        raise Invalid.of(reader.errors)
    layer = layer_for_writing(user=user, document=document, now=now, round_id=round_id)
    check_writable(layer)
    keep_place(layer, now=now)
    before = records.layer_dicts([layer])[0]
    batch = _batch("layer.describe", user, layer)
    if layer.round is not None and layer.round.follows_id is not None and data:
        raise WrongState(NOT_ASKED)
    if data.get("nothing_to_code") and layer.n_claims:
        detail = f"This layer has {layer.n_claims} claims; delete them before you say that there is nothing to code."
        raise Invalid.of([FieldError(pointer="/nothing_to_code", detail=detail)])
    if "no_claim" in data:
        _replace_marks(layer, marks)
    if "attributes" in data:
        _replace_answers(user, layer, answers, batch)
    layer.has_nothing_to_code = bool(data.get("nothing_to_code", layer.has_nothing_to_code))
    layer.updated_at = now
    layer.version += 1
    layer.save(update_fields=["has_nothing_to_code", "updated_at", "version"])
    after = records.layer_dicts([layer])[0]
    batch.add("layer", layer.pk, before=before | {"claims": None}, after=after | {"claims": None})
    batch.write()
    return layer


def _replace_marks(layer: Layer, marks: Any) -> None:
    text = Document.objects.values_list("text", flat=True).get(pk=layer.document_id)
    errors = []
    for index, mark in enumerate(marks):
        try:
            check_span(text, mark.start, mark.end, mark.quote)
        except SpanProblem as problem:
            errors.append(FieldError(pointer=f"/no_claim/{index}", detail=str(problem)))
    if errors:
        raise Invalid.of(errors)
    NoClaimMark.objects.filter(layer=layer).delete()
    NoClaimMark.objects.bulk_create(
        NoClaimMark(layer=layer, start=mark.start, end=mark.end, quote=mark.quote) for mark in sorted(set(marks))
    )


def _replace_answers(user: User, layer: Layer, answers: dict[str, object], batch: Batch) -> None:
    codebook = load_codebook(layer.codebook_version_id)
    finder = EntryFinder(user=user, corpus_id=layer.project.corpus_id, batch=batch, round=layer.round)
    answers = with_entities(codebook, "/attributes", "document", answers, finder)
    errors = finder.errors + [
        error for key, raw in answers.items() for error in answer_errors(codebook, "document", key, raw, "/attributes")
    ]
    if not errors:
        corpus_id = layer.project.corpus_id
        errors = list(entity_errors(codebook, "document", answers, "/attributes", user=user, corpus_id=corpus_id))
    if errors:
        raise Invalid.of(errors)
    registries = records.Registries()
    records.layer_answers([layer], registries)
    kept = records.counted_answers(answers, texts_of(originals_of(registries)))  # what was chosen stays chosen
    Answer.objects.filter(layer=layer).delete()
    Answer.objects.bulk_create(answer_rows(codebook, "document", kept, layer_id=layer.pk))


def layer_gaps(layer: Layer) -> list[Gap]:
    """Return what is still missing before the layer can be submitted."""
    return _gaps(layer, records.layer_dicts([layer])[0])


def _gaps(layer: Layer, reading: dict[str, Any]) -> list[Gap]:
    codebook = load_codebook(layer.codebook_version_id)
    headline = headline_of(layer.document_id, codebook) if reading["claims"] else None
    return layer_gaps_of(layer.round, reading, codebook, headline)


def _batch(action: str, user: User, layer: Layer) -> Batch:
    return Batch(action=action, actor=user, project_id=layer.project_id, corpus_id=layer.project.corpus_id)


def _state(layer: Layer) -> dict[str, Any]:
    return {
        "document": str(layer.document_id),
        "round": str(layer.round_id),
        "annotator": layer.annotator_id,
        "status": layer.status,
        "version": layer.version,
    }
