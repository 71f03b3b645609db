"""What a release reads from the database: everything that its selection names, whoever made it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import batched
from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotate import records
from annotate.formats import Selection
from annotate.formats.reading import claim_lines, codebook_ref
from annotate.models import (
    CodebookVersion,
    Decision,
    DecisionField,
    DecisionReading,
    Layer,
    LayerStatus,
    Project,
    Round,
    Submission,
)
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.releases.people import Pseudonyms
from annotate.releases.selecting import articles_of
from annotate.releases.settings import SelectionRule
from annotate.releases.splits import Article, stories
from corpus.database.bulk import Key, Stamp, uuid_text
from corpus.models import Document, Speaker, Target

AT_ONCE = 200
SAID_OF_READINGS = ("annotator", "project", "layer_kind", "codebook", "withdrawn")
COLUMNS = (
    *("id", "number", "external_id", "title", "source__name", "url", "published_on", "language", "sha256"),
    *("n_characters", "metadata"),
)
OF_GOLD = ("document_id", "status", "n_claims", "has_nothing_to_code")
OF_DECISIONS: tuple[Any, ...] = (
    *("id", "layer__document_id", "kind", "claim_id", "by_itself", "reason", "guideline", "decided_by_id"),
    *("had_coded", Stamp("created_at"), Stamp("updated_at")),
)
OF_FIELDS = ("field", "basis", "value", "n_for", "n_of", "options")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldSelection(Selection):
    """The gold layers that a release takes in."""

    only: Q = field(default_factory=Q)

    def layer_rows(self, *, in_order: bool = False) -> QuerySet[Layer]:
        return Selection.layer_rows(self, in_order=in_order).filter(self.only)


@dataclass(slots=True, kw_only=True)
class Source:
    """One project under one selection rule. It is read as the operator of the site: a release is whole."""

    project: Project
    rule: SelectionRule
    names: Pseudonyms
    registries: records.Registries = field(default_factory=records.Registries)

    @property
    def operator(self) -> User:
        """An account that is stored nowhere: it has no layers that could be blind."""
        return User(username="operator", is_superuser=True)

    def rounds(self) -> QuerySet[Round]:
        rows = Round.objects.filter(project=self.project, purpose="work").order_by("number")
        rows = rows.select_related("codebook_version")
        return rows.filter(pk__in=self.rule.rounds) if self.rule.rounds else rows

    def rounds_read(self) -> QuerySet[Round]:
        """Return the rounds of which the release holds readings."""
        return self.rounds().filter(pk__in=self.submissions().order_by().values("layer__round"))

    def submissions(self) -> QuerySet[Submission]:
        """Return the first and the last submission of every annotator's layer."""
        rows = records.counted_submissions().filter(layer__project=self.project)
        if self.rule.has_scope:
            rows = rows.filter(layer__document__in=self._articles())
        if self.rule.rounds:
            rows = rows.filter(layer__round__in=[UUID(id) for id in self.rule.rounds])
        later = Submission.objects.filter(layer=OuterRef("layer"), number__gt=OuterRef("number"))
        return rows.filter(Q(number=1) | ~Exists(later))

    def gold_layers(self) -> QuerySet[Layer]:
        return Layer.objects.gold().filter(self._gold())

    def _gold(self) -> Q:
        found = Q(project=self.project)
        if self.rule.gold == "finished":
            found &= Q(status=LayerStatus.SUBMITTED)
        if self.rule.has_scope:
            found &= Q(document__in=self._articles())
        if self.rule.rounds:
            found &= Q(document__in=self._submitted())
        return found

    def _articles(self) -> QuerySet[Document, Any]:
        return articles_of(self.project.corpus_id, self.rule).order_by().values("pk")

    def _submitted(self) -> QuerySet[Submission, Any]:
        return self.submissions().order_by().values("layer__document")

    def told_apart(self) -> dict[str, str]:
        """Return what tells speakers and targets from others of their name, by id."""
        models = (Speaker, Target)
        rows = [model.objects.filter(corpus=self.project.corpus_id).exclude(disambiguation="") for model in models]
        return {str(id): words for found in rows for id, words in found.values_list("pk", "disambiguation")}

    def documents(self) -> QuerySet[Document]:
        rows: QuerySet[Document] = articles_of(self.project.corpus_id, self.rule)
        if self.rule.documents == "read" or self.rule.rounds:
            rows = rows.filter(Q(pk__in=self._submitted()) | Q(pk__in=self.gold_layers().order_by().values("document")))
        return rows.order_by("number")

    def articles(self) -> list[Article]:
        """Return the documents of the release with their stories, which are those of the whole corpus."""
        rows = Document.objects.filter(corpus=self.project.corpus_id).order_by("number")
        columns = ("pk", "same_text_as", "supersedes", "published_on", "story")
        dates: dict[str, date | None] = {}
        keys: list[tuple[str, list[str | None]]] = []
        for id, *belongs in rows.values_list(*columns).iterator(chunk_size=2000):
            dates[str(id)] = belongs.pop(2)
            keys.append((str(id), [None if key is None else str(key) for key in belongs]))
        story = stories(keys)
        chosen = self.documents().values_list("pk", flat=True)
        return [Article(id=id, story=story[id], published_on=dates[story[id]]) for id in map(str, chosen.iterator())]

    def document_dicts(self, *, has_texts: bool) -> Iterator[dict[str, Any]]:
        """Yield the documents by number, with what the gold layer says of the whole document."""
        columns = (*COLUMNS, "text") if has_texts else COLUMNS
        for part in batched(self.documents().values_list(*columns).iterator(chunk_size=AT_ONCE), AT_ONCE):
            gold = self._gold_of([row[0] for row in part])
            for row in part:
                yield _document(row, has_texts=has_texts) | {"gold": gold.get(row[0])}

    def _gold_of(self, documents: list[UUID]) -> dict[UUID, dict[str, Any]]:
        found = self.gold_layers().filter(document__in=documents).order_by("document", "id")
        rows = list(found.values_list(Key("id"), "codebook_version_id", *OF_GOLD))
        names = {key: self.registries.names(version) for key, version, *_ in rows}
        answers, marks = records.answers_of(names, self.registries), records.marks_of(list(names))
        return {
            document: {
                "layer": uuid_text(key),
                "codebook": codebook_ref(self.registries, version),
                "finished": status == LayerStatus.SUBMITTED,
                "n_claims": n_claims,
                "nothing_to_code": is_empty,
                "attributes": answers.get(key, {}),
                "no_claim": marks.get(key, []),
            }
            for key, version, document, status, n_claims, is_empty in rows
        }

    def gold_claims(self) -> Iterator[dict[str, Any]]:
        """Yield the gold claims as the `jsonl` export writes them. Raises BrokenSpan."""
        selection = GoldSelection(project=self.project, user=self.operator, layers="gold", only=self._gold())
        return claim_lines(selection)

    def readings(self) -> Iterator[dict[str, Any]]:
        """Yield first and last submissions by layer and number; one that is both is written once."""
        rounds = {row.pk: {"id": str(row.pk), "number": row.number, "name": row.name} for row in self.rounds()}
        rows = self.submissions()
        last = dict(records.last_of(rows).order_by().values_list("layer_id", "number"))
        for found in records.submitted(rows, self.registries):
            is_which = {"first": found.number == 1, "last": last[found.layer] == found.number}
            said = found.reading
            yield {
                "annotator": self.names(found.annotator),
                "which": [name for name, holds in is_which.items() if holds],
                "submission": found.number,
                "submitted_at": records.stamp(found.submitted_at),
                "layer": str(found.layer),
                "round": rounds[found.round],
                "document": str(found.document),
                "codebook": codebook_ref(self.registries, found.version),
                "nothing_to_code": bool(said.get("nothing_to_code")),
                "attributes": _sorted(said.get("attributes", {})),
                "no_claim": said.get("no_claim", []),
                "claims": [_sorted(_bare(claim)) for claim in found.claims],
            }

    def decisions(self) -> Iterator[dict[str, Any]]:
        """Yield what was decided on each unit, with the readings it rests on and those that stood against it."""
        found = Decision.objects.filter(layer__in=self.gold_layers().order_by().values("pk"))
        rows = found.order_by("created_at", "id").values_list(*OF_DECISIONS)
        for part in batched(rows.iterator(chunk_size=AT_ONCE), AT_ONCE):
            ids = [row[0] for row in part]
            readings, fields = self._readings(ids), _fields(ids)
            for row in part:
                yield self._decision(row, readings.get(row[0], []), fields.get(row[0], []))

    def _decision(
        self, row: tuple[Any, ...], readings: list[dict[str, Any]], fields: list[dict[str, Any]]
    ) -> dict[str, Any]:
        id, document, kind, claim, by_itself, reason, guideline, who, had_coded, created_at, updated_at = row
        claims = [reading["claim"] for reading in readings]
        for found in fields:
            found["against"] = [key for key in claims if key not in found["sources"]]
        return {
            "id": str(id),
            "document": str(document),
            "kind": kind,
            "claim": str(claim) if claim else None,
            "by_itself": by_itself,
            "reason": reason,
            "guideline": guideline,
            "decided_by": self.names(who),
            "had_coded": had_coded,
            "readings": readings,
            "fields": fields,
            "created_at": created_at,
            "updated_at": updated_at,
        }

    def _readings(self, ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
        found: dict[UUID, list[dict[str, Any]]] = {}
        rows = DecisionReading.objects.filter(decision__in=ids).order_by("decision", "claim_key")
        columns = ("decision", "layer", "claim_key", "layer__annotator", "is_whole")
        for decision, layer, claim, annotator, is_whole in rows.values_list(*columns):
            who = self.names(annotator) if annotator is not None else None
            made = {"claim": str(claim), "layer": str(layer), "annotator": who, "whole": is_whole}
            found.setdefault(decision, []).append(made)
        return found

    def codebooks(self) -> list[CodebookView]:
        """Return every version under which something in the release was read, by number; without any, its rounds'."""
        ids = set(self.submissions().order_by().values_list("codebook_version", flat=True).distinct())
        ids |= set(self.gold_layers().order_by().values_list("codebook_version", flat=True).distinct())
        ids = ids or set(self.rounds().values_list("codebook_version", flat=True))
        rows = CodebookVersion.objects.filter(pk__in=ids).order_by("codebook", "number")
        return [load_codebook(id) for id in rows.values_list("pk", flat=True)]


def _document(row: tuple[Any, ...], *, has_texts: bool) -> dict[str, Any]:
    id, number, external_id, title, source, url, published_on, language, sha256, n_characters, metadata, *text = row
    found = {
        "id": str(id),
        "number": number,
        "external_id": external_id,
        "title": title,
        "source": source or "",
        "url": url,
        "published_on": published_on.isoformat() if published_on else None,
        "language": language,
        "sha256": sha256,
        "n_characters": n_characters,
    }
    # Metadata is whatever the import brought along, pieces of the text too: it goes where the text goes.
    return found | {"metadata": _sorted(metadata), "text": text[0]} if has_texts else found


def _bare(claim: dict[str, Any]) -> dict[str, Any]:
    """Return a claim of a reading without what is said once, and without any name of an account."""
    return {name: value for name, value in claim.items() if name not in SAID_OF_READINGS}


def _sorted(value: Any) -> Any:
    """Return JSON with its keys in the order of the alphabet: PostgreSQL does not keep the one that they came in."""
    return orjson.loads(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


def _fields(ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = {}
    rows = DecisionField.objects.filter(decision__in=ids).order_by("decision", "id")
    for decision, *values, sources in rows.values_list("decision_id", *OF_FIELDS, "sources"):
        made = dict(zip(OF_FIELDS, values, strict=True)) | {"sources": [str(id) for id in sources]}
        found.setdefault(decision, []).append(made)
    return found
