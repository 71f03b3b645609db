"""The whole project as one archive: what agreement and adjudication rest on too, made to be restored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied

from annotate.formats.base import Filters, Format, Losses, Member, NotWhole, Selection
from annotate.formats.documents_jsonl import sorted_keys
from annotate.formats.project_tables import AFTER, BEFORE, Table, file_name, names, ordered
from annotate.formats.reading import document_lines
from annotate.models import Layer, LayerKind, Project
from annotate.models.layers import WRITABLE
from annotate.payloads.people import People
from annotate.records import Registries, stamp

# The version goes up with each table or column that is added: in archives of earlier versions it has its default.
NAME, VERSION = "standpoint-project", 1
HEAD, DOCUMENTS, MANIFEST = "project.json", "documents.jsonl", "manifest.json"
# Every file of an archive, in the order in which they are written and restored.
FILES = (HEAD, *names(BEFORE), DOCUMENTS, *names(AFTER), MANIFEST)


def check_whole(selection: Selection) -> None:
    """Raise NotWhole where less than everything is asked for, PermissionDenied where its user reads a document blind.

    The choice of layers means nothing here. That a reading of one's own is open tells nothing of colleagues.
    """
    if selection.filters != Filters() or selection.after is not None:
        raise NotWhole(
            "The format “project” is a whole project: leave filters and “after” out, or take documents-jsonl."
        )
    own = Layer.objects.filter(project=selection.project, kind=LayerKind.ANNOTATOR, annotator=selection.user.pk)
    if n := own.filter(round__is_blind=True, status__in=WRITABLE).count():
        raise PermissionDenied(
            f"You have not finished {n} of your readings in blind rounds of this project, so you may not see all of it "
            "yet; submit them first, or let somebody else export the project."
        )


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    check_whole(selection)
    people, sums = People(), dict[str, dict[str, Any]]()

    def member(path: str, pieces: Iterable[bytes]) -> Member:
        return Member(path=path, pieces=_summed(path, pieces, sums))

    yield member(HEAD, [_dumped(head(selection), orjson.OPT_INDENT_2)])
    for table in BEFORE:
        yield member(file_name(table), _rows(table, selection, people))
    yield member(DOCUMENTS, _documents(selection))
    for table in AFTER:
        yield member(file_name(table), _rows(table, selection, people))
    manifest = {"format": NAME, "version": VERSION, "files": sums}
    yield Member(path=MANIFEST, pieces=[orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)])


def head(selection: Selection) -> dict[str, Any]:
    """Return what the project itself is, its corpus and its codebook."""
    project = Project.objects.select_related("corpus", "codebook").get(pk=selection.project.pk)
    corpus, codebook = project.corpus, project.codebook
    return {
        "format": NAME,
        "version": VERSION,
        "project": {
            "id": project.pk,
            "slug": project.slug,
            "name": project.name,
            "description": project.description,
            "version": project.version,
            "created_at": stamp(project.created_at),
        },
        "corpus": {
            "id": corpus.pk,
            "slug": corpus.slug,
            "name": corpus.name,
            "created_at": stamp(corpus.created_at),
        },
        "codebook": {"id": codebook.pk, "name": codebook.name, "created_at": stamp(codebook.created_at)},
    }


def _rows(table: Table, selection: Selection, people: People) -> Iterator[bytes]:
    for row in table.written(ordered(table, selection.project), people, selection.project):
        yield _dumped(row, orjson.OPT_SORT_KEYS)


def _documents(selection: Selection) -> Iterator[bytes]:
    """Yield the lines of `documents-jsonl`, but entries as their annotators chose them: the merges are carried too."""
    whole = replace(selection, layers="all", with_text=True)
    for line in document_lines(whole, Registries.as_chosen()):
        line["metadata"] = sorted_keys(line["metadata"])
        yield _dumped(line)


def _dumped(value: object, option: int = 0) -> bytes:
    return orjson.dumps(value, option=option | orjson.OPT_APPEND_NEWLINE)


def _summed(path: str, pieces: Iterable[bytes], sums: dict[str, dict[str, Any]]) -> Iterator[bytes]:
    """Yield the pieces; at their end it is known how much they were, and their hash."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        yield piece
    sums[path] = {"bytes": size, "sha256": digest.hexdigest()}


FORMAT = Format(
    key="project",
    name="Whole project",
    extension="project.zip",
    content_type="application/zip",
    description=(
        "All of it, to be restored: documents, readings, every submission, decisions with their reasons, registries "
        "with merges, codebook, rounds, members and remarks. Always the whole: layers and filters are for the others."
    ),
    write=write,
    is_folder=True,
    check=check_whole,
)
