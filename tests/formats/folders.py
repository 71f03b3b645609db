"""Exports as files in memory or on disk, and imports of them into another project with the same documents."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import PurePath

import pytest

from annotate.actions import documents, projects
from annotate.actions.annotations import Options, import_annotations
from annotate.formats import FORMATS, Selection, delivered
from annotate.formats.composing import LabelMap, pairs_of
from annotate.formats.project import HEAD, MANIFEST
from annotate.formats.sources import IncomingFile
from corpus.models import Document
from corpus.readers.base import Row
from tests import make

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _rows_of_parquet(data):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow comes with the group “foreign”")
    table = parquet.read_table(io.BytesIO(data))
    lines = [str(table.schema), *(json.dumps(row, default=str, ensure_ascii=False) for row in table.to_pylist())]
    return "\n".join(lines).encode()


def docs_as_text(data):
    """Return what spaCy reads from a DocBin, a JSON object for each Doc."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    lines = [
        {
            "tokens": [token.text_with_ws for token in doc],
            "spans": {
                name: [[one.start_char, one.end_char, one.label_, one.id_] for one in group]
                for name, group in doc.spans.items()
            },
            **doc.user_data["standpoint"],
        }
        for doc in DocBin(store_user_data=True).from_bytes(data).get_docs(Vocab())
    ]
    return "".join(json.dumps(line, ensure_ascii=False, indent=1) + "\n" for line in lines).encode()


# Binary files of a folder, by their ending: what turns them into bytes of text that can be compared and read.
SHOWN = {".parquet": _rows_of_parquet, ".spacy": docs_as_text}


def as_text(files):
    """Return files with the binary ones as their text."""
    return {name: SHOWN.get(PurePath(name).suffix, bytes)(data) for name, data in files.items()}


def members(project, key, layers="annotators"):
    """Return the files of an export by their path, as a folder or a zip archive holds them."""
    selection = Selection(project=project, user=make.user("manager"), layers=layers)
    with zipfile.ZipFile(io.BytesIO(b"".join(delivered(FORMATS[key], selection)))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def incoming(files):
    return [
        IncomingFile(name=name, size=len(data), data=lambda data=data: data) for name, data in sorted(files.items())
    ]


def imported(project, key, files, *, user=None, **options):
    """Import files from memory; returns the counts and everything refused."""
    if "mapping" in options:
        options["mapping"] = LabelMap.read(pairs_of(options["mapping"]))
    outcomes = list(
        import_annotations(
            user=user or make.user("manager"),
            project=project,
            format=FORMATS[key],
            files=incoming(files),
            options=Options(**options),
            now=make.LATER,
        )
    )
    refused = [refusal for outcome in outcomes for refusal in outcome.refused]
    return sum(one.n_created for one in outcomes), sum(one.n_known for one in outcomes), refused


def twin(project, slug="twin"):
    """Return a new, empty project with the same documents and members."""
    found = projects.create_project(user=make.user("manager"), slug=slug, name=project.name, now=make.NOW)
    for member in project.members.exclude(user__username="manager").select_related("user"):
        make.member(found, member.user.username)
    for document in Document.objects.filter(corpus=project.corpus).order_by("number"):
        values = {"text": document.text, "external_id": document.external_id, "language": document.language}
        row = Row(number=1, file="test", values=values)
        assert next(documents.add_documents(user=make.user("manager"), project=found, rows=[row], now=make.NOW)).id
    return found


def with_plain_ids(text):
    """Number ids in the order in which they appear: they are new in every run."""
    numbers = {}
    return ID.sub(lambda match: numbers.setdefault(match.group(), f"id-{len(numbers) + 1}"), text)


# A time that the database set, not the test.
NOW = re.compile(rb"(?<=\")(?!2026-05-)\d{4}-\d\d-\d\dT[\d:.]{15}Z")

# Files whose lines stand in the order of ids, which are new in every run.
BY_ID = ("speakers.csv", "targets.csv", "propositions.csv")


def plain(files):
    """Return the files as texts by path; ids are numbered, those of paths in the order in which they left."""
    files = files | {name: _without_order(files[name]) for name in BY_ID if name in files}
    is_archive = MANIFEST in files
    files = {name: _archived(name, data) for name, data in files.items()} if is_archive else files
    paths = dict(zip(files, with_plain_ids("\n".join(files)).split("\n"), strict=True))
    ordered = sorted(files, key=lambda name: paths[name])
    texts = with_plain_ids("\0".join(files[name].decode() for name in ordered)).split("\0")
    texts = [_sorted(text) for text in texts] if is_archive else texts
    return dict(zip((paths[name] for name in ordered), texts, strict=True))


def _archived(name, data):
    """Return a file of a project's archive without what is new in every run: hashes, clock times, order of ids."""
    if name == MANIFEST:
        return re.sub(rb"[0-9a-f]{64}", b"hash", data)
    if name == HEAD:
        return data
    lines = NOW.sub(b"now", data).splitlines(keepends=True)
    return b"".join(sorted(lines, key=lambda line: ID.sub("", line.decode())))


def _sorted(text):
    return "".join(sorted(text.splitlines(keepends=True))) if text.startswith('{"') else text


def _without_order(data):
    header, *rows = data.decode().splitlines(keepends=True)
    return (header + "".join(sorted(rows, key=lambda row: ID.sub("", row)))).encode()
