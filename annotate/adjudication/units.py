"""Units with their state: settled by itself, open, decided, or touched by a change after the decision."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from annotate.adjudication.align import align
from annotate.adjudication.fields import Field, fields_of
from annotate.adjudication.marks import Mark, with_entry


class State(StrEnum):
    OPEN = "open"
    SETTLED = "settled"
    NEAR = "near"  # settled by the codebook's rule for boundaries
    DECIDED = "decided"
    REOPENED = "reopened"


NEEDS_A_DECISION = (State.OPEN, State.REOPENED)
SETTLES_ITSELF = (State.SETTLED, State.NEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A decision as it is stored: the readings that it accounts for, by key, with their fingerprints then."""

    id: str
    readings: Mapping[str, str]
    by_itself: bool = False
    is_rejection: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """The claims of several annotators that are decided together. Empty where nothing is left of what was decided."""

    marks: tuple[Mark, ...]
    fields: tuple[Field, ...]
    state: State
    n_readers: int
    decisions: tuple[Standing, ...] = ()

    @property
    def key(self) -> str:
        return min((mark.key for mark in self.marks), default=self.decisions[0].id if self.decisions else "")

    @property
    def is_open(self) -> bool:
        return self.state in NEEDS_A_DECISION

    @property
    def has_settled_itself(self) -> bool:
        """Return whether nobody had to decide it, before its document was finished and after."""
        return self.state in SETTLES_ITSELF or (
            self.state == State.DECIDED and any(decision.by_itself for decision in self.decisions)
        )

    @property
    def open_fields(self) -> list[Field]:
        return [field for field in self.fields if field.is_open]

    @property
    def is_unclear(self) -> bool:
        """Return whether an annotator was unsure or left a note."""
        return any(mark.needs_a_look for mark in self.marks)

    @property
    def n_marked_by(self) -> int:
        return len({mark.reader for mark in self.marks})


def units_of(
    marks: Sequence[Mark],
    *,
    text: str,
    rule: str,
    readers: Sequence[str],
    decisions: Sequence[Standing] = (),
    pairings: Mapping[str, str] | None = None,
) -> list[Unit]:
    """Return all units of a document in the order of the text; those without marks come last.

    `pairings` are a curator's groups by the key of the mark; the readings of one decision are a group too.
    """
    fixed = dict(pairings or {})
    by_mark: dict[str, Standing] = {}
    for decision in decisions:
        by_mark |= dict.fromkeys(decision.readings, decision)
        fixed |= dict.fromkeys(decision.readings, decision.id)
    found = [_unit(unit, by_mark, text=text, rule=rule, n_readers=len(readers)) for unit in align(marks, fixed)]
    met = {decision.id for unit in found for decision in unit.decisions}
    bare = [decision for decision in decisions if decision.id not in met]
    return found + [_left_over(decision, len(readers)) for decision in bare]


def _unit(marks: tuple[Mark, ...], by_mark: Mapping[str, Standing], *, text: str, rule: str, n_readers: int) -> Unit:
    fields = tuple(fields_of(marks, text, rule))
    decisions = {found.id: found for mark in marks if (found := by_mark.get(mark.key)) is not None}
    settled = _settles(marks, fields, n_readers)
    state = settled or State.OPEN
    if decisions:
        stands = [_stands(decision, marks, is_settled=settled is not None) for decision in decisions.values()]
        state = State.DECIDED if stands == [True] else State.REOPENED
    return Unit(marks=marks, fields=fields, state=state, n_readers=n_readers, decisions=tuple(decisions.values()))


def _settles(marks: Sequence[Mark], fields: Sequence[Field], n_readers: int) -> State | None:
    """Return how the unit settles itself: every reader marked it once, in no field do they differ, none hesitated."""
    readers = [mark.reader for mark in marks]
    if len(readers) != n_readers or len(set(readers)) != n_readers or any(mark.needs_a_look for mark in marks):
        return None
    if any(field.is_open for field in fields):
        return None
    return State.NEAR if any(field.by_rule for field in fields) else State.SETTLED


def _stands(decision: Standing, marks: Sequence[Mark], *, is_settled: bool) -> bool:
    """Return whether nothing that the decision rests on has changed since, and nothing has come to it."""
    if decision.by_itself and not is_settled:
        return False
    return {mark.key: mark.fingerprint for mark in marks} == decision.readings


def _left_over(decision: Standing, n_readers: int) -> Unit:
    """Return the unit of a decision none of whose readings is left.

    A claim of the curator's own never had any and stands; so does the answer that there is no claim.
    """
    state = State.REOPENED if decision.readings and not decision.is_rejection else State.DECIDED
    return Unit(marks=(), fields=(), state=state, n_readers=n_readers, decisions=(decision,))


def is_settled_by_merging(unit: Unit, old: str, new: str) -> bool:
    """Return whether the unit would settle itself if the entry `old` were merged into `new`."""
    if unit.state != State.OPEN or unit.is_unclear or unit.n_marked_by != unit.n_readers:
        return False

    def same(values: tuple[Hashable, ...]) -> bool:
        return len({with_entry(value, old, new) for value in values}) == 1

    # Stances that become equal only by the merge are compared as wholes: before it they stand on different targets.
    whole = tuple(mark.whole_stance for mark in unit.marks)
    plain = (field for field in unit.open_fields if not field.name.startswith("stances"))
    stances_differ = any(field.name.startswith("stances") for field in unit.open_fields)
    return all(same(field.values) for field in plain) and (not stances_differ or same(whole))
