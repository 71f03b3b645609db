"""Who is admitted to the admin panel."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from annotate.models import Token
from tests import make
from tests.admin_panel.pages import MODELS, adding, listing, page

FOR_SUPERUSERS = {User, Group, Token}


@pytest.mark.parametrize("role", ["curator", "manager"])
def test_curators_and_managers_are_admitted(bridge, as_user, role):
    client = as_user(getattr(bridge, role))

    for model in MODELS:
        expected = 403 if model in FOR_SUPERUSERS else 200
        assert client.get(listing(model)).status_code == expected, model
    index = client.get("/admin/")
    assert index.status_code == 200
    for section in ("Corpus", "Registries", "Projects", "People"):
        assert f">{section}</h2>" in index.text


def test_superusers_see_everything(bridge, root, as_user):
    client = as_user(root)

    for model in MODELS:
        assert client.get(listing(model)).status_code == 200, model


def test_annotators_and_outsiders_are_refused(bridge, as_user):
    for person in (bridge.annotator, make.user("outsider"), make.user("staff", is_staff=True)):
        client = as_user(person)
        for address in ("/admin/", "/admin/login/", listing(type(bridge.document)), page(bridge.document)):
            assert client.get(address).status_code == 403, (person, address)
        assert client.post(listing(type(bridge.speaker)), {"action": "accept_entries"}).status_code == 403


def test_strangers_are_sent_to_the_sites_sign_in_page(bridge, client, settings):
    for address in ("/admin/", page(bridge.document), "/admin/login/?next=/admin/corpus/"):
        response = client.get(address)
        assert response.status_code == 302
        assert "next=/admin/" in response["Location"] and "/admin/login" not in response["Location"].split("?")[0]
    assert "evil" not in client.get("/admin/login/?next=https://evil.example/")["Location"]


def test_who_left_or_was_deactivated_is_refused(bridge, as_user):
    client = as_user(bridge.curator)
    membership = bridge.project.members.get(user=bridge.curator)
    membership.left_at = make.NOW
    membership.save()
    assert client.get("/admin/").status_code == 403

    other = as_user(bridge.manager)
    User.objects.filter(pk=bridge.manager.pk).update(is_active=False)
    assert other.get("/admin/").status_code == 302


def test_accounts_are_for_superusers(bridge, root, as_user):
    client = as_user(bridge.manager)

    assert client.get(page(root)).status_code == 403
    assert client.get(adding(User)).status_code == 403
    assert "/admin/auth/user/" not in client.get("/admin/").text
    assert as_user(root).get(page(bridge.manager)).status_code == 200


def test_nothing_is_deleted_in_the_panel(bridge, root, as_user):
    client = as_user(root)

    for obj in [*bridge.objects(), bridge.manager]:
        address = page(obj, "delete")
        assert client.get(address).status_code == 403
        assert client.post(address, {"post": "yes"}).status_code == 403
        assert client.post(listing(type(obj)), {"action": "delete_selected", "index": "0", "_selected_action": obj.pk})
        assert type(obj)._base_manager.filter(pk=obj.pk).exists()


def test_pages_that_would_answer_for_any_model_are_gone(bridge, root, as_user):
    client = as_user(root)

    assert client.get(f"/admin/r/1/{bridge.document.pk}/").status_code == 404
    assert client.get("/admin/password_change/").status_code == 404
