"""Pages by cursor: complete, without repeats, the same cost at any depth."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from corpus.models import Document, Speaker
from tests import make

pytestmark = pytest.mark.django_db


def walk(client, path, way="next"):
    """Return the pages from `path` on."""
    pages = []
    while path:
        page = client.get(path).json()
        pages.append(page)
        path = page[way]
    return pages


@pytest.fixture
def twenty(project):
    return [make.document(project, text=f"Article {n}.") for n in range(20)]


def test_pages_hold_every_row_once_in_order(manager, twenty):
    pages = walk(manager, "projects/bridge/documents/?page_size=7")
    assert [len(page["results"]) for page in pages] == [7, 7, 6]
    assert [row["number"] for page in pages for row in page["results"]] == list(range(1, 21))
    assert pages[0]["previous"] is None and pages[-1]["next"] is None


def test_previous_leads_back_the_same_way(manager, twenty):
    last = walk(manager, "projects/bridge/documents/?page_size=7")[-1]
    back = walk(manager, last["previous"], "previous")
    assert [[row["number"] for row in page["results"]] for page in back] == [list(range(8, 15)), list(range(1, 8))]
    assert back[-1]["next"] is not None


def test_links_are_full_addresses_and_keep_the_other_parameters(manager, project):
    Speaker.objects.bulk_create(Speaker(corpus=project.corpus, name=f"League {n:02}") for n in range(5))
    page = manager.get("projects/bridge/speakers/?q=league&page_size=2").json()
    assert page["next"].startswith("http://testserver/api/v1/projects/bridge/speakers/?q=league&page_size=2&cursor=")


def test_entries_of_one_name_are_told_apart_by_their_id(manager, project):
    Speaker.objects.bulk_create(
        Speaker(corpus=project.corpus, name="Mayor", disambiguation=f"town {n}") for n in range(9)
    )
    pages = walk(manager, "projects/bridge/speakers/?q=mayor&page_size=2")
    ids = [row["id"] for page in pages for row in page["results"]]
    assert len(ids) == len(set(ids)) == 9


def test_names_in_many_scripts_are_paged_completely(manager, project):
    names = ["zeta", "Zeta", "éa", "Ea", "ß", "Ωmega", "日本", "İzmir", "izmir", "_x", "'x", "a b", "a-b", "ab"]
    Speaker.objects.bulk_create(Speaker(corpus=project.corpus, name=name) for name in names)
    pages = walk(manager, "projects/bridge/speakers/?page_size=1")
    assert sorted(row["name"] for page in pages for row in page["results"]) == sorted([*names, "Not stated"])


def test_projects_and_rounds_and_members_are_paged(manager, project):
    for n in range(3):
        make.project(f"other-{n}")
        make.member(project, f"person-{n}")
        manager.post("projects/bridge/rounds/", {"name": f"Extra {n}"})
    assert [row["slug"] for page in walk(manager, "projects/?page_size=2") for row in page["results"]] == [
        "bridge", "other-0", "other-1", "other-2",
    ]  # fmt: skip
    rounds = walk(manager, "projects/bridge/rounds/?page_size=1")
    assert [row["number"] for page in rounds for row in page["results"]] == [1, 2, 3, 4]
    members = walk(manager, "projects/bridge/members/?page_size=2")
    assert sum(len(page["results"]) for page in members) == 4


def test_a_deep_page_asks_the_index_for_its_start_and_counts_nothing(manager, twenty):
    deep = walk(manager, "projects/bridge/documents/?page_size=7")[1]["next"]
    with CaptureQueriesContext(
        connection,
    ) as first:
        manager.get("projects/bridge/documents/?page_size=7")
    with CaptureQueriesContext(connection) as last:
        manager.get(deep)
    assert len(first) == len(last)
    assert not any("OFFSET" in query["sql"] or "COUNT(" in query["sql"] for query in last)


def test_an_empty_list_has_no_links(manager):
    assert manager.get("projects/bridge/documents/").json() == {"next": None, "previous": None, "results": []}
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "path", ["projects/", "projects/bridge/speakers/", "projects/bridge/members/", "projects/bridge/rounds/"]
)
def test_a_list_costs_the_same_for_few_and_many_rows(manager, project, path):
    with CaptureQueriesContext(connection) as few:
        manager.get(path)
    for n in range(15):
        make.project(f"other-{n}")
        make.member(project, f"person-{n}")
        manager.post("projects/bridge/rounds/", {"name": f"Extra {n}"})
        manager.post("projects/bridge/speakers/", {"name": f"Speaker {n}", "aliases": [f"alias {n}"]})
    with CaptureQueriesContext(connection) as many:
        assert len(manager.get(path).json()["results"]) >= 15
    assert len(many) == len(few) <= 8
