"""What is taken for what: the values that matched claims of two annotators were given, and the claims behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.agreement.tally import Values
from annotate.models import Mode, Relation
from annotate.reports.agreement.claims import Marked
from annotate.reports.agreement.compare import Compared
from annotate.reports.agreement.figures import Counted
from annotate.reports.agreement.material import Material
from annotate.reports.agreement.measures import Measure

MOST_VALUES = 10  # of a table; of what has more values, the pairs most often confused are listed
MOST_PAIRS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How often matched claims were given two values. `counts` is by (first, second) as tokens.

    With two annotators, the first value is of the one whose name comes first; with more, the order of the two says
    nothing, and it stands in that of the values.
    """

    measure: Measure
    values: tuple[str, ...]
    counts: dict[tuple[str, str], int]
    is_table: bool

    @property
    def apart(self) -> list[tuple[tuple[str, str], int]]:
        """Return what is confused most often."""
        found = [(pair, n) for pair, n in self.counts.items() if pair[0] != pair[1]]
        return sorted(found, key=lambda item: (-item[1], item[0]))[:MOST_PAIRS]


def token(value: Any) -> str:
    """Return a value as it stands in an address."""
    if isinstance(value, frozenset):
        return "+".join(sorted(map(str, value)))
    return f"{value:g}" if isinstance(value, float) else str(value)


def confusions(material: Material, counted: Iterable[Counted], n_annotators: int) -> list[Confusion]:
    """Return the confusions of every measure of claims and stances that somebody differed in or agreed on."""
    if material.chosen is None:
        return []
    measures = material.chosen.measures
    pairs = [pair for one in counted for compared in one.compared for pair in compared.pairs]
    stances = [(a.stances[key], b.stances[key]) for a, b in pairs for key in a.stances if key in b.stances]
    claims = [(a.values, b.values) for a, b in pairs]
    found = []
    for rows, part in ((stances, measures.stance), (claims, measures.claim)):
        for at, measure in enumerate(part):
            if measure.key == "stance_score" or measure.kind == "text":
                continue
            every: Counter[Values] = Counter([(a[at], b[at]) for a, b in rows])
            given = Counter({pair: n for pair, n in every.items() if None not in pair})
            if given:
                found.append(_confusion(material, measure, given, is_directed=n_annotators == 2))
    return found


def _confusion(material: Material, measure: Measure, pairs: Counter[Values], *, is_directed: bool) -> Confusion:
    order = _order(material, measure, pairs)
    counts: Counter[tuple[str, str]] = Counter()
    for (a, b), n in pairs.items():
        one, two = token(a), token(b)
        if not is_directed and order[two] < order[one]:
            one, two = two, one
        counts[one, two] += n
    return Confusion(measure=measure, values=tuple(order), counts=dict(counts), is_table=len(order) <= MOST_VALUES)


def _order(material: Material, measure: Measure, pairs: Counter[Values]) -> dict[str, int]:
    """Return the place of each value: as the codebook lists them, else the most frequent first."""
    seen: Counter[str] = Counter()
    for values, n in pairs.items():
        for value in values:
            seen[token(value)] += n
    known = {key: at for at, key in enumerate(keys_of(material, measure))}
    name = material.namer.name
    listed = sorted(seen, key=lambda key: (known.get(key, len(known)), -seen[key], name(key), key))
    return {key: at for at, key in enumerate(listed)}


def keys_of(material: Material, measure: Measure) -> list[str]:
    """Return the keys of a measure's answers in the order of the codebook; none for entries."""
    fixed = {"mode": Mode.values, "relation": Relation.values}.get(measure.key)
    if fixed is not None:
        return fixed
    assert material.chosen is not None
    codebook = material.chosen.measures.codebook
    if measure.key == "stance":
        return list(codebook.stances)
    scope, _, key = measure.key.partition("attributes/")
    spec = codebook.attributes.get((scope.rstrip("_") or "claim", key)) if key else None
    return [label.key for label in codebook.labels.get(spec.id, ())] if spec is not None else []


def values_of_pair(material: Material, pair: Sequence[Marked], measure: Measure) -> Iterator[Values]:
    """Yield the two values of a matched pair, for a stance measure those of each stance that both name."""
    assert material.chosen is not None
    measures = material.chosen.measures
    one, two = pair
    given: list[Values]
    if measure.scope == "stance":
        at = measures.stance.index(measure)
        given = [(one.stances[key][at], two.stances[key][at]) for key in one.stances if key in two.stances]
    else:
        at = measures.claim.index(measure)
        given = [(one.values[at], two.values[at])]
    yield from (values for values in given if None not in values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A matched pair of claims behind a cell."""

    compared: Compared
    first: Marked
    second: Marked


def behind(
    material: Material, counted: Iterable[Counted], measure: Measure, first: str, second: str, *, is_directed: bool
) -> Iterator[Behind]:
    """Yield the pairs of claims that were given these two values, in the order of the documents and their text."""
    wanted = {(first, second)} if is_directed else {(first, second), (second, first)}
    for one in counted:
        for compared in one.compared:
            for pair in sorted(compared.pairs, key=lambda pair: tuple(pair[0].spans)):
                found = values_of_pair(material, pair, measure)
                if any((token(a), token(b)) in wanted for a, b in found):
                    yield Behind(compared=compared, first=pair[0], second=pair[1])
