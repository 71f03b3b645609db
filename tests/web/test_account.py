"""Signing in and out, passwords, tokens."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from annotate.models import Token
from annotate.models.tokens import find_token
from tests import make
from tests.make import PASSWORD
from tests.web.conftest import HTMX, SignIn

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"sp_[\w-]{43}")


def sign_in(client: Client, name: str = "ann", password: str = PASSWORD, **more: str) -> object:
    return client.post("/login/", {"username": name, "password": password, **more})


def test_signing_in_leads_home_with_a_new_session() -> None:
    make.user()
    client = Client()
    client.get("/login/")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key

    response = client.post("/login/", {"username": "ann", "password": PASSWORD})

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session.session_key != before


def test_a_wrong_password_is_told_without_saying_which_was_wrong() -> None:
    make.user()
    wrong = Client().post("/login/", {"username": "ann", "password": "no"})
    unknown = Client().post("/login/", {"username": "nobody", "password": "no"})

    assert wrong.status_code == unknown.status_code == 400
    said = [re.findall(r"errorlist.*?</ul>", response.content.decode(), re.S) for response in (wrong, unknown)]
    assert said[0] == said[1] != []


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "javascript:alert(1)", "/\\example.org"])
def test_a_foreign_next_is_not_followed(target: str) -> None:
    make.user()

    assert Client().post(f"/login/?next={target}", {"username": "ann", "password": PASSWORD})["Location"] == "/"
    posted = {"username": "ann", "password": PASSWORD, "next": target}
    assert Client().post("/login/", posted)["Location"] == "/"


def test_an_own_next_is_followed() -> None:
    make.user()
    posted = {"username": "ann", "password": PASSWORD, "next": "/account/"}

    assert Client().post("/login/", posted)["Location"] == "/account/"


def test_the_sixth_attempt_on_a_name_is_refused_even_with_the_right_password() -> None:
    make.user()
    for _ in range(5):
        assert Client().post("/login/", {"username": "ann", "password": "no"}).status_code == 400

    response = Client().post("/login/", {"username": "ann", "password": PASSWORD})

    assert (response.status_code, response["Retry-After"]) == (429, "900")
    assert "Too many attempts" in response.content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").post("/login/", {"username": "ann", "password": PASSWORD})
    assert elsewhere.status_code == 302


def test_an_address_has_twenty_attempts() -> None:
    make.user()
    for number in range(20):
        Client().post("/login/", {"username": f"guess{number}", "password": "no"})

    assert Client().post("/login/", {"username": "ann", "password": PASSWORD}).status_code == 429


def test_success_takes_back_the_failures() -> None:
    make.user()
    for _ in range(12):
        Client().post("/login/", {"username": "ann", "password": "no"})
        Client().post("/login/", {"username": "ann", "password": "no"})
        assert Client().post("/login/", {"username": "ann", "password": PASSWORD}).status_code == 302


def test_behind_the_trusted_proxy_its_own_entry_counts(settings: object) -> None:
    make.user()
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # type: ignore[attr-defined]
    for number in range(6):
        headers = {"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.1"}
        last = Client().post("/login/", {"username": "ann", "password": "no"}, headers=headers)

    assert last.status_code == 429


@pytest.mark.parametrize("name", ["", "a\0b", "ü" * 5000, "x" * 10_000])
def test_odd_names_at_the_door_get_an_answer(name: str) -> None:
    assert Client().post("/login/", {"username": name, "password": "no"}).status_code == 400


def test_signing_out_takes_a_post(browser: SignIn) -> None:
    client = browser("ann")

    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_a_new_password_ends_other_sessions(browser: SignIn) -> None:
    here, there = browser("ann"), browser("ann")
    new = "another long password"
    posted = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    assert here.post("/account/password/", posted)["Location"] == "/account/"

    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302


def test_a_weak_password_is_refused_in_both_ways(browser: SignIn) -> None:
    posted = {"old_password": PASSWORD, "new_password1": "123", "new_password2": "123"}

    page = browser("ann").post("/account/password/", posted)
    fragment = browser("ann").post("/account/password/", posted, headers=HTMX)

    assert page.status_code == fragment.status_code == 400
    assert b"too short" in page.content
    assert fragment.content.strip().startswith(b"<form")


def test_a_reset_link_sets_the_password_once() -> None:
    person = make.user()
    path = f"/reset/{urlsafe_base64_encode(force_bytes(person.pk))}/{default_token_generator.make_token(person)}/"
    client = Client()
    form = client.get(path)["Location"]
    new = {"new_password1": "another long password", "new_password2": "another long password"}

    assert client.get(form).status_code == 200
    assert client.post(form, new)["Location"] == "/reset/done/"
    assert client.get("/reset/done/").status_code == 200

    person.refresh_from_db()
    assert person.check_password("another long password")
    assert b"no longer works" in Client().get(path).content


@pytest.mark.parametrize("path", ["/reset/MQ/abc-def/", "/reset/!!/x/", "/reset/AAAA/set-password/"])
def test_a_wrong_reset_link_says_so(path: str) -> None:
    assert b"no longer works" in Client().get(path).content


def test_a_token_is_shown_once_and_works(browser: SignIn) -> None:
    client = browser("ann")

    response = client.post("/account/tokens/", {"name": "Notebook"})

    secret = SECRET.search(response.content.decode())
    assert secret is not None
    assert "no-store" in response["Cache-Control"]
    found = find_token(secret[0])
    assert found is not None and found.user.username == "ann"
    assert secret[0] not in client.get("/account/").content.decode()


def test_a_token_made_by_htmx_comes_as_a_fragment(browser: SignIn) -> None:
    response = browser("ann").post("/account/tokens/", {"name": ""}, headers=HTMX)

    assert response.content.strip().startswith(b'<div id="tokens">')
    assert SECRET.search(response.content.decode())


def test_deleting_a_token_ends_it(browser: SignIn) -> None:
    client = browser("ann")
    client.post("/account/tokens/", {"name": "one"})
    client.post("/account/tokens/", {"name": "two"})
    first, second = Token.objects.order_by("id")

    assert client.post(f"/account/tokens/{first.pk}/delete/")["Location"] == "/account/"
    assert client.post(f"/account/tokens/{second.pk}/delete/", headers=HTMX).status_code == 200
    assert not Token.objects.exists()


@pytest.mark.parametrize("id", ["0", "99999999999999999999999"])
def test_a_token_that_is_not_there_cannot_be_deleted(browser: SignIn, id: str) -> None:
    assert browser("ann").post(f"/account/tokens/{id}/delete/").status_code == 404


def test_somebody_elses_token_cannot_be_deleted(browser: SignIn) -> None:
    browser("ben").post("/account/tokens/", {"name": "ben’s"})
    token = Token.objects.get()

    assert browser("ann").post(f"/account/tokens/{token.pk}/delete/").status_code == 404
    assert Token.objects.exists()


def test_a_token_name_that_is_too_long_is_refused(browser: SignIn) -> None:
    assert browser("ann").post("/account/tokens/", {"name": "x" * 101}).status_code == 400
    assert browser("ann").post("/account/tokens/", {"name": "a\0b"}).status_code == 400
