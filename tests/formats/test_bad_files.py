"""Files that are damaged or too large become refusals with words, never a page that fails."""

from __future__ import annotations

import zipfile
import zlib

import pytest

from annotate.formats import sources
from annotate.formats.sources import BadArchive, IncomingFile, incoming_files
from tests import make
from tests.formats.folders import imported, members, twin
from tests.formats.test_round_trips import dataset

pytestmark = pytest.mark.django_db


def test_a_docbin_that_unpacks_to_too_much_is_refused_with_limit_and_remedy():
    pytest.importorskip("spacy", reason="comes with the group “foreign”")
    bomb = zlib.compress(bytes(21_000_000))
    _, _, (refused,) = imported(make.project(), "spacy", {"x/one.spacy": bomb})
    assert "20 MB" in refused.rule and "split it" in refused.remedy


def test_a_docbin_keeps_the_limit_of_its_import():
    pytest.importorskip("spacy", reason="comes with the group “foreign”")
    from annotate.formats import docbin

    data = zlib.compress(bytes(2_000_000))
    file = IncomingFile(name="one.spacy", size=len(data), data=lambda: data, limit=1_000_000)
    (refused,) = docbin.FORMAT.read([file])
    assert "1 MB" in refused.rule


# Each byte at the end is an empty dictionary, an object in memory.
MANY = b"\xdd" + (1_500_000).to_bytes(4) + b"\x80" * 1_500_000
CROWDED = {
    "values": lambda found: None,
    "user data": lambda found: setattr(found, "user_data", [MANY]),
    "span groups": lambda found: setattr(found, "span_groups", [b"\x91\xc6" + len(MANY).to_bytes(4) + MANY]),
}


@pytest.mark.once
@pytest.mark.parametrize("where", CROWDED)
def test_a_docbin_of_more_values_than_memory_should_hold_is_refused_before_it_is_unpacked(where):
    pytest.importorskip("spacy", reason="comes with the group “foreign”")
    from spacy.tokens import Doc, DocBin
    from spacy.vocab import Vocab

    found = DocBin(docs=[Doc(Vocab(), words=["Bridge"])], store_user_data=True)
    CROWDED[where](found)
    data = zlib.compress(MANY) if where == "values" else found.to_bytes()
    assert len(data) < 20_000
    _, _, (refused,) = imported(make.project(), "spacy", {"x/one.spacy": data})
    assert "1,000,000 values" in refused.rule and "split it" in refused.remedy


@pytest.mark.once
def test_a_docbin_whose_words_or_spans_are_repeated_without_end_is_refused():
    pytest.importorskip("spacy", reason="comes with the group “foreign”")
    from spacy.tokens import Doc, DocBin
    from spacy.vocab import Vocab

    long = Doc(Vocab(), words=["x" * 100_000] * 300)
    spans = Doc(Vocab(), words=["Bridge"] * 1000)
    spans.spans["claims"] = [spans[:]] * 4000
    project = make.project()
    for doc, rule in ((long, "its texts have 30,000,000 characters"), (spans, "the spans of document 1")):
        files = {"x/one.spacy": DocBin(docs=[doc], store_user_data=True).to_bytes()}
        _, _, (refused,) = imported(project, "spacy", files)
        assert rule in refused.rule and "20,000,000" in refused.rule and "split it" in refused.remedy


def test_cells_longer_than_the_readers_own_limit_are_read():
    project = make.project()
    make.claim(make.member(project, "ann"), make.document(project, "The ferry runs. " * 10_000), "The ferry")
    assert imported(twin(project), "csv", members(project, "csv")) == (1, 0, [])


def test_a_stray_quote_in_a_table_is_refused():
    out = members(dataset(), "csv")
    out["claims.csv"] += b'x,"a"b,\n'
    created, _, refused = imported(make.project("other"), "csv", out)
    assert created == 0 and "not in the form" in refused[0].rule


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_archive_is_refused(tmp_path, method):
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("one.ann", bytes(range(256)) * 40)
    data = bytearray(path.read_bytes())
    data[45:75] = b"\xff" * 30
    path.write_bytes(data)
    (file,) = incoming_files([path])
    with pytest.raises(BadArchive, match="pack the archive again"):
        file.data()


def test_an_unknown_way_of_packing_is_refused(tmp_path):
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.ann", b"T1")
    data = path.read_bytes()
    at = data.index(b"PK\x01\x02")
    path.write_bytes(data[:8] + b"\x60\0" + data[10 : at + 10] + b"\x60\0" + data[at + 12 :])
    (file,) = incoming_files([path])
    with pytest.raises(BadArchive, match="cannot be unpacked"):
        file.data()


def test_an_archive_is_opened_once_for_all_of_its_files(tmp_path, monkeypatch):
    path, opened = tmp_path / "one.zip", []
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(5):
            archive.writestr(f"{number}.ann", b"T1")

    class Counted(zipfile.ZipFile):
        def __init__(self, *given):
            opened.append(given)
            super().__init__(*given)

    monkeypatch.setattr(sources.zipfile, "ZipFile", Counted)
    assert [file.data() for file in incoming_files([path])] == [b"T1"] * 5
    assert len(opened) == 1


def test_links_of_a_docbin_that_name_no_mark_are_refused():
    pytest.importorskip("spacy", reason="comes with the group “foreign”")
    from spacy.tokens import Doc, DocBin
    from spacy.vocab import Vocab

    project = make.project()
    make.member(project, "ann")
    document = make.document(project, "Bridge")
    doc = Doc(Vocab(), words=["Bridge"], spaces=[False])
    links = [[["T1"], {}, {"a": 1}]]
    doc.user_data["standpoint"] = {"document": str(document.pk), "annotator": "ann", "links": links}
    files = {"x/one.spacy": DocBin(docs=[doc], store_user_data=True).to_bytes()}
    created, _, (refused,) = imported(project, "spacy", files)
    assert created == 0 and "names a mark that is not there" in refused.rule


def test_a_text_beside_annotations_that_is_not_utf8_is_named():
    project = make.project()
    files = {"x/one.ann": b"T1\tClaim 0 4\tCaf\xc3\xa9", "x/one.txt": "Café".encode("latin-1")}
    _, _, (refused,) = imported(project, "brat", files)
    assert "byte 3 of x/one.txt is not UTF-8" in refused.rule and "save the file in UTF-8" in refused.remedy
