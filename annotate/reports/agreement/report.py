"""Agreement in one project: every measure over all readings, and the main ones by pair, person, source and so on."""

from __future__ import annotations

import gc
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from django.contrib.auth.models import User

from annotate.models import Project
from annotate.reports.agreement.actors import ActorRow, Correlation, actor_table, correlations
from annotate.reports.agreement.asked import Asked
from annotate.reports.agreement.claims import Marked, Reading
from annotate.reports.agreement.compare import DEPTHS, WAYS, Cell, Compared, compare
from annotate.reports.agreement.confusion import Confusion, confusions, token
from annotate.reports.agreement.figures import (
    HEADLINES,
    Counted,
    Figure,
    Slice,
    counted_cell,
    counted_pair,
    find_units,
)
from annotate.reports.agreement.gold import compare_with_gold
from annotate.reports.agreement.labels import restricted
from annotate.reports.agreement.material import Article, Material, Version, read_material
from annotate.reports.agreement.measures import Measure
from annotate.reports.agreement.picks import Picks, whole_reading_picks


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The main figures of one pair, person, source …"""

    name: str
    n_documents: int
    n_pairs: int
    figures: tuple[Figure, ...]
    of: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What is not in the figures, and why."""

    n: int
    why: str


@dataclass(slots=True, kw_only=True)
class Report:
    material: Material
    measures: list[Figure]
    by: dict[str, list[Row]]
    gold: list[Row]
    retest: list[Row]
    left_out: list[LeftOut]
    confusions: list[Confusion]
    actors: list[ActorRow]
    correlations: list[Correlation]
    picks: list[Picks]
    n_documents: int
    n_readings: int
    n_claims: int
    n_pairs: int
    annotators: list[str]

    @property
    def figures(self) -> dict[str, Figure]:
        return {figure.key: figure for figure in self.measures}

    @property
    def headlines(self) -> list[Figure]:
        found = self.figures
        return [found[key] for key in HEADLINES if key in found]


# What a report consists of besides its measures; a page that shows one of them need not wait for the others.
PARTS = frozenset(("intervals", "parts", "confusions", "gold", "actors"))


def agreement_report(user: User, project: Project, asked: Asked, *, wanted: frozenset[str] = PARTS) -> Report:
    """Compute the report for somebody who may see agreement. Raises Invalid where the filters name nothing."""
    with without_collector():
        return report_on(read_material(user, project, asked), wanted=wanted)


@contextmanager
def without_collector() -> Iterator[None]:
    """Pause the cyclic garbage collector: there are no cycles here, and its walks cost a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def report_on(material: Material, *, wanted: frozenset[str] = PARTS) -> Report:
    for version in material.versions:
        for cell in version.cells:
            cell.compare()
    report = Builder(material).report(wanted)
    material.let_go()
    return report


class Builder:
    """Holds what was counted while a report is put together."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.n = len(material.articles)
        self.lengths = {article.at: article.length for article in material.articles.values()}
        self.articles: dict[int, Article] = {article.at: article for article in material.articles.values()}
        self.whole = self.counted(material.cells)
        self.main: tuple[Figure, ...] = ()

    def report(self, wanted: frozenset[str]) -> Report:
        intervals = "intervals" in wanted
        material, names = self.material, self.material.people
        readings = {id(one): one for found in self.whole for one in _readings(found)}.values()
        annotators = sorted({names[one.annotator] for one in readings})
        measures = self.lines(self.whole, len(annotators), intervals=intervals)
        found = {one.key: one for one in measures}
        self.main = tuple(found[key] for key in HEADLINES if key in found)
        return Report(
            material=material,
            measures=self.with_after(measures) if material.changed else measures,
            by=self.tables() if "parts" in wanted else {},
            gold=self.gold(intervals=intervals) if "gold" in wanted else [],
            retest=self.retest() if "parts" in wanted else [],
            left_out=self.left_out(),
            confusions=confusions(material, self.whole, len(annotators)) if "confusions" in wanted else [],
            actors=actor_table(material, self.whole, annotators) if "actors" in wanted else [],
            correlations=correlations(material, self.whole) if "actors" in wanted else [],
            picks=whole_reading_picks(material.user, material.project) if "gold" in wanted else [],
            n_documents=len({one.at for one in self.whole}),
            n_readings=len(readings),
            n_claims=sum(len(one.claims) for one in readings),
            n_pairs=sum(len(one.compared) for one in self.whole),
            annotators=annotators,
        )

    def counted(self, cells: Iterable[Cell]) -> list[Counted]:
        """Return what is compared in these cells, as far as it is asked for: of one person against all others, or of
        one label. With a person, each pair is a unit of its own."""
        asked, found = self.material.asked, []
        for cell in cells:
            if asked.person:
                found += [counted_pair(cell, one) for one in cell.compared if self.has(one, asked.person)]
            else:
                found.append(counted_cell(cell))
        if asked.label[0] and self.material.chosen is not None:
            return [restricted(one, asked.label, self.material.chosen.measures) for one in found]
        return found

    def has(self, compared: Compared, name: str) -> bool:
        names = self.material.people
        return name in (names.get(compared.first.annotator), names.get(compared.second.annotator))

    def lines(
        self, counted: list[Counted], annotators: int, *, intervals: bool, is_directed: bool = False
    ) -> list[Figure]:
        """Return every measure."""
        if self.material.chosen is None:
            return []
        measures = self.material.chosen.measures
        find_units(counted, measures, measures.all)
        part = Slice(counted=counted, n_documents=self.n)
        found = [part.f1(way, depth, intervals=intervals, is_directed=is_directed) for depth in DEPTHS for way in WAYS]
        if not is_directed and not self.material.asked.person:
            found += [part.unitizing(self.lengths, depth, intervals=intervals) for depth in DEPTHS]
        found += [part.values(one, intervals=intervals, annotators=annotators) for one in measures.all]
        extra = [("joint", "all"), ("cue", "all")]
        return found + [part.f1(*key, intervals=intervals, is_directed=is_directed) for key in extra]

    def with_after(self, measures: list[Figure]) -> list[Figure]:
        """Add each measure on last submissions, where somebody submitted again."""
        counted = self.counted(self.material.after_return())
        again = {figure.key: figure.value for figure in self.lines(counted, 0, intervals=False)}
        return [replace(figure, after_return=again.get(figure.key)) for figure in measures]

    def row(self, name: str, counted: list[Counted], **values: Any) -> Row:
        """Return the main figures; the units of these measures are there already."""
        return Row(
            name=name,
            n_documents=len({one.at for one in counted}),
            n_pairs=sum(len(one.compared) for one in counted),
            figures=self.main_figures(counted),
            **values,
        )

    def main_figures(self, counted: list[Counted]) -> tuple[Figure, ...]:
        """Compute the main figures, or take those of the whole where nothing is missing of it."""
        is_whole = len(counted) == len(self.whole) and all(map(operator.is_, counted, self.whole))
        if is_whole and self.main:
            return self.main
        part = Slice(counted=counted, n_documents=self.n)
        main = {one.key: one for one in self.headline_measures()}
        return tuple(
            part.f1(*key.split("/")) if "/" in key else part.values(main[key], rich=False) for key in HEADLINES
        )

    def headline_measures(self, version: Version | None = None) -> list[Measure]:
        version = version or self.material.chosen
        return [one for one in version.measures.all if one.key in HEADLINES] if version is not None else []

    def tables(self) -> dict[str, list[Row]]:
        """Return the main figures by pair, person, round, source, month and version."""
        if self.material.chosen is None:
            return {}
        pairs = self.pairs(self.whole)
        rounds, names = self.material.rounds, self.material.people
        people = sorted({names[one.annotator] for found in pairs for one in _readings(found)})
        return {
            "pair": self.grouped(pairs, lambda one: " – ".join(names[reading.annotator] for reading in _readings(one))),
            "person": [self.row(name, [one for one in pairs if self.has(one.compared[0], name)]) for name in people],
            "round": self.grouped(self.whole, lambda one: rounds[one.cell.round].name if one.cell.round else ""),
            "source": self.grouped(self.whole, lambda one: self.articles[one.at].source or "no source"),
            "period": self.grouped(self.whole, self.month),
            "version": [self.of_version(version) for version in self.material.versions if version.cells],
        }

    def month(self, counted: Counted) -> str:
        day = self.articles[counted.at].published_on
        return f"{day:%Y-%m}" if day else "no date"

    def pairs(self, whole: Sequence[Counted]) -> list[Counted]:
        """Return each pair of readings by itself, with the units of the main measures."""
        found = [one for one in whole if len(one.compared) == 1]
        rest = [counted_pair(one.cell, pair) for one in whole if len(one.compared) > 1 for pair in one.compared]
        if rest and self.material.chosen is not None:
            find_units(rest, self.material.chosen.measures, self.headline_measures())
        return found + rest

    def grouped(self, counted: Iterable[Counted], name: Callable[[Counted], str]) -> list[Row]:
        found: dict[str, list[Counted]] = defaultdict(list)
        for one in counted:
            found[name(one)].append(one)
        return [self.row(key, found[key]) for key in sorted(found)]

    def of_version(self, version: Version) -> Row:
        if version is self.material.chosen and not (self.material.asked.person or self.material.asked.label[0]):
            return self.row(f"Version {version.number}", self.whole, of=version.number)
        counted = [counted_cell(cell) for cell in version.cells]
        find_units(counted, version.measures, self.headline_measures(version))
        return self.row(f"Version {version.number}", counted, of=version.number)

    def gold(self, *, intervals: bool) -> list[Row]:
        """Return every measure for each annotator against gold; precision and recall are the annotator's."""
        names, rows = self.material.people, []
        cells = compare_with_gold(self.material)
        for user in sorted(cells, key=lambda user: names[user]):
            counted = self.counted(cells[user])
            if counted:
                figures = self.lines(counted, 2, intervals=intervals, is_directed=True)
                documents = {one.at for one in counted}
                rows.append(
                    Row(name=names[user], n_documents=len(documents), n_pairs=len(counted), figures=tuple(figures))
                )
        return rows

    def retest(self) -> list[Row]:
        """Return the main figures of each annotator against the own earlier reading of the same documents."""
        if self.material.chosen is None:
            return []
        earlier: dict[Any, list[Reading]] = defaultdict(list)
        for one in self.material.chosen.singles:
            earlier[one.annotator, one.document].append(one)
        found: dict[int, list[Counted]] = defaultdict(list)
        for (user, document), readings in earlier.items():
            ordered = sorted(readings, key=lambda one: self.material.rounds[one.round].number if one.round else 0)
            for one, two in combinations(ordered, 2):
                at = self.material.articles[document].at
                cell = Cell(at=at, document=document, round=two.round, readings=[one, two])
                cell.compared = [compare(one, two)]
                found[user].append(counted_cell(cell))
        names, rows = self.material.people, []
        for user in sorted(found, key=lambda user: names[user]):
            find_units(found[user], self.material.chosen.measures, self.headline_measures())
            rows.append(self.row(names[user], found[user]))
        return rows

    def left_out(self) -> list[LeftOut]:
        material, found = self.material, []
        for version in material.versions:
            if version is not material.chosen and version.cells:
                n = sum(len(cell.readings) for cell in version.cells)
                found.append(LeftOut(n=n, why=f"made under version {version.number} of the codebook"))
        if material.chosen is not None:
            compared = {one.layer for cell in material.cells for one in cell.readings}
            alone = sum(one.layer not in compared for one in material.chosen.singles)
            found.append(LeftOut(n=alone, why="of documents that nobody else has submitted in the same round"))
        found.append(LeftOut(n=material.n_follow_ups, why="of follow-up rounds, which begin with the earlier claims"))
        return [one for one in found if one.n]


def _readings(counted: Counted) -> Sequence[Reading]:
    if len(counted.compared) == 1:
        return counted.compared[0].first, counted.compared[0].second
    return counted.cell.readings


@dataclass(slots=True, kw_only=True)
class Beside:
    """What is compared, without figures: for the claims behind a cell."""

    material: Material
    whole: list[Counted]
    is_directed: bool

    def measure(self, key: str) -> Measure | None:
        chosen = self.material.chosen
        found = chosen.measures.by_key.get(key) if chosen is not None else None
        return found if found is not None and found.scope != "document" else None

    def values(self, claim: Marked, measure: Measure) -> list[str]:
        """Return what a claim says under a measure, as it stands in an address."""
        assert self.material.chosen is not None
        measures = self.material.chosen.measures
        if measure.scope == "stance":
            at = measures.stance.index(measure)
            found = [values[at] for values in claim.stances.values()]
        else:
            found = [claim.values[measures.claim.index(measure)]]
        return [token(value) for value in found if value is not None]


def beside(user: User, project: Project, asked: Asked) -> Beside:
    """Match the claims that are asked for. Raises Invalid where the filters name nothing."""
    with without_collector():
        material = read_material(user, project, asked)
        for cell in material.cells:
            cell.compare()
        whole = Builder(material).whole
    annotators = {reading.annotator for one in whole for reading in _readings(one)}
    return Beside(material=material, whole=whole, is_directed=len(annotators) == 2)
