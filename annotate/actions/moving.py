"""Moving a round to a newer version of its codebook: every answer is carried over, or kept to be looked at again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet

from annotate import permissions, records
from annotate.actions.adjudication.carrying import carry_decisions, standing_readings
from annotate.actions.batch import Batch
from annotate.actions.claim_rows import answer_rows
from annotate.actions.follow_up_fields import layer_gaps_of, moved_fields
from annotate.actions.move_plans import (
    ClaimPlan,
    Fate,
    LayerPlan,
    Note,
    Path,
    are_missing,
    move_path,
    plan_claims,
    plan_layers,
)
from annotate.models import (
    Answer,
    Claim,
    CodebookVersion,
    Layer,
    LayerKind,
    LayerStatus,
    Member,
    Recheck,
    Round,
    Stance,
)
from annotate.payloads.problems import FieldError, Invalid, WrongState
from annotate.permissions import Action
from corpus.database.bulk import Among, Key, insert_rows

LAYERS_AT_ONCE = 200
CLAIMS_AT_ONCE = 500
RECHECK_COLUMNS = ("version_id", "layer_id", "claim_id", "field", "old", "options", "at_version", "created_at")


@dataclass(slots=True, kw_only=True)
class Move:
    """What a move does, or would do: layers moved, claims changed, answers to look at again, layers given back."""

    round: Round
    old: CodebookVersion
    new: CodebookVersion
    n_layers: int = 0
    n_claims: int = 0
    n_changed: int = 0
    n_rechecks: int = 0
    n_returned: int = 0
    tally: Counter[Fate] = field(default_factory=Counter)


def newer_versions(round: Round) -> QuerySet[CodebookVersion]:
    """Return the published versions to which the round could be moved, newest first."""
    rows = CodebookVersion.objects.filter(codebook=round.codebook_version.codebook_id, published_at__isnull=False)
    return rows.filter(number__gt=round.codebook_version.number).order_by("-number")


def read_version(round: Round, number: object) -> CodebookVersion:
    """Return the published version of that number of the round's codebook. Raises Invalid or WrongState."""
    rows = CodebookVersion.objects.filter(codebook=round.codebook_version.codebook_id, published_at__isnull=False)
    wanted = number if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**31 else 0
    found = rows.select_related("codebook").filter(number=wanted).first()
    if found is None:
        known = ", ".join(str(row.number) for row in rows.order_by("number"))
        detail = f"{str(number)[:60]!r} is no published version of this codebook; choose from {known}."
        raise Invalid.of([FieldError(pointer="/version", detail=detail)])
    current = round.codebook_version.number
    if found.number < current:
        raise WrongState(f"The round is at version {current}; it can be moved to a newer version only.")
    return found


def preview_move(*, user: User, round: Round, version: CodebookVersion) -> Move:
    """Return what `move_round` would do just now; reads all claims of the round, writes nothing."""
    permissions.require(user, Action.MANAGE_ROUNDS, round.project_id)
    work = _Work(user=user, move=Move(round=round, old=round.codebook_version, new=version), now=None)
    work.go_through()
    return work.move


@transaction.atomic
def move_round(*, user: User, round: Round, version: CodebookVersion, now: datetime) -> Move:
    """Put a round with all its layers on a newer published version; all or nothing. A repeat changes nothing.

    Submissions stay as they are. Raises WrongState for an older version or one of another codebook.
    """
    permissions.require(user, Action.MANAGE_ROUNDS, round.project_id)
    # Who opens a layer just now waits for this lock, and then reads the new version (see layers.open_layer).
    rows = Round.objects.select_for_update(of=("self",)).select_related("project", "codebook_version__codebook")
    round = rows.get(pk=round.pk)
    _check(round, version)
    move = Move(round=round, old=round.codebook_version, new=version)
    work = _Work(user=user, move=move, now=now)
    standing = standing_readings(round)
    work.go_through()
    carry_decisions(round, standing)
    if version.pk != move.old.pk:
        fields = round.reopened_fields
        round.codebook_version, round.reopened_fields = version, moved_fields(fields, work.path_from(move.old).found)
        round.save(update_fields=["codebook_version", "reopened_fields"])
        before = {"codebook": move.old.number, "fields": fields}
        work.batch.add(
            "round", round.pk, before=before, after={"codebook": version.number, "fields": round.reopened_fields}
        )
    work.batch.write()
    return move


def _check(round: Round, version: CodebookVersion) -> None:
    if version.codebook_id != round.codebook_version.codebook_id or version.published_at is None:
        raise WrongState("A round can be moved to a published version of its own codebook only.")
    if version.number < round.codebook_version.number:
        raise WrongState(
            f"The round is at version {round.codebook_version.number}; it can be moved to a newer version only."
        )


class _Work:
    """One pass over the layers of a round; without a time, nothing is written."""

    def __init__(self, *, user: User, move: Move, now: datetime | None) -> None:
        self.move, self.now = move, now
        project = move.round.project
        self.batch = Batch(action="round.move", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
        self._paths: dict[UUID, Path] = {}

    def path_from(self, old: CodebookVersion) -> Path:
        if old.pk not in self._paths:
            self._paths[old.pk] = Path.between(old, self.move.new)
        return self._paths[old.pk]

    def go_through(self) -> None:
        for layers in self._layers():
            for version in {layer.codebook_version_id: layer.codebook_version for layer in layers}.values():
                self._move(
                    [layer for layer in layers if layer.codebook_version_id == version.pk], self.path_from(version)
                )
        for path in self._paths.values():
            self.move.tally.update(path.tally)

    def _layers(self) -> Iterator[list[Layer]]:
        """Yield the round's layers under older versions, and the gold ones of its documents; locked where written."""
        documents = Layer.objects.filter(round=self.move.round).values("document")
        gold = Q(kind=LayerKind.GOLD, project=self.move.round.project_id, document__in=documents)
        rows = Layer.objects.filter(
            Q(round=self.move.round) | gold, codebook_version__codebook=self.move.new.codebook_id
        )
        rows = rows.filter(codebook_version__number__lt=self.move.new.number).select_related("codebook_version")
        rows = rows.order_by("pk") if self.now is None else rows.order_by("pk").select_for_update(of=("self",))
        part = list(rows[:LAYERS_AT_ONCE])
        while part:
            yield part
            part = list(rows.filter(pk__gt=part[-1].pk)[:LAYERS_AT_ONCE])

    def _move(self, layers: list[Layer], path: Path) -> None:
        """Move some layers that stand under one version."""
        plans = plan_layers(layers, path)
        by_id = {str(layer.pk): layer for layer in layers}
        missing = {id for id, plan in plans.items() if self._leaves_gap(by_id[str(id)], plan, path)}
        keys = Claim.objects.filter(layer__in=layers).order_by("layer_id", "id").values_list(Key("id"), flat=True)
        for part in batched(list(keys), CLAIMS_AT_ONCE):
            claims = plan_claims(list(part), path)
            for claim in claims:
                layer = by_id[claim.before["layer"]]
                reading = {"claims": [claim.after], "attributes": {}}
                if claim.notes and are_missing(claim.notes, layer_gaps_of(self._round_of(layer), reading, path.view)):
                    missing.add(layer.pk)
            self._count(claims)
            if self.now is not None:
                self._write_claims(claims, list(part), by_id, path, self.now)
        members = self._members() if missing else set()
        returned = [
            layer.pk
            for layer in layers
            if layer.pk in missing and layer.status == LayerStatus.SUBMITTED and layer.annotator_id in members
        ]
        self.move.n_layers += len(layers)
        self.move.n_returned += len(returned)
        self.move.n_rechecks += sum(len(plan.notes) for plan in plans.values())
        if self.now is not None:
            self._write_layers(layers, plans, set(returned), path, self.now)

    def _members(self) -> set[int | None]:
        """Return who could finish a reading that is given back; those of others stay submitted, for curators."""
        active = Member.objects.active().filter(project=self.move.round.project_id)
        return set(active.values_list("user", flat=True))

    def _round_of(self, layer: Layer) -> Round | None:
        return self.move.round if layer.round_id else None

    def _leaves_gap(self, layer: Layer, plan: LayerPlan, path: Path) -> bool:
        reading = {"claims": [], "attributes": plan.after}
        return bool(plan.notes) and are_missing(plan.notes, layer_gaps_of(self._round_of(layer), reading, path.view))

    def _count(self, claims: list[ClaimPlan]) -> None:
        self.move.n_claims += len(claims)
        self.move.n_changed += sum(claim.is_changed for claim in claims)
        self.move.n_rechecks += sum(len(claim.notes) for claim in claims)

    def _write_claims(
        self, claims: list[ClaimPlan], keys: list[str], layers: dict[str, Layer], path: Path, now: datetime
    ) -> None:
        """Write some claims. About 10 queries, and one for each value of the stance scale."""
        waiting = list(Recheck.objects.open().filter(Among(F("claim_id"), keys)))
        Answer.objects.filter(Among(F("claim_id"), keys)).delete()
        _write_stances(claims)
        Answer.objects.bulk_create((row for claim in claims for row in _answer_rows(claim, path)), batch_size=1000)
        changed = [claim for claim in claims if claim.is_changed]
        ids = [UUID(claim.before["id"]).hex for claim in changed]
        Claim.objects.filter(Among(F("pk"), ids)).update(version=F("version") + 1, updated_at=now)
        server = {"updated_at": records.stamp(now)}
        for claim in changed:
            after = claim.after | {"version": claim.version} | server
            self.batch.add("claim", claim.before["id"], before=claim.before, after=after)
        self._keep_waiting(waiting, {UUID(claim.before["id"]): claim.version for claim in claims}, path)
        rows = [
            (UUID(claim.before["layer"]), UUID(claim.before["id"]), note, claim.version)
            for claim in claims
            for note in claim.notes
        ]
        self._write_notes(rows, now)
        self.batch.write()

    def _write_layers(
        self, layers: list[Layer], plans: dict[UUID, LayerPlan], returned: set[UUID], path: Path, now: datetime
    ) -> None:
        """Write what concerns whole layers. At most 8 queries."""
        ids = [layer.pk for layer in layers]
        versions = {layer.pk: layer.version + 1 for layer in layers}
        self._keep_waiting(list(Recheck.objects.open().filter(claim__isnull=True, layer__in=ids)), versions, path)
        Answer.objects.filter(layer__in=ids).delete()
        answers = (
            row for id, plan in plans.items() for row in answer_rows(path.view, "document", plan.after, layer_id=id)
        )
        Answer.objects.bulk_create(answers, batch_size=1000)
        Layer.objects.filter(pk__in=ids).update(
            codebook_version=self.move.new, version=F("version") + 1, updated_at=now
        )
        Layer.objects.filter(pk__in=returned).update(status=LayerStatus.RETURNED)
        self._write_notes([(id, None, note, versions[id]) for id, plan in plans.items() for note in plan.notes], now)
        for layer in layers:
            plan = plans[layer.pk]
            status = LayerStatus.RETURNED if layer.pk in returned else LayerStatus(layer.status)
            before = _state(layer, layer.codebook_version, layer.status, plan.before)
            after = _state(layer, self.move.new, status, plan.after) | {"version": versions[layer.pk]}
            self.batch.add("layer", layer.pk, before=before, after=after)
        self.batch.write()

    def _write_notes(self, rows: Sequence[tuple[UUID, UUID | None, Note, int]], now: datetime) -> None:
        made = (
            (self.move.new.pk, layer, claim, note.field, note.old, list(note.options), version, now)
            for layer, claim, note, version in rows
        )
        insert_rows(Recheck, RECHECK_COLUMNS, made)

    def _keep_waiting(self, rows: list[Recheck], versions: dict[UUID, int], path: Path) -> None:
        """Take along what still waits to be looked at since an earlier move."""
        for row in rows:
            before = _recheck_state(row)
            scope = "document" if row.claim_id is None else "stance" if row.field.startswith("stances") else "claim"
            row.field, row.options = move_path(row.field, row.options, scope, path.found)
            row.version, row.at_version = self.move.new, versions[row.claim_id or row.layer_id]
            self.batch.add("recheck", row.pk, before=before, after=_recheck_state(row))
        Recheck.objects.bulk_update(rows, ["field", "options", "version", "at_version"], batch_size=200)


def _write_stances(claims: list[ClaimPlan]) -> None:
    """Write the values of stances. One query for each value, and for stances that said nothing but their value."""
    values: dict[UUID | None, list[int]] = {}
    for claim in claims:
        for stance in claim.stances:
            values.setdefault(stance.value, []).append(stance.id)
        if any(stance.is_removed for stance in claim.stances):
            _remove_stances(claim)
    for value, ids in values.items():
        for part in batched(ids, 5000):
            Stance.objects.filter(pk__in=part).update(value=value)


def _remove_stances(claim: ClaimPlan) -> None:
    """Delete what says nothing any more, and close the gaps in the numbering. The answers are deleted already."""
    kept = [stance.id for stance in claim.stances if not stance.is_removed]
    Stance.objects.filter(claim=claim.before["id"]).exclude(pk__in=kept).delete()
    for position, id in enumerate(kept):
        Stance.objects.filter(pk=id).update(position=position)


def _answer_rows(claim: ClaimPlan, path: Path) -> Iterator[Answer]:
    id = UUID(claim.before["id"])
    yield from answer_rows(path.view, "claim", claim.after["attributes"], claim_id=id)
    for stance in claim.stances:
        yield from answer_rows(path.view, "stance", stance.answers, claim_id=id, stance_id=stance.id)


def _state(layer: Layer, version: CodebookVersion, status: str, answers: dict[str, object]) -> dict[str, Any]:
    return {
        "document": str(layer.document_id),
        "round": str(layer.round_id) if layer.round_id else None,
        "annotator": layer.annotator_id,
        "status": status,
        "codebook": version.number,
        "attributes": answers,
        "version": layer.version,
    }


def _recheck_state(row: Recheck) -> dict[str, Any]:
    return {"field": row.field, "options": row.options, "at_version": row.at_version, "version": str(row.version_id)}
