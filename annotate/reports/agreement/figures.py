"""From compared readings to figures, each with its n, its raw counts and an interval over documents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import add
from typing import Any

from annotate.agreement.alpha import nominal
from annotate.agreement.matching import F1
from annotate.agreement.resampling import Interval, alpha_interval, ratio_interval
from annotate.agreement.tally import Tally, Values, cohen_of, fleiss_of
from annotate.reports.agreement.claims import Marked
from annotate.reports.agreement.compare import (
    F1S,
    NOTHING,
    Cell,
    Compared,
    claim_units,
    stance_units,
    unitizing,
)
from annotate.reports.agreement.measures import Measure, Measures

HEADLINES = ("overlap/all", "speaker", "target", "stance", "joint/all")
WAY_NAMES = {
    "exact": "Claims found with the same words",
    "punctuation": "Claims found with the same words but for punctuation",
    "overlap": "Claims found",
    "characters": "Characters in claims",
    "joint": "Speaker, target and stance together",
    "cue": "Cue",
}
DEPTH_NAMES = {"all": "", "top": "top-level claims", "nested": "nested claims"}
CATEGORIES_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One value: how often it was given, its share of all values given, and its alpha against all others."""

    value: Any
    count: int
    share: float
    alpha: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure; what the data do not define is None. `n` counts units, for F1 the claims of both readings."""

    key: str
    name: str
    statistic: str
    scope: str = "claim"
    value: float | None = None
    interval: Interval | None = None
    n: int = 0
    n_pairs: int = 0
    n_documents: int = 0
    n_equal: int = 0
    precision: float | None = None
    recall: float | None = None
    percent: float | None = None
    cohen: float | None = None
    fleiss: float | None = None
    n_fleiss: int = 0
    categories: tuple[Category, ...] = ()
    n_categories: int = 0
    after_return: float | None = None


@dataclass(slots=True, kw_only=True)
class Counted:
    """The units and counts of some readings of one document: of all of them, or of two."""

    at: int
    cell: Cell
    compared: Sequence[Compared]
    groups: Sequence[Sequence[Marked]]
    counts: Sequence[int]
    units: dict[str, list[Values]] = field(default_factory=dict)
    unitized: dict[str, tuple[int, int] | None] = field(default_factory=dict)

    def unitizing(self, length: int, depth: str) -> tuple[int, int] | None:
        """Return observed and expected disagreement; where nothing is nested, of the whole for the top level."""
        if depth != "all" and not any(claim.is_nested for one in self.cell.readings for claim in one.claims):
            depth = "all" if depth == "top" else ""
        if depth and depth not in self.unitized:
            self.unitized[depth] = unitizing(self.cell, length, depth)
        return self.unitized[depth] if depth else None


def counted_cell(cell: Cell) -> Counted:
    counts: Sequence[int] = NOTHING
    for one in cell.compared:
        counts = list(map(add, counts, one.counts))
    return Counted(at=cell.at, cell=cell, compared=cell.compared, groups=cell.groups(), counts=counts)


def counted_pair(cell: Cell, compared: Compared) -> Counted:
    return Counted(at=cell.at, cell=cell, compared=[compared], groups=compared.pairs, counts=compared.counts)


def find_units(found: Iterable[Counted], measures: Measures, wanted: Sequence[Measure]) -> None:
    """Fill in the units of these measures."""
    places = {measure.key: at for at, measure in enumerate(measures.claim)}
    n_stance = len(measures.stance) if any(one.scope == "stance" for one in wanted) else 0
    answers = [(at, one) for at, one in enumerate(measures.document) if one in wanted]
    claims = [(places[one.key], one.key) for one in wanted if one.scope == "claim"]
    for counted in found:
        for at, key in claims:
            counted.units[key] = claim_units(counted.groups, at)
        if n_stance:
            rows = stance_units(counted.groups, n_stance)
            counted.units.update(zip((one.key for one in measures.stance), rows, strict=True))
        for at, one in answers:
            readings = _readings_of(counted)
            unit = tuple(value for reading in readings if (value := reading.answers[at]) is not None)
            counted.units[one.key] = [unit] if len(unit) > 1 else []


def _readings_of(counted: Counted) -> Sequence[Any]:
    if len(counted.compared) == 1:
        return counted.compared[0].first, counted.compared[0].second
    return counted.cell.readings


@dataclass(slots=True, kw_only=True)
class Slice:
    """Some of what was compared: all of it, or that of a pair, person, source, month or round."""

    counted: Sequence[Counted]
    n_documents: int  # of the whole report: what the resamples draw from

    def f1(self, way: str, depth: str, *, intervals: bool = False, is_directed: bool = False) -> Figure:
        """Return a span F1, over all claims or those of one depth, or the joint F1, or that of cues."""
        at = 3 * F1S.index((way, depth))
        rows = [(one.at, *one.counts[at : at + 3]) for one in self.counted]
        first, second, both = (sum(row[n] for row in rows) for n in (1, 2, 3))
        found = F1(n_first=first, n_second=second, n_matched=both)
        name = WAY_NAMES[way] + (f", {DEPTH_NAMES[depth]}" if DEPTH_NAMES[depth] else "")
        interval = None
        if intervals:
            above, below = Counter[int](), Counter[int]()
            for document, a, b, n in rows:
                above[document] += 2 * n
                below[document] += a + b
            interval = ratio_interval(above, below, self.n_documents)
        return Figure(
            key=f"{way}/{depth}",
            name=name,
            statistic="F1",
            scope="words" if way == "characters" else "found",
            value=found.value,
            interval=interval,
            n=first + second,
            n_pairs=sum(len(one.compared) for one in self.counted),
            n_equal=both,
            n_documents=len({row[0] for row in rows if row[1] or row[2]}),
            precision=found.precision if is_directed else None,
            recall=found.recall if is_directed else None,
        )

    def unitizing(self, lengths: Mapping[int, int], depth: str, *, intervals: bool = False) -> Figure:
        """Return the unitizing alpha on what lies in claims: 1 − Σ length·Do / Σ length·De over documents."""
        above, below, n = Counter[int](), Counter[int](), 0
        for one in self.counted:
            found = one.unitizing(lengths[one.at], depth)
            if found is not None:
                above[one.at] += found[0]
                below[one.at] += found[1]
                n += 1
        expected = sum(below.values())
        return Figure(
            key=f"unitizing/{depth}",
            name="Where claims lie" + (f", {DEPTH_NAMES[depth]}" if DEPTH_NAMES[depth] else ""),
            statistic="unitizing alpha",
            scope="words",
            value=1 - sum(above.values()) / expected if expected else None,
            interval=ratio_interval(above, below, self.n_documents, flip=True) if intervals else None,
            n=n,
            n_documents=len(below),
        )

    def values(self, measure: Measure, *, intervals: bool = False, annotators: int = 0, rich: bool = True) -> Figure:
        """Return the agreement on one measure: alpha, or for texts the share that is equal."""
        units = Counter(chain.from_iterable(one.units[measure.key] for one in self.counted))
        tally, metric = Tally.of(units), measure.metric
        found = Figure(
            key=measure.key,
            name=measure.name,
            statistic="alpha" if metric is not None else "percent",
            scope=measure.scope,
            value=tally.alpha(metric) if metric is not None else tally.percent,
            interval=self._interval(measure) if intervals else None,
            n=tally.n_units,
            n_pairs=tally.n_pairs,
            n_equal=tally.n_equal,
            n_documents=len({one.at for one in self.counted if one.units[measure.key]}),
            percent=tally.percent,
        )
        return _enriched(found, tally, annotators, is_nominal=metric is nominal) if rich else found

    def _interval(self, measure: Measure) -> Interval | None:
        by_document: dict[int, list[Values]] = defaultdict(list)
        for one in self.counted:
            by_document[one.at] += one.units[measure.key]
        return alpha_interval(by_document, self.n_documents, measure.metric)


def _enriched(found: Figure, tally: Tally, annotators: int, *, is_nominal: bool) -> Figure:
    """Add the categories, and the kappas where they are defined: of two annotators, of a fixed number of ratings."""
    units, counts = tally.units, tally.counts
    whole = sum(counts.values())
    listed = sorted(counts.items(), key=lambda item: (-item[1], _sortable(item[0])))
    categories = tuple(
        Category(
            value=value,
            count=n // tally.scale,
            share=n / whole,
            alpha=tally.alpha_of(value) if is_nominal else None,
        )
        for value, n in listed[:CATEGORIES_SHOWN]
    )
    full = Tally.of({unit: n for unit, n in units.items() if len(unit) == annotators}) if annotators > 1 else Tally()
    return replace(
        found,
        categories=categories,
        n_categories=len(counts),
        cohen=cohen_of(units) if annotators == 2 and is_nominal else None,
        fleiss=fleiss_of(full) if is_nominal else None,
        n_fleiss=full.n_units if is_nominal else 0,
    )


def _sortable(value: Any) -> str:
    return "+".join(sorted(map(str, value))) if isinstance(value, frozenset) else str(value)
