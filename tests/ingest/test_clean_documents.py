"""The fields of one document: what is cleaned, what is refused and why, whatever format it came in."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.readers import (
    DocumentErrors,
    clean_document,
)
from corpus.text.normalise import MAX_TEXT_BYTES


class TestCleanDocument:
    def test_only_the_text_is_required(self):
        document = clean_document({"text": " A\r\nstory "})
        assert document.text == " A\nstory "
        assert (document.title, document.source, document.url, document.language) == ("", "", "", "")
        assert (document.published_on, document.external_id, document.metadata) == (None, "", {})

    def test_null_is_the_same_as_missing(self):
        names = ("title", "source", "url", "published_on", "language", "external_id", "metadata")
        assert clean_document({"text": "A", **dict.fromkeys(names)}) == clean_document({"text": "A"})

    @pytest.mark.parametrize(
        ("field", "value", "clean"),
        [
            ("title", " Old\r\n bridge\tto go ", "Old bridge to go"),
            ("title", "👩\u200d👧", "👩\u200d👧"),
            ("external_id", 7, "7"),
            ("source", " Courier ", "Courier"),
            ("url", "https://courier.example:8080/ä?q=1#x", "https://courier.example:8080/ä?q=1#x"),
            ("published_on", "2024-02-29", date(2024, 2, 29)),
            ("published_on", "2024-02-29T23:30:00.5-11:00", date(2024, 2, 29)),
            ("published_on", "2024-02-29 23:30Z", date(2024, 2, 29)),
            ("published_on", "", None),
            ("language", "sr-Latn-RS", "sr-Latn-RS"),
            ("language", "ckb", "ckb"),
            ("language", "x-harbour", "x-harbour"),
            ("metadata", {"a": [1, 2.5, None, True, {"b": "c"}]}, {"a": [1, 2.5, None, True, {"b": "c"}]}),
        ],
    )
    def test_a_good_value_is_cleaned(self, field, value, clean):
        assert getattr(clean_document({"text": "A", field: value}), field) == clean

    @pytest.mark.parametrize(
        ("field", "value", "rule"),
        [
            ("text", None, "missing"),
            ("text", 5, "a number"),
            ("text", ["a"], "a list"),
            ("text", "a\x00", "NUL"),
            ("text", "  ", "empty"),
            ("title", True, "a boolean"),
            ("title", "x" * 1001, "limit is 1000"),
            ("title", "a\u202eb", "override"),
            ("title", "a\ud800", "surrogate"),
            ("source", "a\nb", "line break"),
            ("source", "x" * 301, "limit is 300"),
            ("external_id", 1.5, "a number"),
            ("external_id", True, "a boolean"),
            ("external_id", 2**53 + 1, "beyond"),
            ("external_id", "a\x00", "control"),
            ("url", "javascript:alert(1)", "http or https"),
            ("url", "//courier.example", "http or https"),
            ("url", "https://", "http or https"),
            ("url", "https://[::1", "http or https"),
            ("url", "https://a:99999/", "http or https"),
            ("url", "https://a/b c", "character"),
            ("url", "not a url", "http or https"),
            ("url", "java\nscript:x", "line break"),
            ("url", "https://a/" + "x" * 2000, "limit is 2000"),
            ("published_on", "31.05.2024", "ISO date"),
            ("published_on", "2024-02-30", "ISO date"),
            ("published_on", "2024-W05-1", "ISO date"),
            ("published_on", "20240531", "ISO date"),
            ("published_on", 20240531, "a number"),
            ("language", "en_US", "language tag"),
            ("language", "english", "language tag"),
            ("language", "x", "language tag"),
            ("language", "English language", "language tag"),
            ("language", "x" * 36, "language tag"),
            ("metadata", [], "a list"),
            ("metadata", "{}", "a string"),
            ("metadata", {"a": "x" * 64_000}, "64000"),
        ],
    )
    def test_a_bad_value_is_refused_with_field_and_rule(self, field, value, rule):
        with pytest.raises(DocumentErrors) as caught:
            clean_document({"text": "A", field: value})
        (error,) = caught.value.errors
        assert error.field == field
        assert rule in error.rule
        assert error.remedy
        assert str(error).isprintable()

    def test_a_url_without_a_scheme_is_told_how_one_starts(self):
        with pytest.raises(DocumentErrors, match=r"not a url.*start it with http:// or https://"):
            clean_document({"text": "A", "url": "not a url"})

    @pytest.mark.parametrize(
        ("metadata", "field"),
        [
            ({"a": {"b": 2**53 + 1}}, "metadata/a/b"),
            ({"a": [0, -1e300]}, "metadata/a/1"),
            ({"a": float("nan")}, "metadata/a"),
            ({"a": float("inf")}, "metadata/a"),
            ({"a/b": "\x00"}, "metadata/a~1b"),
            ({"a\ud800": 1}, "metadata"),
            ({1: 1}, "metadata"),
            ({"a": date(2024, 1, 1)}, "metadata/a"),
        ],
    )
    def test_bad_metadata_are_refused_with_the_path(self, metadata, field):
        with pytest.raises(DocumentErrors) as caught:
            clean_document({"text": "A", "metadata": metadata})
        assert [error.field for error in caught.value.errors] == [field]

    @pytest.mark.parametrize(("depth", "is_good"), [(10, True), (11, False), (5000, False)])
    def test_metadata_are_ten_deep_at_most(self, depth, is_good):
        metadata = {}
        for _ in range(depth - 1):
            metadata = {"a": metadata}
        if is_good:
            assert clean_document({"text": "A", "metadata": metadata}).metadata == metadata
        else:
            with pytest.raises(DocumentErrors, match="10 deep"):
                clean_document({"text": "A", "metadata": metadata})

    def test_all_errors_come_at_once(self):
        with pytest.raises(DocumentErrors) as caught:
            clean_document({"title": 1, "url": "x", "colour": "red"})
        assert {error.field for error in caught.value.errors} == {"title", "text", "url", "colour"}

    def test_unknown_fields_go_into_the_metadata_of_a_file(self):
        document = clean_document({"text": "A", "page": 3, "metadata": {"a": 1}}, extra="metadata")
        assert document.metadata == {"a": 1, "page": 3}

    def test_a_field_that_is_also_in_the_metadata_is_refused(self):
        with pytest.raises(DocumentErrors, match="page"):
            clean_document({"text": "A", "page": 3, "metadata": {"page": 1}}, extra="metadata")

    def test_a_text_beyond_the_limit_is_marked_as_too_large(self):
        with pytest.raises(DocumentErrors, match="10000000") as caught:
            clean_document({"text": "x" * (MAX_TEXT_BYTES + 1)})
        assert caught.value.is_too_large

    @given(
        st.dictionaries(
            st.sampled_from(["title", "text", "url", "metadata", "x"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=5,
            ),
        )
    )
    def test_any_json_is_cleaned_or_refused(self, values):
        try:
            document = clean_document(values, extra="metadata")
        except DocumentErrors as error:
            assert all(len(one.value) <= 80 and one.field for one in error.errors)
        else:
            assert clean_document({"text": document.text, "metadata": document.metadata}).text
