"""Annotations from files, brought into layers of named annotators: one transaction a document, nothing guessed."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction

from annotate import permissions, records
from annotate.actions import assignments, claim_rows, claims, layers
from annotate.actions.annotation_entries import KnownEntries, fitted_answers
from annotate.actions.annotation_places import document_of, person_of, read_round, text_counted_in
from annotate.actions.batch import Batch, joined
from annotate.formats import Format
from annotate.formats.composing import Composed, LabelMap, compose
from annotate.formats.incoming import DocumentFound, Found, LayerFound, Refusal
from annotate.formats.offsets import UNITS, Ruler, Units, is_ours, spans_of
from annotate.formats.sources import NOT_OURS, IncomingFile
from annotate.models import Claim, Layer, LayerKind, Project, Round
from annotate.models.layers import WRITABLE
from annotate.payloads.claims import READ_ONLY, parse_claim
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.problems import FieldError, Invalid, NotThere, Problem, TooLarge, WrongState
from annotate.permissions import Action
from corpus.models import Document

ACTION = "annotations.import"
REMEDY = "delete it there, keep it, or import this one as a second claim"
OTHER_VALUES = f"a claim on these words is there already, with other values: {{names}}; {REMEDY}"
THERE = f"Claim {{id}} is there already and says something else; {REMEDY}."
# Two claims that differ only in this say the same; few formats carry which fields a rule had filled.
NOT_SAID = READ_ONLY | {"detected"}
FOLLOW_UP = "asks again about claims that are there; new ones cannot come into it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How files are taken: whose layers, what foreign labels stand for, which unit the offsets count, which round.

    With `second_claims` a claim that is there with other values stays, and gets one beside it.
    """

    username: str = ""
    mapping: LabelMap = field(default_factory=LabelMap)
    unit: str = ""
    round: str = ""
    second_claims: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one layer of one document; `n_known` claims were there already, with the same content.

    Everything that an import stores is one batch, by whose id it is taken back.
    """

    file: str
    document: str = ""
    annotator: str = ""
    n_created: int = 0
    n_known: int = 0
    refused: tuple[Refusal, ...] = ()
    batch: UUID | None = None


class _SameThere(Exception):
    """Takes back what was written for a claim that is there already."""


class _OtherThere(Exception):
    """Takes back what was written for a claim whose words have a claim already, which says something else."""


class _There:
    """The claims that a layer had before the import: each is met once, by the same claim or at the same words."""

    def __init__(self, claims: Iterable[dict[str, Any]]) -> None:
        self._at: dict[bytes, list[dict[str, Any]]] = defaultdict(list)
        for claim in claims:
            self._at[_words_key(claim)].append(claim)

    def meet(self, content: dict[str, Any]) -> bool:
        """Return whether the same claim is there, which is then met."""
        own = self._at.get(_words_key(content), [])
        same = next((claim for claim in own if _content_key(claim) == _content_key(content)), None)
        if same is not None:
            own.remove(same)
        return same is not None

    def differing(self, content: dict[str, Any]) -> list[str]:
        """Return in what a claim at the same words differs that was not met; empty where there is none."""
        own = self._at.get(_words_key(content), [])
        return sorted(name for name in content if name not in NOT_SAID and own and own[0].get(name) != content[name])


def import_annotations(
    *,
    user: User,
    project: Project,
    format: Format,
    files: Sequence[IncomingFile],
    options: Options,
    now: datetime,
    tell: Callable[[int], None] = lambda size: None,
) -> Iterator[Outcome]:
    """Bring annotations in, and yield what became of each layer; `tell` gets the bytes of each file as it is read.

    Documents are never made: they are found by id, external id or the hash of their text. Raises Invalid before the
    first outcome, and PermissionDenied.
    """
    permissions.require(user, Action.IMPORT_ANNOTATIONS, project.pk)
    if format.read is None:
        raise invalid("/format", f"Annotations are not read from {format.key}; choose another format.")
    if options.unit and options.unit not in UNITS:
        raise invalid("/offsets", f"{options.unit[:40]!r} is no unit of offsets; choose from {', '.join(UNITS)}.")
    format.require()
    round = read_round(project, options.round)
    if options.username:
        person_of(project, options.username)
    return _Import(user, project, round, format, options, now).run(files, tell)


def invalid(pointer: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=pointer, detail=detail)])


class _Import:
    def __init__(
        self, user: User, project: Project, round: Round, format: Format, options: Options, now: datetime
    ) -> None:
        self._user, self._project, self._round = user, project, round
        self._format, self._options, self._now = format, options, now
        self._batch_id = uuid.uuid4()
        self._entries: dict[int, KnownEntries] = {}
        self._units: dict[str, Units] = {}
        self._rounds: dict[tuple[Any, Any], str] = {}  # in which round somebody read a document, as the files say
        self._reader = ""  # who annotated, where the files say it and --as gives all to one person

    def run(self, files: Sequence[IncomingFile], tell: Callable[[int], None]) -> Iterator[Outcome]:
        sizes = {file.name: file.size for file in files}
        for found in self._read(files):
            yield from [_refused(found)] if isinstance(found, Refusal) else self._document(found)
            tell(sizes.pop(found.file, 0))

    def _read(self, files: Sequence[IncomingFile]) -> Iterator[Found]:
        assert self._format.read is not None
        if not self._options.unit and len(self._format.units) > 1:
            for found in self._format.read(files):
                if isinstance(found, DocumentFound):
                    self._learn_units(found)
        yield from self._format.read(files)

    def _learn_units(self, found: DocumentFound) -> None:
        """See in which units the file may count: one unit must fit every quote of the file."""
        text = text_counted_in(self._project, found)
        if text is not None:
            units = self._of_file(found)
            units.is_ours = units.is_ours or is_ours(found)
            units.learn(Ruler(text), spans_of(found))

    def _of_file(self, found: DocumentFound) -> Units:
        if found.file not in self._units:
            known = (self._options.unit,) if self._options.unit else self._format.units
            self._units[found.file] = Units(known=known)
        return self._units[found.file]

    def _document(self, found: DocumentFound) -> Iterator[Outcome]:
        try:
            document = document_of(self._project, found)
            self._check_blind(document, found)
        except Problem as problem:
            rule, _, remedy = problem.detail.partition("; ")
            yield _refused(found.refusal("", found.shown, rule, remedy.removesuffix(".")))
            return
        for layer in found.layers:
            if layer.marks or layer.links:
                yield self._layer(found, layer, document)

    def _check_blind(self, document: Document, found: DocumentFound) -> None:
        """Who still reads the document blind must not learn from an import what a colleague has marked."""
        readings = [layer for layer in found.layers if layer.marks or layer.links]
        if all((self._options.username or layer.annotator) == self._user.username for layer in readings):
            return
        own = Layer.objects.filter(document=document, project=self._project, annotator=self._user.pk)
        if own.filter(kind=LayerKind.ANNOTATOR, round__is_blind=True, status__in=WRITABLE).exists():
            raise WrongState("You read this document blind yourself and have not submitted it; submit it first.")

    def _layer(self, found: DocumentFound, layer: LayerFound, document: Document) -> Outcome:
        username = self._options.username or layer.annotator
        shown = {"file": found.file, "document": str(document), "annotator": username}
        refused: list[Refusal] = []
        counts: Counter[str] = Counter()
        try:
            self._check_one_reader(layer)
            person = person_of(self._project, username)
            self._check_one_round(layer, document, person)
            with transaction.atomic(), joined(ACTION, self._batch_id):
                self._store(found, layer, document, person, counts, refused)
                if self._options.dry_run or not counts["created"]:
                    transaction.set_rollback(True)
        except (Problem, PermissionDenied) as problem:
            rule, _, remedy = str(getattr(problem, "detail", problem)).partition("; ")
            refused.append(found.refusal("", username, rule, remedy.removesuffix(".") or "correct it and run again"))
            counts.clear()
        batch = self._batch_id if counts["created"] and not self._options.dry_run else None
        return Outcome(
            **shown, n_created=counts["created"], n_known=counts["known"], refused=tuple(refused), batch=batch
        )

    def _check_one_reader(self, layer: LayerFound) -> None:
        """Raise WrongState where the files of several people would become one person's reading, and for gold."""
        if not self._options.username:
            if layer.is_gold:
                raise WrongState("This is gold, which only adjudication makes; name an annotator with --as.")
            return
        reader = "gold" if layer.is_gold else layer.annotator
        if reader and self._reader and reader != self._reader:
            raise WrongState(
                f"The files hold readings of {self._reader} and of {reader}, which would become one person’s; "
                "import the files of one person at a time."
            )
        self._reader = self._reader or reader

    def _check_one_round(self, layer: LayerFound, document: Document, person: User) -> None:
        """Raise WrongState where readings of two rounds would become one layer."""
        first = self._rounds.setdefault((document.pk, person.pk), layer.round) if layer.round else ""
        if first != layer.round:
            raise WrongState(
                f"The files hold readings of {person.username} in {first} and in {layer.round}, which would become "
                "one; import the files of one round at a time, each with --round."
            )

    def _store(
        self,
        found: DocumentFound,
        read: LayerFound,
        document: Document,
        person: User,
        counts: Counter[str],
        refused: list[Refusal],
    ) -> None:
        layer = self._open(document, person)
        there = _There(records.claim_dicts(Claim.objects.filter(layer=layer)))
        later: list[Composed] = []
        for one in compose(found, read, document.text, self._options.mapping, self._of_file(found)):
            if isinstance(one, Refusal):
                refused.append(one)
                continue
            try:
                self._one(found, layer, one, person, there, counts, refused)
            except _OtherThere:  # unless the claim that is there is met by what comes after it in the file
                later.append(one)
        for one in later:
            try:
                self._one(found, layer, one, person, there, counts, refused)
            except _OtherThere as other:
                refused += _reasons(found, one, WrongState(OTHER_VALUES.format(names=other)))

    def _one(
        self,
        found: DocumentFound,
        layer: Layer,
        one: Composed,
        person: User,
        there: _There,
        counts: Counter[str],
        refused: list[Refusal],
    ) -> None:
        """Store one claim and count it. Raises _OtherThere."""
        try:
            with transaction.atomic():
                self._claim(layer, one, person, there)
            counts["created"] += 1
        except _SameThere:
            counts["known"] += 1
        except Problem as problem:
            refused += _reasons(found, one, problem)

    def _open(self, document: Document, person: User) -> Layer:
        """Return the annotator's layer in the round, opened where that is allowed; locked."""
        own = Layer.objects.select_for_update(of=("self",)).select_related("round", "project")
        own = own.filter(document=document, round=self._round, annotator=person.pk, kind=LayerKind.ANNOTATOR)
        found = own.first()
        if found is None:
            if not Round.objects.filter(pk=self._round.pk).holding(document).exists():
                raise NotThere(f"Round “{self._round.name}” does not hold this document; choose another with --round.")
            self._round.project = self._project
            round, now = self._round, self._now
            if round.overlap is None:
                layers.open_layer(user=person, actor=self._user, document=document, round=round, now=now)
            else:
                assignments.assign_document(user=self._user, person=person, document=document, round=round, now=now)
            found = own.get()
        found.document = document
        return found

    def _claim(self, layer: Layer, one: Composed, person: User, there: _There) -> None:
        """Store one claim, unless it is there. Raises _SameThere, _OtherThere, or what the API would say."""
        codebook = load_codebook(layer.codebook_version_id)
        entries = self._entries.setdefault(person.pk, KnownEntries(self._project.corpus_id, person))
        try:
            body = fitted_answers(entries.known(one.body), codebook)
        except NOT_OURS as error:
            raise Invalid("The data of this claim are not in the form of the API; correct them.") from error
        claim = parse_claim({name: value for name, value in body.items() if name != "id"})
        batch = Batch(action=ACTION, actor=self._user, project_id=layer.project_id, corpus_id=layer.project.corpus_id)
        registries = records.Registries()
        resolved = claims.resolve_for(person, layer, claim, batch, registries, originals={})
        content = claim_rows.content_of(resolved, registries)
        if there.meet(content):
            raise _SameThere
        layers.check_writable(layer)
        if layer.round is not None and layer.round.follows_id is not None:
            raise WrongState(f"Round “{layer.round.name}” {FOLLOW_UP}; choose another with --round.")
        if layer.n_claims >= claims.MAX_CLAIMS:
            raise TooLarge(f"The layer has {layer.n_claims} claims; {claims.MAX_CLAIMS} is the limit for one document.")
        id, is_there = _free_id(one.body.get("id"), layer)
        if not self._options.second_claims:
            if is_there:
                raise WrongState(THERE.format(id=one.body["id"]))
            if names := there.differing(content):
                raise _OtherThere(", ".join(names))
        layers.keep_place(layer, now=self._now)
        claims.insert_resolved(claim_id=id, layer=layer, resolved=resolved, content=content, batch=batch, now=self._now)
        batch.write()


def _refused(refusal: Refusal) -> Outcome:
    return Outcome(file=refusal.file, refused=(refusal,))


def _content_key(claim: dict[str, Any]) -> bytes:
    content = {name: value for name, value in claim.items() if name not in NOT_SAID}
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def _words_key(claim: dict[str, Any]) -> bytes:
    return orjson.dumps([(span["start"], span["end"]) for span in claim["spans"]])


def _free_id(raw: Any, layer: Layer) -> tuple[UUID, bool]:
    """Return the id that the file gives a claim if no claim has it, else a new one; and whether the layer has it."""
    try:
        id = UUID(str(raw))
    except ValueError:
        return uuid.uuid4(), False
    stored = claims.STORED.first(id=id)
    return (id, False) if stored is None else (uuid.uuid4(), stored[0] == layer.pk)


def _reasons(found: DocumentFound, one: Composed, problem: Problem) -> Iterator[Refusal]:
    quote = " […] ".join(span["quote"] for span in one.body["spans"])
    quote = quote if len(quote) <= 60 else f"{quote[:59]}…"
    for error in problem.errors or [FieldError(pointer="", detail=problem.detail)]:
        rule, _, remedy = error.detail.removesuffix(".").rpartition("; ")
        value = f"{error.pointer.lstrip('/')} of “{quote}”" if error.pointer else f"“{quote}”"
        say = remedy if rule else "correct the file, and import it again"
        yield found.refusal(one.at, value, rule or remedy, say, place=one.place_of(error.pointer))
