"""Pages among rows that are looked at one by one: every row is found once, and no page looks at more than it may."""

from __future__ import annotations

import pytest

from annotate.search import ClaimFilter, DocumentFilter, Within, few
from annotate.search import claims as of_claims
from annotate.search import documents as of_documents
from annotate.web.searching import counted, paged
from corpus.models import Document
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(few, "FEW", 0)
    monkeypatch.setattr(of_claims, "SIZES", (1, 2))
    monkeypatch.setattr(of_documents, "FIRST", 1)
    monkeypatch.setattr(of_documents, "BY_LAYERS", 3)
    monkeypatch.setattr(of_documents, "BY_CLAIMS", 3)


def pages(found, key, **options):
    rows, among = found
    after, each = None, []
    while len(each) < 20:
        shown, last = paged(rows, among, key=key, size=2, after=after, **options)
        each.append([row.pk for row in shown])
        if last is None:
            return each
        after = getattr(last, key)
    raise AssertionError("The pages do not end.")


@pytest.fixture
def ten():
    """Ten documents, with claims of which every other is incomplete in the first, fourth, seventh and last one."""
    project = make.project()
    ann = make.member(project, "ann")
    for n in range(10):
        document = make.document(project, f"{make.TEXT} {n}", external_id=str(n))
        if n % 3 == 0:
            make.claim(ann, document, "The closure is needed")
            make.claim(ann, document, "it will be short", speakers=[])
    return Within(user=ann, project=project)


@pytest.mark.parametrize("is_back", [False, True], ids=["on", "back"])
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"has_claims": "false"}, {1, 2, 4, 5, 7, 8}),
        ({"has_claims": "true"}, {0, 3, 6, 9}),
        ({"incomplete": "true"}, {0, 3, 6, 9}),
        ({"status": "new"}, {1, 2, 4, 5, 7, 8}),
        ({"unsure": "true"}, set()),
    ],
    ids=str,
)
def test_documents_are_found_once_each_and_in_order(ten, asked, expected, is_back):
    rows = Document.objects.visible_to(ten.user).filter(corpus=ten.project.corpus_id)
    found = DocumentFilter.parse(asked).found(rows, ten)
    each = pages(found, "number", is_back=is_back)
    ids = dict(Document.objects.values_list("pk", "external_id"))
    numbers = [int(ids[pk]) for page in each for pk in page]
    assert numbers == sorted(expected, reverse=is_back)
    assert (counted(*found)[0] == "") == (found[1] is not None)


@pytest.mark.parametrize("is_back", [False, True], ids=["on", "back"])
def test_claims_are_found_once_each_and_in_order(ten, is_back):
    asked = ClaimFilter.parse({"incomplete": "true"})
    each = pages(asked.found(ten), "pk", is_back=is_back)
    assert [pk for page in each for pk in page] == sorted(asked.rows(ten).values_list("pk", flat=True), reverse=is_back)
    assert sum(map(len, each)) == 4
