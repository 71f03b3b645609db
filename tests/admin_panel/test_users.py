"""Accounts in the panel: made, changed, deactivated, and given a link for a new password."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator

from annotate.actions.tokens import create_token
from annotate.models import Token
from corpus.models import Change
from tests import make
from tests.admin_panel.pages import adding, listing, page, press, run, save


def test_an_account_is_made_with_a_first_password(root, as_user):
    client = as_user(root)
    sent = {"username": "cara", "password1": make.PASSWORD, "password2": make.PASSWORD}

    assert client.post(adding(User), sent).status_code == 302
    made = User.objects.get(username="cara")
    assert made.check_password(make.PASSWORD) and not made.is_superuser
    row = Change.objects.get(action="user.create", object_id=str(made.pk))
    assert row.actor == root and make.PASSWORD not in str(row.after)
    for wrong in ({}, {"password1": "short", "password2": "short"}, {"password2": "different from it"}):
        assert (
            "errorlist" in client.post(adding(User), sent | {"username": "dora"} | (wrong or {"username": "cara"})).text
        )


def test_an_account_is_changed_with_a_change_row(root, as_user):
    ann = make.user("ann")

    save(as_user(root), ann, first_name="Ann", email="ann@example.org", password="x", is_staff="on")

    changed = User.objects.get(pk=ann.pk)
    assert (changed.first_name, changed.email, changed.is_staff) == ("Ann", "ann@example.org", False)
    assert changed.password == ann.password
    row = Change.objects.get(action="user.update")
    assert row.before["first_name"] == "" and "password" not in row.after
    assert "errorlist" in save(as_user(root), ann, username="root").text


def test_an_account_is_deactivated_and_the_last_superuser_stays(root, as_user):
    client, ann = as_user(root), make.user("ann")

    press(client, ann, "deactivate")
    assert not User.objects.get(pk=ann.pk).is_active
    press(client, ann, "activate")
    assert User.objects.get(pk=ann.pk).is_active

    assert "only active superuser" in run(client, User, "deactivate", root).text
    assert "only active superuser" in client.post(page(root), {"username": "root", "is_active": "on"}).text
    root.refresh_from_db()
    assert root.is_active and root.is_superuser


def test_a_reset_link_is_shown_once_and_works(root, as_user, client):
    ann = make.user("ann")

    answer = press(as_user(root), ann, "make_reset_link")

    (address,) = re.findall(r'class="secret">([^<]+)<', answer.text)
    token = address.rstrip("/").rsplit("/", 1)[-1]
    assert address.startswith("http") and default_token_generator.check_token(ann, token)
    assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]
    row = Change.objects.get(action="user.reset_link")
    assert row.actor == root and token not in str(row.before) + str(row.after)
    assert client.get(address.removeprefix("http://testserver"), follow=True).status_code == 200


def test_no_link_for_a_deactivated_account_and_none_for_curators(bridge, root, as_user):
    User.objects.filter(pk=bridge.annotator.pk).update(is_active=False)

    assert "activate the account first" in press(as_user(root), bridge.annotator, "make_reset_link").text
    assert press(as_user(bridge.manager), bridge.annotator, "make_reset_link").status_code == 403
    assert not Change.objects.filter(action="user.reset_link").exists()


def test_the_password_is_nowhere_shown_or_filtered_by(root, as_user):
    client, ann = as_user(root), make.user("ann")

    for address in (listing(User), page(ann), page(ann, "history")):
        assert ann.password not in client.get(address).text
    assert client.get(listing(User), {"password__startswith": "p"}).status_code == 400


def test_tokens_show_neither_secret_nor_digest(root, as_user):
    token, secret = create_token(user=root, name="laptop")
    client = as_user(root)

    for address in (listing(Token), page(token)):
        text = client.get(address).text
        assert token.prefix in text and secret not in text and token.digest not in text
    assert client.post(page(token), {"name": "x"}).status_code == 403
