"""Rows of a whole project stored under their own ids; those that are there already are compared, never changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Exists, F, OuterRef, Q

from annotate.actions.restoring.outcome import Problem, Refused
from annotate.actions.restoring.places import Place
from annotate.actions.restoring.run import Run
from annotate.actions.restoring.stored import differences
from annotate.actions.restoring.table_lines import REGISTRIES, TableLine, ids_in
from annotate.formats.project_tables import TABLES, Table, file_name, home_id
from annotate.models import Claim
from annotate.payloads.people import People
from corpus.database.bulk import Among, insert_rows, update_rows

# Where rows are found that others refer to: what they are of, and the way there.
HOMES: dict[Any, tuple[str, str]] = {table.model: (table.home, table.path) for table in TABLES}
HOMES[Claim] = ("project", "layer__project")
# What the history tells of; the others are told by what they belong to.
TOLD = {
    "targets": "target", "speakers": "speaker", "propositions": "proposition", "sources": "source",
    "codebook_versions": "codebook_version", "members": "member", "rounds": "round", "decisions": "decision",
    "remarks": "remark",
}  # fmt: skip
COUNTED = (
    *("codebook_versions", "decisions", "members", "propositions", "remarks", "rounds", "skips", "sources"),
    *("speakers", "stories", "submissions", "targets"),
)
SILENT = ("reading", "guidelines", "claim")


@dataclass(slots=True, kw_only=True)
class Whole:
    """Where the rows of a whole project go: the users by the names that they have in it, and which homes are new."""

    run: Run
    place: Place
    users: dict[str, int]
    is_new: dict[str, bool]
    people: People = field(default_factory=People)


def store_rows(whole: Whole, table: Table, lines: list[TableLine]) -> None:
    """Store the rows that are not there. Raises Refused where one refers to what is not the project's."""
    if whole.is_new[table.home] and not table.is_more:
        fresh = lines
    else:
        fresh = list(_missing(whole, table, lines))
    for column, model in table.links.items():
        if column not in table.ahead:
            _check_links(whole, table, column, model, fresh)
    if table.is_more:
        _fill(table, fresh)
    else:
        _insert(whole, table, fresh)
    _count(whole.run.outcome.made, table, len(fresh))


def _count(counts: Counter[str], table: Table, n: int) -> None:
    """Count rows that reports tell of; the others belong to one of these."""
    if table.name in COUNTED:
        counts[table.name.replace("_", " ")] += n


def _missing(whole: Whole, table: Table, lines: list[TableLine]) -> Iterator[TableLine]:
    """Yield the rows to store; list those that differ from what is there, or are missing where nothing is added."""
    stored, file = _stored(whole, table, lines), file_name(table)
    adds = whole.is_new["project"] and table.home != "codebook"
    for line in lines:
        row = stored.get(_key(table, line.raw))
        if row is None and adds and not table.is_more:
            yield line
        elif row is None:
            whole.run.outcome.differs(file, line.number, "It is not here; it was left out.")
        elif table.is_more and _is_made_now(whole, table, row):
            yield line
        else:
            _count(whole.run.outcome.present, table, 1)
            for what in differences(row, line.raw):
                whole.run.outcome.differs(file, line.number, what)


def _is_made_now(whole: Whole, table: Table, row: dict[str, Any]) -> bool:
    """Return whether this run made the row that there is more of: documents may be older than the project."""
    return whole.is_new["project"] and row.get("created_at", whole.run.stamp) == whole.run.stamp


def _stored(whole: Whole, table: Table, lines: list[TableLine]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the rows that are there, as they would be written, by their keys. Raises Refused for another's."""
    first = table.key[0]
    if first in table.people:
        condition = Q(**{f"{first}__in": [whole.users[line.values[first]] for line in lines]})
    elif isinstance(lines[0].values[first], UUID):
        condition = Q(Among(F(table.fields[first].attname), [line.values[first].hex for line in lines]))
    else:
        condition = Q(**{f"{first}__in": [line.values[first] for line in lines]})
    project = whole.place.project
    rows = table.model._base_manager.filter(condition, **{table.path: home_id(project, table.home)})
    written = table.written(rows.order_by(), whole.people, project)
    found = (orjson.loads(orjson.dumps(row)) for row in written)
    return {_key(table, row): row for row in found}


def _key(table: Table, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in table.key)


def _check_links(whole: Whole, table: Table, column: str, model: Any, lines: list[TableLine]) -> None:
    wanted = ids_in(lines, column)
    home, path = HOMES[model]
    rows = model._base_manager.filter(
        Among(F("pk"), [id.hex for id in wanted]), **{path: home_id(whole.place.project, home)}
    )
    missing = wanted - set(rows.values_list("pk", flat=True)) if wanted else set()
    for line in lines if missing else ():
        if line.values[column] in missing:
            detail = f"There is no {model._meta.verbose_name} {line.values[column]} in the project."
            raise Refused([Problem(file=file_name(table), line=line.number, pointer=f"/{column}", detail=detail)])


def check_named(whole: Whole, table: Table, lines: Sequence[TableLine]) -> None:
    """Look at the entries that rows name beside their references, as frozen readings do. Raises Refused."""
    named = [(line, one.model, one.id) for line in lines for claim in line.claims for one in claim.entries]
    if table.name == "reassignments":
        named = [(line, REGISTRIES[line.values["registry"]], line.values["new"]) for line in lines]
    for model in {model for _, model, _ in named}:
        wanted = {id for _, of, id in named if of is model}
        rows = model._default_manager.filter(
            Among(F("pk"), [id.hex for id in wanted]), corpus=whole.place.project.corpus_id
        )
        there = set(rows.values_list("pk", flat=True))
        for line, of, id in named:
            if of is model and id not in there:
                detail = f"It names the {model._meta.verbose_name} {id}, which is not among those of the archive."
                raise Refused([Problem(file=file_name(table), line=line.number, detail=detail)])


def check_ahead(whole: Whole, table: Table) -> None:
    """Look at references that stood before what they refer to. Raises Refused."""
    project = whole.place.project
    for column in table.ahead:
        home, path = HOMES[table.links[column]]
        there = table.links[column]._base_manager.filter(pk=OuterRef(column), **{path: home_id(project, home)})
        rows = table.rows(project).filter(~Exists(there), **{f"{column}__isnull": False})
        lost = rows.values_list("pk", column).first()
        if lost is not None:
            detail = f"“{column}” of {lost[0]} is {lost[1]}, which is not there."
            raise Refused([Problem(file=file_name(table), line=0, detail=detail)])
        if table.links[column] is table.model:
            rows = table.rows(project).filter(**{f"{column}__isnull": False})
            _check_ends(table, column, dict(rows.values_list("pk", column)))


def _check_ends(table: Table, column: str, following: dict[UUID, UUID]) -> None:
    """Raise Refused where rows refer to each other in a ring: whoever follows them would never come to an end."""
    seen: set[UUID] = set()
    for start in following:
        here, way = start, set[UUID]()
        while (further := following.get(here)) is not None and here not in seen:
            seen.add(here)
            way.add(here)
            if further in way:
                detail = f"“{column}” of {here} leads back to {further}, in a ring; every way must end."
                raise Refused([Problem(file=file_name(table), line=0, detail=detail)])
            here = further


def _insert(whole: Whole, table: Table, lines: list[TableLine]) -> None:
    own = table.path if "__" not in table.path else ""
    names = [found.attname for found in table.fields.values()] + ([f"{own}_id"] if own else [])
    home = (home_id(whole.place.project, table.home),) if own else ()
    insert_rows(table.model, names, [(*_stored_as(whole, table, line), *home) for line in lines])
    if table.name in TOLD:
        for line in lines:
            _tell(whole, table, line)


def _stored_as(whole: Whole, table: Table, line: TableLine) -> Iterator[Any]:
    for name, value in line.values.items():
        yield whole.users[value] if name in table.people and value is not None else value


def _tell(whole: Whole, table: Table, line: TableLine) -> None:
    after = {name: value for name, value in line.raw.items() if name not in SILENT}
    for name in table.people:
        after[name] = whole.users.get(line.values[name]) if line.values[name] is not None else None
    id = line.values.get("id", whole.place.project.pk)
    whole.run.batch.add(TOLD[table.name], id, before=None, after=after)


def _fill(table: Table, lines: list[TableLine]) -> None:
    """Write the columns that `documents.jsonl` does not hold into the rows that it made."""
    columns = [name for name in table.columns if name not in table.key]
    names = [table.fields[name].attname for name in columns]
    update_rows(table.model, names, [(line.values["id"], *(line.values[name] for name in columns)) for line in lines])


def stranger(name: str, project_id: UUID) -> str:
    """Return the user name of somebody who had left: their pseudonym is theirs in one project only."""
    return f"{name}-{str(project_id)[:8]}"
