"""A deactivated user is out at once, by every way in; guessing ends; and nothing else in a request gives a right."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotate.actions import accounts, leaving, queue
from annotate.models import Attempt, Layer, Member, Project
from tests import make
from tests.api.client import Api
from tests.make import NOW, PASSWORD
from tests.permissions.table import TABLE
from tests.permissions.test_routes import address, build_world, routes

pytestmark = pytest.mark.django_db
CLOSURE, SHORT = "The closure is needed", "it will be short"
REAL_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def deactivate(name: str) -> None:
    root = make.user("root", is_superuser=True)
    accounts.update_user(user=root, account=User.objects.get(username=name), values={"is_active": False})


@pytest.fixture
def project(db: None) -> Project:
    found = make.project()
    make.member(found, "ann")
    make.member(found, "curator", "curator")
    return found


@pytest.fixture
def world(db: None) -> dict[str, str]:
    return build_world()


def signed_in(name: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make.user(name))
    return client


def test_sessions_and_tokens_end_with_the_next_request(project: Project) -> None:
    document = make.document(project)
    browser, api = signed_in("ann"), Api(make.user("ann"))
    reader = f"/p/bridge/d/{document.pk}/"
    assert browser.get(reader).status_code == 200 and api.get("projects/").status_code == 200

    deactivate("ann")

    assert browser.get(reader).status_code == 302
    body = make.body(document.text, CLOSURE)
    put = browser.put(f"{reader}claims/{uuid.uuid4()}/", body, "application/json", headers={"If-None-Match": "*"})
    assert put.status_code == 401
    assert browser.get("/api/v1/projects/").status_code == 401
    assert api.get("projects/").status_code == api.post("projects/", {}).status_code == 401
    assert Client().post("/login/", {"username": "ann", "password": PASSWORD}).status_code == 400
    assert not Layer.objects.exists()


def test_the_panel_ends_too(project: Project) -> None:
    curator, root = signed_in("curator"), signed_in("root")
    make.user("other", is_superuser=True)
    User.objects.filter(username="root").update(is_superuser=True)
    assert curator.get("/admin/").status_code == root.get("/admin/").status_code == 200

    deactivate("curator")
    User.objects.filter(username="root").update(is_active=False)

    for client in (curator, root):
        answer = client.get("/admin/annotate/layer/")
        assert answer.status_code == 302 and "/login/" in answer["Location"]


def test_a_manager_sees_who_is_deactivated_and_releases_what_they_keep(project: Project) -> None:
    make.document(project)
    round = project.rounds.get()
    type(round).objects.filter(pk=round.pk).update(overlap=1)
    ann = make.user("ann")
    taken = queue.take_next(user=ann, project=project, now=NOW)
    assert taken is not None and taken.layer is not None
    deactivate("ann")

    manager = signed_in("manager")
    assert "deactivated" in manager.get("/p/bridge/members/").text
    assert Api(make.user("curator")).get("projects/bridge/members/").json()["results"][1]["active"] is False
    leaving.release_layer(user=make.user("manager"), layer=taken.layer, now=NOW)

    found = queue.take_next(user=make.user("curator"), project=project, now=NOW)
    assert found is not None and found.document == taken.document


def test_a_wrong_token_costs_one_query(project: Project) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get("/api/v1/projects/", headers={"Authorization": "Bearer sp_wrong"})

    assert answer.status_code == 401 and len(queries) == 1


def wrong(client: Client, address: str = "127.0.0.1", name: str = "ann") -> int:
    return client.post("/login/", {"username": name, "password": "no"}, REMOTE_ADDR=address).status_code


def test_a_name_is_guessed_at_only_so_often_from_everywhere(project: Project) -> None:
    for number in range(50):
        assert wrong(Client(), f"192.0.2.{number}") == 400

    assert wrong(Client(), "192.0.2.99") == 429
    assert wrong(Client(), "192.0.2.99", "curator") == 400


def test_nobody_locks_out_a_person_who_has_signed_in_here_before(project: Project) -> None:
    own = Client()
    assert own.post("/login/", {"username": "ann", "password": PASSWORD}).status_code == 302
    own.post("/logout/")
    for number in range(60):
        wrong(Client(), f"192.0.2.{number}")
    for _ in range(30):
        wrong(Client())

    assert Client().post("/login/", {"username": "ann", "password": PASSWORD}).status_code == 429
    assert own.post("/login/", {"username": "ann", "password": PASSWORD}).status_code == 302


def test_the_mark_of_a_browser_gives_a_few_attempts_and_only_for_its_person(project: Project) -> None:
    own = Client()
    own.post("/login/", {"username": "ann", "password": PASSWORD})
    own.post("/logout/")

    assert [wrong(own) for _ in range(6)] == [400] * 5 + [429]
    assert [wrong(own, name="curator") for _ in range(6)] == [400] * 5 + [429]


def test_counts_are_shared_by_all_processes_and_keep_no_names(project: Project) -> None:
    wrong(Client())

    assert Attempt.objects.count() == 3
    assert not Attempt.objects.filter(key__contains="ann").exists()


def test_the_old_password_is_not_guessed_in_an_open_browser(project: Project) -> None:
    client = signed_in("ann")
    new = {"new_password1": "another long password", "new_password2": "another long password"}
    for _ in range(5):
        assert client.post("/account/password/", new | {"old_password": "no"}).status_code == 400

    assert client.post("/account/password/", new | {"old_password": PASSWORD}).status_code == 429


def test_methods_that_a_route_does_not_have_are_refused_for_everybody(world: dict[str, str]) -> None:
    known = {(line.route, line.method) for line in TABLE}
    people = {name: Api(make.user(name)) for name in ("outsider", "annotator", "manager")}
    browsers = {name: signed_in(name) for name in people}
    for route in {found.name for whole, found in routes() if not whole.startswith("admin/") and found.name}:
        path = address(route, world)
        for method in REAL_METHODS:
            if (route, method) in known or route == "password_reset_confirm":
                continue
            for name, api in people.items():
                client = api if path.startswith("/api/") else browsers[name]
                answer = client.send(method, path, {}) if client is api else client.generic(method, path)
                assert answer.status_code in (401, 403, 404, 405), (route, method, name, answer.status_code)
            anonymous = Client().generic(method, path)
            assert anonymous.status_code in (302, 401, 403, 404, 405), (route, method, anonymous.status_code)
            if anonymous.status_code == 302:
                assert "/login/" in anonymous["Location"] or route in ("favicon",), (route, method)


def test_options_and_head_tell_no_more_than_get(world: dict[str, str]) -> None:
    outsider = Api(make.user("outsider"))
    for whole, found in routes():
        if not whole.startswith("api/v1/") or (found.name, "GET") not in {(line.route, line.method) for line in TABLE}:
            continue
        path = address(str(found.name), world)
        assert outsider.send("HEAD", path).status_code in (outsider.get(path).status_code, 405), path
        options = outsider.send("OPTIONS", path)
        assert options.status_code in (200, 204, 403, 404, 405) and b"bridge" not in options.content, path


@pytest.mark.parametrize("way", ["header", "field", "query"])
def test_a_method_is_not_overridden(project: Project, way: str) -> None:
    ann = Api(make.user("manager"))
    headers = {"X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "DELETE"} if way == "header" else {}
    path = "projects/bridge/members/ann/" + ("?_method=DELETE" if way == "query" else "")
    body = {"_method": "DELETE", "roles": ["annotator"]} if way == "field" else {"roles": ["annotator"]}

    ann.send("PATCH", path, body, headers=headers)
    ann.send("POST", path, body, headers=headers)
    ann.send("GET", path, headers=headers)

    assert project.members.filter(user__username="ann", left_at__isnull=True).exists()


def test_what_a_body_says_of_ids_owners_and_versions_has_no_effect(project: Project) -> None:
    document, ann = make.document(project), Api(make.user("ann"))
    theirs = make.claim(make.user("curator"), document, SHORT)
    id, forged = uuid.uuid4(), str(uuid.uuid4())
    sent = make.body(document.text, CLOSURE) | {
        "document": str(document.pk), "id": forged, "layer": theirs["layer"], "version": 99, "annotator": "curator",
        "created_at": "2001-01-01T00:00:00.000000Z", "updated_at": "2001-01-01T00:00:00.000000Z",
    }  # fmt: skip
    made = ann.put(f"claims/{id}/", sent)
    if made.status_code == 400:
        sent = {key: value for key, value in sent.items() if key not in ("annotator",)}
        made = ann.put(f"claims/{id}/", sent)

    if made.status_code == 201:
        stored = made.json()
        assert stored["id"] == str(id) and stored["layer"] != theirs["layer"] and stored["version"] == 1
        assert not stored["created_at"].startswith("2001")
    assert Layer.objects.get(pk=theirs["layer"]).n_claims == 1
    assert not Layer.objects.filter(claims__id=forged).exists()


def test_nobody_gives_themselves_roles(project: Project) -> None:
    ann, browser = Api(make.user("ann")), signed_in("ann")
    roles = {"roles": ["manager"], "role": "manager", "is_manager": True, "is_superuser": True}

    ann.patch("projects/bridge/", roles), ann.patch("projects/bridge/members/ann/", roles)
    ann.post("projects/bridge/members/", {"username": "ann"} | roles)
    browser.post("/account/profile/", {"is_superuser": "on", "is_manager": "on"})
    browser.post("/p/bridge/members/change/", {"username": "ann", "roles": "manager"})
    ann.post("projects/", {"slug": "own", "name": "Own", "corpus": str(project.corpus_id), "id": str(project.pk)})

    member = Member.objects.get(project=project, user__username="ann")
    assert member.roles == ["annotator"] and not member.user.is_superuser
    assert not Project.objects.filter(slug="own", corpus=project.corpus_id).exists()
