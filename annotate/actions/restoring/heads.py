"""The head of a project's archive: the project itself, its corpus and its codebook, found here or made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied

from annotate import permissions
from annotate.actions.projects import check_slug, project_state
from annotate.actions.restoring.archive import refused
from annotate.actions.restoring.lines import LineReader
from annotate.actions.restoring.outcome import Problem, Refused
from annotate.actions.restoring.run import Run
from annotate.formats.project import HEAD
from annotate.models import Codebook, Project
from annotate.payloads.problems import Invalid
from annotate.permissions import Action
from annotate.records import stamp
from corpus.models import Corpus

type Values = dict[str, Any]
LONG = 1_000_000


@dataclass(frozen=True, slots=True)
class Head:
    """What the project, its corpus and its codebook are, as values of their rows."""

    project: Values
    corpus: Values
    codebook: Values


def read_head(raw: dict[str, Any]) -> Head:
    """Return the head of an archive. Raises Refused."""
    reader = LineReader()
    head = Head(
        project=_values(reader, raw.get("project"), "/project", slug=100, name=300, description=LONG, version=0),
        corpus=_values(reader, raw.get("corpus"), "/corpus", slug=100, name=300),
        codebook=_values(reader, raw.get("codebook"), "/codebook", name=300),
    )
    if reader.errors:
        raise Refused([Problem(file=HEAD, line=0, pointer=e.pointer, detail=e.detail) for e in reader.errors])
    for values in (head.project, head.corpus):
        try:
            check_slug(values["slug"])
        except Invalid as error:
            raise refused(HEAD, error.detail) from error
    return head


def _values(reader: LineReader, raw: object, pointer: str, **limits: int) -> Values:
    """Return texts by their limits, numbers where it is 0, and what all rows have."""
    body = reader.obj(raw, pointer, frozenset((*limits, "id", "created_at")))
    values: Values = {
        "id": reader.id(body.get("id"), f"{pointer}/id"),
        "created_at": reader.moment(body.get("created_at"), f"{pointer}/created_at"),
    }
    for name, limit in limits.items():
        where, found = f"{pointer}/{name}", body.get(name)
        read = reader.line if name == "name" else reader.text
        values[name] = read(found, where, limit=limit) if limit else reader.count(found, where)
    return values


def home_of(run: Run, head: Head) -> tuple[Project, dict[str, bool]]:
    """Return the project, and which of project, corpus and codebook were made now. Raises Refused, PermissionDenied."""
    stored = Project.objects.select_related("corpus", "codebook").filter(pk=head.project["id"]).first()
    if stored is not None:
        return _compared(run, stored, head), {"project": False, "corpus": False, "codebook": False}
    if Project.objects.filter(slug=run.slug).exists():
        raise refused(HEAD, f"The project “{run.slug}” is another one here; choose another short name.")
    if not run.user.is_authenticated or not run.user.is_active:
        raise PermissionDenied("Sign in to restore a project.")
    corpus, is_new_corpus = _corpus(run, head)
    codebook, is_new_codebook = _codebook(run, head)
    values = head.project | {"slug": check_slug(run.slug)}
    project = Project.objects.create(corpus=corpus, codebook=codebook, **values)
    run.batch.project_id, run.batch.corpus_id = project.pk, corpus.pk
    run.batch.add("project", project.pk, before=None, after=project_state(project))
    run.outcome.made["projects"] += 1
    return project, {"project": True, "corpus": is_new_corpus, "codebook": is_new_codebook}


def _compared(run: Run, project: Project, head: Head) -> Project:
    if project.slug != run.slug:
        detail = f"This project is here as “{project.slug}”; give that name to compare them, or restore elsewhere."
        raise refused(HEAD, detail)
    permissions.require(run.user, Action.MANAGE_PROJECT, project.pk)
    run.batch.project_id, run.batch.corpus_id = project.pk, project.corpus_id
    if (project.corpus_id, project.codebook_id) != (head.corpus["id"], head.codebook["id"]):
        raise refused(HEAD, "The project has another corpus or another codebook here; restore elsewhere.")
    for name in ("name", "description", "version"):
        here, there = getattr(project, name), head.project[name]
        if here != there:
            run.outcome.differs(HEAD, 0, f"“{name}” is {here!r} here and {there!r} in the file; it was left as it is.")
    return project


def _corpus(run: Run, head: Head) -> tuple[Corpus, bool]:
    stored = Corpus.objects.filter(pk=head.corpus["id"]).first()
    if stored is not None:
        permissions.require_in_corpus(run.user, Action.EDIT_DOCUMENTS, stored.pk)
        permissions.require_in_corpus(run.user, Action.EDIT_REGISTRIES, stored.pk)
        return stored, False
    if Corpus.objects.filter(slug=head.corpus["slug"]).exists():
        detail = f"The corpus “{head.corpus['slug']}” is another one here; restore into an installation without it."
        raise refused(HEAD, detail)
    corpus = Corpus.objects.create(**head.corpus)
    run.batch.add("corpus", corpus.pk, before=None, after={"slug": corpus.slug, "name": corpus.name})
    return corpus, True


def _codebook(run: Run, head: Head) -> tuple[Codebook, bool]:
    stored = Codebook.objects.filter(pk=head.codebook["id"]).first()
    if stored is not None:
        own = Project.objects.filter(permissions.visible(run.user, Action.EDIT_CODEBOOK, ""), codebook=stored)
        if not own.exists():
            raise PermissionDenied("The codebook belongs to other projects here, in which you are no curator.")
        return stored, False
    codebook = Codebook.objects.create(**head.codebook)
    after = {"name": codebook.name, "created_at": stamp(codebook.created_at)}
    run.batch.add("codebook", codebook.pk, before=None, after=after)
    return codebook, True
