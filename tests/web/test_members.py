"""Members and rounds: looked at by many, changed by managers."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from annotate.actions import queue
from annotate.models import Project, Round
from tests import make
from tests.web.conftest import HTMX, SignIn

MEMBERS, CHANGE, ROUNDS = "/p/bridge/members/", "/p/bridge/members/change/", "/p/bridge/rounds/"
ROUND = {"name": "Second", "overlap": "2", "lease_minutes": "60", "blind": "on", "status": "open"}


def roles(project: Project, name: str) -> list[str]:
    found = project.members.filter(user__username=name, left_at__isnull=True).first()
    return found.roles if found else []


def test_a_manager_adds_a_member(project: Project, browser: SignIn) -> None:
    response = browser("manager").post(MEMBERS, {"username": "outsider", "role": "curator"})

    assert response["Location"] == MEMBERS
    assert roles(project, "outsider") == ["curator"]


def test_adding_by_htmx_answers_the_list(project: Project, browser: SignIn) -> None:
    response = browser("manager").post(MEMBERS, {"username": "outsider", "role": "annotator"}, headers=HTMX)

    assert response.status_code == 200
    assert response.content.strip().startswith(b'<div id="member-list">')
    assert b"outsider is a member now" in response.content


@pytest.mark.parametrize(
    "bad", [{}, {"username": "nobody", "role": "curator"}, {"username": "ben", "role": "king"}, {"username": "a\0b"}]
)
def test_a_bad_member_is_refused_in_both_ways(project: Project, browser: SignIn, bad: dict[str, str]) -> None:
    page = browser("manager").post(MEMBERS, bad)
    fragment = browser("manager").post(MEMBERS, bad, headers=HTMX)

    assert page.status_code == fragment.status_code == 400
    assert b"errorlist" in fragment.content and b"<html" not in fragment.content


def test_roles_are_replaced(project: Project, browser: SignIn) -> None:
    browser("manager").post(CHANGE, {"username": "ann", "roles": ["annotator", "curator"], "do": "save"})

    assert roles(project, "ann") == ["annotator", "curator"]


def test_a_member_is_removed_in_both_ways(project: Project, browser: SignIn) -> None:
    assert browser("manager").post(CHANGE, {"username": "ann", "do": "remove"})["Location"] == MEMBERS
    fragment = browser("manager").post(CHANGE, {"username": "ben", "do": "remove"}, headers=HTMX)

    assert b"ben is no longer a member" in fragment.content
    assert roles(project, "ann") == roles(project, "ben") == []


@pytest.mark.parametrize("chosen", [[], ["king"]])
def test_a_member_needs_a_role(project: Project, browser: SignIn, chosen: list[str]) -> None:
    response = browser("manager").post(CHANGE, {"username": "ann", "do": "save", "roles": chosen})

    assert response.status_code == 400
    assert b"at least one role" in response.content
    assert roles(project, "ann") == ["annotator"]


@pytest.mark.parametrize("change", [{"do": "remove"}, {"do": "save", "roles": ["annotator"]}])
def test_the_only_manager_stays(project: Project, browser: SignIn, change: dict[str, Any]) -> None:
    response = browser("manager").post(CHANGE, {"username": "manager", **change})

    assert response.status_code == 409
    assert b"only manager" in response.content


def test_who_gives_up_managing_is_led_out(project: Project, browser: SignIn) -> None:
    client = browser("manager")
    client.post(MEMBERS, {"username": "curator", "role": "manager"})

    left = client.post(CHANGE, {"username": "manager", "do": "save", "roles": ["annotator"]})

    assert left["Location"] == "/p/bridge/"


@pytest.mark.parametrize("name", ["nobody", "", "outsider", "a\0b"])
def test_only_members_can_be_changed(project: Project, browser: SignIn, name: str) -> None:
    assert browser("manager").post(CHANGE, {"username": name, "do": "remove"}).status_code == 404


def test_curators_look_and_change_nothing(project: Project, browser: SignIn) -> None:
    page = browser("curator").get(MEMBERS).content

    assert b"ann" in page and b"Add a member" not in page and b"Remove" not in page


def test_a_manager_opens_a_round(project: Project, browser: SignIn) -> None:
    assert browser("manager").post(ROUNDS, ROUND)["Location"] == ROUNDS

    made = project.rounds.get(number=2)
    assert (made.name, made.overlap, made.lease_minutes, made.is_blind, made.quota) == ("Second", 2, 60, True, None)


def test_opening_by_htmx_answers_the_list(project: Project, browser: SignIn) -> None:
    response = browser("manager").post(ROUNDS, ROUND, headers=HTMX)

    assert response.content.strip().startswith(b'<div id="round-list">')
    assert "“Second” is open".encode() in response.content


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "Round 1"},
        {"overlap": "0"},
        {"overlap": "x"},
        {"quota": "-1"},
        {"lease_minutes": ""},
        {"lease_minutes": "9" * 30},
        {"status": "lost"},
    ],
)
def test_a_bad_round_is_refused_in_both_ways(project: Project, browser: SignIn, bad: dict[str, str]) -> None:
    path = f"{ROUNDS}{project.rounds.get().pk}/change/"
    paths = {"Round 1": (ROUNDS,), "lost": (path,)}.get(next(iter(bad.values())), (ROUNDS, path))
    for sent in paths:
        page = browser("manager").post(sent, ROUND | bad)
        fragment = browser("manager").post(sent, ROUND | bad, headers=HTMX)
        assert page.status_code == fragment.status_code == 400
        assert b"errorlist" in page.content and b"<html" not in fragment.content
    assert Round.objects.count() == 1


def test_a_round_is_changed(project: Project, browser: SignIn) -> None:
    round = project.rounds.get()
    sent = {"name": "First", "lease_minutes": "240", "status": "closed", "targets_closed": "on", "quota": "7"}

    response = browser("manager").post(f"{ROUNDS}{round.pk}/change/", sent)

    round.refresh_from_db()
    assert response["Location"] == ROUNDS
    assert (round.name, round.status, round.are_targets_closed, round.quota) == ("First", "closed", True, 7)
    assert not round.is_blind


def test_the_overlap_is_fixed_once_somebody_has_begun(project: Project, browser: SignIn) -> None:
    make.document(project)
    queue.take_next(user=make.user("ann"), project=project, now=make.NOW)

    response = browser("manager").post(f"{ROUNDS}{project.rounds.get().pk}/change/", ROUND)

    assert response.status_code == 409
    assert b"its overlap is fixed" in response.content


def test_a_round_is_changed_by_managers_of_its_project_only(project: Project, browser: SignIn) -> None:
    other = make.project("other", manager=User.objects.get(username="ben")).rounds.get()

    assert browser("manager").post(f"{ROUNDS}{other.pk}/change/", ROUND).status_code == 404
    assert browser("curator").post(f"{ROUNDS}{project.rounds.get().pk}/change/", ROUND).status_code == 403
    assert browser("outsider").post(f"{ROUNDS}{project.rounds.get().pk}/change/", ROUND).status_code == 404
    assert browser("manager").get(f"{ROUNDS}{project.rounds.get().pk}/change/").status_code == 405


def test_annotators_read_the_rounds(project: Project, browser: SignIn) -> None:
    page = browser("ann").get(ROUNDS).content

    assert b"Every annotator reads every document" in page and b"<form class" not in page
