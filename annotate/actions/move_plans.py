"""What a newer version of the codebook makes of stored layers: planned claim by claim, without writing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F

from annotate import records
from annotate.actions.gaps import Gap
from annotate.models import Claim, CodebookVersion, Layer, Stance
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.payloads.successors import MovedAnswers, Successors, move_answers, successors_of
from corpus.database.bulk import Among, Key, uuid_text

# What a move counts: scope, attribute ("" for the stance value) and value before; the same after, or the options.
type Fate = tuple[str, str, str, str, tuple[str, ...], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An answer that is taken off and looked at again; `field` is its path, as `Recheck` keeps it."""

    field: str
    old: object
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StancePlan:
    """A stored stance with what it will say; one that would say nothing any more is removed."""

    id: int
    value: UUID | None
    answers: dict[str, object]
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPlan:
    before: dict[str, Any]
    after: dict[str, Any]
    stances: tuple[StancePlan, ...]
    notes: tuple[Note, ...]

    @property
    def is_changed(self) -> bool:
        return self.before != self.after

    @property
    def version(self) -> int:
        """Return the claim's version after the move."""
        return int(self.before["version"]) + self.is_changed


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlan:
    """A layer's answers about its document, before and after."""

    before: dict[str, object]
    after: dict[str, object]
    notes: tuple[Note, ...]


@dataclass(slots=True, kw_only=True)
class Path:
    """The way from one version to another, with what both mean and how often each answer went where."""

    found: Successors
    old: records.CodebookNames
    new: records.CodebookNames
    registries: records.Registries = field(default_factory=records.Registries)
    tally: Counter[Fate] = field(default_factory=Counter)

    @classmethod
    def between(cls, old: CodebookVersion, new: CodebookVersion) -> Path:
        """Return the way through the published versions between. One query, and those of versions not in memory."""
        rows = CodebookVersion.objects.filter(codebook=old.codebook_id, published_at__isnull=False)
        ids = rows.filter(number__gt=old.number, number__lt=new.number).order_by("number").values_list("pk", flat=True)
        views = [load_codebook(id) for id in (old.pk, *ids, new.pk)]
        names = [records.CodebookNames.of(view) for view in (views[0], views[-1])]
        return cls(found=successors_of(views), old=names[0], new=names[1])

    @property
    def view(self) -> CodebookView:
        return self.new.view

    def move(self, scope: str, answers: dict[str, object]) -> MovedAnswers:
        """Return what becomes of some answers, and count it."""
        moved = move_answers(scope, answers, self.found, self.old.view, self.new.view)
        for step in moved.carried:
            self.count(scope, step.old, step.new[0], (step.new[1],), is_carried=True)
        for taken in moved.taken:
            self.count(scope, (taken.key, taken.old), taken.key, taken.options, is_carried=False)
        return moved

    def count(
        self, scope: str, old: tuple[str, object], key: str, values: tuple[object, ...], *, is_carried: bool
    ) -> None:
        spec = self.new.view.attributes.get((scope, key)) or self.old.view.attributes.get((scope, key))
        is_counted = spec is not None and spec.kind == "choice"
        shown = tuple(str(value) for value in values) if is_counted or not is_carried else ()
        value = str(old[1]) if is_counted else ""
        self.tally[(scope, old[0], value, key, shown, is_carried)] += 1

    def move_value(self, id: UUID | None) -> tuple[UUID | None, tuple[UUID, ...]]:
        """Return the stance value that stands for one now, or None with what may stand for it; and count it."""
        if id is None:
            return None, ()
        key = self.old.values[id]
        keys = [found for (found,) in self.found.values[(key,)]]
        ids = tuple(self.new.view.stances[found].id for found in keys)
        self.tally[("value", "", key, "", tuple(keys), len(keys) == 1)] += 1
        return (ids[0], ()) if len(ids) == 1 else (None, ids)


def plan_claims(keys: list[str], path: Path) -> list[ClaimPlan]:
    """Return what becomes of these claims, which all stand under the path's older version. At most 10 queries."""
    stances: dict[str, list[tuple[Any, ...]]] = {}
    rows = Stance.objects.filter(Among(F("claim_id"), keys)).order_by("claim_id", "position")
    for key, *row in rows.values_list(Key("claim_id"), "pk", Key("target_id"), "value_id"):
        stances.setdefault(uuid_text(key), []).append(tuple(row))
    claims = Claim.objects.filter(Among(F("pk"), keys))
    return [
        _plan(claim, stances.get(claim["id"], []), path)
        for claim in records.claim_dicts(claims, registries=path.registries)
    ]


def _plan(claim: dict[str, Any], rows: list[tuple[Any, ...]], path: Path) -> ClaimPlan:
    moved = path.move("claim", claim["attributes"])
    notes = list(_notes(moved, "attributes"))
    plans: list[StancePlan] = []
    kept: list[dict[str, Any]] = []
    for stance, row in zip(claim["stances"], rows, strict=True):
        plan, shown, own = _stance(stance, row, path, place=f"stances/{len(kept)}")
        plans.append(plan)
        notes += own
        if not plan.is_removed:
            kept.append(shown)
    after = claim | {"attributes": moved.answers, "stances": kept}
    return ClaimPlan(before=claim, after=after, stances=tuple(plans), notes=tuple(notes))


def _stance(
    stance: dict[str, Any], row: tuple[Any, ...], path: Path, *, place: str
) -> tuple[StancePlan, dict[str, Any], list[Note]]:
    """Return the plan of a stance, how it will be read, and what is taken off it."""
    id, target, old_value = row
    value, options = path.move_value(old_value)
    turned = target is not None and path.registries.targets.by_key[target].is_inverted
    if target is None and value is None:
        return _removed(stance, id, options, path)
    moved = path.move("stance", stance.get("attributes", {}))
    shown = {name: stance[name] for name in ("holder", "target")}
    shown |= {"value": path.new.value(value, inverted=turned)}
    shown |= {"attributes": moved.answers} if moved.answers else {}
    notes = list(_notes(moved, f"{place}/attributes"))
    if value is None and old_value is not None:
        keys = tuple(str(path.new.value(option, inverted=turned)) for option in options)
        notes.insert(0, Note(field=f"{place}/value", old=stance["value"], options=keys))
    return StancePlan(id=id, value=value, answers=moved.answers), shown, notes


def _removed(
    stance: dict[str, Any], id: int, options: tuple[UUID, ...], path: Path
) -> tuple[StancePlan, dict[str, Any], list[Note]]:
    """Take off a stance without a target that has lost its value: it would say nothing. Its answers are kept too."""
    keys = tuple(str(path.new.value(option, inverted=False)) for option in options)
    notes = [Note(field="stances", old={"value": stance["value"], "holder": stance["holder"]}, options=keys)]
    for key, raw in stance.get("attributes", {}).items():
        for value in raw if isinstance(raw, list) else [raw]:
            path.count("stance", (key, value), key, (), is_carried=False)
            notes.append(Note(field=f"stances/attributes/{key}", old=value))
    return StancePlan(id=id, value=None, answers={}, is_removed=True), {}, notes


def plan_layers(layers: list[Layer], path: Path) -> dict[UUID, LayerPlan]:
    """Return what becomes of the answers about documents. One query."""
    found = records.layer_answers(layers, path.registries)
    plans = {}
    for id, answers in found.items():
        moved = path.move("document", answers)
        plans[id] = LayerPlan(before=answers, after=moved.answers, notes=tuple(_notes(moved, "attributes")))
    return plans


def _notes(moved: MovedAnswers, place: str) -> Iterator[Note]:
    return (Note(field=f"{place}/{taken.key}", old=taken.old, options=taken.options) for taken in moved.taken)


def are_missing(notes: Iterable[Note], gaps: Iterable[Gap]) -> bool:
    """Return whether one of the answers taken off leaves a gap that the codebook does not allow."""
    fields = {gap.field for gap in gaps}
    return any(fields & set(_wanted(note)) for note in notes)


def _wanted(note: Note) -> Iterator[str]:
    """Yield the gaps that an answer taken off may leave, as `claim_gaps` names them."""
    yield note.field
    if "attributes/" in note.field:
        yield note.field.rpartition("/")[2]
        yield from (option.removeprefix("attributes/") for option in note.options if "/" in option)


def move_path(place: str, options: list[str], scope: str, found: Successors) -> tuple[str, list[str]]:
    """Return field and options of an answer that still waits to be looked at, under the newer version."""
    if place.endswith("/value") or place == "stances":
        return place, _onward(options, {key[0]: [to[0] for to in new] for key, new in found.values.items()})
    before, _, key = place.rpartition("/")
    targets = [to[1] for to in found.attributes.get((scope, key), ())]
    labels = {
        old[2]: [to[2] for to in new if [to[1]] == targets]
        for old, new in found.labels.items()
        if old[:2] == (scope, key)
    }
    paths = {
        f"attributes/{old[1]}": [f"attributes/{to[1]}" for to in new]
        for old, new in found.attributes.items()
        if old[0] == scope
    }
    return f"{before}/{targets[0] if len(targets) == 1 else key}", _onward(options, labels | paths)


def _onward(options: list[str], new: dict[str, list[str]]) -> list[str]:
    return list(dict.fromkeys(last for option in options for last in new.get(option, [])))
