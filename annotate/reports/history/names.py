"""What the ids in Change rows are called on screens: entries, documents, rounds, people. At most 10 queries a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from annotate.models import CodebookVersion, Layer, Project, Round
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.payloads.people import People
from corpus.models import Change, Document, Proposition, Source, Speaker, Target

# What a key of a state refers to. `merged_into` is an entry of the row's own kind.
REFERS = {
    "usual_target": "target",
    "target": "target",
    "source": "source",
    "speaker": "speaker",
    "represents": "speaker",
    "body": "speaker",
    "holder": "speaker",
    "proposition": "proposition",
    "document": "document",
    "round": "round",
    "admission_id": "round",
    "layer": "layer",
    "user": "person",
    "author": "person",
    "annotator": "person",
    "decided_by": "person",
    "finished_by": "person",
}
ENTRIES = {"speaker": Speaker, "target": Target, "proposition": Proposition}
ELSEWHERE = "somebody in another project"


@dataclass(slots=True, kw_only=True)
class Names:
    """Names of what a page of Change rows refers to, in one project; `is_superuser` is who looks."""

    project: Project
    is_superuser: bool = False
    found: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    people: People = field(default_factory=People)
    _codebook: CodebookView | None = None

    @classmethod
    def of(cls, project: Project, rows: Iterable[Change], user: User) -> Names:
        """Read the names that the rows need. At most 10 queries."""
        made, wanted = cls(project=project, is_superuser=user.is_superuser), defaultdict[str, set[str]](set)
        for row in rows:
            for kind, key in _references(row):
                wanted[kind].add(key)
        made._read(wanted)
        return made

    def _read(self, wanted: dict[str, set[str]]) -> None:
        corpus = self.project.corpus_id
        named = Layer.objects.filter(pk__in=wanted["layer"], project=self.project)
        layers = list(named.values_list("pk", "document", "annotator")) if wanted["layer"] else []
        wanted["document"] |= {str(document) for _, document, _ in layers}
        wanted["person"] |= {str(annotator) for _, _, annotator in layers if annotator}
        sources: dict[str, Any] = {**ENTRIES, "source": Source, "document": Document}
        for kind, model in sources.items():
            if wanted[kind]:
                rows = model.objects.filter(pk__in=wanted[kind], corpus=corpus)
                rows = rows.only("title", "external_id", "number") if model is Document else rows
                self.found[kind] = {str(row.pk): str(row) for row in rows}
        if wanted["round"]:
            rounds = Round.objects.filter(pk__in=wanted["round"], project=self.project)
            self.found["round"] = {str(id): name for id, name in rounds.values_list("pk", "name")}
        self._read_people({int(key) for key in wanted["person"]})
        for id, document, annotator in layers:
            whose = self.person(annotator) if annotator else "gold"
            self.found["layer"][str(id)] = f"{whose}, {self.name('document', str(document))}"

    def _read_people(self, ids: set[int]) -> None:
        strangers = dict(User.objects.filter(pk__in=ids).values_list("pk", "username")) if ids else {}
        member_of = self.people.known(self.project.pk)
        self.found["person"] = {str(id): member_of.get(id, name) for id, name in strangers.items()}

    def name(self, kind: str, key: str) -> str:
        """Return what an id is called; one that is not known any more is named by its first characters."""
        return self.found[kind].get(key, f"{key[:8]}…, not there any more")

    def person(self, id: int) -> str:
        return self.found["person"].get(str(id), ELSEWHERE)

    def actor(self, row: Change) -> str:
        """Return who did it. Who works on the corpus in other projects only stays unnamed."""
        if row.actor_id is None:
            return "the system"
        is_here = row.project_id == self.project.pk or row.actor_id in self.people.known(self.project.pk)
        return self.person(row.actor_id) if is_here or self.is_superuser else ELSEWHERE

    @property
    def codebook(self) -> CodebookView | None:
        """Return the newest published version of the project's codebook: labels are named by it."""
        if self._codebook is None:
            versions = CodebookVersion.objects.filter(codebook=self.project.codebook_id, published_at__isnull=False)
            newest = versions.order_by("-number").values_list("pk", flat=True).first()
            self._codebook = load_codebook(newest) if newest is not None else None
        return self._codebook


def _references(row: Change) -> Iterator[tuple[str, str]]:
    if row.actor_id is not None:
        yield "person", str(row.actor_id)
    if row.object_type in ("document", "layer", "round", "source", *ENTRIES) and _is_uuid(row.object_id):
        yield row.object_type, row.object_id
    for state in (row.before, row.after):
        for key, value in state.items() if isinstance(state, dict) else ():
            kind = row.object_type if key == "merged_into" else REFERS.get(key)
            if kind == "person" and isinstance(value, int) and not isinstance(value, bool):
                yield kind, str(value)
            elif kind not in (None, "person") and isinstance(value, str) and _is_uuid(value):
                yield str(kind), value


def _is_uuid(text: str) -> bool:
    try:
        return len(text) <= 45 and bool(UUID(text))
    except ValueError:
        return False
