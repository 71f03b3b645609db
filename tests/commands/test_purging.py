"""`purge`: everything of a project or document goes, one row about it stays, other projects are untouched."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from annotate.models import Claim, Layer, Project, Span
from corpus.models import Change, Corpus, Document
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents():
    found = []
    for slug in ("bridge", "other"):
        project = make.project(slug)
        document = make.document(project)
        make.claim(make.member(project, "ann"), document, "The closure is needed")
        found.append(document)
    return found


def purge(what):
    call_command("purge", str(what), yes=True, stdout=io.StringIO())


def test_a_project_goes_with_its_corpus_and_leaves_one_row(documents):
    purge("bridge")

    assert list(Project.objects.values_list("slug", flat=True)) == ["other"]
    assert list(Corpus.objects.values_list("slug", flat=True)) == ["other"]
    assert Claim.objects.count() == Layer.objects.count() == Document.objects.count() == 1
    assert Span.objects.count() == 1
    left = Change.objects.get(action="purge")
    assert left.before["slug"] == "bridge" and left.before["deleted"]["claims"] == 1 and left.after is None
    assert not Change.objects.filter(object_type="claim", after__document=str(documents[0].pk)).exists()


def test_a_document_goes_with_the_annotations_on_it(documents):
    purge(documents[0].pk)

    assert list(Document.objects.all()) == [documents[1]]
    assert Claim.objects.count() == 1 and Project.objects.count() == 2
    assert Change.objects.get(action="purge").object_id == str(documents[0].pk)


def test_it_asks_unless_told_not_to(documents, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("bridge\n"))
    with pytest.raises(CommandError) as refused:
        call_command("purge", "bridge")
    assert refused.value.returncode == 2 and Project.objects.count() == 2
    with pytest.raises(CommandError, match="no project"):
        purge("nope")
