"""Home, new projects, a project's page, and "next"."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotate.actions import layers, projects, queue, registries
from annotate.models import Layer, Project
from corpus.models import Speaker
from tests import make
from tests.make import NOW
from tests.web.conftest import HTMX, SignIn


def read_all(project: Project, name: str) -> None:
    """Have somebody submit every document, without claims."""
    person = make.user(name)
    while (taken := queue.take_next(user=person, project=project, now=NOW)) is not None:
        layers.describe_layer(user=person, document=taken.document, body={"nothing_to_code": True}, now=NOW)
        layers.submit_layer(user=person, document=taken.document, now=NOW)


@pytest.mark.django_db
def test_a_newcomer_is_guided_to_a_first_project(browser: SignIn) -> None:
    page = browser("newcomer").get("/").content.decode()

    assert "/projects/new/" in page
    assert "newcomer" in page


def test_home_shows_own_projects_only(project: Project, browser: SignIn) -> None:
    other = make.project("secret", manager=make.user("somebody"))

    page = browser("ann").get("/").content.decode()

    assert "Bridge" in page
    assert other.name not in page


def test_home_asks_the_same_number_of_queries_for_any_number_of_projects(browser: SignIn, db: None) -> None:
    manager = make.user("manager")
    make.document(make.project("one", manager=manager))
    client = browser("manager")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/")
    for number in range(5):
        make.document(make.project(f"more{number}", manager=manager))
    with CaptureQueriesContext(connection) as many:
        client.get("/")

    assert len(many) == len(few) <= 9


@pytest.mark.django_db
def test_making_a_project_leads_to_it(browser: SignIn) -> None:
    client = browser("ann")

    response = client.post("/projects/new/", {"name": "Town Services 2026", "description": "x"})

    assert (response.status_code, response["Location"]) == (302, "/p/town-services-2026/")
    assert "Bring articles" in client.get("/p/town-services-2026/").content.decode()


@pytest.mark.django_db
def test_making_a_project_by_htmx_tells_it_where_to_go(browser: SignIn) -> None:
    response = browser("ann").post("/projects/new/", {"name": "Town"}, headers=HTMX)

    assert response["HX-Redirect"] == "/p/town/"


@pytest.mark.django_db
def test_a_short_name_made_from_the_name_is_numbered_when_taken(browser: SignIn) -> None:
    client = browser("ann")
    slugs = [client.post("/projects/new/", {"name": name})["Location"] for name in ("Town", "Town", "城", "New")]

    assert slugs == ["/p/town/", "/p/town-2/", "/p/project/", "/p/new-2/"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given",
    [{"name": ""}, {"name": "a\0b"}, {"name": "x" * 301}, {"name": "T", "slug": "Two Words"}, {"name": "\u202e"}],
)
def test_a_bad_project_is_refused_in_both_ways(browser: SignIn, given: dict[str, str]) -> None:
    page = browser("ann").post("/projects/new/", given)
    fragment = browser("ann").post("/projects/new/", given, headers=HTMX)

    assert page.status_code == fragment.status_code == 400
    assert b"errorlist" in page.content
    assert fragment.content.strip().startswith(b"<form") and b"<html" not in fragment.content
    assert not Project.objects.exists()


def test_a_taken_short_name_is_told_at_its_field(project: Project, browser: SignIn) -> None:
    page = browser("ann").post("/projects/new/", {"name": "Other", "slug": "bridge"}).content.decode()

    assert "“bridge” is taken" in page


def test_next_leads_to_the_reader_where_the_first_write_opens_a_layer(project: Project, browser: SignIn) -> None:
    document = make.document(project)

    response = browser("manager").post("/p/bridge/next/")

    assert response["Location"] == f"/p/bridge/d/{document.pk}/?round={project.rounds.get().pk}"
    assert not Layer.objects.exists()
    assert browser("manager").post("/p/bridge/next/", headers=HTMX)["HX-Redirect"] == response["Location"]


def test_a_manager_who_asks_for_the_next_still_sees_colleagues_readings(project: Project, browser: SignIn) -> None:
    document = make.document(project)
    make.claim(make.user("ann"), document, "The closure is needed")
    layers.submit_layer(user=make.user("ann"), document=document, now=NOW)
    manager = make.user("manager")
    seen = Layer.objects.visible_to(manager).get()

    browser("manager").post("/p/bridge/next/")

    assert Layer.objects.visible_to(manager).get() == seen


def test_next_takes_a_place_where_places_are_counted(project: Project, browser: SignIn) -> None:
    document = make.document(project)
    round = project.rounds.get()
    settings = projects.RoundSettings(name=round.name, overlap=1)
    projects.update_round(user=make.user("manager"), round=round, settings=settings)

    response = browser("ann").post("/p/bridge/next/")

    assert response["Location"] == f"/p/bridge/d/{document.pk}/?round={round.pk}"
    assert Layer.objects.get().annotator == make.user("ann")
    assert browser("ben").post("/p/bridge/next/")["Location"] == "/p/bridge/next/"


def test_the_registries_are_those_of_the_project(project: Project, browser: SignIn) -> None:
    other = make.project("other", manager=make.user("curator"))
    for found in (project, other):
        values = {"name": f"{found.name} authority"}
        registries.create_entry(user=make.user("curator"), project=found, model=Speaker, values=values)
    client = browser("curator")
    addresses = re.findall(r'href="(/admin/corpus/[^"]+)"', client.get("/p/bridge/").content.decode())

    pages = {address: client.get(address) for address in addresses}

    assert len(addresses) == 3 and {page.status_code for page in pages.values()} == {200}
    rows = next(page for address, page in pages.items() if "speaker" in address).context["cl"].result_list
    names = {row.name for row in rows}
    assert "Bridge authority" in names and "Other authority" not in names


def test_next_names_the_round_where_there_are_several(project: Project, browser: SignIn) -> None:
    document = make.document(project)
    settings = projects.RoundSettings(name="Second")
    projects.create_round(user=make.user("manager"), project=project, settings=settings, now=NOW)

    first = project.rounds.get(number=1)
    assert browser("ann").post("/p/bridge/next/")["Location"] == f"/p/bridge/d/{document.pk}/?round={first.pk}"


def test_looking_at_next_takes_nothing(project: Project, browser: SignIn) -> None:
    make.document(project, title="Harbour notice")

    page = browser("ann").get("/p/bridge/next/").content.decode()

    assert "Harbour notice" in page
    assert not Layer.objects.exists()


def test_who_has_finished_is_told_so(project: Project, browser: SignIn) -> None:
    make.document(project)
    read_all(project, "ann")
    client = browser("ann")

    assert client.post("/p/bridge/next/")["Location"] == "/p/bridge/next/"
    assert "Nothing is left for you" in client.get("/p/bridge/next/").content.decode()


def test_next_says_what_is_missing(project: Project, browser: SignIn) -> None:
    assert "no articles yet" in browser("ann").get("/p/bridge/next/").content.decode()
    make.document(project)
    round = project.rounds.get()
    settings = projects.RoundSettings(name=round.name, status="closed")
    projects.update_round(user=make.user("manager"), round=round, settings=settings)

    assert "No round is open" in browser("ann").get("/p/bridge/next/").content.decode()
    assert "No round is open" in browser("ann").get("/p/bridge/").content.decode()


def pages_of(client: Client) -> list[bytes]:
    paths = ("/", "/p/bridge/", "/p/bridge/documents/", "/p/bridge/rounds/", "/p/bridge/guidelines/")
    return [client.get(path).content for path in paths]


def test_an_annotators_pages_are_the_same_with_and_without_colleagues_work(project: Project, browser: SignIn) -> None:
    make.document(project)
    make.document(project, "Another text", title="Another")
    client = browser("ann")
    queue.take_next(user=make.user("ann"), project=project, now=NOW)
    plain = [page.replace(b" ", b"") for page in map(without_token, pages_of(client))]

    read_all(project, "ben")

    assert [page.replace(b" ", b"") for page in map(without_token, pages_of(client))] == plain


def without_token(page: bytes) -> bytes:
    """Take out the CSRF tokens, which are masked anew in every answer."""
    return re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken":|name="csrf" content=)"[^"]*"', b"", page)


def test_curators_see_how_far_everybody_is(project: Project, browser: SignIn) -> None:
    make.document(project)
    read_all(project, "ben")

    assert "layers of all annotators submitted, of 2" in browser("curator").get("/p/bridge/").content.decode()
    assert "all annotators" not in browser("ann").get("/p/bridge/").content.decode()


def test_a_project_page_asks_a_bounded_number_of_queries(project: Project, browser: SignIn) -> None:
    for number in range(8):
        make.document(project, f"Text {number}", title=f"T{number}")
    read_all(project, "curator")
    client = browser("curator")

    with CaptureQueriesContext(connection) as asked:
        assert client.get("/p/bridge/").status_code == 200

    assert len(asked) <= 21
