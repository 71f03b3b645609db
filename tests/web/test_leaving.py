"""Leaving a project: leases end, open layers are withdrawn, submitted ones stay under a pseudonym; and coming back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User

from annotate.actions import layers, leaving, projects, queue, returns
from annotate.formats import FORMATS, Selection, delivered
from annotate.formats.delivery import members
from annotate.models import Layer, LayerStatus, Project, RoundDocument
from annotate.payloads.problems import NotThere, WrongState
from annotate.web.progress import own_progress, team_progress
from corpus.models import Change
from tests import make
from tests.api.client import Api, lines
from tests.formats.folders import as_text
from tests.make import NOW
from tests.web.conftest import HTMX, SignIn

CLOSURE, SHORT = "The closure is needed", "it will be short"
pytestmark = pytest.mark.django_db


@pytest.fixture
def worked(project: Project) -> Project:
    """Documents go to one person each: ann has submitted the first, got the second back, and begun the third."""
    for number in range(4):
        make.document(project, f"{make.TEXT}\n\n{number}.")
    round = project.rounds.get()
    settings = replace(projects.settings_of(round), overlap=1)
    projects.update_round(user=make.user("manager"), round=round, settings=settings)
    for finish in (True, True, False):
        taken = queue.take_next(user=make.user("ann"), project=project, now=NOW)
        assert taken is not None
        make.claim(make.user("ann"), taken.document, CLOSURE)
        if finish:
            layers.submit_layer(user=make.user("ann"), document=taken.document, now=NOW)
    layer = Layer.objects.filter(annotator__username="ann").order_by("document__number")[1]
    returns.return_layer(user=make.user("manager"), layer=layer, now=NOW)
    return project


def statuses(name: str) -> list[str]:
    return list(
        Layer.objects.filter(annotator__username=name).order_by("document__number").values_list("status", flat=True)
    )


def places(project: Project) -> list[int]:
    return list(
        RoundDocument.objects.filter(round__project=project).order_by("position").values_list("n_taken", flat=True)
    )


def leave(project: Project, name: str = "ann") -> None:
    leaving.leave_project(user=make.user(name), project=project, now=NOW)


def test_unfinished_layers_are_withdrawn_and_their_places_given_back_once(worked: Project) -> None:
    assert statuses("ann") == ["submitted", "returned", "open"] and places(worked) == [1, 1, 1, 0]

    leave(worked)

    assert statuses("ann") == ["submitted", "withdrawn", "withdrawn"] and places(worked) == [1, 0, 0, 0]
    assert not Layer.objects.filter(status="withdrawn", has_place=True).exists()
    assert Layer.objects.filter(annotator__username="ann", n_claims=1).count() == 3
    rows = Change.objects.filter(action="member.leave")
    assert sorted(rows.values_list("object_type", flat=True)) == ["layer", "layer", "member"]
    assert rows.values("batch").distinct().count() == 1
    with pytest.raises(NotThere):
        leave(worked)
    assert places(worked) == [1, 0, 0, 0]


def test_the_places_go_to_others(worked: Project) -> None:
    leave(worked)

    taken = [queue.take_next(user=make.user(name), project=worked, now=NOW) for name in ("ben", "curator")]

    assert [found.document.number for found in taken if found] == [2, 3]


def test_withdrawn_layers_count_in_no_figure(worked: Project) -> None:
    leave(worked)
    projects.add_member(user=make.user("manager"), project=worked, username="ann", roles={"annotator"}, now=NOW)  # type: ignore[arg-type]

    own = own_progress(make.user("ann"), [worked])[worked.pk]
    team = team_progress(make.user("manager"), worked, own.n_documents)

    assert (own.n_submitted, own.n_open) == (1, 0)
    assert team.n_submitted == 1


def test_with_everybody_annotating_a_withdrawn_layer_is_not_done(project: Project) -> None:
    document = make.document(project)
    make.claim(make.user("ann"), document, CLOSURE)
    leave(project)
    projects.add_member(user=make.user("manager"), project=project, username="ann", roles={"annotator"}, now=NOW)  # type: ignore[arg-type]
    assert not own_progress(make.user("ann"), [project])[project.pk].is_done

    found = queue.take_next(user=make.user("ann"), project=project, now=NOW)

    assert found is not None and found.document == document and statuses("ann") == ["open"]
    assert Layer.objects.get().n_claims == 1


def test_exports_name_who_left_by_the_pseudonym_and_mark_what_is_withdrawn(worked: Project) -> None:
    pseudonym = worked.members.get(user__username="ann").pseudonym
    make.claim(make.user("ben"), taken(worked, "ben"), SHORT)
    leave(worked)
    selection = Selection(project=worked, user=make.user("manager"), layers="annotators")

    for format in FORMATS.values():
        if format.is_installed:
            named = f"whole.{format.extension}"
            files = {found.path or named: b"".join(found.pieces) for found in members(format, selection)}
            data = "\n".join([*files, *(text.decode() for text in as_text(files).values())])
            assert pseudonym in data and not re.search(r"(?<!\.)\bann\b", data), format.key
    rows = lines_of(FORMATS["jsonl"], selection)
    assert [(row["annotator"], row.get("withdrawn")) for row in rows] == [
        (pseudonym, None),
        (pseudonym, True),
        (pseudonym, True),
        ("ben", None),
    ]
    documents = lines_of(FORMATS["documents-jsonl"], selection)
    found = [(layer["annotator"], layer["status"]) for row in documents for layer in row["layers"]]
    assert (pseudonym, "withdrawn") in found and (pseudonym, "submitted") in found


def lines_of(format: Any, selection: Selection) -> list[Any]:
    class Answer:
        streaming_content = delivered(format, selection)

    return lines(Answer)


def taken(project: Project, name: str) -> Any:
    found = queue.take_next(user=make.user(name), project=project, now=NOW)
    assert found is not None
    return found.document


def test_no_page_names_who_left_to_a_curator(worked: Project, browser: SignIn) -> None:
    ann = User.objects.get(username="ann")
    User.objects.filter(pk=ann.pk).update(username="zephyrine", first_name="Zephyrine")
    pseudonym = worked.members.get(user=ann).pseudonym
    leaving.leave_project(user=User.objects.get(pk=ann.pk), project=worked, now=NOW)
    layer = Layer.objects.filter(annotator=ann, status="submitted").get()
    client, api = browser("curator"), Api(User.objects.get(username="curator"))
    reader = f"/p/bridge/d/{layer.document_id}/"
    addresses = [
        "/p/bridge/", "/p/bridge/members/", "/p/bridge/export/", reader, f"{reader}?layer={layer.pk}", "/admin/",
        *(f"/admin/annotate/{name}/" for name in ("layer", "claim", "member", "change", "documentimport")),
        f"/admin/annotate/layer/{layer.pk}/change/", f"/admin/annotate/layer/{layer.pk}/history/",
        f"/admin/annotate/claim/{layer.claims.get().pk}/change/", "/admin/corpus/change/",
        f"/admin/annotate/member/{worked.members.get(user=ann).pk}/change/",
    ]  # fmt: skip
    for path in addresses:
        answer = client.get(path)
        assert "ephyrine" not in answer.text, path
    assert pseudonym in client.get("/p/bridge/members/").text.split("Left")[1]
    assert f">{pseudonym}</a>" in client.get(reader).text
    assert "0 member" in client.get("/admin/annotate/member/?q=zephyrine").text or pseudonym not in "".join(
        client.get("/admin/annotate/member/?q=zephyrine").text.split("results")[1:]
    )
    (left,) = api.get("projects/bridge/members/?left=true").json()["results"]
    assert (left["username"], left["name"], left["pseudonym"]) == (None, "", pseudonym)
    manager = Api(User.objects.get(username="manager"))
    assert manager.get("projects/bridge/members/?left=true").json()["results"][0]["username"] == "zephyrine"
    assert "zephyrine" in browser("manager").get("/p/bridge/members/").text


def test_a_pseudonym_is_nobodys_user_name(project: Project) -> None:
    make.user("a5")

    person = make.member(project, "outsider")

    assert project.members.get(user=person).pseudonym == "A6"


def test_leaving_says_what_it_means_first(worked: Project, browser: SignIn) -> None:
    client = browser("ann")

    page = client.get("/p/bridge/leave/").text
    assert "2 unfinished readings are withdrawn" in page and "1 submitted reading" in page
    assert statuses("ann") == ["submitted", "returned", "open"]

    assert client.post("/p/bridge/leave/")["Location"] == "/"
    assert client.get("/p/bridge/").status_code == client.get("/p/bridge/leave/").status_code == 404
    assert client.post("/p/bridge/leave/").status_code == 404


def test_the_last_manager_stays_and_is_told_why(project: Project, browser: SignIn) -> None:
    page = browser("manager").post("/p/bridge/leave/")
    fragment = browser("manager").post("/p/bridge/leave/", headers=HTMX)

    assert page.status_code == fragment.status_code == 409
    assert "only manager" in page.text and fragment.text.strip().startswith('<div id="leaving">')


def test_a_member_leaves_by_the_api(project: Project) -> None:
    ann = Api(make.user("ann"))

    assert ann.delete("projects/bridge/members/ben/").status_code == 403
    assert ann.delete("projects/bridge/members/ann/").status_code == 204
    assert ann.get("projects/bridge/").status_code == 404


def test_who_comes_back_takes_a_layer_up_again_while_a_place_is_free(worked: Project, browser: SignIn) -> None:
    leave(worked)
    taken(worked, "ben")
    projects.add_member(user=make.user("manager"), project=worked, username="ann", roles={"annotator"}, now=NOW)  # type: ignore[arg-type]
    second, third = Layer.objects.filter(annotator__username="ann", status="withdrawn").order_by("document__number")
    client = browser("ann")

    assert "Withdrawn" in client.get(f"/p/bridge/d/{third.document_id}/").text
    assert client.post(f"/p/bridge/d/{second.document_id}/reopen/").status_code == 409
    assert client.post(f"/p/bridge/d/{third.document_id}/reopen/").status_code == 302

    assert statuses("ann") == ["submitted", "withdrawn", "open"] and places(worked) == [1, 1, 1, 0]
    third.refresh_from_db()
    assert third.has_place and third.lease_expires_at is not None


def test_next_takes_a_withdrawn_layer_up_again(worked: Project) -> None:
    leave(worked)
    projects.add_member(user=make.user("manager"), project=worked, username="ann", roles={"annotator"}, now=NOW)  # type: ignore[arg-type]

    found = queue.take_next(user=make.user("ann"), project=worked, now=NOW)

    assert found is not None and found.layer is not None
    assert (found.document.number, found.layer.status, found.layer.n_claims) == (2, "open", 1)
    assert places(worked) == [1, 1, 0, 0]


def test_a_manager_lists_releases_and_restores(worked: Project, browser: SignIn) -> None:
    client = browser("manager")
    layer = Layer.objects.get(annotator__username="ann", status="open")
    path = f"/p/bridge/members/ann/layers/{layer.pk}/"

    page = client.get("/p/bridge/members/ann/").text
    assert "Unfinished readings" in page and str(layer.pk) in page

    assert client.post(path, {"do": "release"})["Location"] == "/p/bridge/members/ann/"
    assert statuses("ann")[-1] == "withdrawn" and places(worked)[2] == 0
    assert client.post(path, {"do": "release"}).status_code == 409
    fragment = client.post(path, {"do": "restore"}, headers=HTMX)
    assert fragment.text.strip().startswith('<div id="member-work">') and "open again" in fragment.text
    assert statuses("ann")[-1] == "open" and places(worked)[2] == 1


def test_layers_of_somebody_who_left_are_not_restored(worked: Project) -> None:
    leave(worked)
    layer = Layer.objects.filter(status=LayerStatus.WITHDRAWN).first()
    assert layer is not None

    with pytest.raises(WrongState, match="no active member"):
        leaving.restore_layer(user=make.user("manager"), layer=layer, now=NOW)


@pytest.mark.parametrize("name", ["nobody", "outsider", "a%00b"])
def test_the_page_of_somebody_else_is_not_there(project: Project, browser: SignIn, name: str) -> None:
    assert browser("manager").get(f"/p/bridge/members/{name}/").status_code == 404


def test_a_profile_is_changed_and_shown(project: Project, browser: SignIn) -> None:
    client = browser("ann")

    sent = {"first_name": "Ann", "last_name": "Berg", "email": "ann@example.org"}
    assert client.post("/account/profile/", sent)["Location"] == "/account/"

    assert "Ann Berg" in client.get("/account/").text and "Bridge" in client.get("/account/").text
    members = browser("curator").get("/p/bridge/members/").text
    assert "Ann Berg" in members and "ann@example.org" not in members
    assert Change.objects.get(action="user.profile").after["first_name"] == "Ann"


@pytest.mark.parametrize("bad", [{"email": "no"}, {"first_name": "a\u202eb"}, {"last_name": "x" * 151}])
def test_a_bad_profile_is_refused_in_both_ways(browser: SignIn, bad: dict[str, str]) -> None:
    page = browser("ann").post("/account/profile/", bad)
    fragment = browser("ann").post("/account/profile/", bad, headers=HTMX)

    assert page.status_code == fragment.status_code == 400
    assert "errorlist" in page.text and fragment.text.strip().startswith("<form")


def test_more_than_a_profile_is_not_changed(browser: SignIn) -> None:
    browser("ann").post("/account/profile/", {"first_name": "A", "is_superuser": "on", "username": "root", "id": "1"})

    found = User.objects.get(username="ann")
    assert not found.is_superuser and found.first_name == "A"
