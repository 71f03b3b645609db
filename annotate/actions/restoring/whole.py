"""A whole project from its archive: everything or nothing of it, in one transaction.

A project that is not here is made as it was. One that is here is compared, line by line: differences are listed and
nothing is added. A corpus that is here, for another project works on it, gets the documents and entries that it lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, transaction

from annotate.actions.projects import join_project
from annotate.actions.restoring.archive import Archive, open_archive, refused
from annotate.actions.restoring.codebooks import Books, books_of
from annotate.actions.restoring.heads import Head, home_of, read_head
from annotate.actions.restoring.lines import read_objects
from annotate.actions.restoring.outcome import Problem, Problems, Refused
from annotate.actions.restoring.places import Needs, Place, account_of
from annotate.actions.restoring.run import Run, Tell, check_documents, store_documents
from annotate.actions.restoring.table_lines import TableLine, names_in, table_line
from annotate.actions.restoring.table_rows import Whole, check_ahead, check_named, store_rows, stranger
from annotate.formats.project import DOCUMENTS
from annotate.formats.project_tables import AFTER, AT_ONCE, BEFORE, TABLES, Table, file_name
from annotate.models import Member
from annotate.payloads.codebooks import forget_codebooks
from annotate.payloads.problems import Invalid
from annotate.permissions import Role
from corpus.models import Speaker


@dataclass(slots=True)
class Names:
    """Whom the rows name, with the file and line that does so first; members first, in their order."""

    found: dict[str, tuple[str, int]] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)

    def note(self, table: Table, line: TableLine) -> None:
        for name in names_in(table, line):
            self.found.setdefault(name, (file_name(table), line.number))
        if table.name == "members" and line.values["left_at"] is not None:
            self.left.add(line.values["user"])


def restore_whole(run: Run, path: Path, codebooks: Iterable[Path], tell: Tell) -> None:
    """Restore an archive of the format `project`. Raises Refused; then nothing was stored."""
    if list(codebooks):
        raise refused(path.name, "An archive brings its codebook along; leave --codebook out.")
    run.is_whole, run.keeps = True, False
    try:
        with open_archive(path) as archive, transaction.atomic():
            head = read_head(archive.head)
            names = _check(archive, tell)
            _restore(run, archive, head, names, tell)
    except IntegrityError as error:
        detail = f"It contradicts itself or what is stored ({str(error).splitlines()[0]}). Nothing was stored."
        raise refused(path.name, detail) from error
    except Refused:
        forget_codebooks()  # those that were stored, and are not any more
        raise


def _check(archive: Archive, tell: Tell) -> Names:
    """Check every row in itself; return whom they name. Raises Refused."""
    names = Names()
    for table in (*(found for found in TABLES if found.name == "members"), *TABLES):
        problems = Problems(file=file_name(table))
        for part in _parts(archive, table, tell if table.name != "members" else lambda n_bytes: None, problems):
            for line in part:
                names.note(table, line)
        problems.raise_any()
    return names


def _parts(archive: Archive, table: Table, tell: Tell, problems: Problems) -> Iterator[tuple[TableLine, ...]]:
    yield from batched(_lines(archive, table, tell, problems), AT_ONCE)


def _lines(archive: Archive, table: Table, tell: Tell, problems: Problems) -> Iterator[TableLine]:
    if (part := archive.parts.get(file_name(table))) is None:
        return
    for number, raw in read_objects(part, tell):
        try:
            yield table_line(table, number, raw, is_earlier=archive.is_earlier)
        except Invalid as problem:
            problems.add(number, problem.errors)


def _restore(run: Run, archive: Archive, head: Head, names: Names, tell: Tell) -> None:
    project, is_new = home_of(run, head)
    run.adds = is_new["project"]
    place = Place(project=project, versions={}, annotators={}, batch=run.batch)
    users = _users(run, place, names)
    place.annotators.update(users)
    whole = Whole(run=run, place=place, users=users, is_new=is_new)
    for table in BEFORE:
        _restore_table(whole, archive, table, tell)
    place.versions.update(project.codebook.versions.values_list("number", "pk"))
    _check_speaker(archive, place)
    needs = Needs(books=(books := books_of(project, ())))
    check_documents(run, archive.documents, needs, tell)
    if run.adds:
        _check_needs(place, needs)
    store_documents(run, archive.documents, place, tell)
    numbers = {id: number for number, id in place.versions.items()}
    for table in AFTER:
        _restore_table(whole, archive, table, tell, Frozen(books, numbers))
    for table in TABLES:
        check_ahead(whole, table)
    _join(whole, names)
    run.batch.write()


def _check_needs(place: Place, needs: Needs) -> None:
    """Look at what layers name: nothing of it is made for them, as where there are no tables. Raises Refused."""
    project = place.project
    rounds = set(project.rounds.values_list("pk", flat=True))
    people = needs.annotators.items()
    lost = {f"the annotator “{name[:60]}”": line for name, line in people if name not in place.annotators}
    lost |= {f"the round {id}": need.line for id, need in needs.rounds.items() if id not in rounds}
    lost |= {f"version {n} of the codebook": 0 for n in sorted(needs.books.used - needs.books.stored.keys())}
    lost |= {f"the codebook “{name[:60]}”": n for name, n in needs.books.names.items() if name != project.codebook.name}
    if lost:
        detail = "A layer names {}, which is not in the project."
        raise Refused([Problem(file=DOCUMENTS, line=line, detail=detail.format(what)) for what, line in lost.items()])


@dataclass(frozen=True, slots=True)
class Frozen:
    """Checks frozen readings against the version of the codebook that they name."""

    books: Books
    numbers: dict[UUID, int]

    def check(self, file: str, lines: Sequence[TableLine]) -> None:
        for line in lines:
            if (number := self.numbers.get(line.values["codebook_version"])) is None:
                continue
            self.books.fit_document(number, line.values["reading"]["attributes"], line.number)
            for claim in line.claims:
                self.books.fit_claim(number, claim, line.number)
        if misfits := list(self.books.problems(file)):
            raise Refused(misfits)


def _restore_table(whole: Whole, archive: Archive, table: Table, tell: Tell, frozen: Frozen | None = None) -> None:
    file, problems = file_name(table), Problems(file=file_name(table))
    for part in _parts(archive, table, tell, problems):
        if table.name == "submissions" and frozen is not None:
            frozen.check(file, part)
        if whole.run.adds:
            check_named(whole, table, part)
        try:
            store_rows(whole, table, list(part))
        except IntegrityError as error:
            detail = f"Lines {part[0].number} to {part[-1].number} contradict each other or what is stored"
            raise refused(file, f"{detail} ({str(error).splitlines()[0]}). Nothing was stored.") from error
        whole.run.batch.write()
    problems.raise_any()


def _users(run: Run, place: Place, names: Names) -> dict[str, int]:
    """Return the users by the names that they have in the project; accounts that are not there are made."""
    found = {}
    for name, (file, line) in names.found.items():
        called = stranger(name, place.project.pk) if name in names.left and run.adds else name
        found[name] = account_of(place.project, called, file, line, run.batch, run.outcome)
    return found


def _check_speaker(archive: Archive, place: Place) -> None:
    if not Speaker.objects.filter(corpus=place.project.corpus_id, is_not_stated=True).exists():
        raise refused(archive.name, "speakers.jsonl lacks the entry “Not stated”, which every corpus has.")


def _join(whole: Whole, names: Names) -> None:
    """Say who became a member, and make who restores a manager, where somebody does."""
    run, project = whole.run, whole.place.project
    if not run.adds:
        return
    members = set(Member.objects.filter(project=project, left_at__isnull=True).values_list("user", flat=True))
    made = set(run.outcome.accounts)
    run.outcome.joined += [name for name, id in whole.users.items() if id in members and name not in made]
    if run.user.pk is not None and run.user.pk not in members:
        join_project(project, run.user, {Role.MANAGER}, run.batch, now=run.now)
        run.outcome.notes.append(f"{run.user.get_username()} becomes a manager of the project.")
