"""Statements that are compiled once: the same rows as the queryset, for every kind of user and value."""

from __future__ import annotations

import uuid

import pytest
from django.db.models import F

from annotate.models import Claim, Layer, Span
from corpus.database.bulk import Among
from corpus.database.statements import AmongNames, Select, delete_rows, update_row
from corpus.models import Document, Speaker
from tests import make

pytestmark = pytest.mark.django_db
SEEN = Select(
    lambda user, id: Document.objects.visible_to(user).filter(pk=id).values_list("id", "created_at", "metadata")
)


@pytest.fixture
def project():
    return make.project()


@pytest.fixture
def document(project):
    return make.document(project, metadata={"a": 1})


def test_values_come_back_as_the_queryset_gives_them(project, document):
    found = SEEN.first(user=make.member(project, "ann"), id=document.pk)
    assert found == (document.pk, document.created_at, {"a": 1})
    assert SEEN.first(user=make.user("ann"), id=uuid.uuid4()) is None


def test_who_asks_is_a_value_and_what_they_are_a_shape(project, document):
    ann, other, admin = make.member(project, "ann"), make.user("other"), make.user("admin", is_superuser=True)
    for _ in range(2):
        for person, sees in ((ann, True), (other, False), (admin, True)):
            assert bool(SEEN.rows(user=person, id=document.pk)) is sees
    ann.is_active = False
    assert SEEN.rows(user=ann, id=document.pk) == []


def test_a_repeat_is_one_query_with_other_values(project, document, django_assert_num_queries):
    ann, second = make.member(project, "ann"), make.document(project, "Another text.")
    SEEN.rows(user=ann, id=document.pk)
    with django_assert_num_queries(1):
        assert SEEN.first(user=ann, id=second.pk)[0] == second.pk


def test_none_is_another_shape(project, document):
    by_source = Select(lambda source: Document.objects.filter(source=source).values_list("id"))
    sourced = make.document(project, "Another text.", source="Bay Courier")
    assert by_source.rows(source=sourced.source_id) == [(sourced.pk,)]
    assert by_source.rows(source=None) == [(document.pk,)]


def test_lists_of_ids_and_of_names_are_one_value(project):
    a, b, c = (Speaker.objects.create(corpus=project.corpus, name=name) for name in ("A, “a”", "B'b", "C"))
    by_id = Select(lambda keys: Speaker.objects.order_by("name").filter(Among(F("pk"), keys)).values_list("name"))
    by_name = Select(
        lambda names: Speaker.objects.order_by("name").filter(AmongNames(F("name"), names)).values_list("id")
    )
    assert by_id.rows(keys=[b.pk.hex, a.pk.hex]) == [(a.name,), (b.name,)]
    assert by_id.rows(keys=[]) == []
    assert by_name.rows(names=[b.name, c.name, "D"]) == [(b.pk,), (c.pk,)]


def test_a_value_that_the_query_does_not_use_is_an_error(document):
    with pytest.raises(ValueError, match="never uses number"):
        Select(lambda number: Document.objects.values_list("id")).rows(number=3)


def test_single_rows_are_updated_and_deleted(project, document):
    claim = make.claim(
        make.member(project, "ann"), document, "The closure is needed", cue=[make.span(document.text, "he said")]
    )
    layer = Layer.objects.get()

    update_row(Layer, layer.pk, add={"n_claims": 2, "version": 1}, updated_at=make.NOW, has_nothing_to_code=True)
    delete_rows(Span, claim_id=uuid.UUID(claim["id"]), role="cue")

    stored = Layer.objects.get()
    assert (stored.n_claims, stored.version, stored.has_nothing_to_code) == (3, layer.version + 1, True)
    assert stored.updated_at == make.NOW
    assert [span.role for span in Claim.objects.get().spans.all()] == ["content"]
