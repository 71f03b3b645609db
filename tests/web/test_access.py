"""Every page against every role: who gets in, who is refused, who learns nothing."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from annotate.models import Project
from tests import make
from tests.web.conftest import HTMX, SignIn

EVERYBODY = ("ann", "curator", "manager")
CURATORS = ("curator", "manager")
MANAGERS = ("manager",)
# path below the project, methods it takes, who may GET, who may POST
PAGES = (
    ("", ("GET",), EVERYBODY, ()),
    ("next/", ("GET", "POST"), EVERYBODY, EVERYBODY),
    ("documents/", ("GET",), EVERYBODY, ()),
    ("guidelines/", ("GET",), EVERYBODY, ()),
    ("rounds/", ("GET", "POST"), EVERYBODY, MANAGERS),
    ("upload/", ("GET", "POST"), CURATORS, CURATORS),
    ("paste/", ("POST",), (), CURATORS),
    ("export/", ("GET",), CURATORS, ()),
    ("members/", ("GET", "POST"), CURATORS, MANAGERS),
    ("members/change/", ("POST",), (), MANAGERS),
)
OPEN_TO_ALL = ("/", "/projects/new/", "/account/", "/account/password/")


@pytest.mark.parametrize(("path", "methods", "readers", "writers"), PAGES)
def test_roles_decide_who_gets_a_page(
    project: Project, browser: SignIn, path: str, methods: tuple[str, ...], readers: object, writers: object
) -> None:
    make.document(project)
    for name in EVERYBODY:
        for method in methods:
            allowed = readers if method == "GET" else writers
            status = browser(name).generic(method, f"/p/bridge/{path}").status_code
            assert (status != 403) == (name in allowed), f"{name} {method} {path}: {status}"  # type: ignore[operator]


@pytest.mark.parametrize(("path", "methods", "readers", "writers"), PAGES)
def test_outsiders_get_the_answer_of_a_missing_project(
    project: Project, browser: SignIn, path: str, methods: tuple[str, ...], readers: object, writers: object
) -> None:
    outsider = browser("outsider")
    for method in methods:
        there = outsider.generic(method, f"/p/bridge/{path}")
        missing = outsider.generic(method, f"/p/nowhere/{path}")
        assert (there.status_code, there.content) == (404, missing.content)


@pytest.mark.parametrize(("path", "methods", "readers", "writers"), PAGES)
def test_other_methods_are_refused(
    project: Project, browser: SignIn, path: str, methods: tuple[str, ...], readers: object, writers: object
) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(methods):
        assert browser("manager").generic(method, f"/p/bridge/{path}").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*OPEN_TO_ALL, "/p/bridge/", "/p/bridge/documents/"])
def test_who_is_not_signed_in_is_sent_to_the_door_and_back(path: str) -> None:
    response = Client().get(path)

    assert response.status_code == 302
    assert response["Location"] == f"/login/?next={path}"


@pytest.mark.django_db
def test_a_fragment_is_not_answered_with_the_sign_in_page() -> None:
    response = Client().post("/projects/new/", headers=HTMX)

    assert (response.status_code, response["HX-Redirect"]) == (401, "/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", OPEN_TO_ALL)
def test_anybody_signed_in_has_the_common_pages(browser: SignIn, path: str) -> None:
    assert browser("outsider").get(path).status_code == 200


def test_a_member_who_left_is_an_outsider(project: Project, browser: SignIn) -> None:
    browser("manager").post("/p/bridge/members/change/", {"username": "ann", "do": "remove"})

    assert browser("ann").get("/p/bridge/").status_code == 404


def test_a_deactivated_user_is_out_at_once(project: Project, browser: SignIn) -> None:
    client = browser("ann")
    person = make.user("ann")
    person.is_active = False
    person.save()

    assert client.get("/p/bridge/").status_code == 302


def test_an_import_of_another_project_is_not_there(project: Project, browser: SignIn) -> None:
    assert browser("manager").get(f"/p/bridge/imports/{uuid.uuid4()}/").status_code == 404


def test_forms_without_a_csrf_token_are_refused(project: Project) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.user("manager"))

    response = client.post("/p/bridge/next/")

    assert response.status_code == 403
    assert "expired" in response.content.decode()


def test_reading_pages_writes_nothing(project: Project, browser: SignIn) -> None:
    from corpus.models import Change

    make.document(project)
    n_before = Change.objects.count()
    for path, methods, _, _ in PAGES:
        if "GET" in methods:
            browser("manager").get(f"/p/bridge/{path}")

    assert Change.objects.count() == n_before
    assert not project.layers.exists()
