"""Where answers under one version of a codebook go in a later one: carried, merged, or to be looked at again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from annotate.attributes import KINDS, AttributeSpec, InvalidAnswer
from annotate.payloads.codebooks import CodebookView

type Key = tuple[str, ...]  # an attribute is (scope, key), a label (scope, attribute, key), a stance value (key,)
type Relation = Mapping[Key, tuple[Key, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Successors:
    """For every key of an older version the keys that stand for it: one, several (a split) or none (dropped)."""

    attributes: Relation
    labels: Relation
    values: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An answer that could not be carried over: its attribute, what it was, and what may stand for it.

    `options` are labels of the attribute `key`; after a split of an attribute, paths of the attributes that follow it.
    """

    key: str
    old: object
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One answer that goes on, of several labels each by itself: from (attribute, value) to (attribute, value)."""

    old: tuple[str, object]
    new: tuple[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedAnswers:
    """What becomes of the answers of a claim, stance or document. Each old answer is in `carried` or in `taken`."""

    answers: dict[str, object]
    carried: tuple[Carried, ...]
    taken: tuple[Taken, ...]


def successors_of(versions: Iterable[CodebookView]) -> Successors:
    """Return where answers under the first version go in the last one, through those between in their order."""
    first, *others = versions
    found = _unchanged(first)
    for old, new in pairwise([first, *others]):
        found = composed(found, one_step(old, new))
    return found


def _unchanged(view: CodebookView) -> Successors:
    attributes, labels, values = _attributes(view), _labels(view), _values(view)
    return Successors(
        attributes={key: (key,) for key in attributes},
        labels={key: (key,) for key in labels},
        values={key: (key,) for key in values},
    )


def one_step(old: CodebookView, new: CodebookView) -> Successors:
    """Return the successors from one version to the next, as `replaces` and equal keys say."""
    attributes = _related(_attributes(old), _attributes(new))
    after = _labels(new)
    labels: dict[Key, tuple[Key, ...]] = {}
    for scope, attribute, label in _labels(old):
        found: list[Key] = []
        for target in attributes[(scope, attribute)]:
            own = {key[2:]: replaces for key, replaces in after.items() if key[:2] == target}
            found += [(*target, *key) for key in _related({(label,): ()}, own)[(label,)]]
        labels[(scope, attribute, label)] = tuple(found)
    return Successors(attributes=attributes, labels=labels, values=_related(_values(old), _values(new)))


def composed(first: Successors, second: Successors) -> Successors:
    """Return the successors over two steps."""
    return Successors(
        attributes=_composed(first.attributes, second.attributes),
        labels=_composed(first.labels, second.labels),
        values=_composed(first.values, second.values),
    )


def _composed(first: Relation, second: Relation) -> dict[Key, tuple[Key, ...]]:
    return {
        key: tuple(dict.fromkeys(last for middle in found for last in second.get(middle, ())))
        for key, found in first.items()
    }


def _attributes(view: CodebookView) -> dict[Key, tuple[str, ...]]:
    """Return the attributes, each with the keys that it replaces."""
    return {key: spec.replaces for key, spec in view.attributes.items()}


def _labels(view: CodebookView) -> dict[Key, tuple[str, ...]]:
    specs = view.attributes.items()
    return {(*key, label.key): label.replaces for key, spec in specs for label in view.labels.get(spec.id, ())}


def _values(view: CodebookView) -> dict[Key, tuple[str, ...]]:
    return {(key,): label.replaces for key, label in view.stances.items()}


def _related(old: Iterable[Key], new: Mapping[Key, tuple[str, ...]]) -> dict[Key, tuple[Key, ...]]:
    """Return for each old key the new ones that replace it, else the same key where it is still there, else nothing."""
    found: dict[Key, tuple[Key, ...]] = {}
    for key in old:
        named = tuple(other for other, replaces in new.items() if other[:-1] == key[:-1] and key[-1] in replaces)
        found[key] = named or ((key,) if key in new else ())
    return found


def move_answers(
    scope: str, answers: Mapping[str, object], found: Successors, old: CodebookView, new: CodebookView
) -> MovedAnswers:
    """Return the answers under the new version. Of several labels, each is carried or taken off by itself."""
    taken: list[Taken] = []
    arrived: dict[str, list[Carried]] = {}
    for key, raw in sorted(answers.items()):
        for step in _steps(scope, key, raw, found, old, new):
            if isinstance(step, Taken):
                taken.append(step)
            else:
                arrived.setdefault(step.new[0], []).append(step)
    moved: dict[str, object] = {}
    carried: list[Carried] = []
    for key, steps in sorted(arrived.items()):
        answer = _joined(new.attributes[(scope, key)], steps)
        if answer is None:
            is_choice = new.attributes[(scope, key)].kind == "choice"
            options = [(str(step.new[1]),) if is_choice else () for step in steps]
            taken += [Taken(key=key, old=s.old[1], options=o) for s, o in zip(steps, options, strict=True)]
        else:
            moved[key] = answer
            carried += steps
    return MovedAnswers(answers=moved, carried=tuple(carried), taken=tuple(taken))


def _steps(
    scope: str, key: str, raw: object, found: Successors, old: CodebookView, new: CodebookView
) -> Iterator[Carried | Taken]:
    """Yield where each value of one answer goes by itself."""
    targets = found.attributes[(scope, key)]
    values = raw if isinstance(raw, list) else [raw]
    if len(targets) != 1:
        options = tuple(f"attributes/{name}" for _, name in targets)
        yield from (Taken(key=key, old=value, options=options) for value in values)
        return
    (target,) = targets
    before, after = old.attributes[(scope, key)], new.attributes[(target[0], target[1])]
    for value in values:
        if before.kind != after.kind:
            yield Taken(key=after.key, old=value)
        elif before.kind == "choice":
            labels = [name for *_, name in found.labels[(scope, key, str(value))]]
            if len(labels) == 1:
                yield Carried(old=(key, value), new=(after.key, labels[0]))
            else:
                yield Taken(key=after.key, old=value, options=tuple(labels))
        else:
            yield Carried(old=(key, value), new=(after.key, value))


def _joined(spec: AttributeSpec, steps: list[Carried]) -> object:
    """Return the one answer that values arriving at an attribute make, or None where it does not allow them."""
    values = {json.dumps(step.new[1], sort_keys=True): step.new[1] for step in steps}
    if spec.kind == "choice" and spec.is_multiple:
        return sorted(str(value) for value in values.values())
    if len(values) > 1:
        return None
    (value,) = values.values()
    try:
        KINDS[spec.kind].parse(spec, value)
    except InvalidAnswer:
        return None
    return value
