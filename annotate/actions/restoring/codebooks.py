"""The codebook of a restored project: versions that are stored, given as files, or the default one where it fits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from annotate.actions.batch import Batch
from annotate.actions.claim_rows import answer_errors
from annotate.actions.codebook.rows import own_values, write_rows
from annotate.actions.restoring.lines import ClaimLine, LayerLine
from annotate.actions.restoring.outcome import Problem, Refused
from annotate.attributes import AttributeSpec
from annotate.models import Codebook, CodebookVersion, Project
from annotate.payloads.codebook_files import AttributeFile, CodebookFile, LabelFile, codebook_dict, file_dict
from annotate.payloads.codebook_reader import parse_codebook
from annotate.payloads.codebook_rules import missing
from annotate.payloads.codebook_templates import DEFAULT, TEMPLATES
from annotate.payloads.codebooks import CodebookView, LabelView, load_codebook
from annotate.payloads.problems import Invalid

REMEDY = (
    "Give the file of that version with --codebook FILE, as often as there are versions: Download on the page "
    "Codebook of the project, or GET codebooks/ID/ of the API."
)


@dataclass(slots=True)
class Misfit:
    """Answers of the files that a codebook does not have: how often, and where first."""

    detail: str
    line: int
    n: int = 1


@dataclass(slots=True, kw_only=True)
class Books:
    """The versions that the lines name, wherever they come from, and what does not fit them."""

    stored: dict[int, CodebookView] = field(default_factory=dict)
    files: dict[int, CodebookFile] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    misfits: dict[tuple[int, str], Misfit] = field(default_factory=dict)
    _views: dict[int, CodebookView] = field(default_factory=dict)

    def view(self, number: int) -> CodebookView:
        """Return a version as it is stored, or as it will be."""
        if number not in self._views:
            self._views[number] = self.stored.get(number) or view_of(self.file(number), number)
        return self._views[number]

    def file(self, number: int) -> CodebookFile:
        return self.files.get(number) or TEMPLATES[DEFAULT].codebook

    def origin(self, number: int) -> str:
        if number in self.stored:
            return "the project’s codebook"
        return "the file given" if number in self.files else "the default codebook"

    def note(self, layer: LayerLine, line: int) -> None:
        """Check the answers of a layer against its version; what does not fit is collected, each thing once."""
        name, number = layer.codebook
        self.names.setdefault(name, line)
        self.used.add(number)
        self.fit_document(number, layer.attributes, line)
        for claim in layer.claims:
            self.fit_claim(number, claim, line)

    def fit_document(self, number: int, answers: dict[str, object], at: int) -> None:
        self._fit(number, "document", answers, at)

    def fit_claim(self, number: int, line: ClaimLine, at: int) -> None:
        self._fit(number, "claim", line.claim.attributes, at)
        for stance in line.claim.stances:
            self._fit(number, "stance", stance.attributes, at)
            if stance.value is not None and stance.value not in self.view(number).stances:
                self._misfit(number, f"the stance value “{stance.value[:60]}”", at)

    def _fit(self, number: int, scope: str, answers: dict[str, object], line: int) -> None:
        for key, raw in answers.items():
            for error in answer_errors(self.view(number), scope, key, raw, ""):
                is_known = (scope, key) in self.view(number).attributes
                what = f"an answer: {error.detail}" if is_known else f"the question “{key[:60]}” of {scope}s"
                self._misfit(number, what, line)

    def _misfit(self, number: int, detail: str, line: int) -> None:
        found = self.misfits.get((number, detail))
        if found is not None:
            found.n += 1
        elif len(self.misfits) < 200:
            self.misfits[number, detail] = Misfit(detail, line)

    def problems(self, file: str) -> Iterator[Problem]:
        for (number, _), found in self.misfits.items():
            detail = (
                f"Version {number} of the codebook is {self.origin(number)}, which lacks {found.detail} "
                f"({found.n} times, here first). {REMEDY}"
            )
            yield Problem(file=file, line=found.line, detail=detail)
        if len(self.names) > 1:
            names = ", ".join(f"“{name}”" for name in self.names)
            detail = f"The layers name several codebooks ({names}), but a project has one; restore each by itself."
            yield Problem(file=file, line=max(self.names.values()), detail=detail)


def books_of(project: Project | None, paths: Iterable[Path]) -> Books:
    """Return what is known of the codebook before the lines are read. Raises Refused for a file that is none."""
    books = Books()
    if project is not None:
        versions = project.codebook.versions.filter(published_at__isnull=False)
        books.stored = {found.number: load_codebook(found.pk) for found in versions.order_by("number")}
    for path in paths:
        file = read_file(path)
        number = file.number or 1
        stored = books.stored.get(number)
        if stored is not None and codebook_dict(stored) != file_dict(file):
            raise _refused(
                path, f"Version {number} is stored already and differs; leave the file out, or restore anew."
            )
        if number in books.files:
            raise _refused(path, f"Version {number} is given twice; give each version once.")
        books.files[number] = file
    return books


def read_file(path: Path) -> CodebookFile:
    try:
        file = parse_codebook(json.loads(path.read_text(encoding="utf-8")))
        if errors := missing(file):
            raise Invalid.of(errors)
        return file
    except (OSError, ValueError) as error:
        raise _refused(path, f"This is no codebook file ({error}); download it from the page Codebook.") from error
    except Invalid as problem:
        found = [Problem(file=path.name, line=0, pointer=e.pointer, detail=e.detail) for e in problem.errors]
        raise Refused(found) from problem


def _refused(path: Path, detail: str) -> Refused:
    return Refused([Problem(file=path.name, line=0, detail=detail)])


def make_versions(codebook: Codebook, books: Books, *, batch: Batch, now: datetime) -> dict[int, UUID]:
    """Store and publish the versions that are not there yet; return the ids of all by number."""
    ids = {number: view.version.pk for number, view in books.stored.items()}
    for number in sorted((books.used | books.files.keys() or {1}) - ids.keys()):
        file = books.file(number)
        version = CodebookVersion.objects.create(codebook=codebook, number=number, created_at=now, **own_values(file))
        write_rows(version, file)
        version.published_at = now
        version.save(update_fields=["published_at"])
        state = file_dict(file) | {"name": codebook.name, "number": number, "codebook": str(codebook.pk)}
        batch.add("codebook_version", version.pk, before=None, after=state)
        ids[number] = version.pk
    return ids


def view_of(file: CodebookFile, number: int) -> CodebookView:
    """Return a codebook file as it would be read from the database, with ids made up."""
    labels: dict[UUID, tuple[LabelView, ...]] = {}
    attributes: dict[tuple[str, str], AttributeSpec] = {}
    for found in file.attributes:
        id = uuid4()
        labels[id] = tuple(_label(label) for label in found.labels)
        attributes[found.scope, found.key] = _spec(id, found, labels[id])
    return CodebookView(
        version=CodebookVersion(number=number),
        name=file.name,
        attributes=attributes,
        labels=labels,
        stances={label.key: _label(label) for label in file.stances},
    )


def _label(label: LabelFile) -> LabelView:
    return LabelView(id=uuid4(), key=label.key, name=label.name, slot=label.slot, score=label.score)


def _spec(id: UUID, found: AttributeFile, labels: tuple[LabelView, ...]) -> AttributeSpec:
    return AttributeSpec(
        id=id,
        key=found.key,
        name=found.name,
        scope=found.scope,
        kind=found.kind,
        is_multiple=found.multiple,
        minimum=found.minimum,
        maximum=found.maximum,
        labels={label.key: label.id for label in labels},
    )
