"""Projects, members and rounds: managers change them, curators read."""

from __future__ import annotations

import pytest

from annotate.models import Member, Project, Round
from corpus.models import Change
from tests import make
from tests.admin_panel.pages import adding, form_values, page, press, run, save


def test_curators_read_what_managers_change(bridge, as_user):
    client = as_user(bridge.curator)

    for obj in (bridge.project, bridge.project.rounds.get(), bridge.project.members.get(user=bridge.annotator)):
        assert 'name="_save"' not in client.get(page(obj)).text
        assert client.post(page(obj), {"name": "x", "is_manager": "on"}).status_code == 403
    assert client.get(adding(Member)).status_code == client.get(adding(Round)).status_code == 403


def test_a_manager_of_one_project_only_curates_in_another(bridge, tower, as_user):
    make.member(tower.project, bridge.manager.username, "curator")
    client = as_user(bridge.manager)

    assert client.post(page(tower.project), {"name": "x"}).status_code == 403
    assert "Tower" not in client.get(adding(Member)).text + client.get(adding(Round)).text
    sent = {"project": tower.project.pk, "username": bridge.manager.username, "is_manager": "on"}
    assert "errorlist" in client.post(adding(Member), sent).text
    run(client, Member, "end_membership", tower.project.members.get(user=tower.annotator))
    assert not tower.project.members.filter(left_at__isnull=False).exists()


def test_a_project_is_renamed_through_the_action(bridge, as_user):
    client = as_user(bridge.manager)

    save(client, bridge.project, name="Bridges", slug="other", description="a\r\nb")

    bridge.project.refresh_from_db()
    assert (bridge.project.name, bridge.project.slug, bridge.project.description) == ("Bridges", "bridge", "a\nb")
    assert Change.objects.get(action="project.update").actor == bridge.manager
    assert "errorlist" in save(client, bridge.project, name="a\u202eb").text


def test_a_project_is_made_with_its_corpus(bridge, as_user):
    client = as_user(bridge.curator)

    answer = client.post(adding(Project), {"slug": "ferry", "name": "Ferry", "description": ""})

    assert answer.status_code == 302
    made = Project.objects.get(slug="ferry")
    assert made.members.get().user == bridge.curator and made.rounds.exists()
    for slug in ("ferry", "Ferry!", "admin", "tower x"):
        assert "errorlist" in client.post(adding(Project), {"slug": slug, "name": "Ferry"}).text


def test_members_are_added_by_user_name(bridge, as_user):
    client, cara = as_user(bridge.manager), make.user("cara")
    sent = {"project": bridge.project.pk, "username": "cara", "is_annotator": "on", "is_curator": "on"}

    assert client.post(adding(Member), sent).status_code == 302
    assert bridge.project.members.get(user=cara).roles == ["annotator", "curator"]
    assert Change.objects.get(action="member.add", after__user=cara.pk).actor == bridge.manager
    for wrong in ({"username": "nobody"}, {"username": ""}, {"username": "\0"}):
        assert "errorlist" in client.post(adding(Member), sent | wrong).text


def test_a_member_needs_a_role(bridge, as_user):
    client = as_user(bridge.manager)
    make.user("cara")

    answer = client.post(adding(Member), {"project": bridge.project.pk, "username": "cara"})

    assert answer.status_code == 200 and "errorlist" in answer.text
    member = bridge.project.members.get(user=bridge.annotator)
    assert "errorlist" in client.post(page(member), {}).text
    member.refresh_from_db()
    assert member.roles == ["annotator"]


def test_roles_are_set_and_the_last_manager_stays(bridge, as_user):
    client = as_user(bridge.manager)
    member = bridge.project.members.get(user=bridge.annotator)

    save(client, member, is_curator="on")
    member.refresh_from_db()
    assert member.roles == ["annotator", "curator"]

    own = bridge.project.members.get(user=bridge.manager)
    answer = client.post(page(own), {"is_annotator": "on"})
    assert "only manager" in answer.text
    own.refresh_from_db()
    assert own.roles == ["manager"]
    assert "only manager" in press(client, own, "end_membership").text


def test_a_membership_ends_and_what_was_annotated_stays(bridge, as_user):
    client = as_user(bridge.manager)
    member = bridge.project.members.get(user=bridge.annotator)

    press(client, member, "end_membership")

    member.refresh_from_db()
    assert member.left_at is not None and bridge.layer.claims.exists()
    assert 'name="_save"' not in client.get(page(member)).text


def test_rounds_are_opened_and_changed(bridge, as_user):
    client = as_user(bridge.manager)
    sent = form_values(client, adding(Round)) | {"project": bridge.project.pk, "name": " Round 2 ", "overlap": "2"}

    assert client.post(adding(Round), sent | {"is_blind": "on"}).status_code == 302
    made = Round.objects.get(number=2)
    assert (made.name, made.overlap, made.is_blind, made.lease_minutes) == ("Round 2", 2, True, 240)
    save(client, made, name="Second", overlap="3", status="closed")
    made.refresh_from_db()
    assert (made.name, made.overlap, made.status, made.is_blind) == ("Second", 3, "closed", True)
    assert Change.objects.filter(action="round.update", object_id=str(made.pk)).count() == 1


@pytest.mark.parametrize("wrong", [{"overlap": "0"}, {"lease_minutes": "9999999"}, {"name": "Round 1"}, {"quota": "x"}])
def test_a_round_that_breaks_a_rule_is_refused_in_the_form(bridge, as_user, wrong):
    client = as_user(bridge.manager)
    sent = form_values(client, adding(Round)) | {"project": bridge.project.pk, "name": "Round 2"}

    assert "errorlist" in client.post(adding(Round), sent | wrong).text
    assert Round.objects.filter(project=bridge.project).count() == 1


def test_the_overlap_of_a_round_with_layers_is_fixed(bridge, as_user):
    round = bridge.project.rounds.get()

    answer = save(as_user(bridge.manager), round, overlap="2")

    assert answer.status_code == 200 and "its overlap is fixed" in answer.text
    round.refresh_from_db()
    assert round.overlap is None


def test_a_test_round_is_changed_and_admits_to_another(bridge, as_user):
    client = as_user(bridge.manager)
    sent = form_values(client, adding(Round)) | {"project": bridge.project.pk, "name": "Test", "purpose": "test"}
    assert "None of these documents has a finished gold reading" in client.post(adding(Round), sent).text
    document = make.document(bridge.project, make.TEXT + " Decided.")
    make.gold_claim(document, "The closure is needed")
    made = make.training_round(bridge.project, document)

    save(client, made, purpose="test", threshold="70")
    made.refresh_from_db()
    assert (made.purpose, made.threshold) == ("test", 70)
    first = bridge.project.rounds.get(number=1)
    save(client, first, admission=str(made.pk))
    first.refresh_from_db()
    assert first.admission == made
    assert "take that back" in save(client, made, purpose="work", threshold="").text
    save(client, first, admission="")
    first.refresh_from_db()
    assert first.admission is None
