"""Joining by a link that expires: made, shown once, used so many times, taken back."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from annotate.actions import invitations as actions
from annotate.actions import leaving
from annotate.models import Invitation, Member, Project
from annotate.payloads.problems import NotThere
from corpus.models import Change
from tests import make
from tests.api.client import Api
from tests.make import PASSWORD
from tests.web.conftest import HTMX, SignIn

PATH = "/p/bridge/invitations/"
SENT = {"roles": ["annotator", "curator"], "max_uses": "3", "hours": "24", "note": "Spring course"}
NEW = {"username": "newcomer", "new_password1": PASSWORD, "new_password2": PASSWORD}
LINK = re.compile(r"http://testserver(/invite/[\w-]{43}/)")


def roles(project: Project, name: str) -> list[str]:
    found = project.members.filter(user__username=name, left_at__isnull=True).first()
    return found.roles if found else []


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_manager_makes_a_link_that_is_shown_once(project: Project, browser: SignIn, headers: Any) -> None:
    client = browser("manager")

    response = client.post(PATH, SENT, headers=headers)

    link = LINK.search(response.text)
    assert link is not None and "no-store" in response["Cache-Control"]
    page = client.get("/p/bridge/members/").text
    assert link[1] not in page and "Spring course" in page and "0 of 3 joined" in page
    made = Invitation.objects.get()
    assert made.roles == ["annotator", "curator"] and link[1].split("/")[2] not in made.digest
    assert link[1].split("/")[2] not in str(list(Change.objects.values_list("after", flat=True)))


@pytest.mark.parametrize(
    "bad",
    [{"roles": []}, {"roles": ["king"]}, {"max_uses": "0"}, {"max_uses": "1001"}, {"hours": "5"}, {"note": "a\0"}],
)
def test_a_bad_invitation_is_refused(project: Project, browser: SignIn, bad: Any) -> None:
    response = browser("manager").post(PATH, SENT | bad)

    assert response.status_code == 400 and "errorlist" in response.text
    assert not Invitation.objects.exists()


def test_who_is_signed_in_joins_with_a_press_and_not_by_looking(project: Project, browser: SignIn) -> None:
    invitation, secret = make.invitation(project, "annotator", "curator")
    client = browser("outsider")

    page = client.get(f"/invite/{secret}/")
    assert "Join Bridge as annotator, curator" in page.text and "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    assert roles(project, "outsider") == []

    assert client.post(f"/invite/{secret}/join/")["Location"] == "/p/bridge/"
    assert roles(project, "outsider") == ["annotator", "curator"]
    invitation.refresh_from_db()
    assert invitation.n_uses == 1
    row = Change.objects.get(action="invitation.join", object_type="invitation")
    assert (row.before["n_uses"], row.after["n_uses"]) == (0, 1)


def test_who_has_no_account_makes_one_there(project: Project) -> None:
    _, secret = make.invitation(project)
    client = Client()

    assert f"/login/?next=/invite/{secret}/" in client.get(f"/invite/{secret}/").text
    assert client.post(f"/invite/{secret}/", NEW)["Location"] == "/p/bridge/"

    assert roles(project, "newcomer") == ["annotator"]
    assert client.get("/p/bridge/").status_code == 200
    assert Client().post("/login/", {"username": "newcomer", "password": PASSWORD})["Location"] == "/"


@pytest.mark.parametrize(
    "bad",
    [
        {"username": "ann"},
        {"username": "a b"},
        {"username": ""},
        {"new_password1": "short", "new_password2": "short"},
        {"new_password2": "another long password"},
        {"username": "a\0b"},
    ],
)
def test_a_bad_account_is_refused_and_uses_nothing_up(project: Project, bad: dict[str, str]) -> None:
    invitation, secret = make.invitation(project)
    before = User.objects.count()

    response = Client().post(f"/invite/{secret}/", NEW | bad)

    invitation.refresh_from_db()
    assert response.status_code == 400 and "errorlist" in response.text
    assert (User.objects.count(), invitation.n_uses) == (before, 0)


def ended(project: Project) -> dict[str, str]:
    """Return secrets of links that do not work, by the reason."""
    found = {}
    for why in ("used up", "expired", "taken back", "its maker left"):
        invitation, found[why] = make.invitation(project)
        rows = Invitation.objects.filter(pk=invitation.pk)
        if why == "used up":
            rows.update(n_uses=1)
        if why == "expired":
            rows.update(expires_at=timezone.now() - timedelta(seconds=1))
        if why == "taken back":
            actions.revoke_invitation(user=make.user("manager"), invitation=invitation, now=timezone.now())
        if why == "its maker left":
            rows.update(created_by=make.member(project, "ann"))
    return found | {"unknown": "x" * 43, "odd": "…"}


def test_a_link_that_does_not_work_is_answered_the_same_whatever_the_reason(project: Project, browser: SignIn) -> None:
    secrets = ended(project)
    for client in (Client(), browser("outsider")):
        answers = {why: client.get(f"/invite/{secret}/") for why, secret in secrets.items()}
        assert {answer.status_code for answer in answers.values()} == {404}
        assert len({re.sub(r"(csrf|Token)[^>]*", "", answer.text) for answer in answers.values()}) == 1
        assert "Ask who sent it" in answers["unknown"].text
    for secret in secrets.values():
        assert browser("outsider").post(f"/invite/{secret}/join/").status_code == 404
        assert Client().post(f"/invite/{secret}/", NEW).status_code == 404
    assert not User.objects.filter(username="newcomer").exists() and roles(project, "outsider") == []


def test_a_member_uses_nothing_up(project: Project, browser: SignIn) -> None:
    invitation, secret = make.invitation(project)
    client = browser("outsider")
    client.post(f"/invite/{secret}/join/")

    assert client.post(f"/invite/{secret}/join/")["Location"] == "/p/bridge/"
    assert "You are a member already" in client.get(f"/invite/{secret}/").text
    assert browser("manager").post(f"/invite/{secret}/join/").status_code == 302
    invitation.refresh_from_db()
    assert invitation.n_uses == 1 and roles(project, "manager") == ["manager"]


def test_a_member_gets_a_further_role_by_a_link(project: Project, browser: SignIn) -> None:
    invitation, secret = make.invitation(project, "curator")

    browser("ann").post(f"/invite/{secret}/join/")

    invitation.refresh_from_db()
    assert roles(project, "ann") == ["annotator", "curator"] and invitation.n_uses == 1


def test_who_comes_back_has_the_same_pseudonym(project: Project, browser: SignIn) -> None:
    member = project.members.get(user__username="ann")
    leaving.leave_project(user=member.user, project=project, now=make.NOW)
    _, secret = make.invitation(project)

    browser("ann").post(f"/invite/{secret}/join/")

    again = Member.objects.get(pk=member.pk)
    assert (again.left_at, again.pseudonym) == (None, member.pseudonym)


@pytest.mark.django_db(transaction=True)
def test_of_eight_people_at_once_one_joins_by_a_link_for_one() -> None:
    project = make.project()
    invitation, secret = make.invitation(project)
    people = [make.user(f"p{n}") for n in range(8)]

    def join(person: User) -> bool:
        try:
            actions.join(user=person, secret=secret, now=timezone.now())
        except NotThere:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        joined = list(pool.map(join, people))

    invitation.refresh_from_db()
    assert joined.count(True) == 1 and invitation.n_uses == 1
    assert project.members.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_person_joining_eight_times_at_once_is_counted_once() -> None:
    project = make.project()
    invitation, secret = make.invitation(project, max_uses=8)
    person = make.user("p")

    def join(_: int) -> None:
        actions.join(user=person, secret=secret, now=timezone.now())
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(join, range(8)))

    invitation.refresh_from_db()
    assert invitation.n_uses == 1 and project.members.count() == 2


def test_guessing_user_names_by_a_link_ends(project: Project) -> None:
    _, secret = make.invitation(project, max_uses=100)
    for _ in range(20):
        assert Client().post(f"/invite/{secret}/", NEW | {"username": "ann"}).status_code == 400

    response = Client().post(f"/invite/{secret}/", NEW)

    assert (response.status_code, response["Retry-After"]) == (429, "900")


def test_a_link_is_taken_back_in_both_ways(project: Project, browser: SignIn) -> None:
    first, _ = make.invitation(project)
    second, secret = make.invitation(project)
    client = browser("manager")

    assert client.post(f"{PATH}{first.pk}/revoke/")["Location"] == "/p/bridge/members/"
    fragment = client.post(f"{PATH}{second.pk}/revoke/", headers=HTMX)

    assert fragment.text.strip().startswith('<div id="member-list">') and "taken back" in fragment.text
    assert Client().get(f"/invite/{secret}/").status_code == 404
    assert client.get(f"{PATH}{first.pk}/revoke/").status_code == 405


def test_only_managers_of_the_project_invite(project: Project, browser: SignIn) -> None:
    other = make.project("other", manager=User.objects.get(username="ben"))
    foreign, _ = make.invitation(other)

    assert browser("curator").post(PATH, SENT).status_code == 403
    assert browser("outsider").post(PATH, SENT).status_code == 404
    assert browser("manager").post(f"{PATH}{foreign.pk}/revoke/").status_code == 404
    assert "Invite people" not in browser("curator").get("/p/bridge/members/").text


def test_invitations_by_the_api(project: Project) -> None:
    api = Api(User.objects.get(username="manager"))

    made = api.post("projects/bridge/invitations/", {"roles": ["curator"], "max_uses": 2, "hours": 720, "note": "x"})

    assert made.status_code == 201 and LINK.search(made.json()["url"])
    (listed,) = api.get("projects/bridge/invitations/").json()["results"]
    assert listed == {key: value for key, value in made.json().items() if key != "url"} and listed["open"]
    assert api.delete(f"invitations/{listed['id']}/").status_code == 204
    assert api.get("projects/bridge/invitations/").json()["results"][0]["open"] is False
    for bad in ({"hours": 721}, {"max_uses": True}, {"roles": "x"}, {"id": 1}, {"note": 1}, []):
        assert api.post("projects/bridge/invitations/", bad).status_code == 400


def test_lists_of_invitations_take_the_same_number_of_queries(project: Project, browser: SignIn) -> None:
    from django.test.utils import CaptureQueriesContext

    client, api = browser("manager"), Api(User.objects.get(username="manager"))
    counts = []
    for _ in range(2):
        for _ in range(5):
            make.invitation(project)
        with CaptureQueriesContext(connection) as queries:
            client.get("/p/bridge/members/")
            api.get("projects/bridge/invitations/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
