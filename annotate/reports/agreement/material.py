"""Reads what a report rests on: first submissions under one codebook version, by document and round.

Who may see agreement sees what `Layer.visible_to` grants: on a document that a curator still reads blind there are no
colleagues' readings, so that it is in none of their figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet

from annotate.models import CodebookVersion, Layer, Project, Round, Submission
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.people import shown_names
from annotate.records import Registries, counted_submissions, first_of, last_of, submitted
from annotate.reports.agreement.asked import Asked, refused
from annotate.reports.agreement.claims import Compactor, Namer, Reading
from annotate.reports.agreement.compare import Cell
from annotate.reports.agreement.measures import Measures
from corpus.models import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A document as a report needs it; `at` is its place in the order of texts, which no database decides."""

    id: UUID
    at: int
    title: str
    source: str
    published_on: date | None
    length: int


@dataclass(slots=True, kw_only=True)
class Version:
    """The readings made under one codebook version."""

    id: UUID
    number: int
    measures: Measures
    compactor: Compactor
    cells: list[Cell] = field(default_factory=list)
    singles: list[Reading] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Material:
    """Everything that figures are computed from."""

    user: User
    project: Project
    asked: Asked
    people: dict[int, str]
    rounds: dict[UUID, Round]
    articles: dict[UUID, Article]
    versions: list[Version]
    chosen: Version | None
    registries: Registries
    namer: Namer
    n_follow_ups: int = 0
    changed: dict[UUID, Reading] = field(default_factory=dict)  # by layer: the last submission, where there is a later

    @property
    def cells(self) -> list[Cell]:
        return self.chosen.cells if self.chosen is not None else []

    def let_go(self) -> None:
        """Forget the readings: a report is done with them, and they are most of the memory."""
        self.changed.clear()
        for version in self.versions:
            version.cells.clear()
            version.singles.clear()

    def after_return(self) -> list[Cell]:
        """Return the cells with last submissions in place of first ones; those without any are the same objects."""
        found = []
        for cell in self.cells:
            if all(one.layer not in self.changed for one in cell.readings):
                found.append(cell)
                continue
            again = replace(cell, readings=[self.changed.get(one.layer, one) for one in cell.readings], compared=[])
            again.compare()
            found.append(again)
        return found


def read_material(user: User, project: Project, asked: Asked) -> Material:
    """Read the readings that are asked for. About 15 queries and one for each 500 readings. Raises Invalid."""
    rounds = {round.pk: round for round in Round.objects.visible_to(user).filter(project=project).order_by("number")}
    rows, n_follow_ups = _rows(user, project, asked, rounds)
    people = shown_names(project.pk, set(rows.order_by().values_list("layer__annotator", flat=True)))
    _check_people(asked, people)
    material = Material(
        user=user,
        project=project,
        asked=asked,
        people=people,
        rounds=rounds,
        articles=_articles(rows),
        versions=_versions(rows),
        chosen=None,
        registries=Registries(),
        namer=Namer(),
        n_follow_ups=n_follow_ups,
    )
    _read_first(material, first_of(rows))
    material.chosen = _choose(material)
    if material.chosen is not None:
        later = last_of(rows).filter(number__gt=1, codebook_version=material.chosen.id)
        for reading in _readings(material, later):
            material.changed[reading.layer] = reading
    material.namer.learn(material.registries)
    return material


def _rows(user: User, project: Project, asked: Asked, rounds: dict[UUID, Round]) -> tuple[QuerySet[Submission], int]:
    for id in asked.rounds:
        if id not in rounds:
            raise refused("round", str(id), "is no round of this project; give the id of one.")
    layers = Layer.objects.visible_to(user).of_annotators().filter(project=project)
    rows = counted_submissions().filter(layer__in=layers.order_by().values("pk"))
    if asked.source:
        rows = rows.filter(layer__document__source__name=asked.source)
    if asked.sources:
        rows = rows.filter(layer__document__source__name__in=asked.sources)
    if asked.since:
        rows = rows.filter(layer__document__published_on__gte=asked.since)
    if asked.until:
        rows = rows.filter(layer__document__published_on__lte=asked.until)
    if asked.rounds:
        return rows.filter(layer__round__in=asked.rounds), 0
    follow_ups = [round.pk for round in rounds.values() if round.follows_id is not None]
    n = first_of(rows).filter(layer__round__in=follow_ups).count() if follow_ups else 0
    return rows.exclude(layer__round__in=follow_ups) if follow_ups else rows, n


def _check_people(asked: Asked, people: dict[int, str]) -> None:
    for name in (*asked.pair, *([asked.person] if asked.person else [])):
        if name not in people.values():
            known = ", ".join(sorted(people.values())[:20]) or "nobody yet"
            parameter = "person" if asked.person else "pair"
            raise refused(parameter, name, f"submitted nothing that is compared here; known are {known}.")


def _articles(rows: QuerySet[Submission]) -> dict[UUID, Article]:
    columns = ("sha256", "number", "id", "title", "source__name", "published_on", "n_characters")
    documents = Document.objects.filter(pk__in=rows.order_by().values("layer__document")).order_by()
    return {
        id: Article(id=id, at=at, title=title, source=source or "", published_on=day, length=length)
        for at, (_, _, id, title, source, day, length) in enumerate(sorted(documents.values_list(*columns)))
    }


def _versions(rows: QuerySet[Submission]) -> list[Version]:
    """Return the versions that something was submitted under, newest first."""
    ids = rows.order_by().values("codebook_version")
    found = CodebookVersion.objects.filter(pk__in=ids).order_by("-number").values_list("pk", "number")
    versions = []
    for id, number in found:
        measures = Measures.of(load_codebook(id))
        compactor = Compactor(measures=measures)
        versions.append(Version(id=id, number=number, measures=measures, compactor=compactor))
    return versions


def _readings(material: Material, rows: QuerySet[Submission]) -> Iterator[Reading]:
    compactors = {version.id: version.compactor for version in material.versions}
    for item in submitted(rows, material.registries):
        yield compactors[item.version].reading(
            item.claims,
            item.reading.get("attributes") or {},
            annotator=item.annotator,
            document=item.document,
            round=item.round,
            layer=item.layer,
            version=item.version,
            number=item.number,
        )


def _read_first(material: Material, rows: QuerySet[Submission]) -> None:
    grouped: dict[tuple[UUID, UUID, UUID | None], list[Reading]] = defaultdict(list)
    for reading in _readings(material, rows):
        grouped[reading.version, reading.document, reading.round].append(reading)
    by_id = {version.id: version for version in material.versions}
    for (version, document, round), readings in grouped.items():
        by_id[version].singles += readings
        _place(material, by_id[version], document, round, readings)
    for found in material.versions:
        found.cells.sort(key=lambda cell: (cell.at, material.rounds[cell.round].number if cell.round else 0))


def _place(material: Material, version: Version, document: UUID, round: UUID | None, readings: list[Reading]) -> None:
    kept = _wanted(material, readings)
    if len(kept) < 2:
        return
    cell = Cell(at=material.articles[document].at, document=document, round=round, readings=kept)
    version.cells.append(cell)


def _wanted(material: Material, readings: Iterable[Reading]) -> list[Reading]:
    """Leave out who is not of the pair that is asked for; the others in the order of their names."""
    name = material.people
    found = [one for one in readings if not material.asked.pair or name[one.annotator] in material.asked.pair]
    return sorted(found, key=lambda one: name[one.annotator])


def _choose(material: Material) -> Version | None:
    """Return the version that is asked for, else the newest one with documents that two people read, or one."""
    asked = material.asked.version
    if asked is not None:
        for version in material.versions:
            if version.number == asked:
                return version
        known = ", ".join(str(version.number) for version in material.versions) or "none yet"
        raise refused("version", str(asked), f"has no submitted readings here; known are {known}.")
    compared = (version for version in material.versions if version.cells)
    return next(compared, None) or next((version for version in material.versions if version.singles), None)
