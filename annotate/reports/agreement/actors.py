"""Who stands where toward what, added up by annotator: the table that analyses rest on, and how far two agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from annotate.agreement.correlation import pearson
from annotate.reports.agreement.claims import Marked
from annotate.reports.agreement.compare import Compared
from annotate.reports.agreement.figures import Counted
from annotate.reports.agreement.material import Material

MOST_ROWS = 40


@dataclass(slots=True)
class Standing:
    """How often an actor takes a stance toward a target in one annotator's claims, and the sum of its scores."""

    n: int = 0
    scores: list[float] = field(default_factory=list)

    @property
    def mean(self) -> float | None:
        return sum(self.scores) / len(self.scores) if self.scores else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Of two annotators' tables, on the documents that both read."""

    pair: tuple[str, str]
    n_cells: int
    counts: float | None
    n_scored: int
    scores: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorRow:
    actor: str
    target: str
    standings: tuple[Standing, ...]

    @property
    def n(self) -> int:
        return sum(found.n for found in self.standings)


type Table = dict[tuple[str, str], Standing]


def actor_table(material: Material, counted: Iterable[Counted], annotators: list[str]) -> list[ActorRow]:
    """Return the rows most often filled, with one standing for each annotator."""
    tables: dict[str, Table] = {name: defaultdict(Standing) for name in annotators}
    seen = set()
    for one in counted:
        for reading in (reading for pair in one.compared for reading in (pair.first, pair.second)):
            if reading.layer not in seen:
                seen.add(reading.layer)
                _add(material, tables[material.people[reading.annotator]], reading.claims)
    keys = {key for table in tables.values() for key in table}
    name = material.namer.name
    rows = [
        ActorRow(
            actor=name(actor),
            target=name(target),
            standings=tuple(tables[one].get((actor, target), Standing()) for one in annotators),
        )
        for actor, target in keys
    ]
    return sorted(rows, key=lambda row: (-row.n, row.actor, row.target))[:MOST_ROWS]


def correlations(material: Material, counted: Iterable[Counted]) -> list[Correlation]:
    """Return for each pair the correlation of how often, and of how, each actor stands toward each target."""
    both: dict[tuple[str, str], list[Compared]] = defaultdict(list)
    for one in counted:
        for pair in one.compared:
            both[material.people[pair.first.annotator], material.people[pair.second.annotator]].append(pair)
    return [_correlation(material, names, both[names]) for names in sorted(both)]


def _correlation(material: Material, names: tuple[str, str], compared: list[Compared]) -> Correlation:
    one: Table = defaultdict(Standing)
    two: Table = defaultdict(Standing)
    for pair in compared:
        _add(material, one, pair.first.claims)
        _add(material, two, pair.second.claims)
    nothing = Standing()
    cells = sorted(one.keys() | two.keys())
    rows = [(one.get(key, nothing), two.get(key, nothing)) for key in cells]
    scored = [(a.mean, b.mean) for a, b in rows if a.mean is not None and b.mean is not None]
    return Correlation(
        pair=names,
        n_cells=len(cells),
        counts=pearson([float(a.n) for a, _ in rows], [float(b.n) for _, b in rows]),
        n_scored=len(scored),
        scores=pearson([a for a, _ in scored if a is not None], [b for _, b in scored if b is not None]),
    )


def _add(material: Material, table: Table, claims: Iterable[Marked]) -> None:
    assert material.chosen is not None
    labels = material.chosen.measures.codebook.stances
    for claim in claims:
        for key, values in claim.stances.items():
            if values[0] is None:
                continue
            table[key].n += 1
            score = labels[values[0]].score if values[0] in labels else None
            if score is not None:
                table[key].scores.append(score)
