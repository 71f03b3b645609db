"""A whole project from its native files: every line is checked first, then stored in batches that are whole.

`documents-jsonl` brings everything back under its own ids, versions and times; `jsonl` after it adds claims that are
missing and verifies the others. What is stored already and the same is passed over, so that a run that was killed can
be run again; what differs is listed and stays as it is. Merges were resolved when the files were written: entries come
back as they counted. Memory is bounded by one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from annotate.actions.batch import Batch
from annotate.actions.restoring.archive import Part
from annotate.actions.restoring.codebooks import books_of
from annotate.actions.restoring.entries import Entries
from annotate.actions.restoring.lines import (
    ClaimLine,
    DocumentLine,
    LineReader,
    claim_line,
    claim_version,
    document_line,
    read_objects,
)
from annotate.actions.restoring.outcome import Outcome, Problem, Problems, Refused
from annotate.actions.restoring.places import Needs, Place, make_place, project_for
from annotate.actions.restoring.rows import SAID_ONCE, insert_claims, insert_layers, renew_submissions
from annotate.actions.restoring.stored import (
    RESTORE,
    differences,
    layers_that_take_claims,
    stored_documents,
    stored_layers,
    versions_of_layers,
)
from annotate.models import Claim, Layer
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.problems import Invalid
from annotate.records import Registries, claim_dicts, stamp
from corpus.database.bulk import Among
from corpus.database.statements import update_row
from corpus.ingest import Kept, keep_documents
from corpus.models import Document

DOCUMENTS_AT_ONCE = 200
CHARACTERS_AT_ONCE = 4_000_000
CLAIMS_AT_ONCE = 1000
NOTHING = "The file holds no document, of which a project could be made; give the file as it was written."
LACKS_LAYER = "Restore the file documents-jsonl with its layer first: a claim does not say how far its layer was."

type Tell = Callable[[int], None]


@dataclass(slots=True, kw_only=True)
class Run:
    """One restore: who, into what, and what came of it."""

    user: Any
    slug: str
    now: datetime
    outcome: Outcome = field(default_factory=Outcome)
    batch: Batch = field(default_factory=lambda: Batch(action=RESTORE, actor=None))
    # The documents that were met; one that stands in the file again is listed and left out.
    seen: set[UUID] = field(default_factory=set)
    # A whole project: its submissions come beside the lines, which name entries as they were chosen.
    is_whole: bool = False
    # Whether each batch stays, whatever comes of the next one.
    keeps: bool = True
    # Whether what is missing is added: to a whole project that is there already nothing is.
    adds: bool = True

    @property
    def stamp(self) -> str | None:
        return stamp(self.now)

    def registries(self) -> Registries:
        return Registries.as_chosen() if self.is_whole else Registries()


def restore_documents(run: Run, path: Path, codebooks: Iterable[Path], tell: Tell) -> None:
    """Restore a file of `documents-jsonl`."""
    project = project_for(run.user, run.slug)
    needs = Needs(books=books_of(project, codebooks))
    check_documents(run, path, needs, tell)
    if project is None and run.outcome.n_lines == 0:
        raise Refused([Problem(file=path.name, line=0, detail=NOTHING)])
    place = make_place(
        user=run.user,
        slug=run.slug,
        file=path.name,
        project=project,
        needs=needs,
        batch=run.batch,
        outcome=run.outcome,
        now=run.now,
    )
    store_documents(run, path, place, tell)


def check_documents(run: Run, path: Path | Part, needs: Needs, tell: Tell) -> None:
    """Check every line, and note what they all need. Raises Refused."""
    problems = Problems(file=path.name)
    for number, raw in read_objects(path, tell):
        run.outcome.n_lines += 1
        try:
            line = document_line(raw)
        except Invalid as problem:
            problems.add(number, problem.errors)
            continue
        for layer in line.layers:
            needs.note(layer, number)
    problems.raise_any()
    if misfits := list(needs.books.problems(path.name)):
        raise Refused(misfits)


def store_documents(run: Run, path: Path | Part, place: Place, tell: Tell) -> None:
    """Store lines that were checked, in batches that are whole. Raises Refused."""
    entries = Entries(corpus=place.project.corpus, batch=run.batch, makes=not run.is_whole)
    stored_to: int | None = 0 if run.keeps else None
    for part in _parts((number, document_line(raw)) for number, raw in read_objects(path, tell)):
        with contradictions(path.name, part, stored_to):
            _store_documents(run, place, entries, part, path.name)
        stored_to = part[-1][0] if run.keeps else None
    run.outcome.made["entries"] = entries.n_made


@contextmanager
def contradictions(file: str, part: Sequence[tuple[int, Any]], stored_to: int | None) -> Iterator[None]:
    """Refuse a batch that breaks a rule of the database: its lines contradict each other, or what is stored."""
    try:
        yield
    except Refused as refused:
        refused.stored_to = stored_to
        raise
    except IntegrityError as error:
        lines = (
            f"Lines {part[0][0]} to {part[-1][0]} contradict each other or what is stored: an id, or a reading of the "
        )
        rule = f"same annotator, round and document, stands there twice ({str(error).splitlines()[0]}). "
        detail = f"{lines}{rule}Nothing of these lines was stored; correct the file."
        raise Refused([Problem(file=file, line=part[0][0], detail=detail)], stored_to=stored_to) from error


def _parts(lines: Iterator[tuple[int, DocumentLine]]) -> Iterator[list[tuple[int, DocumentLine]]]:
    """Cut lines into batches bounded in number, in text and in claims."""
    part: list[tuple[int, DocumentLine]] = []
    size = 0
    for number, line in lines:
        part.append((number, line))
        size += len(line.clean.text) + sum(1000 * len(layer.claims) for layer in line.layers)
        if len(part) >= DOCUMENTS_AT_ONCE or size >= CHARACTERS_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _refused(file: str, line: int, error: Invalid) -> Refused:
    return Refused([Problem(file=file, line=line, pointer=e.pointer, detail=e.detail) for e in error.errors])


@transaction.atomic
def _store_documents(run: Run, place: Place, entries: Entries, part: list[tuple[int, DocumentLine]], file: str) -> None:
    """Store one batch: entries, documents, then layers with their claims."""
    corpus = place.project.corpus
    try:
        for _, line in part if run.adds else ():
            for layer in line.layers:
                entries.ensure([*layer.entities, *(one for claim in layer.claims for one in claim.entries)])
                entries.check_answers([layer.attributes, *(one for claim in layer.claims for one in claim.answers)])
    except Invalid as error:
        raise _refused(file, part[0][0], error) from error
    stored = stored_documents([str(line.id) for _, line in part])
    part = list(_once(run, part, file))
    fresh = [pair for pair in part if str(pair[1].id) not in stored]
    if not run.adds:
        _leave_out(run, ((number, "document", line.id) for number, line in fresh), file)
        part, fresh = [pair for pair in part if str(pair[1].id) in stored], []
    kept = [
        Kept(id=line.id, number=line.number, document=line.clean, sha256=line.sha256, place=number)
        for number, line in fresh
    ]
    unkept = set()
    for one, why in keep_documents(corpus=corpus, found=kept, actor=run.user, now=run.now, batch=run.batch.id):
        unkept.add(one.id)
        run.outcome.differs(file, one.place, f"The document {one.id} {why}. It was left out.")
    run.outcome.made["documents"] += len(kept) - len(unkept)
    whole = [(number, line) for number, line in part if line.id not in unkept]
    for number, line in whole:
        if (found := stored.get(str(line.id))) is not None:
            unkept |= _compare_document(run, place, number, line, found, file)
    _store_layers(run, place, entries, [pair for pair in whole if pair[1].id not in unkept], file)
    run.batch.write()


def _once(run: Run, part: list[tuple[int, DocumentLine]], file: str) -> Iterator[tuple[int, DocumentLine]]:
    for number, line in part:
        if line.id in run.seen:
            run.outcome.differs(file, number, f"The document {line.id} stands in the file twice; the first was kept.")
        else:
            yield number, line
        run.seen.add(line.id)


def _leave_out(run: Run, found: Iterable[tuple[int, str, UUID]], file: str) -> None:
    for number, kind, id in found:
        run.outcome.differs(file, number, f"The {kind} {id} is not in the project that is here; it was left out.")


def _compare_document(
    run: Run, place: Place, number: int, line: DocumentLine, stored: dict[str, Any], file: str
) -> set[UUID]:
    """List what differs of a stored document; return its id where its layers cannot be restored either."""
    if stored["corpus"] != place.project.corpus_id:
        detail = f"The document {line.id} belongs to another corpus here; restore into an installation without it."
        run.outcome.differs(file, number, detail)
        return {line.id}
    run.outcome.present["documents"] += 1
    for what in differences({k: v for k, v in stored.items() if k != "corpus"}, _only(line.raw, stored)):
        run.outcome.differs(file, number, f"Document {line.id}: {what}")
    return {line.id} if stored["sha256"] != line.sha256 else set()


def _only(raw: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    return {key: raw[key] for key in stored if key in raw and key != "corpus"}


def _store_layers(run: Run, place: Place, entries: Entries, part: list[tuple[int, DocumentLine]], file: str) -> None:
    registries = run.registries()
    wanted = [(number, line.id, layer) for number, line in part for layer in line.layers]
    stored = stored_layers(place, [str(layer.id) for _, _, layer in wanted], registries)
    fresh = [(number, document, layer) for number, document, layer in wanted if str(layer.id) not in stored]
    if not run.adds:
        _leave_out(run, ((number, "layer", layer.id) for number, _, layer in fresh), file)
        fresh = []
    elsewhere = _claims_elsewhere([claim.id for _, _, layer in fresh for claim in layer.claims])
    for number, _, layer in fresh:
        if hit := next((claim.id for claim in layer.claims if claim.id in elsewhere), None):
            detail = f"The claim {hit} is stored in another layer here; restore into an installation without it."
            raise Refused([Problem(file=file, line=number, detail=detail)])
    insert_layers(place, [(document, layer) for _, document, layer in fresh], entries, submits=not run.is_whole)
    run.outcome.made["layers"] += len(fresh)
    run.outcome.made["claims"] += sum(len(layer.claims) for _, _, layer in fresh)
    for number, document, layer in wanted:
        found = stored.get(str(layer.id))
        if found is None:
            continue
        if found.pop("project") != place.project.pk:
            detail = f"The layer {layer.id} belongs to another project here; it was left out."
            run.outcome.differs(file, number, detail)
            continue
        if found.pop("place") != (document, layer.round, place.annotators.get(layer.annotator or "")):
            detail = f"The layer {layer.id} is of another document, round or annotator here; it was left out."
            run.outcome.differs(file, number, detail)
            continue
        run.outcome.present["layers"] += 1
        for what in differences(found, layer.raw, but=("claims",)):
            run.outcome.differs(file, number, f"Layer {layer.id}: {what}")
        known = {claim["id"]: claim for claim in found["claims"]}
        # Claims were checked against the version that the line names: to a layer of another one none is added.
        is_same = found["codebook"]["version"] == layer.codebook[1]
        claims = [(number, claim) for claim in layer.claims if is_same or str(claim.id) in known]
        _settle(run, place, entries, claims, known, file)
        for id in known.keys() - {str(claim.id) for claim in layer.claims}:
            run.outcome.differs(file, number, f"The claim {id} is stored here and not in the file; it was left.")


def _claims_elsewhere(ids: list[UUID]) -> set[UUID]:
    return set(Claim.objects.filter(Among(F("pk"), [id.hex for id in ids])).values_list("pk", flat=True))


def _settle(
    run: Run,
    place: Place,
    entries: Entries,
    lines: list[tuple[int, ClaimLine]],
    stored: dict[str, dict[str, Any]],
    file: str,
) -> None:
    """Verify the claims that are stored and add the others to their layers, which are stored."""
    missing = []
    for number, line in lines:
        found = stored.get(str(line.id))
        if found is None:
            missing.append((number, line))
            continue
        run.outcome.present["claims"] += 1
        for what in differences(found, {key: value for key, value in line.raw.items() if key not in SAID_ONCE}):
            run.outcome.differs(file, number, f"Claim {line.id}: {what}")
    _add_claims(run, entries, list(_addable(run, missing, file)))


def _addable(run: Run, missing: list[tuple[int, ClaimLine]], file: str) -> Iterator[ClaimLine]:
    """Yield the claims that may be added; a reading that somebody submitted here stays as it was submitted."""
    taking = layers_that_take_claims(line.layer for _, line in missing) if missing and not run.is_whole else set()
    for number, line in missing:
        if line.layer in taking:
            yield line
        else:
            why = "there" if run.is_whole else "finished"
            detail = f"The claim {line.id} is not in the layer {line.layer}, which is {why} here; it was left out."
            run.outcome.differs(file, number, detail)


def _add_claims(run: Run, entries: Entries, lines: list[ClaimLine]) -> None:
    if not lines:
        return
    layers = {line.layer for line in lines}
    versions = dict(Layer.objects.filter(pk__in=layers).values_list("pk", "codebook_version_id"))
    entries.ensure(one for line in lines for one in line.entries)
    entries.check_answers(one for line in lines for one in line.answers)
    insert_claims([(load_codebook(versions[line.layer]), line) for line in lines], entries)
    for line in lines:
        update_row(Layer, line.layer, add={"n_claims": 1})
    renew_submissions(list(layers))
    run.outcome.made["claims"] += len(lines)


def restore_claims(run: Run, path: Path, codebooks: Iterable[Path], tell: Tell) -> None:
    """Restore a file of `jsonl`."""
    project = project_for(run.user, run.slug)
    if project is None:
        detail = f"There is no project “{run.slug[:60]}” here; restore its file documents-jsonl first."
        raise Refused([Problem(file=path.name, line=0, detail=detail)])
    books = books_of(project, codebooks)
    run.batch.project_id, run.batch.corpus_id = project.pk, project.corpus_id
    place = Place(project=project, versions={}, annotators={}, batch=run.batch)
    problems = Problems(file=path.name)
    for checked in batched(_checked_claims(run, path, tell, problems), CLAIMS_AT_ONCE):
        versions = versions_of_layers(project, {line.layer for _, line, _ in checked})
        for number, line, version in checked:
            books.fit_claim(versions.get(line.layer, version), line, number)
    problems.raise_any()
    if misfits := list(books.problems(path.name)):
        raise Refused(misfits)
    entries = Entries(corpus=project.corpus, batch=run.batch)
    lines = ((number, claim_line(raw)) for number, raw in read_objects(path, tell))
    stored_to: int | None = None
    for part in batched(lines, CLAIMS_AT_ONCE):
        with contradictions(path.name, part, stored_to):
            _store_claims(run, place, entries, list(part), path.name)
        stored_to = part[-1][0] if run.keeps else None
    run.outcome.made["entries"] = entries.n_made


def _checked_claims(run: Run, path: Path, tell: Tell, problems: Problems) -> Iterator[tuple[int, ClaimLine, int]]:
    """Yield the claims that are right in themselves, with the version that they name; the others are problems."""
    for number, raw in read_objects(path, tell):
        run.outcome.n_lines += 1
        try:
            line, version = claim_line(raw), claim_version(raw)
        except Invalid as problem:
            problems.add(number, problem.errors)
            continue
        yield number, line, version


@transaction.atomic
def _store_claims(run: Run, place: Place, entries: Entries, part: list[tuple[int, ClaimLine]], file: str) -> None:
    rows = Claim.objects.filter(Among(F("pk"), [line.id.hex for _, line in part]), layer__project=place.project)
    stored = {claim["id"]: claim for claim in claim_dicts(rows)}
    layers = dict(
        Layer.objects.filter(Among(F("pk"), [line.layer.hex for _, line in part]), project=place.project).values_list(
            "pk", "document_id"
        )
    )
    fitting = []
    for number, line in part:
        if layers.get(line.layer) != line.document:
            run.outcome.differs(file, number, f"The layer {line.layer} of claim {line.id} is not there. {LACKS_LAYER}")
        else:
            fitting.append((number, line))
    fresh = [(number, line) for number, line in fitting if str(line.id) not in stored]
    _check_quotes(fresh, file)
    try:
        _settle(run, place, entries, fitting, stored, file)
    except Invalid as error:
        raise _refused(file, part[0][0], error) from error
    run.batch.write()


def _check_quotes(lines: list[tuple[int, ClaimLine]], file: str) -> None:
    """Compare the quotes of claims that are to be added with their texts. Raises Refused."""
    ids = {line.document.hex for _, line in lines}
    texts = dict(Document.objects.filter(Among(F("pk"), list(ids))).values_list("pk", "text")) if ids else {}
    problems = Problems(file=file)
    for number, line in lines:
        reader = LineReader()
        reader.check_claim(line.claim, texts[line.document], "")
        problems.add(number, reader.errors)
    problems.raise_any()
