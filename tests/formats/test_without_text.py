"""Exports without the texts, and the texts put back: the same bytes as in the full export."""

from __future__ import annotations

import io
import json
import warnings
import zipfile

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from annotate.formats import FORMATS, NeedsText, Selection, check_text, delivered
from annotate.models import DecisionField, NoClaimMark
from corpus.models import Document
from tests import make
from tests.restoring import world

pytestmark = [pytest.mark.django_db, pytest.mark.once(on="postgres")]
NATIVE = ("documents-jsonl", "jsonl")


def export(path, format, **options):
    call_command("export_dataset", "harbour", format=format, layers="all", output=path, stdout=io.StringIO(), **options)
    return path.read_bytes()


def put_texts(file, *texts, output):
    """Run the command; return its exit code and what it printed."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("put_texts", str(file), texts=list(texts), output=output, stdout=out, stderr=err)
    except SystemExit as end:
        code = end.code
    except CommandError as error:
        code, _ = error.returncode, err.write(str(error))
    return code, out.getvalue() + err.getvalue()


@pytest.fixture
def texts(tmp_path):
    """A rich project, and its texts as somebody else may have them: as files, with other line ends and a mark."""
    world.project()
    folder = tmp_path / "texts"
    folder.mkdir()
    for document in Document.objects.all():
        data = document.text.replace("\n", "\r\n").encode("utf-8-sig")
        (folder / f"{document.number}.txt").write_bytes(data)
    return folder


def test_the_texts_are_put_back_byte_for_byte(texts, tmp_path):
    for format in NATIVE:
        full = export(tmp_path / f"full-{format}", format)
        bare = export(tmp_path / f"bare-{format}", format, without_text=True, quote_length=7)
        assert world.QUIET.strip().encode() not in bare and len(bare) < len(full)

        code, said = put_texts(tmp_path / f"bare-{format}", texts, output=tmp_path / f"again-{format}")

        assert code == 0 and "0 texts are missing" in said, said
        assert (tmp_path / f"again-{format}").read_bytes() == full
        assert put_texts(tmp_path / f"full-{format}", texts, output=tmp_path / "same")[0] == 0
        assert (tmp_path / "same").read_bytes() == full


def test_nothing_of_a_text_stays_but_short_quotes(texts, tmp_path):
    bare = json.loads(export(tmp_path / "one", "documents-jsonl", without_text=True).splitlines()[0])
    assert "text" not in bare and bare["n_characters"] == len(world.FERRY) and len(bare["sha256"]) == 64
    assert {span["quote"] for layer in bare["layers"] for claim in layer["claims"] for span in claim["spans"]} == {""}
    project = Document.objects.first().corpus.projects.get()
    for key, format in FORMATS.items():
        selection = Selection(project=project, user=make.user("manager"), layers="all", with_text=False)
        if not format.is_textless:
            with pytest.raises(NeedsText, match="choose from jsonl"):
                check_text(format, selection, FORMATS.values())
        elif not format.library and not format.is_folder:
            data = b"".join(delivered(format, selection)).decode()
            assert not [word for word in ("cheap,”", "safe.”", "denies", "Monday") if word in data], key
    folder = tmp_path / "tables"
    call_command("export_dataset", "harbour", format="csv", layers="all", output=folder, without_text=True)
    for path in folder.glob("*.csv"):
        assert not [word for word in ("denies", "on Monday", "stays open") if word in path.read_text("utf-8")], path


def test_a_missing_text_is_listed_and_its_lines_stay_as_they_are(texts, tmp_path):
    bare = export(tmp_path / "bare", "documents-jsonl", without_text=True)
    full = export(tmp_path / "full", "documents-jsonl")
    (texts / "1.txt").unlink()
    (texts / "2.txt").write_text("Another text.", encoding="utf-8")

    code, said = put_texts(tmp_path / "bare", texts, output=tmp_path / "again")

    assert code == 1 and "“one”: its text is missing" in said and "2 texts are missing" in said
    again = (tmp_path / "again").read_bytes().splitlines()
    assert again[:2] == bare.splitlines()[:2] and again[2:] == full.splitlines()[2:]
    (tmp_path / "rest.txt").write_text(world.FERRY, encoding="utf-8")
    code, said = put_texts(tmp_path / "again", tmp_path / "rest.txt", output=tmp_path / "more")
    assert code == 1 and (tmp_path / "more").read_bytes().splitlines()[0] == full.splitlines()[0]


def exported_tables(path, layers="all", **options):
    """Return what the command writes: the zip file, or the files of the folder by name."""
    call_command("export_dataset", "harbour", format="csv", layers=layers, output=path, **options)
    return written_tables(path)


def written_tables(path):
    return path.read_bytes() if path.is_file() else {one.name: one.read_bytes() for one in path.iterdir()}


def test_the_texts_are_put_back_into_tables_byte_for_byte(texts, tmp_path):
    document = Document.objects.get(number=1)
    reading = document.layers.filter(kind="annotator").first()
    parts = "It must\u00a0stay cheap … and it must stay safe"
    DecisionField.objects.filter(field="spans", value=parts).update(options=[parts, "—", "she", parts[:18]])
    DecisionField.objects.filter(field="mode").update(value="1–5")
    NoClaimMark.objects.create(layer=reading, start=0, end=9, quote=document.text[:9])
    for name in ("tables", "tables.zip"):
        full = exported_tables(tmp_path / f"full-{name}")
        bare = exported_tables(tmp_path / f"bare-{name}", without_text=True, quote_length=3)
        assert full != bare
        if name == "tables":
            start = document.text.index(parts[:18])
            assert f'"[""{start}–{start + 18} … '.encode() in bare["decision_fields.csv"]
            assert parts[:9].encode() in full["decision_fields.csv"] and b"cheap" not in bare["decision_fields.csv"]

        code, said = put_texts(tmp_path / f"bare-{name}", texts, output=tmp_path / f"again-{name}")

        assert code == 0 and "4 documents with their texts; 0 texts are missing" in said, said
        assert written_tables(tmp_path / f"again-{name}") == full

    (texts / "1.txt").unlink()
    code, said = put_texts(tmp_path / "bare-tables", texts, output=tmp_path / "less")
    assert code == 1 and "“one”: its text is missing" in said
    less, bare = (written_tables(tmp_path / name) for name in ("less", "bare-tables"))
    assert document.text[:9].encode() not in less["marks.csv"] and less["documents.csv"] != bare["documents.csv"]


def test_tables_that_do_not_fit_are_refused_and_nothing_is_written(texts, tmp_path):
    bare = exported_tables(tmp_path / "bare", without_text=True, quote_length=3)
    for file, old, new, why in (
        ("spans.csv", b",run", b",ran", "keeps 'ran'"),
        ("spans.csv", b"start,end", b"end,start", "other columns"),
        ("layers.csv", b"document_id", b"document", "other columns"),
    ):
        (tmp_path / "bare" / file).write_bytes(bare[file].replace(old, new, 1))
        code, said = put_texts(tmp_path / "bare", texts, output=tmp_path / "none")
        assert code == 1 and why in said and not (tmp_path / "none").exists(), said
        (tmp_path / "bare" / file).write_bytes(bare[file])
    code, said = put_texts(texts, texts, output=tmp_path / "none")
    assert code == 2 and "no documents.csv" in said


def test_an_archive_with_paths_or_damage_is_refused_and_nothing_is_written(texts, tmp_path):
    exported_tables(tmp_path / "bare.zip", without_text=True)
    data = (tmp_path / "bare.zip").read_bytes()
    for name in ("../over.csv", "/tmp/over.csv", "claims.csv", "folder/"):
        (tmp_path / "odd.zip").write_bytes(data)
        with zipfile.ZipFile(tmp_path / "odd.zip", "a") as archive, warnings.catch_warnings(action="ignore"):
            archive.writestr(name, b"x")
        code, said = put_texts(tmp_path / "odd.zip", texts, output=tmp_path / "none")
        assert code == 2 and f"holds '{name}', a path, or there twice" in said, said
    (tmp_path / "odd.zip").write_bytes(data[:2000] + b"????????" + data[2008:])
    code, said = put_texts(tmp_path / "odd.zip", texts, output=tmp_path / "none")
    assert code == 1 and "cannot be unpacked" in said, said
    assert not (tmp_path / "none").exists() and not (tmp_path / "over.csv").exists()


def test_the_full_export_serves_as_texts_and_a_line_that_does_not_fit_is_named(texts, tmp_path):
    full = export(tmp_path / "full.jsonl", "documents-jsonl")
    bare = export(tmp_path / "bare.jsonl", "documents-jsonl", without_text=True, quote_length=5)
    assert put_texts(tmp_path / "bare.jsonl", tmp_path / "full.jsonl", output=tmp_path / "again")[0] == 0
    assert (tmp_path / "again").read_bytes() == full

    (tmp_path / "bad.jsonl").write_bytes(bare.replace(b'"quote":"run a"', b'"quote":"ran a"', 1))
    code, said = put_texts(tmp_path / "bad.jsonl", texts, output=tmp_path / "none")
    assert code == 1 and "bad.jsonl, line 1" in said and "keeps 'ran a'" in said
    (tmp_path / "odd").write_bytes(b"{}\n")
    assert put_texts(tmp_path / "odd", texts, output=tmp_path / "none")[0] == 2
    assert put_texts(tmp_path / "gone", texts, output=tmp_path / "none")[0] == 2
    assert not (tmp_path / "none").exists()


def test_the_api_leaves_the_texts_out_and_refuses_what_needs_them(texts, client):
    client.force_login(make.user("manager"))
    where = "/api/v1/projects/harbour/export/?layers=all"
    bare = b"".join(client.get(f"{where}&format=jsonl&text=no&quote_length=3").streaming_content)
    assert b'"quote":"run"' in bare and b"run again" not in bare
    assert client.get(f"{where}&format=brat&text=no").status_code == 400
    assert client.get(f"{where}&text=maybe").status_code == 400
    assert client.get(f"{where}&text=no&quote_length=201").status_code == 400
