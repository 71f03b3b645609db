"""Search through the API: filters by name, hits with offsets, pages of claims, nothing of a colleague's work."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.search import walk
from tests import make
from tests.api.test_pages import walk as pages

pytestmark = pytest.mark.django_db
DOCUMENTS, CLAIMS = "projects/bridge/documents/", "projects/bridge/claims/"


def test_documents_are_found_with_their_hits(manager, project, document):
    make.document(project, "Nothing of it.")
    found = manager.get(f"{DOCUMENTS}?q=ferry&hits=true").json()["results"]
    assert [row["id"] for row in found] == [str(document.pk)]
    (hit,) = found[0]["hits"]
    assert document.text[hit["start"] : hit["end"]] == "ferry"
    sentence = hit["sentence"]
    assert document.text[sentence["start"] : sentence["end"]] == sentence["text"]
    assert "hits" not in manager.get(f"{DOCUMENTS}?q=ferry").json()["results"][0]


def test_claims_are_found_whole(ann, document):
    claim = make.claim(ann.user, document, "The closure is needed")
    make.claim(ann.user, document, "it will be short", stances=[], no_stance=True)
    assert ann.get(f"{CLAIMS}?stance=support").json()["results"] == [ann.get(f"claims/{claim['id']}/").json()]
    assert len(ann.get(f"{CLAIMS}?q=closure").json()["results"]) == 2


@pytest.mark.parametrize("query", ["colour=red", "speaker__name=x", "annotator__password=x", "order=x", "page=2"])
def test_an_unknown_name_is_refused_with_the_list(manager, document, query):
    for path in (DOCUMENTS, CLAIMS):
        answer = manager.get(f"{path}?{query}")
        assert answer.status_code == 400 and "speaker" in answer.json()["detail"]


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%22", "q=-x", "q=" + "x" * 3000, "q=" + "a+" * 99, "hits=maybe", "unsure=1"]
)
def test_a_bad_value_is_refused(manager, document, query):
    assert manager.get(f"{DOCUMENTS}?{query}").status_code == 400


@pytest.mark.parametrize("words", ["", "&q=closure"])
def test_pages_of_claims_are_complete_both_ways(ann, document, words, monkeypatch):
    monkeypatch.setattr(walk, "AT_ONCE", 4)
    ids = sorted(make.claim(ann.user, document, "The closure is needed")["id"] for _ in range(9))
    make.claim(ann.user, document, "Harbour bridge")
    found = pages(ann, f"{CLAIMS}?page_size=4&target=Closure+of+the+bridge{words}")
    expected = (
        ids if words else sorted([*ids, *(row["id"] for row in ann.get(f"{CLAIMS}?q=harbour").json()["results"])])
    )
    assert [row["id"] for page in found for row in page["results"]] == expected
    back = pages(ann, found[-1]["previous"], "previous")
    assert [row["id"] for page in reversed(back) for row in page["results"]] == expected[
        : -len(found[-1]["results"]) or None
    ]


def test_a_page_of_claims_costs_the_same_for_few_and_many(ann, document):
    make.claim(ann.user, document, "The closure is needed")
    with CaptureQueriesContext(connection) as few:
        ann.get(f"{CLAIMS}?q=closure&speaker=Tor+Lind")
    for _ in range(12):
        make.claim(ann.user, document, "The closure is needed")
    with CaptureQueriesContext(connection) as many:
        assert len(ann.get(f"{CLAIMS}?q=closure&speaker=Tor+Lind").json()["results"]) == 13
    assert len(few) == len(many) <= 25


def test_an_annotator_sees_own_claims_only_while_blind(ann, ben, manager, document):
    own = make.claim(ann.user, document, "The closure is needed")
    make.claim(ben.user, document, "it will be short")
    for query in ("", "?annotator=*", "?annotator=ben", "?q=closure", "?speaker=Tor+Lind"):
        assert {row["id"] for row in ann.get(CLAIMS + query).json()["results"]} <= {own["id"]}
    assert len(manager.get(CLAIMS).json()["results"]) == 2
