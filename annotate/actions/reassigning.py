"""Other entries put into claims: a batch of claims gets another speaker, target or proposition, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max

from annotate import permissions, records
from annotate.actions.batch import Batch
from annotate.actions.checking import invalid
from annotate.actions.entries import EntryFinder
from annotate.models import (
    Adjudication,
    Claim,
    ClaimSpeaker,
    Layer,
    Reassignment,
    Recheck,
    Reporter,
    Stance,
    Submission,
)
from annotate.payloads.claims import EntryIn
from annotate.payloads.problems import Invalid, NotThere, WrongState
from annotate.permissions import Action
from annotate.records import Registries
from annotate.records.families import families
from annotate.records.naming import curated_claims
from corpus.database.bulk import Among
from corpus.models import Change, Entry, Proposition, Speaker, Target

MAX_CLAIMS = 500
ACTION = "claim.reassign"
UNDO = "claim.reassign_undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassigned:
    """What was done: the batch of its Change rows, the entry that the claims name now, and how many claims."""

    batch: UUID
    to: Any
    n_claims: int


@transaction.atomic
def reassign_claims(
    *, user: User, entry: Entry, claims: Sequence[UUID], to: EntryIn, now: datetime, may_make: bool = True
) -> Reassigned:
    """Put the entry `to` in place of `entry`, and of those merged into it, wherever these claims name it.

    Live claims are rewritten, whatever the status of their layers; frozen readings follow by `Reassignment` rows.
    All or nothing: raises Invalid, WrongState or NotThere where a claim cannot be changed, naming it. Without
    `may_make`, a name that is not in the registry is refused instead of made.
    """
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, entry.corpus_id)
    work = _Work(user=user, corpus_id=entry.corpus_id, action=ACTION, now=now)
    layers = work.lock(_ids(claims))
    new = _entry(user, entry, to, work.id, may_make=may_make)
    members = families(type(entry), [entry.pk])
    members.pop(new.pk, None)
    before = work.read()
    after = [_replaced(claim, members, new) for claim in before]
    _check(before, after, members, entry)
    _write(type(entry), work.keys, members, new)
    work.record(before, after, layers)
    name = str(type(entry)._meta.model_name)
    Reassignment.objects.bulk_create(
        Reassignment(
            batch=work.id,
            layer_id=UUID(claim["layer"]),
            claim_key=UUID(claim["id"]),
            registry=name,
            old=old,
            new=new.pk,
            created_at=now,
        )
        for claim in before
        for old in sorted({UUID(ref["id"]) for ref in refs(claim)} & members.keys())
    )
    return Reassigned(batch=work.id, to=new, n_claims=len(before))


@transaction.atomic
def undo_reassignment(*, user: User, batch: UUID, now: datetime) -> int:
    """Put the old entries back where the claims still name the new ones; returns how many claims were changed.

    Claims that were deleted since stay so. Raises NotThere, or WrongState where a claim names others by now.
    """
    rows = Reassignment.objects.filter(batch=batch, undone_at__isnull=True)
    corpus_id = rows.values_list("layer__project__corpus", flat=True).first()
    done = {row.object_id: row for row in Change.objects.filter(batch=batch, object_type="claim", action=ACTION)}
    if corpus_id is None or not done:
        raise NotThere("There is no such re-assignment, or it was undone already.")
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, corpus_id)
    work = _Work(user=user, corpus_id=corpus_id, action=UNDO, now=now)
    there = Claim.objects.filter(pk__in=[UUID(id) for id in done]).values_list("pk", flat=True)
    layers = work.lock(list(there)) if there else {}
    before = work.read() if there else []
    after = [_put_back(claim, done[claim["id"]].before or {}, done[claim["id"]].after or {}) for claim in before]
    _restore(after)
    work.record(before, after, layers)
    _turn_back_later_readings(list(rows), done, work, now)
    rows.update(undone_at=now)
    return len(before)


def _turn_back_later_readings(rows: list[Reassignment], done: dict[str, Change], work: _Work, now: datetime) -> None:
    """Have readings that were frozen since, with the new entry in them, read with the old one again."""
    last = Submission.objects.filter(layer__in={row.layer_id for row in rows}).order_by()
    frozen_at = dict(last.values_list("layer").annotate(at=Max("submitted_at")))
    for row in rows:
        before = (done[str(row.claim_key)].before or {}) if str(row.claim_key) in done else None
        if before is None or row.layer_id not in frozen_at or frozen_at[row.layer_id] <= row.created_at:
            continue
        if str(row.new) not in {ref["id"] for ref in refs(before)}:  # else it was chosen by itself, too
            Reassignment.objects.create(
                batch=work.id,
                layer_id=row.layer_id,
                claim_key=row.claim_key,
                registry=row.registry,
                old=row.new,
                new=row.old,
                created_at=now,
            )


class _Work:
    """The claims of one re-assignment: locked, read as chosen, counted and recorded."""

    def __init__(self, *, user: User, corpus_id: UUID, action: str, now: datetime) -> None:
        self.user, self.corpus_id, self.action, self.now = user, corpus_id, action, now
        self.id = uuid4()
        self.keys: list[str] = []

    def lock(self, ids: list[UUID]) -> dict[str, Layer]:
        """Lock the layers of these claims, which the user must see and curate. Raises NotThere."""
        rows = curated_claims(self.user, self.corpus_id).filter(pk__in=ids).order_by()
        # A queryset with joins cannot be locked on every database: the ids first, then the rows by these.
        of_claims = set(rows.values_list("layer_id", flat=True))
        locked = Layer.objects.filter(pk__in=of_claims).order_by("pk").select_for_update(of=("self",))
        layers = {str(layer.pk): layer for layer in locked.select_related("project")}
        found = set(rows.values_list("pk", flat=True))
        if missing := [id for id in ids if id not in found]:
            raise NotThere(f"There is no claim {missing[0]}, or you may not see it; nothing was changed.")
        self.keys = [id.hex for id in ids]
        return layers

    def read(self) -> list[dict[str, Any]]:
        """Return the claims with the entries that were chosen, whatever these were merged into."""
        rows = Claim.objects.filter(Among(F("pk"), self.keys))
        return list(records.claim_dicts(rows, registries=Registries.as_chosen()))

    def record(self, before: list[dict[str, Any]], after: list[dict[str, Any]], layers: dict[str, Layer]) -> None:
        """Count the change on claims and layers, keep what waits to be looked at, and write the Change rows."""
        keys = [UUID(claim["id"]).hex for claim in before]
        waiting = Recheck.objects.open()
        own = list(waiting.filter(Among(F("claim_id"), keys)).values_list("pk", flat=True))
        own += waiting.filter(claim__isnull=True, layer__in=layers.values()).values_list("pk", flat=True)
        Claim.objects.filter(Among(F("pk"), keys)).update(version=F("version") + 1, updated_at=self.now)
        Layer.objects.filter(pk__in=[layer.pk for layer in layers.values()]).update(
            version=F("version") + 1, updated_at=self.now
        )
        Recheck.objects.filter(pk__in=own).update(at_version=F("at_version") + 1)
        batches: dict[UUID, Batch] = {}
        for old, new in zip(before, after, strict=True):
            project = layers[old["layer"]].project
            batch = batches.setdefault(project.pk, self._batch(project.pk))
            server = {"version": old["version"] + 1, "updated_at": records.stamp(self.now)}
            batch.add("claim", old["id"], before=old, after=new | server)
        for batch in batches.values():
            batch.write()
        for layer in layers.values():
            Adjudication.objects.filter(project=layer.project_id, document=layer.document_id).update(is_stale=True)

    def _batch(self, project_id: UUID) -> Batch:
        return Batch(action=self.action, actor=self.user, project_id=project_id, corpus_id=self.corpus_id, id=self.id)


def _ids(claims: Iterable[UUID]) -> list[UUID]:
    found = list(dict.fromkeys(claims))
    if not found:
        raise invalid("/claims", "No claim was chosen; choose at least one.")
    if len(found) > MAX_CLAIMS:
        raise invalid("/claims", f"{len(found)} claims were chosen; {MAX_CLAIMS} is the limit for one batch.")
    return found


def _entry(user: User, entry: Entry, to: EntryIn, batch_id: UUID, *, may_make: bool) -> Any:
    """Return the entry that is put in, made where only its name was given. Raises Invalid."""
    model = type(entry)
    if (
        to.id is None
        and not may_make
        and not model._default_manager.filter(corpus=entry.corpus_id, name=to.name).exists()
    ):
        detail = f"“{to.name}” is not in the registry; choose one that is listed, or make it."
        raise invalid("/to", detail)
    batch = Batch(action="entry.create", actor=user, corpus_id=entry.corpus_id, id=batch_id)
    finder = EntryFinder(user=user, corpus_id=entry.corpus_id, batch=batch)
    id = finder.find(model, to)
    if id is None:
        raise Invalid.of(finder.errors)
    batch.write()
    new: Any = model._default_manager.select_for_update().get(pk=id)
    if new.pk == entry.pk:
        raise invalid("/to", f"The claims name “{entry}” already; choose another {model._meta.verbose_name}.")
    if new.merged_into_id is not None:
        raise invalid("/to", f"“{new}” is merged into another entry; choose that one.")
    return new


def refs(claim: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what of a claim names entries."""
    for speaker in claim["speakers"]:
        yield from (ref for ref in (speaker, speaker["represents"]) if ref is not None)
    yield from claim["reported_by"]
    for stance in claim["stances"]:
        yield from (stance[name] for name in ("holder", "target") if stance[name] is not None)
    if claim["proposition"] is not None:
        yield claim["proposition"]


def _replaced(claim: dict[str, Any], members: dict[UUID, tuple[UUID, bool]], new: Any) -> dict[str, Any]:
    after = _own_copy(claim)
    for ref in refs(after):
        if UUID(ref["id"]) in members:
            ref |= {"id": str(new.pk), "text" if isinstance(new, Proposition) else "name": new.name}
            if isinstance(new, Target):
                ref["kind"] = new.kind
    return after


def _check(
    before: list[dict[str, Any]], after: list[dict[str, Any]], members: dict[UUID, tuple[UUID, bool]], entry: Entry
) -> None:
    """Raise WrongState for the first claim that does not name the entry, or would say something twice."""
    inverted = {id for id, (_, is_inverted) in members.items() if is_inverted}
    for old, new in zip(before, after, strict=True):
        named = {UUID(ref["id"]) for ref in refs(old)}
        reason = ""
        if old == new:
            reason = f"does not name “{entry}”"
        elif named & inverted:
            reason = f"names an entry that is merged into “{entry}” as its opposite; un-merge that one first"
        else:
            reason = twice(new)
        if reason:
            raise WrongState(f"The claim {in_words(old)} {reason}; nothing was changed.", extra={"claim": old["id"]})


def twice(claim: dict[str, Any]) -> str:
    """Say what a claim would name twice; empty where nothing."""
    speakers = [speaker["id"] for speaker in claim["speakers"]]
    reporters = [ref["id"] for ref in claim["reported_by"]]
    pairs = [
        (stance["holder"] and stance["holder"]["id"], stance["target"]["id"])
        for stance in claim["stances"]
        if stance["target"] is not None
    ]
    for found, reason in (
        (speakers, "would have the same speaker twice"),
        (reporters, "would have the same reporter twice"),
        (pairs, "would hold two stances of the same holder on the same target"),
        ([*set(speakers), *set(reporters)], "would have its speaker as its reporter too"),
    ):
        if len(found) != len(set(found)):
            return reason
    return ""


def in_words(claim: dict[str, Any]) -> str:
    """Return the words of a claim, short enough for a message."""
    quote = " … ".join(span["quote"] for span in claim["spans"]) or str(claim["id"])
    return f"“{quote[:77]}…”" if len(quote) > 80 else f"“{quote}”"


def _write(model: type[Entry], keys: list[str], members: dict[UUID, tuple[UUID, bool]], new: Any) -> None:
    """Put the new entry into the rows of these claims. At most four statements."""
    fields: dict[type[Entry], tuple[tuple[Any, str], ...]] = {
        Speaker: ((ClaimSpeaker, "speaker"), (ClaimSpeaker, "represents"), (Reporter, "speaker"), (Stance, "holder")),
        Target: ((Stance, "target"),),
        Proposition: ((Claim, "proposition"),),
    }
    old = [id.hex for id in members]
    for owner, name in fields[model]:
        claim = F("pk") if owner is Claim else F("claim_id")
        owner.objects.filter(Among(claim, keys), Among(F(f"{name}_id"), old)).update(**{name: new.pk})


def _own_copy(claim: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which each mention of an entry is an object of its own; reads share them."""
    copy: dict[str, Any] = orjson.loads(orjson.dumps(claim))
    return copy


def _put_back(claim: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the claim with the entries it named before. Raises WrongState where it names others by now."""
    if [ref["id"] for ref in refs(claim)] != [ref["id"] for ref in refs(after)]:
        detail = f"The claim {in_words(claim)} names other entries by now; nothing was changed."
        raise WrongState(detail, extra={"claim": claim["id"]})
    found = _own_copy(claim)
    for ref, old in zip(refs(found), refs(before), strict=True):
        ref |= {key: old[key] for key in ("id", "name", "text", "kind") if key in old}
    return found


def _restore(claims: list[dict[str, Any]]) -> None:
    """Write the entries that these claims name into their rows. At most eight statements for each 100 rows."""
    by_id = {UUID(claim["id"]): claim for claim in claims}
    changed: dict[Any, list[Any]] = defaultdict(list)
    for link in ClaimSpeaker.objects.filter(claim__in=by_id):
        speaker = by_id[link.claim_id]["speakers"][link.position]
        link.speaker_id, link.represents_id = UUID(speaker["id"]), _id(speaker["represents"])
        changed[ClaimSpeaker].append(link)
    for reporter in Reporter.objects.filter(claim__in=by_id):
        reporter.speaker_id = UUID(by_id[reporter.claim_id]["reported_by"][reporter.position]["id"])
        changed[Reporter].append(reporter)
    for row in Stance.objects.filter(claim__in=by_id):
        stance = by_id[row.claim_id]["stances"][row.position]
        row.holder_id, row.target_id = _id(stance["holder"]), _id(stance["target"])
        changed[Stance].append(row)
    for claim in Claim.objects.filter(pk__in=by_id, proposition__isnull=False):
        claim.proposition_id = _id(by_id[claim.pk]["proposition"])
        changed[Claim].append(claim)
    fields = {ClaimSpeaker: ["speaker", "represents"], Reporter: ["speaker"], Stance: ["holder", "target"]}
    for model, rows in changed.items():
        model.objects.bulk_update(rows, fields.get(model, ["proposition"]), batch_size=100)


def _id(ref: dict[str, Any] | None) -> UUID | None:
    return UUID(ref["id"]) if ref is not None else None
