"""Who stands where toward what, added up by annotator: the table that analyses rest on, and how far two agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from annotate.agreement.correlation import pearson
from annotate.reports.agreement.claims import Reading
from annotate.reports.agreement.compare import Compared
from annotate.reports.agreement.figures import Counted
from annotate.reports.agreement.material import Material

MOST_ROWS = 40


@dataclass(slots=True)
class Standing:
    """How often an actor takes a stance toward a target in one annotator's claims, and the sum of its scores."""

    n: int = 0
    n_scored: int = 0
    score: int = 0  # the sum, in thousandths

    @property
    def mean(self) -> float | None:
        return self.score / (1000 * self.n_scored) if self.n_scored else None


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
    pairs = [pair for one in counted for pair in one.compared]
    readings = {one.layer: one for pair in pairs for one in (pair.first, pair.second)}
    by_name: dict[str, list[Reading]] = {name: [] for name in annotators}
    for one in readings.values():
        by_name[material.people[one.annotator]].append(one)
    tables = [_table(material, by_name[name]) for name in annotators]
    totals = Counter[tuple[str, str]]()
    for table in tables:
        totals.update({key: standing.n for key, standing in table.items()})
    name, nothing = material.namer.name, Standing()
    order = sorted(totals, key=lambda key: (-totals[key], name(key[0]), name(key[1])))
    return [
        ActorRow(
            actor=name(actor),
            target=name(target),
            standings=tuple(table.get((actor, target), nothing) for table in tables),
        )
        for actor, target in order[:MOST_ROWS]
    ]


def correlations(material: Material, counted: Iterable[Counted]) -> list[Correlation]:
    """Return for each pair the correlation of how often, and of how, each actor stands toward each target."""
    both: dict[tuple[str, str], list[Compared]] = defaultdict(list)
    for one in counted:
        for pair in one.compared:
            both[material.people[pair.first.annotator], material.people[pair.second.annotator]].append(pair)
    return [_correlation(material, names, both[names]) for names in sorted(both)]


def _correlation(material: Material, names: tuple[str, str], compared: list[Compared]) -> Correlation:
    one = _table(material, [pair.first for pair in compared])
    two = _table(material, [pair.second for pair in compared])
    nothing = Standing()
    cells = one.keys() | two.keys()
    rows = [(one.get(key, nothing), two.get(key, nothing)) for key in cells]
    scored = [(a.score / a.n_scored, b.score / b.n_scored) for a, b in rows if a.n_scored and b.n_scored]
    return Correlation(
        pair=names,
        n_cells=len(cells),
        counts=pearson([float(a.n) for a, _ in rows], [float(b.n) for _, b in rows]),
        n_scored=len(scored),
        scores=pearson([a for a, _ in scored], [b for _, b in scored]),
    )


def _table(material: Material, readings: Iterable[Reading]) -> Table:
    assert material.chosen is not None
    labels = material.chosen.measures.codebook.stances
    scores = {key: round(1000 * label.score) for key, label in labels.items() if label.score is not None}
    given = Counter(
        [
            (key, values[0])
            for reading in readings
            for claim in reading.claims
            for key, values in claim.stances.items()
            if values[0] is not None
        ]
    )
    found: Table = {}
    for (key, value), n in given.items():
        standing = found.get(key)
        if standing is None:
            standing = found[key] = Standing()
        standing.n += n
        if value in scores:
            standing.n_scored += n
            standing.score += n * scores[value]
    return found
