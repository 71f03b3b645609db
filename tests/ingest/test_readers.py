"""Every reader: the same promises for all, then what is special about each format."""

import csv
import io
import json
import socket
import tracemalloc
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.readers import (
    READERS,
    ReadOptions,
    UnknownFormat,
    clean_document,
    reader_for,
)
from corpus.readers.txt import title_of
from corpus.text.normalise import MAX_TEXT_BYTES

STORY = "The council voted on Monday to repair the old bridge. “Work begins in May,” the mayor said."
RUSSIAN = "Мэр города сообщил, что мост отремонтируют до зимы. Работы начнутся в мае, сказала её заместитель."
TURKISH = "Belediye başkanı köprünün kışa kadar onarılacağını söyledi. Işıklı geçidin yanındaki ağaçlar kesilmeyecek."

PAGE = """<!DOCTYPE html>
<html lang="en_GB"><head><title>Old bridge to be repaired | The Example Courier</title>
<meta property="og:site_name" content="The Example Courier">
<meta property="article:published_time" content="2023-05-06T23:30:00-05:00">
<link rel="canonical" href="https://courier.example/town/old-bridge"></head><body>
<header><h1>The Example Courier</h1><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav></header>
<article><h1>Old bridge to be <em>repaired</em></h1>
<p>The council voted on Monday to repair the old bridge over the river before the winter begins.</p>
<p>“Work begins in May,” the mayor said &amp; smiled. Residents had asked for a second lane for years.</p>
<p>The opposition called the plan too expensive and asked for a referendum on the question.</p></article>
<footer>© 2019 The Example Courier</footer></body></html>"""

SAMPLES = {
    "txt": STORY,
    "jsonl": json.dumps({"text": STORY}, ensure_ascii=False) + "\n",
    "csv": f'title,text\nBridge,"{STORY}"\n',
    "html": PAGE,
}


def read(name, data, **options):
    data = data.encode() if isinstance(data, str) else data
    return list(READERS[name].read(io.BytesIO(data), ReadOptions(file="sample", **options)))


def only_error(name, data, **options):
    (row,) = read(name, data, **options)
    assert row.values is None
    return row.error


@pytest.mark.parametrize("name", READERS)
class TestEveryReader:
    def test_it_is_listed_under_its_own_name(self, name):
        assert READERS[name].name == name
        assert READERS[name].description.endswith(".")

    def test_it_is_chosen_by_extension_and_by_name(self, name):
        for extension in READERS[name].extensions:
            assert reader_for(f"folder.d/Story{extension.upper()}", None) is READERS[name]
        assert reader_for("story", name) is READERS[name]

    def test_its_sample_becomes_a_document(self, name):
        (row,) = read(name, SAMPLES[name])
        assert (row.number, row.file, row.error) == (1, "sample", None)
        assert "the mayor said" in clean_document(row.values, extra="metadata").text

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
    def test_it_reads_unicode_in_other_forms(self, name, encoding):
        assert read(name, SAMPLES[name].encode(encoding))[0].values == read(name, SAMPLES[name])[0].values

    def test_a_declared_encoding_is_used(self, name):
        sample = SAMPLES[name].replace("The council voted", RUSSIAN).replace("“", "«").replace("”", "»")
        sample = sample.replace("©", "")
        (row,) = read(name, sample.encode("cp1251"), encoding="windows-1251")
        assert RUSSIAN in row.values["text"]

    @pytest.mark.parametrize(("text", "encoding"), [(RUSSIAN, "koi8-r"), (RUSSIAN[:20], "iso8859-5")])
    def test_an_unknown_encoding_is_an_error_with_the_byte(self, name, text, encoding):
        sample = SAMPLES[name].replace("The council voted", text).encode(encoding, "ignore")
        error = only_error(name, sample)
        first = next(offset for offset, byte in enumerate(sample) if byte > 0x7F)
        assert str(first) in error.value
        assert "--encoding" in error.remedy and "the field “Encoding”" in error.remedy

    @pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00", b"PK\x03\x04\x14\x00", bytes(range(9)) * 50])
    def test_binary_data_is_an_error(self, name, data):
        assert "as text" in only_error(name, data).remedy

    def test_an_unknown_encoding_name_is_an_error(self, name):
        assert "utf-99" in only_error(name, b"plain", encoding="utf-99").rule

    def test_source_and_language_are_defaults(self, name):
        (row,) = read(name, SAMPLES[name], source="Courier", language="en")
        document = clean_document(row.values, extra="metadata")
        assert document.source.endswith("Courier")
        assert document.language in ("en", "en-GB")

    @settings(max_examples=50, deadline=None)
    @given(data=st.binary(max_size=300))
    def test_any_bytes_give_rows_or_errors(self, name, data):
        for prefix in (b"", SAMPLES[name].encode()):
            for row in read(name, prefix + data):
                assert (row.values is None) != (row.error is None)
                if row.error:
                    assert len(row.error.value) <= 80
                    assert row.error.rule
                    assert row.error.remedy

    @settings(max_examples=50, deadline=None)
    @given(data=st.binary(max_size=60))
    def test_no_replacement_character_appears(self, name, data):
        sample = SAMPLES[name].encode().replace(b"Work", data.replace(b"&", b"") + b"Work")
        for row in read(name, sample):
            if row.values and "\ufffd".encode() not in sample:
                assert "\ufffd" not in str(row.values)


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(UnknownFormat, match=r"txt.*jsonl.*csv.*html"):
        reader_for("story.docx", None)
    with pytest.raises(UnknownFormat, match="txt, jsonl, csv, html"):
        reader_for("story.txt", "docx")


class TestTxt:
    @pytest.mark.parametrize(
        ("text", "title"),
        [
            ("\n---\n\n## **Old bridge** _repaired_\n\nBody", "Old bridge** _repaired"),
            ("22.11.2017\n-\nOl\nOld", "Old"),
            ("123\n456", ""),
            ("  spaced\xa0 out\ttitle  ", "spaced out title"),
            ("right\u202e to\u200b left", "right to left"),
            ("word " * 100, ("word " * 60).strip()),
            ("x" * 400, "x" * 300),
            ("می\u200cخواهم", "می\u200cخواهم"),
        ],
    )
    def test_the_title_is_the_first_line_with_words(self, text, title):
        assert title_of(text) == title

    @given(st.text(min_size=1))
    def test_every_title_is_accepted(self, text):
        assert clean_document({"text": "x", "title": title_of(text)}).title == title_of(text)

    def test_the_text_is_kept(self):
        (row,) = read("txt", "\ufeff One\r\n\r\n two\xa0 \r")
        assert row.values["text"] == " One\n\n two\xa0 \n"

    @pytest.mark.parametrize(("text", "name"), [(RUSSIAN, "windows-1251"), (TURKISH, "windows-1254")])
    def test_a_recognised_encoding_leaves_a_trace(self, text, name):
        (row,) = read("txt", text.encode(name))
        assert row.values["text"] == text
        assert row.values["metadata"] == {"encoding": name}

    @pytest.mark.parametrize(("data", "rule"), [(b"", "empty"), (b"abcdefghijklmnopqrstuvw\x00", "character 23")])
    def test_a_text_that_cannot_be_stored_is_an_error(self, data, rule):
        assert rule in only_error("txt", data).rule

    def test_a_file_beyond_the_limit_is_an_error(self):
        assert str(2 * MAX_TEXT_BYTES) in only_error("txt", b"x" * (2 * MAX_TEXT_BYTES + 1)).rule


class TestJsonl:
    def test_bad_lines_are_named_and_the_others_read(self):
        lines = [json.dumps({"text": f"Story {i}"}) for i in range(1000)]
        lines[7], lines[500], lines[999] = "{", "[1]", '{"text": "a\\u0000"}'
        rows = read("jsonl", "\n".join(lines))
        assert [row.number for row in rows if row.error] == [8, 501, 1000]
        assert sum(row.values is not None for row in rows) == 997

    @pytest.mark.parametrize(
        ("line", "rule"),
        [
            ('{"text": }', "line 2, column 10 is not JSON"),
            ('"text"', "line 2, column 1 is not a JSON object"),
            ('{"text": "ab\\u0000"}', "line 2, column 13 is NUL"),
            ('{"text": "\\ud800"}', "line 2, column 11 is a lone surrogate"),
            ('{"text": "\\udc00\\ud800"}', "line 2, column 11 is a lone surrogate"),
            ('{"text": "a", "text": "b"}', "'text' occurs twice"),
            ('{"text": "a", "metadata": {"n": NaN}}', "NaN is not JSON"),
            ('{"text": ' + "[" * 100_000, "nested too deeply"),
            ('{"n": ' + "1" * 5000 + "}", "line 2, column 1 is not accepted"),
            ('{"text": "a\x01"}', "Invalid control character"),
        ],
    )
    def test_a_bad_line_is_an_error_with_its_place(self, line, rule):
        good, bad, last = read("jsonl", '{"text": "first"}\n' + line + '\n{"text": "last"}')
        assert rule in bad.error.rule
        assert (good.values, last.values) == ({"text": "first"}, {"text": "last"})

    def test_a_wrong_byte_is_named_in_its_line(self):
        data = '{"text": "naïve"}\n'.encode() + b'{"text": "caf\xe9"}\n{"text": "last"}'
        _, bad, last = read("jsonl", data)
        assert bad.error.value == f"byte 0xE9 at offset {data.index(0xE9)}"
        assert bad.error.rule.startswith("line 2, column 14")
        assert last.values == {"text": "last"}

    def test_a_wrong_unit_in_utf16_is_named_in_its_line(self):
        data = '\ufeff{"text": "ĊĊ"}\n{"text": "\ud800"}\n{"text": "last"}'.encode("utf-16-le", "surrogatepass")
        good, bad, last = read("jsonl", data)
        assert good.values == {"text": "ĊĊ"}
        assert bad.error.value == f"lone surrogate U+D800 at offset {data.index(b'\x00\xd8')}"
        assert last.values == {"text": "last"}

    def test_escapes_that_pair_up_or_are_escaped_are_read(self):
        (row,) = read("jsonl", '{"text": "\\ud83d\\ude00 \\\\u0000"}')
        assert row.values == {"text": "😀 \\u0000"}

    def test_blank_lines_are_skipped_and_counted(self):
        assert [row.number for row in read("jsonl", '\n \r\n{"text": "a"}\r\n\n{"text": "b"}')] == [3, 5]

    def test_utf32_is_refused(self):
        assert "line by line" in only_error("jsonl", '{"text": "a"}'.encode("utf-32")).rule

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_a_line_beyond_the_limit_is_an_error_and_the_next_is_read(self, encoding):
        sample = '{"text": "' + "x" * 20_000_000 + '"}\n{"text": "last"}'
        bad, last = read("jsonl", sample.encode(encoding))
        assert "20000000 bytes" in bad.error.rule
        assert last.values == {"text": "last"}

    def test_memory_stays_bounded(self):
        line = json.dumps({"text": STORY * 20}).encode() + b"\n"
        stream = io.BytesIO(line * 20_000)
        tracemalloc.start()
        n_rows = sum(1 for _ in READERS["jsonl"].read(stream, ReadOptions(file="big")))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert n_rows == 20_000
        assert peak < 5_000_000


class TestCsv:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_columns_are_found_by_name_and_synonym(self, delimiter):
        header = ["Headline", " CONTENT ", "Outlet", "Date", "id", "Page No"]
        cells = ["Bridge", f'"{STORY}\n\nSecond ""part""."', "Courier", "2024-05-31", "007", "3"]
        (row,) = read("csv", delimiter.join(header) + "\r\n" + delimiter.join(cells) + "\r\n")
        document = clean_document(row.values, extra="metadata")
        assert document.text == f'{STORY}\n\nSecond "part".'
        assert (document.title, document.source, document.external_id) == ("Bridge", "Courier", "007")
        assert document.published_on == date(2024, 5, 31)
        assert document.metadata == {"Page No": "3"}

    @pytest.mark.parametrize("cell", ["=SUM(A1:A9)", "+1", "-1", "@cmd", "\t=1"])
    def test_a_cell_like_a_formula_is_text(self, cell):
        (row,) = read("csv", f'text\n"{cell}"\n')
        assert row.values == {"text": cell}

    @pytest.mark.parametrize(("text", "encoding"), [(RUSSIAN, "cp1251"), (TURKISH, "cp1254")])
    def test_a_table_in_an_8_bit_encoding_is_recognised(self, text, encoding):
        rows = read("csv", f"id;text\n1;{text}\n2;{text}\n".encode(encoding))
        assert [row.values["text"] for row in rows] == [text, text]

    def test_bad_records_are_named_and_the_others_read(self):
        data = 'id,text\n1,"two\nlines"\n2\n\n3,a,b\n4,"bad" cell\n5,naïve\n'.encode() + b"6,caf\xe9\n7,last\n"
        rows = read("csv", data)
        errors = {row.number: str(row.error) for row in rows if row.error}
        assert list(errors) == [2, 3, 4, 6]
        assert "line 4: the record has 1 cells, the header 2" in errors[2]
        assert "line 6: the record has 3 cells, the header 2" in errors[3]
        assert "lines 7 to 7" in errors[4]
        assert f"byte 0xE9 at offset {data.index(0xE9)}: line 9" in errors[6]
        assert [row.values["text"] for row in rows if row.values] == ["two\nlines", "naïve", "last"]

    def test_reading_stops_where_a_quotation_mark_is_left_open(self):
        good, bad = read("csv", 'text\ngood\n"open\nprose that is no record\nand more\n')
        assert good.values == {"text": "good"}
        assert "the rows after this one were not read" in bad.error.remedy

    @pytest.mark.parametrize(
        ("data", "rule"),
        [
            ("", "header line is missing"),
            ("\n", "header line is missing"),
            ("title,page\na,1", "no column holds the text"),
            ("text,Text\na,b", "both mean text"),
            ("text,content\na,b", "both mean text"),
            ("text,x,x\na,b,c", "both mean x"),
            ("text,\na,b", "column 2 of the header has no name"),
            ('"text\na', "header line cannot be read"),
        ],
    )
    def test_a_bad_header_is_an_error(self, data, rule):
        assert rule in only_error("csv", data).rule

    def test_metadata_may_be_a_json_column(self):
        good, bad = read("csv", 'text,metadata\na,"{""page"": 3}"\nb,{\n')
        assert good.values["metadata"] == {"page": 3}
        assert bad.error.field == "metadata"

    def test_old_line_ends_and_empty_records_are_read(self):
        assert [row.values["text"] for row in read("csv", 'text,id\ra,\r,\r"b\rc",1\r')] == ["a", "b\rc"]

    def test_a_long_cell_is_read_and_a_longer_one_refused(self):
        good, bad, last = read("csv", f'text\n"{"x" * 9_000_000}"\n"{"x" * 10_000_001}"\nlast\n')
        assert len(good.values["text"]) == 9_000_000
        assert "limit" in bad.error.rule
        assert last.values == {"text": "last"}

    def test_a_cell_over_the_limit_is_refused_also_where_something_else_reads_longer_ones(self):
        limit = csv.field_size_limit(20_000_000)
        try:
            bad, last = read("csv", f'text\n"{"x" * 10_000_001}"\nlast\n')
        finally:
            csv.field_size_limit(limit)
        assert "limit" in bad.error.rule and last.values == {"text": "last"}


class TestHtml:
    def test_the_article_and_its_metadata_are_found(self):
        (row,) = read("html", PAGE)
        document = clean_document(row.values)
        assert document.text.split("\n\n") == [
            "Old bridge to be repaired",
            "The council voted on Monday to repair the old bridge over the river before the winter begins.",
            "“Work begins in May,” the mayor said & smiled. Residents had asked for a second lane for years.",
            "The opposition called the plan too expensive and asked for a referendum on the question.",
        ]
        assert document.title == "Old bridge to be repaired"
        assert document.source == "The Example Courier"
        assert document.url == "https://courier.example/town/old-bridge"
        assert document.published_on == date(2023, 5, 6)
        assert document.language == "en-GB"

    def test_the_outlet_falls_back_to_the_host(self):
        page = PAGE.replace('<meta property="og:site_name" content="The Example Courier">', "")
        page = page.replace(" | The Example Courier", "")
        assert read("html", page)[0].values["source"] == "courier.example"

    def test_a_year_in_the_footer_is_no_date(self):
        page = PAGE.replace('<meta property="article:published_time" content="2023-05-06T23:30:00-05:00">', "")
        assert clean_document(read("html", page)[0].values).published_on is None

    @pytest.mark.parametrize(
        "declaration",
        ['<meta charset="windows-1251">', '<meta http-equiv="Content-Type" content="text/html; charset=cp1251">'],
    )
    def test_the_charset_of_the_page_is_used(self, declaration):
        page = PAGE.replace("<head>", "<head>" + declaration).replace("©", "").replace("The opposition", RUSSIAN)
        assert RUSSIAN in read("html", page.encode("cp1251"))[0].values["text"]

    def test_latin1_means_windows_1252_as_in_browsers(self):
        page = PAGE.replace("<head>", '<head><meta charset="iso-8859-1">')
        assert "“Work begins in May,”" in read("html", page.encode("cp1252"))[0].values["text"]

    @pytest.mark.parametrize(
        "doctype", ['<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]>', '<!ENTITY x "y">']
    )
    def test_entity_declarations_are_refused(self, doctype):
        assert "entities" in only_error("html", PAGE.replace("<!DOCTYPE html>", doctype)).rule

    def test_a_public_doctype_is_not_fetched(self, monkeypatch):
        address = "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"
        doctype = f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "{address}">'
        monkeypatch.setattr(socket, "socket", None)
        assert read("html", PAGE.replace("<!DOCTYPE html>", doctype))[0].error is None

    @pytest.mark.parametrize(
        "page", ["", "words only", "<html><body></body></html>", "<div>" * 50_000, "<!DOCTYPE html>"]
    )
    def test_a_page_without_an_article_is_an_error(self, page):
        assert only_error("html", page) is not None

    def test_a_page_beyond_the_limit_is_an_error(self):
        assert "10000000 bytes" in only_error("html", b"x" * 10_000_001).rule
