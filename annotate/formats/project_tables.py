"""The tables of a whole project as rows of JSON: which there are, in which order, and how their values are written.

`documents.jsonl` holds the documents with their layers and claims; everything beside that is a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q, QuerySet

from annotate.models import (
    Adjudication,
    Attribute,
    AuditCheck,
    CodebookVersion,
    Decision,
    DecisionField,
    DecisionReading,
    Label,
    Layer,
    Member,
    NotSame,
    Pairing,
    Project,
    Reassignment,
    Recheck,
    Remark,
    Round,
    RoundDocument,
    Skip,
    StanceLabel,
    Submission,
)
from annotate.payloads.people import People
from annotate.records import stamp
from corpus.models import (
    Affiliation,
    Document,
    KeptApart,
    LoadedWord,
    Proposition,
    Source,
    Speaker,
    SpeakerAlias,
    Story,
    Target,
)

AT_ONCE = 500

type Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of one model: those of the project, of its codebook, or of its corpus (`home`), found along `path`.

    Columns are fields by name; a user is written by name, whatever else is referred to by id.
    """

    name: str
    model: Any
    columns: tuple[str, ...]
    home: str
    path: str
    # Numbers that the database gives rows keep their order only: rows come back in the order of the file.
    order: tuple[str, ...] = ("id",)
    # What tells a row from all others.
    key: tuple[str, ...] = ("id",)
    only: Q = field(default_factory=Q)
    # The columns are more of rows that `documents.jsonl` makes.
    is_more: bool = False
    # References that may stand before what they refer to.
    ahead: tuple[str, ...] = ()

    @cached_property
    def fields(self) -> dict[str, Any]:
        return {name: self.model._meta.get_field(name) for name in self.columns}

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Return the columns that name users."""
        return tuple(name for name, found in self.fields.items() if found.related_model is User)

    @cached_property
    def links(self) -> dict[str, Any]:
        """Return the columns that refer to something by id, with its model."""
        return {
            name: found.related_model
            for name, found in self.fields.items()
            if found.is_relation and found.related_model is not User
        }

    @cached_property
    def absent(self) -> dict[str, Any]:
        """Return what columns hold in rows that were written before these columns were added."""
        own = {name: found for name, found in self.fields.items() if name not in self.key}
        values: dict[str, Any] = {name: "" for name, found in own.items() if found.blank and _is_words(found)}
        values |= {name: found.get_default() for name, found in own.items() if found.has_default()}
        return values | {name: None for name, found in own.items() if found.null}

    def rows(self, project: Project) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._base_manager.all()
        return rows.filter(self.only, **{self.path: home_id(project, self.home)})

    def written(self, rows: QuerySet[Any], people: People, project: Project) -> Iterator[Row]:
        """Yield rows as they are written, in the order of the queryset. One query."""
        writers = [_writer(found, people, project) for found in self.fields.values()]
        names = [found.attname for found in self.fields.values()]
        for values in rows.values_list(*names).iterator(chunk_size=AT_ONCE):
            yield {name: write(value) for name, write, value in zip(self.columns, writers, values, strict=True)}


def home_id(project: Project, home: str) -> UUID:
    return {"project": project.pk, "corpus": project.corpus_id, "codebook": project.codebook_id}[home]


def _writer(found: Any, people: People, project: Project) -> Callable[[Any], Any]:
    if found.related_model is User:
        return lambda value: None if value is None else people.name(project.pk, value)
    if isinstance(found, models.DateTimeField):
        return stamp
    return lambda value: value


def _is_words(found: Any) -> bool:
    return isinstance(found, models.CharField | models.TextField)


ENTRY = ("id", "name", "disambiguation", "note", "is_provisional", "merged_into", "version", "created_at")
LABEL = (
    "id", "key", "name", "definition", "example", "counter_example", "shortcut", "slot", "position", "replaces",
)  # fmt: skip
CLOSED = ("are_speakers_closed", "are_targets_closed", "are_propositions_closed")


def _of_corpus(name: str, model: Any, *columns: str, path: str = "corpus", **more: Any) -> Table:
    return Table(name=name, model=model, columns=columns, home="corpus", path=path, **more)


def _of_codebook(name: str, model: Any, *columns: str, path: str, **more: Any) -> Table:
    return Table(name=name, model=model, columns=columns, home="codebook", path=path, **more)


def _of_project(name: str, model: Any, *columns: str, path: str = "project", **more: Any) -> Table:
    return Table(name=name, model=model, columns=columns, home="project", path=path, **more)


def _makers(name: str, model: Any) -> Table:
    kind = str(model._meta.model_name)
    key = (kind, "user")
    return _of_corpus(name, model.makers.through, *key, path=f"{kind}__corpus", order=(f"{kind}_id", "id"), key=key)


# In the order in which they are written, and made again. First those that documents, layers and claims refer to.
BEFORE = (
    _of_corpus("targets", Target, *ENTRY, "kind", "is_merged_inverted", ahead=("merged_into",)),
    _of_corpus("speakers", Speaker, *ENTRY, "kind", "external_id", "is_not_stated", ahead=("merged_into",)),
    _of_corpus("propositions", Proposition, *ENTRY, "usual_target", ahead=("merged_into",)),
    _makers("target_makers", Target),
    _makers("speaker_makers", Speaker),
    _makers("proposition_makers", Proposition),
    _of_corpus(
        "aliases", SpeakerAlias, "speaker", "name", path="speaker__corpus", order=("speaker_id", "id"),
        key=("speaker", "name"),
    ),
    _of_corpus(
        "affiliations", Affiliation, "speaker", "body", "role", "from_on", "to_on", path="speaker__corpus",
        order=("speaker_id", "id"), key=("speaker", "body", "role", "from_on", "to_on"),
    ),
    _of_corpus("loaded_words", LoadedWord, "word", "advice", key=("word",)),
    _of_corpus(
        "not_same", NotSame, "registry", "first", "second", "made_by", "created_at", order=("first", "second"),
        key=("first", "second"),
    ),
    _of_corpus("sources", Source, "id", "name", "homepage", "speaker"),
    _of_corpus("stories", Story, "id", "created_at"),
    _of_codebook(
        "codebook_versions", CodebookVersion, "id", "number", "guidelines", "whose_claims", "codes_narration",
        "codes_headline", "nesting", "requires_speaker", "requires_stance", "requires_mode", "requires_proposition",
        "boundary_rule", "note", "revision", "published_at", "created_at", path="codebook", order=("number",),
    ),
    _of_codebook(
        "attributes", Attribute, "id", "version", "scope", "key", "name", "definition", "kind", "is_required",
        "is_multiple", "minimum", "maximum", "condition", "position", "replaces", path="version__codebook",
        order=("version__number", "id"), ahead=("condition",),
    ),
    _of_codebook(
        "labels", Label, "attribute", *LABEL, path="attribute__version__codebook",
        order=("attribute__version__number", "id"),
    ),
    _of_codebook(
        "stance_labels", StanceLabel, "version", *LABEL, "score", path="version__codebook",
        order=("version__number", "id"),
    ),
    _of_project(
        "members", Member, "user", "is_annotator", "is_curator", "is_manager", "pseudonym", "joined_at", "left_at",
        key=("user",),
    ),
    _of_project(
        "rounds", Round, "id", "number", "name", "codebook_version", "status", "overlap", "is_blind", "quota",
        "lease_minutes", *CLOSED, "covers_corpus", "selection", "share", "order", "seed", "purpose", "threshold",
        "admission", "follows", "reopened_fields", "n_queued", "created_at", order=("number",),
        ahead=("admission", "follows"),
    ),
)  # fmt: skip

# Then those that refer to documents, layers and claims.
AFTER = (
    _of_corpus(
        "more_of_documents", Document, "id", "same_text_as", "supersedes", "story", "created_at", order=("number",),
        is_more=True, ahead=("same_text_as", "supersedes"),
    ),
    _of_corpus(
        "kept_apart", KeptApart, "first", "second", path="first__corpus", order=("first_id", "second_id"),
        key=("first", "second"),
    ),
    _of_project(
        "more_of_layers", Layer, "id", "has_place", "lease_expires_at", is_more=True,
        only=Q(has_place=True) | Q(lease_expires_at__isnull=False),
    ),
    _of_project(
        "round_documents", RoundDocument, "round", "document", "position", "n_places", "n_taken", "is_full",
        path="round__project",
        order=("round__number", "id"), key=("round", "document"),
    ),
    _of_project(
        "skips", Skip, "round", "document", "user", "reason", "created_at", path="round__project",
        order=("round__number", "id"), key=("round", "document", "user"),
    ),
    _of_project(
        "submissions", Submission, "id", "layer", "number", "codebook_version", "reading", "n_claims", "submitted_at",
        path="layer__project", order=("layer_id", "number"),
    ),
    _of_project(
        "adjudications", Adjudication, "id", "document", "n_readings", "n_units", "n_open", "n_settled", "n_decided",
        "is_stale", "finished_at", "finished_by", "version", "updated_at",
    ),
    _of_project(
        "decisions", Decision, "id", "layer", "claim", "kind", "by_itself", "reason", "guideline", "decided_by",
        "had_coded", "version", "created_at", "updated_at", path="layer__project",
    ),
    _of_project(
        "decision_readings", DecisionReading, "decision", "gold", "layer", "claim_key", "fingerprint", "is_whole",
        path="decision__layer__project", order=("decision_id", "id"), key=("decision", "claim_key"),
    ),
    _of_project(
        "decision_fields", DecisionField, "decision", "field", "basis", "n_for", "n_of", "sources", "options", "value",
        "dispute", path="decision__layer__project", order=("decision_id", "id"), key=("decision", "field"),
    ),
    _of_project(
        "pairings", Pairing, "adjudication", "claim_key", "group", path="adjudication__project",
        order=("adjudication_id", "group", "id"), key=("adjudication", "claim_key"),
    ),
    _of_project(
        "audit_checks", AuditCheck, "adjudication", "kind", "claim_key", "start", "end", "is_right", "checked_by",
        "checked_at", path="adjudication__project", order=("adjudication_id", "id"),
        key=("adjudication", "kind", "start", "end", "claim_key"),
    ),
    _of_project(
        "reassignments", Reassignment, "batch", "layer", "claim_key", "registry", "old", "new", "created_at",
        "undone_at", path="layer__project", key=("layer", "claim_key", "batch", "registry", "old", "new"),
    ),
    _of_project(
        "rechecks", Recheck, "version", "layer", "claim", "field", "old", "options", "at_version", "created_at",
        "settled_at", path="layer__project", order=("layer_id", "id"),
        key=("layer", "claim", "version", "field", "created_at"),
    ),
    _of_project(
        "remarks", Remark, "id", "document", "layer", "claim_key", "quote", "kind", "author", "text", "created_at",
        "settled_at",
    ),
)  # fmt: skip
TABLES = (*BEFORE, *AFTER)


def ordered(table: Table, project: Project) -> QuerySet[Any]:
    return table.rows(project).order_by(*table.order)


def file_name(table: Table) -> str:
    return f"{table.name}.jsonl"


def names(tables: Iterable[Table] = TABLES) -> tuple[str, ...]:
    return tuple(file_name(table) for table in tables)
