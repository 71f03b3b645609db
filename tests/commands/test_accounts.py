"""`create_user` and `create_token`."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError

from annotate.models import Token
from annotate.models.tokens import digest
from tests import make

pytestmark = pytest.mark.django_db


def output(*arguments, stdin="", monkeypatch=None, **options):
    out = io.StringIO()
    if monkeypatch is not None:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_a_random_password_is_printed_once_and_works(monkeypatch):
    said = output("create_user", "ann", monkeypatch=monkeypatch)
    password = said.split("password ")[1].split(" ")[0]
    assert User.objects.get(username="ann").check_password(password)


def test_a_password_from_standard_input_is_not_shown(monkeypatch):
    said = output(
        "create_user", "ann", "--superuser", "--password-stdin", stdin="quite long 77\n", monkeypatch=monkeypatch
    )
    user = User.objects.get(username="ann")
    assert user.check_password("quite long 77") and user.is_superuser and "quite" not in said


@pytest.mark.parametrize("password", ["", "12345678", "short"])
def test_a_weak_password_is_refused(monkeypatch, password):
    with pytest.raises(CommandError):
        output("create_user", "ann", "--password-stdin", stdin=f"{password}\n", monkeypatch=monkeypatch)
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["ann", "a b", "x" * 151])
def test_a_bad_or_taken_name_is_refused(monkeypatch, name):
    make.user("ann")
    with pytest.raises(CommandError):
        output("create_user", name, monkeypatch=monkeypatch)
    assert User.objects.count() == 1


def test_the_token_stands_alone_on_standard_output():
    user = make.user("ann")
    said = output("create_token", "ann")
    assert said.count("\n") == 1
    assert Token.objects.get(user=user).digest == digest(said.strip())


def test_no_token_for_an_unknown_or_deactivated_user():
    make.user("ben", is_active=False)
    for name in ("nobody", "ben"):
        with pytest.raises(CommandError, match=name):
            output("create_token", name)
    assert not Token.objects.exists()
