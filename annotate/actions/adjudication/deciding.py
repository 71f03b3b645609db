"""Deciding a unit: a gold claim put together from the readings, or the answer that there is no claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotate import records
from annotate.actions import claim_rows
from annotate.actions.adjudication.gold import touch_gold, write_gold_claim
from annotate.actions.adjudication.locking import gold_layer, had_coded, lock_desk
from annotate.actions.adjudication.stale import recount
from annotate.actions.adjudication.states import decision_state, remove_decision
from annotate.actions.batch import Batch
from annotate.adjudication.fields import Field, fields_of
from annotate.adjudication.marks import CONTENT, Mark
from annotate.adjudication.result import Result, put_together
from annotate.models import Decision, DecisionField, DecisionKind, DecisionReading, Project
from annotate.payloads.problems import FieldError, Invalid, WrongState
from annotate.reports.desk import Desk
from annotate.reports.desk.words import field_name, in_words, value_in_words

MAX_REASON = 5_000
MAX_GUIDELINE = 200
CHANGED = "Somebody changed this unit while you looked at it: {what} Look at it again; nothing was written."


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a curator decided on one unit, with what they saw.

    `claims` are the readings by key with their fingerprints, `decisions` the earlier decisions on them with their
    versions, `picks` name for a field the claim whose value it takes, `edits` give values in the shape of the API.
    """

    claims: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, int] = field(default_factory=dict)
    picks: Mapping[str, str] = field(default_factory=dict)
    edits: Mapping[str, Any] = field(default_factory=dict)
    is_claim: bool = True
    reason: str = ""
    guideline: str = ""


@transaction.atomic
def decide(
    *, user: User, project: Project, document_id: UUID, verdict: Verdict, now: datetime, batch: Batch | None = None
) -> Decision | None:
    """Store the decision on a unit, with its gold claim; an earlier one on the same readings is replaced.

    A batch that is given is written too; its id is how the step is taken back.
    Raises NotThere, WrongState where the readings or decisions are no longer those that the curator saw, or Invalid
    with each field that is in dispute and not settled, or does not fit the codebook.
    """
    check_words(verdict)
    desk = lock_desk(user=user, project_id=project.pk, document_id=document_id)
    own = batch or Batch(action="decision.make", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    decision = decide_on(desk, verdict, user=user, batch=own, now=now)
    recount([desk.adjudication], now=now)
    own.write()
    return decision


def check_words(verdict: Verdict) -> None:
    for name, text, limit in (("reason", verdict.reason, MAX_REASON), ("guideline", verdict.guideline, MAX_GUIDELINE)):
        if len(text) > limit or "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
            detail = f"Give at most {limit} characters, none of them NUL or a lone surrogate."
            raise Invalid.of([FieldError(pointer=f"/{name}", detail=detail)])


def decide_on(
    desk: Desk, verdict: Verdict, *, user: User, batch: Batch, now: datetime, by_itself: bool = False
) -> Decision | None:
    """Decide on a desk that is locked; the caller writes the batch and counts anew.

    None where a claim was taken away that no reading stands behind.
    """
    marks, earlier = check_seen(desk, verdict)
    if not marks and not verdict.is_claim:
        _take_away(desk, earlier, batch, now)
        return None
    fields = fields_of(marks, desk.text, desk.codebook.version.boundary_rule) if marks else []
    result = _result(desk, marks, fields, verdict) if verdict.is_claim else None
    gold = gold_layer(desk, now=now)
    first = earlier[0] if earlier else None
    before = decision_state(first) if first is not None else None
    claim_id = (first.claim_id if first is not None else None) or uuid4()
    claim = None
    if result is not None:
        claim = write_gold_claim(claim_id=claim_id, body=result.body, gold=gold, batch=batch, user=user, now=now)
    decision = first or Decision(layer=gold, version=0, created_at=now)
    gone = decision.claim_id if claim is None else None
    decision.kind = _kind(marks, result)
    decision.claim_id = claim_id if claim is not None else None
    decision.by_itself, decision.reason, decision.guideline = by_itself, verdict.reason, verdict.guideline
    decision.decided_by, decision.had_coded = user, had_coded(desk, user)
    decision.version, decision.updated_at = decision.version + 1, now
    decision.save()
    for other in earlier[1:]:
        remove_decision(other, batch)
    if gone is not None:
        _delete_claim(gone, batch)
    _write_readings(decision, marks, result)
    _write_fields(decision, desk, marks, fields, result, claim)
    touch_gold(gold, now=now)
    batch.add("decision", decision.pk, before=before, after=decision_state(decision))
    return decision


def _take_away(desk: Desk, earlier: list[Decision], batch: Batch, now: datetime) -> None:
    """Remove a claim that no reading stands behind. Raises Invalid where there is none."""
    if not earlier or desk.gold is None:
        raise Invalid.of([FieldError(pointer="/claims", detail="There is nothing here that could be no claim.")])
    for decision in earlier:
        remove_decision(decision, batch)
    touch_gold(desk.gold, now=now)


def check_seen(desk: Desk, verdict: Verdict) -> tuple[list[Mark], list[Decision]]:
    """Return the readings and the earlier decisions that a verdict is about. Raises WrongState if they changed."""
    return _marks(desk, verdict), _earlier(desk, verdict)


def _marks(desk: Desk, verdict: Verdict) -> list[Mark]:
    """Return the readings that the verdict names, in the order of the desk, as the curator saw them."""
    known = desk.by_key()
    wrong = [key for key in verdict.claims if key not in known]
    if wrong:
        raise WrongState(CHANGED.format(what=f"claim {wrong[0]} is no longer there."), extra={"claims": wrong})
    changed = [key for key, print_ in verdict.claims.items() if known[key].fingerprint != print_]
    if changed:
        raise WrongState(CHANGED.format(what="an annotator submitted other answers."), extra={"claims": changed})
    return sorted((known[key] for key in verdict.claims), key=lambda mark: mark.place)


def _earlier(desk: Desk, verdict: Verdict) -> list[Decision]:
    """Return the decisions that this one replaces, the oldest first. Raises WrongState unless the curator saw them."""
    found = [s.id for s in desk.standings if s.readings.keys() & verdict.claims.keys() or s.id in verdict.decisions]
    seen = {id: desk.decisions[id].version for id in found}
    if seen != dict(verdict.decisions):
        new = next((desk.decisions[id] for id in found if verdict.decisions.get(id) != seen[id]), None)
        what = f"{new.decided_by} decided it." if new is not None else "a decision on it was taken back."
        raise WrongState(CHANGED.format(what=what), extra={"decisions": seen})
    return [desk.decisions[id] for id in found]


def _result(desk: Desk, marks: Sequence[Mark], fields: Sequence[Field], verdict: Verdict) -> Result:
    places = {mark.key: place for place, mark in enumerate(marks)}
    known = {found.name for found in fields}
    gone = [name for name in verdict.picks if name not in known]
    if gone:
        raise WrongState(
            CHANGED.format(what="its fields are others now, after a merge of names."), extra={"picks": gone}
        )
    wrong = [name for name, key in verdict.picks.items() if key not in places]
    if wrong:
        detail = f"{verdict.picks[wrong[0]]!r} is no claim of this unit; pick one of {', '.join(places)}."
        raise Invalid.of([FieldError(pointer=f"/picks/{wrong[0]}", detail=detail)])
    picks = {name: places[key] for name, key in verdict.picks.items()}
    result = put_together(marks, fields, picks, _edits(desk, marks, verdict))
    if result.missing:
        names = [field_name(found.name, desk.codebook, marks) for found in result.missing]
        raise Invalid.of(
            [
                FieldError(pointer=f"/{found.name}", detail=f"{name}: the readings differ; choose one.")
                for found, name in zip(result.missing, names, strict=True)
            ]
        )
    return result


def _edits(desk: Desk, marks: Sequence[Mark], verdict: Verdict) -> dict[str, Any]:
    """Return what the curator wrote; where no reading is left, the claim that stands is where they start from."""
    standing = [desk.decisions[id].claim_id for id in verdict.decisions if id in desk.decisions]
    if marks or not standing or standing[0] is None:
        return dict(verdict.edits)
    claim = desk.gold_claims[str(standing[0])]
    kept = {name: claim[name] for name in CONTENT if name not in ("no_stance", "attributes")}
    kept |= {f"attributes/{key}": value for key, value in claim["attributes"].items()}
    if "stances" not in verdict.edits:
        kept["no_stance"] = claim["no_stance"]
    return kept | dict(verdict.edits)


def _kind(marks: Sequence[Mark], result: Result | None) -> DecisionKind:
    if result is None:
        return DecisionKind.REJECTED
    if not marks:
        return DecisionKind.CREATED
    if len({mark.reader for mark in marks}) < len(marks):
        return DecisionKind.JOINED
    return DecisionKind.EDITED if result.is_edited else DecisionKind.ACCEPTED


def _delete_claim(claim_id: UUID, batch: Batch) -> None:
    before = records.claim_dict(claim_id)
    claim_rows.delete_claim(claim_id, before)
    batch.add("claim", claim_id, before=before, after=None)


def _write_readings(decision: Decision, marks: Sequence[Mark], result: Result | None) -> None:
    whole = {i for i, _ in enumerate(marks) if result is not None and result.is_whole(i)}
    DecisionReading.objects.filter(decision=decision).delete()
    try:
        with transaction.atomic():
            DecisionReading.objects.bulk_create(
                DecisionReading(
                    decision=decision,
                    gold_id=decision.layer_id,
                    layer_id=UUID(mark.reader),
                    claim_key=UUID(mark.key),
                    fingerprint=mark.fingerprint,
                    is_whole=i in whole,
                )
                for i, mark in enumerate(marks)
            )
    except IntegrityError:
        raise WrongState(CHANGED.format(what="another decision accounts for one of its claims.")) from None


def _write_fields(
    decision: Decision,
    desk: Desk,
    marks: Sequence[Mark],
    fields: Sequence[Field],
    result: Result | None,
    claim: dict[str, Any] | None,
) -> None:
    DecisionField.objects.filter(decision=decision).delete()
    if result is None or claim is None:
        return
    DecisionField.objects.bulk_create(
        DecisionField(
            decision=decision,
            field=origin.field.name[:200],
            basis=origin.basis.value,
            n_for=origin.n_for,
            n_of=origin.n_of,
            sources=list(origin.sources),
            options=_options(origin.field, marks, desk),
            value=_value(origin.field, origin.pick, marks, desk, claim)[:500],
            dispute=origin.field.dispute,
        )
        for origin in result.origins
    )


def _options(found: Field, marks: Sequence[Mark], desk: Desk) -> list[str]:
    if found.is_agreed:
        return []
    return list(dict.fromkeys(in_words(found, mark, desk.codebook)[:500] for mark in marks))


def _value(found: Field, pick: int | None, marks: Sequence[Mark], desk: Desk, claim: dict[str, Any]) -> str:
    if pick is not None:
        return in_words(found, marks[pick], desk.codebook)
    return value_in_words(found.name, claim, desk.codebook)
