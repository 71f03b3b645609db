"""Documents and sources in the panel: metadata changes, the text never."""

from __future__ import annotations

import hashlib

import pytest

from corpus.models import Change, Document
from tests import make
from tests.admin_panel.pages import form_values, listing, page, save

TEXT = "  leading spaces\n\tand a tab\n\nno\u00a0break, 👩‍👩‍👧 and e\u0301, “curly”\n\n trailing \n"


def stored(document):
    text = Document.objects.values_list("text", flat=True).get(pk=document.pk)
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_text_survives_opening_and_saving(bridge, as_user):
    client = as_user(bridge.curator)
    document = make.document(bridge.project, TEXT, metadata={"b": 1, "a": [2.5, "x\ny"]}, url="http://x.example/?")
    before = Change.objects.count()

    unchanged = save(client, document)
    assert unchanged.redirect_chain and Change.objects.count() == before
    answer = save(client, document, title=" A title ", language="en", published_on="2026-05-01", text="changed")

    assert answer.redirect_chain
    assert stored(document) == document.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    found = Document.objects.get(pk=document.pk)
    assert (found.text, found.sha256, found.metadata) == (TEXT, document.sha256, document.metadata)
    assert (found.title, found.url, str(found.published_on)) == ("A title", "http://x.example/?", "2026-05-01")
    row = Change.objects.latest("id")
    assert row.action == "document.update" and row.actor == bridge.curator and TEXT not in str(row.after)


def test_the_page_shows_the_text_escaped_with_a_way_into_the_reader(bridge, as_user):
    document = make.document(bridge.project, "<b>bold</b>\n\nand “more”")

    answer = as_user(bridge.curator).get(page(document))

    assert "&lt;b&gt;bold&lt;/b&gt;\n\nand “more”</div>" in answer.text
    assert f"/p/{bridge.project.slug}/d/{document.pk}/" in answer.text
    assert '<textarea name="text"' not in answer.text


def test_the_same_text_is_linked_to_the_first(bridge, as_user):
    again = make.document(bridge.project, bridge.document.text, source="Other Courier")

    assert page(bridge.document) in as_user(bridge.curator).get(page(again)).text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("url", "javascript:alert(1)", "URL"),
        ("language", "not a tag!", "language"),
        ("external_id", "Bridge-1", "external id"),
        ("metadata", "[1]", "object"),
        ("metadata", "{", "JSON"),
        ("metadata", "[" * 60_000, "This is nested too deep"),
        ("metadata", '{"a":' * 500 + "1" + "}" * 500, "deep"),
        ("metadata", '{"a": ' + "9" * 5000 + "}", "number"),
        ("published_on", "yesterday", "date"),
        ("title", "a\u202eb", "bidirectional"),
    ],
)
def test_bad_metadata_is_refused_in_the_form(bridge, as_user, field, value, said):
    client = as_user(bridge.curator)
    document = make.document(bridge.project, "Another text.")

    answer = save(client, document, **{field: value})

    assert answer.status_code == 200 and not answer.redirect_chain
    assert "errorlist" in answer.text and said in answer.text


def test_a_document_cannot_take_a_source_of_another_corpus(bridge, tower, root, as_user):
    for person in (bridge.curator, root):
        answer = save(as_user(person), bridge.document, source=str(tower.document.source_id))
        assert "errorlist" in answer.text
    assert Document.objects.get(pk=bridge.document.pk).source_id == bridge.document.source_id


@pytest.mark.parametrize("value", ["nobody", "1.5", "\0", "9" * 300])
def test_what_is_no_id_is_refused_at_its_field(bridge, as_user, value):
    client = as_user(bridge.curator)
    for obj, name in ((bridge.document, "source"), (bridge.document.source, "speaker")):
        answer = save(client, obj, **{name: value})
        assert answer.status_code == 200 and "errorlist" in answer.text
    body = save(client, bridge.speaker, **{"affiliations-0-body": value, "affiliations-0-role": "clerk"})
    assert body.status_code == 200 and "errorlist" in body.text


def test_sources_change_by_the_same_rules(bridge, tower, root, as_user):
    client = as_user(bridge.curator)
    source = bridge.document.source
    make.document(bridge.project, "More.", source="Other Courier")

    for field, value in {
        "homepage": "javascript:alert(1)",
        "name": "Other Courier",
        "speaker": tower.speaker.pk,
    }.items():
        assert "errorlist" in save(client, source, **{field: value}).text, field
    assert "errorlist" in save(as_user(root), source, speaker=str(tower.speaker.pk)).text
    saved = save(client, source, homepage="https://courier.example/", speaker=str(bridge.speaker.pk))

    assert saved.redirect_chain
    source.refresh_from_db()
    assert source.homepage == "https://courier.example/" and source.speaker == bridge.speaker
    assert Change.objects.latest("id").action == "source.update"


def test_documents_are_filtered_and_searched(bridge, as_user):
    client = as_user(bridge.curator)
    make.document(bridge.project, "One.", title="Old", published_on="2020-01-02", language="de")
    make.document(bridge.project, "Two.", title="New", published_on="2026-01-02", language="en")

    def titles(**query):
        return {document.title for document in client.get(listing(Document), query).context["cl"].result_list}

    assert titles(published_from="2025-01-01") == {"New"}
    assert titles(published_to="2025-01-01") == {"Old"}
    assert titles(published_from="no date") == set()
    assert titles(language="de") == {"Old"}
    assert titles(source=bridge.document.source_id) == {"Bridge opens"}
    assert titles(corpus=bridge.project.corpus_id, q="new") == {"New"}
    assert titles(q="Bridge-1") == {"Bridge opens"}
    assert titles(q="\0") == titles(q="x " * 5000) | titles()


def test_annotators_in_one_project_and_curators_in_another_edit_only_there(bridge, tower, as_user):
    make.member(tower.project, bridge.curator.username, "annotator")
    client = as_user(bridge.curator)

    assert client.get(page(tower.document)).status_code == 404
    assert form_values(client, page(bridge.document))["title"] == "Bridge opens"
