"""Saving and deleting claims in the caller's own layer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction

from annotate import records
from annotate.actions import claim_rows, layers, own_layers
from annotate.actions.batch import Batch
from annotate.actions.entries import EntryFinder
from annotate.actions.follow_up_fields import locked_differences
from annotate.actions.resolved import ResolvedClaim
from annotate.models import Claim, Layer
from annotate.payloads.claims import READ_ONLY, ClaimIn, parse_claim
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import FieldError, Invalid, NotThere, PreconditionFailed, TooLarge, WrongState
from corpus.database.statements import Select, update_row
from corpus.models import Change, Document

MAX_CLAIMS = 20_000
DETECTED_IN = {"mention": "speakers"}  # the member of a claim that holds what was detected, where the names differ
STORED = Select(lambda id: Claim.objects.order_by().filter(pk=id).values_list("layer_id", "version", "created_at"))
LAST_CHANGE = Select(
    lambda id: (
        Change.objects.filter(object_type="claim", object_id=id).order_by("-id").values_list("before", "after")[:1]
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedClaim:
    """A claim after saving; `previous` is its state before, None when it is new."""

    claim: dict[str, Any]
    layer: Layer
    is_new: bool = False
    is_changed: bool = True
    previous: dict[str, Any] | None = None


@transaction.atomic
def put_claim(
    *, user: User, claim_id: UUID, body: object, precondition: Precondition, now: datetime, round_id: UUID | None = None
) -> SavedClaim:
    """Store the claim with this id, made by the client, in the caller's layer.

    A repeat of what is stored succeeds whatever the precondition. Raises Invalid, NotThere, WrongState,
    PreconditionFailed or PreconditionRequired; then nothing was written.
    """
    claim = parse_claim(body)
    assert isinstance(body, dict)
    _check_id(body, claim_id)
    known = STORED.first(id=claim_id)
    if known is not None:
        layer = own_layers.lock_layer(user=user, layer_id=known[0])
        _check_document(body, layer)
    else:
        precondition.check_new()
        layer = _layer_for(user, _document_id(body.get("document")), round_id or _round_of(body), now)
    stored = STORED.first(id=claim_id)  # again: what was read before the lock may have changed
    if stored is None:
        precondition.check_new()
        return _create(user, layer, claim_id, claim, precondition, now)
    if stored[0] != layer.pk:
        raise NotThere("There is no such claim in your layers.")
    return _update(user, layer, claim_id, claim, body, precondition, now)


def _layer_for(user: User, document_id: UUID, round_id: UUID | None, now: datetime) -> Layer:
    """Return the caller's layer on the document, locked, opening it where that is allowed."""
    layer = own_layers.lock_open_layer(user=user, document_id=document_id, round_id=round_id)
    if layer is not None:
        return layer
    document = own_document(user, document_id)
    return layers.layer_for_writing(user=user, document=document, now=now, round_id=round_id)


@transaction.atomic
def add_claim(
    *, user: User, document: Document, body: object, now: datetime, round_id: UUID | None = None
) -> SavedClaim:
    """Store a new claim on `document`; without an id in the body one is made. Raises WrongState where the id exists."""
    if not isinstance(body, dict):
        parse_claim(body)
        raise Invalid("A claim is an object.")
    claim_id = uuid4() if body.get("id") is None else _new_id(body["id"])
    if body.get("document") not in (None, str(document.pk)):
        detail = f"{str(body['document'])[:60]!r} is not the document in the address; leave it out or send the same."
        raise Invalid.of([FieldError(pointer="/document", detail=detail)])
    taken = f"There is a claim {claim_id} already; change it with PUT, or send another id."
    try:
        saved = put_claim(
            user=user,
            claim_id=claim_id,
            body=body | {"document": str(document.pk), "id": str(claim_id)},
            precondition=Precondition(if_none_match=frozenset("*")),
            now=now,
            round_id=round_id,
        )
    except PreconditionFailed as refused:
        raise WrongState(taken) from refused
    if not saved.is_new:
        raise WrongState(taken)
    return saved


@transaction.atomic
def patch_claim(
    *, user: User, claim_id: UUID, values: dict[str, Any], precondition: Precondition, now: datetime
) -> SavedClaim:
    """Replace the top-level fields in `values`, under the rules of `put_claim`. Raises NotThere for an unknown id."""
    _lock_layer_of(user, claim_id)
    body = _without_detection(records.claim_dict(claim_id), values) | values
    return put_claim(user=user, claim_id=claim_id, body=body, precondition=precondition, now=now)


def _lock_layer_of(user: User, claim_id: UUID) -> Layer:
    """Return the caller's layer that holds the claim, locked. Raises NotThere."""
    known = STORED.first(id=claim_id)
    layer = own_layers.lock_layer(user=user, layer_id=known[0]) if known is not None else None
    if layer is None or STORED.first(id=claim_id) is None:
        raise NotThere("There is no such claim in your layers.")
    return layer


def _without_detection(claim: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return the claim without the detection of fields that `values` set: their value is no longer a rule's."""
    if "detected" not in claim:
        return claim
    fields = [name for name in claim["detected"]["fields"] if DETECTED_IN.get(name, name) not in values]
    return claim | {"detected": claim["detected"] | {"fields": fields}}


def _new_id(raw: object) -> UUID:
    try:
        return UUID(raw if isinstance(raw, str) and len(raw) <= 45 else "")
    except ValueError:
        raise Invalid.of([FieldError(pointer="/id", detail=f"{str(raw)[:60]!r} is no UUID.")]) from None


def _check_document(body: dict[str, Any], layer: Layer) -> None:
    if body.get("document") not in (None, str(layer.document_id)):
        detail = f"This claim is on document {layer.document_id} and stays there; send that id, or leave it out."
        raise Invalid.of([FieldError(pointer="/document", detail=detail)])


def _create(
    user: User, layer: Layer, claim_id: UUID, claim: ClaimIn, precondition: Precondition, now: datetime
) -> SavedClaim:
    layers.check_writable(layer)
    _check_not_follow_up(layer, "new claims")
    precondition.check_new()
    if layer.n_claims >= MAX_CLAIMS:
        raise TooLarge(f"This layer has {layer.n_claims} claims; {MAX_CLAIMS} is the limit for one document.")
    layers.keep_place(layer, now=now)
    batch = _batch("claim.create", user, layer)
    registries = records.Registries()
    resolved = resolve_for(user, layer, claim, batch, registries, originals={})
    content = claim_rows.content_of(resolved, registries)
    after = insert_resolved(claim_id=claim_id, layer=layer, resolved=resolved, content=content, batch=batch, now=now)
    batch.write()
    return SavedClaim(claim=after, layer=layer, is_new=True)


def insert_resolved(
    *, claim_id: UUID, layer: Layer, resolved: ResolvedClaim, content: dict[str, Any], batch: Batch, now: datetime
) -> dict[str, Any]:
    """Write a checked claim into a locked layer and return it as it will be read; the caller writes the batch."""
    version = _last_version(claim_id) + 1
    claim_rows.insert_claim(claim_id=claim_id, layer=layer, claim=resolved, version=version, now=now)
    _touch(layer, now=now, added=1)
    moment = records.stamp(now)
    after = _as_read(claim_id, layer, content, version=version, created_at=moment, updated_at=moment)
    batch.add("claim", claim_id, before=None, after=after)
    return after


def _update(
    user: User, layer: Layer, claim_id: UUID, claim: ClaimIn, body: object, precondition: Precondition, now: datetime
) -> SavedClaim:
    registries = records.Registries()
    before = records.claim_dict(claim_id, registries)
    batch = _batch("claim.update", user, layer)
    resolved = resolve_for(user, layer, claim, batch, registries, originals=claim_rows.originals_of(registries))
    content = claim_rows.content_of(resolved, registries)
    if claim_rows.is_same(before, content):
        return SavedClaim(claim=before, layer=layer, is_changed=False, previous=before)
    layers.check_writable(layer)
    precondition.check_update(before["version"], current=before, sent=body)
    _check_asked(layer, before, content)
    layers.keep_place(layer, now=now)
    version, created_at = before["version"] + 1, before["created_at"]
    claim_rows.replace_claim(
        claim_id=claim_id, version=version, resolved=resolved, before=before, after=content, now=now
    )
    _touch(layer, now=now, added=0)
    server = {name: before[name] for name in ("follows",) if name in before}
    server |= {"version": version, "created_at": created_at, "updated_at": records.stamp(now)}
    after = _as_read(claim_id, layer, content, **server)
    batch.add("claim", claim_id, before=before, after=after)
    batch.write()
    return SavedClaim(claim=after, layer=layer, previous=before)


def _check_not_follow_up(layer: Layer, what: str) -> None:
    if layer.round is not None and layer.round.follows_id is not None:
        raise WrongState(
            f"Round “{layer.round.name}” asks again about the claims that are there; {what} is not for it."
        )


def _check_asked(layer: Layer, before: dict[str, Any], content: dict[str, Any]) -> None:
    """Raise WrongState where a save in a follow-up round changes what that round does not ask again."""
    if layer.round is None or layer.round.follows_id is None:
        return
    stored = {name: value for name, value in before.items() if name not in READ_ONLY}
    wrong = locked_differences(stored, content, layer.round.reopened_fields)
    if wrong:
        asked = ", ".join(layer.round.reopened_fields)
        raise WrongState(
            f"Round “{layer.round.name}” asks again for {asked} only; {', '.join(wrong)} must stay as it is.",
            extra={"fields": wrong},
        )


def _as_read(claim_id: UUID, layer: Layer, content: dict[str, Any], **server: Any) -> dict[str, Any]:
    """Return the claim exactly as `records.claim_dict` would read it now, without asking the database again."""
    return {
        "id": str(claim_id),
        "document": str(layer.document_id),
        "round": str(layer.round_id),
        "layer": str(layer.pk),
        **content,
        **server,
    }


@transaction.atomic
def delete_claim(*, user: User, claim_id: UUID, precondition: Precondition, now: datetime) -> SavedClaim:
    """Delete a claim of an own, open layer; its last state stays in the Change row, so that it can be undone."""
    layer = _lock_layer_of(user, claim_id)
    layers.check_writable(layer)
    _check_not_follow_up(layer, "deleting claims")
    before = records.claim_dict(claim_id)
    precondition.check_update(before["version"], current=before, sent=None)
    layers.keep_place(layer, now=now)
    claim_rows.delete_claim(claim_id, before)
    _touch(layer, now=now, added=-1)
    batch = _batch("claim.delete", user, layer)
    batch.add("claim", claim_id, before=before, after=None)
    batch.write()
    return SavedClaim(claim=before, layer=layer, previous=before)


def _document_id(raw: object) -> UUID:
    try:
        id = UUID(raw) if isinstance(raw, str) else None
    except ValueError:
        id = None
    if id is None:
        raise Invalid.of([FieldError(pointer="/document", detail="A new claim names its document by id.")])
    return id


def own_document(user: User, document_id: UUID) -> Document:
    """Return a document that the user sees, without its text. Raises NotThere."""
    document: Document | None = Document.objects.visible_to(user).defer("text").filter(pk=document_id).first()
    if document is None:
        raise NotThere("There is no such document in your projects.")
    return document


def _round_of(body: dict[str, Any]) -> UUID | None:
    raw = body.get("round")
    if raw is None:
        return None
    try:
        return UUID(raw)
    except (ValueError, TypeError, AttributeError):
        raise Invalid.of([FieldError(pointer="/round", detail=f"{raw!r} is no UUID of a round.")]) from None


def _check_id(body: dict[str, Any], claim_id: UUID) -> None:
    if body.get("id") not in (None, str(claim_id)):
        detail = f"The body's id {body['id']!r} is not the id in the address; leave it out or send the same."
        raise Invalid.of([FieldError(pointer="/id", detail=detail)])


def resolve_for(
    user: User,
    layer: Layer,
    claim: ClaimIn,
    batch: Batch,
    registries: records.Registries,
    originals: dict[UUID, UUID],
) -> ResolvedClaim:
    """Check a claim against its layer's text, codebook and registries, as `user` sees them. Raises Invalid."""
    assert layer.round is not None
    finder = EntryFinder(
        user=user, corpus_id=layer.project.corpus_id, batch=batch, round=layer.round, registries=registries
    )
    text, version_id = layer.document.text, layer.codebook_version_id
    return claim_rows.resolve_claim(claim=claim, text=text, version_id=version_id, finder=finder, originals=originals)


def _batch(action: str, user: User, layer: Layer) -> Batch:
    return Batch(action=action, actor=user, project_id=layer.project_id, corpus_id=layer.project.corpus_id)


def _last_version(claim_id: UUID) -> int:
    """Return the version that a deleted claim of this id had, so that an old If-Match never fits the new one."""
    row = LAST_CHANGE.first(id=str(claim_id))
    state = (row[0] or row[1]) if row is not None else None
    return int(state["version"]) if state else 0


def _touch(layer: Layer, *, now: datetime, added: int) -> None:
    """Count the change on the layer; a layer with a claim no longer says that there is nothing to code."""
    values: dict[str, Any] = {"updated_at": now} | ({"has_nothing_to_code": False} if added > 0 else {})
    update_row(Layer, layer.pk, add={"n_claims": added, "version": 1}, **values)
    layer.n_claims += added
    layer.version += 1
    layer.updated_at = now
