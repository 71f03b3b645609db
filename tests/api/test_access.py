"""Who is let in: tokens, sessions with CSRF, nobody else; errors as problem+json."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests import make
from tests.api.client import Api

pytestmark = pytest.mark.django_db


def test_nobody_is_401_with_a_challenge(project):
    answer = Api().get("projects/")
    assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json" and answer.json()["status"] == 401
    assert "Authorization: Bearer" in answer.json()["detail"]


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer nonsense",
        "bearer x",
        "Basic YTpi",
        "Bearer \xff",
        "Bearer " + "x" * 5000,
    ],
)
def test_a_malformed_or_unknown_token_is_401(project, header):
    answer = Api().get("projects/", headers={"Authorization": header})
    assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer"


def test_a_token_works_in_any_case_of_its_scheme(ann):
    token = ann.headers["Authorization"].removeprefix("Bearer ")
    assert Api().get("projects/", headers={"Authorization": f"bearer {token}"}).status_code == 200


def test_a_deactivated_users_token_ends_at_once(ann):
    ann.user.is_active = False
    ann.user.save()
    assert ann.get("projects/").status_code == 401


def test_a_deleted_token_ends_at_once(ann):
    ann.user.tokens.all().delete()
    assert ann.get("projects/").status_code == 401


def test_a_session_reads_and_needs_the_csrf_token_to_write(ann):
    client = Client(enforce_csrf_checks=True)
    assert client.login(username="ann", password=make.PASSWORD)
    body = {"data": {"slug": "mine", "name": "Mine"}, "content_type": "application/json"}

    assert client.get("/api/v1/projects/").status_code == 200
    refused = client.post("/api/v1/projects/", **body)
    assert refused.status_code == 403 and refused["Content-Type"] == "application/problem+json"
    assert "X-CSRFToken" in refused.json()["detail"]
    client.get("/account/")
    token = client.cookies["csrftoken"].value
    assert client.post("/api/v1/projects/", **body, headers={"X-CSRFToken": token}).status_code == 201


def test_a_token_needs_no_csrf(ann):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(
        "/api/v1/projects/", {"slug": "mine", "name": "Mine"}, content_type="application/json", headers=ann.headers
    )
    assert answer.status_code == 201


def test_an_address_that_does_not_exist_is_a_problem(ann):
    answer = ann.get("nothing/here/")
    assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"


def test_a_database_that_is_away_is_503_with_retry_after(ann):
    def away(*_):
        raise OperationalError("disk I/O error")

    with connection.execute_wrapper(away):
        answer = ann.get("projects/")
        health = Client().get("/healthz/")
    assert answer.status_code == 503 and answer["Retry-After"] and "disk" not in answer.json()["detail"]
    assert health.status_code == 503
    assert Client().get("/healthz/").status_code == 200


def test_any_signed_in_user_makes_a_project_and_manages_it(outsider):
    answer = outsider.post("projects/", {"slug": "mine", "name": "Mine", "description": "What for."})
    assert answer.status_code == 201 and answer["Location"] == "/api/v1/projects/mine/" and answer["ETag"] == '"1"'
    assert answer.json()["roles"] == ["manager"] and answer.json()["corpus"] == "mine"
    (round,) = outsider.get("projects/mine/rounds/").json()["results"]
    assert round["overlap"] is None and round["blind"] is True and round["codebook"]["version"] == 1


def test_a_project_is_changed_by_its_version(manager):
    assert manager.patch("projects/bridge/", {"name": "New"}, match='"1"')["ETag"] == '"2"'
    assert manager.patch("projects/bridge/", {"name": "Newer"}, match='"1"').status_code == 412
    assert manager.get("projects/bridge/").json()["name"] == "New"


def test_roles_add_up_and_the_last_manager_stays(manager, ann):
    assert manager.post("projects/bridge/members/", {"username": "ann", "role": "curator"}).json()["roles"] == [
        "annotator", "curator",
    ]  # fmt: skip
    assert manager.patch("projects/bridge/members/ann/", {"roles": ["annotator"]}).json()["roles"] == ["annotator"]
    assert manager.patch("projects/bridge/members/manager/", {"roles": ["annotator"]}).status_code == 409
    assert manager.delete("projects/bridge/members/manager/").status_code == 409
    assert manager.delete("projects/bridge/members/ann/").status_code == 204
    assert manager.delete("projects/bridge/members/ann/").status_code == 404


def test_a_round_is_opened_changed_and_sent_back_as_it_was_read(manager, ann, document):
    made = manager.post("projects/bridge/rounds/", {"name": "Second", "overlap": 2, "quota": 5, "lease_minutes": 60})
    assert made.status_code == 201 and made.json()["number"] == 2
    again = manager.patch(made["Location"], made.json())
    assert again.status_code == 200 and again.json() == made.json()
    assert ann.get(made["Location"]).json() == made.json()
    ann.post(f"projects/bridge/next/?round={made.json()['id']}")
    assert manager.patch(made["Location"], {"overlap": 3}).status_code == 409
