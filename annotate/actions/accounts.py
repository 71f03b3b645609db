"""Accounts made and changed by operators, with a Change row."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from annotate.actions.batch import Batch
from annotate.payloads.problems import FieldError, Invalid, WrongState
from corpus.text.names import InvalidName, check_name


@transaction.atomic
def create_user(*, username: str, password: str, is_superuser: bool = False, actor: User | None = None) -> User:
    """Make an account. Raises Invalid for a bad name or a weak password; then nothing was written."""
    user = User(username=User.normalize_username(username), is_superuser=is_superuser, is_staff=is_superuser)
    _check(user, username, password)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise _invalid("/username", f"There is a user “{username}” already; choose another name.") from None
    batch = Batch(action="user.create", actor=actor)
    batch.add("user", user.pk, before=None, after={"username": user.username, "is_superuser": is_superuser})
    batch.write()
    return user


def _check(user: User, username: str, password: str) -> None:
    if User.objects.filter(username=user.username).exists():
        raise _invalid("/username", f"There is a user “{username}” already; choose another name.")
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise _invalid("/username", f"{username[:160]!r} is no user name: {' '.join(error.messages)}") from error
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise _invalid("/password", " ".join(error.messages)) from error


def _invalid(pointer: str, detail: str) -> Any:
    return Invalid.of([FieldError(pointer=pointer, detail=detail)])


USER_FIELDS = ("username", "first_name", "last_name", "email", "is_active", "is_superuser")


@transaction.atomic
def update_user(*, user: User, account: User, values: dict[str, Any]) -> User:
    """Change an account; superusers only. Accounts are never deleted: what they made names them."""
    require_superuser(user)
    account = User.objects.select_for_update().get(pk=account.pk)
    before = user_state(account)
    for key, value in values.items():
        if key not in USER_FIELDS:
            raise _invalid(f"/{key}", f"“{key}” cannot be changed; known are {', '.join(USER_FIELDS)}.")
        setattr(account, key, value)
    try:
        account.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise Invalid.of(
            [FieldError(pointer=f"/{key}", detail=" ".join(texts)) for key, texts in error.message_dict.items()]
        ) from error
    others = User.objects.filter(is_active=True, is_superuser=True).exclude(pk=account.pk)
    if before["is_superuser"] and not (account.is_active and account.is_superuser) and not others.exists():
        raise WrongState(f"{account} is the only active superuser; make somebody else superuser first.")
    try:
        with transaction.atomic():
            account.save(update_fields=USER_FIELDS)
    except IntegrityError:
        raise _invalid("/username", f"There is a user “{account.username}” already; choose another name.") from None
    record_user("user.update", user, account, before=before)
    return account


PROFILE_FIELDS = ("first_name", "last_name", "email")


@transaction.atomic
def update_profile(*, user: User, values: dict[str, Any]) -> User:
    """Change one's own names and e-mail address; all may be empty. Raises Invalid."""
    account = User.objects.select_for_update().get(pk=user.pk)
    before = user_state(account)
    for key, raw in values.items():
        if key not in PROFILE_FIELDS:
            raise _invalid(f"/{key}", f"“{key}” cannot be changed here; known are {', '.join(PROFILE_FIELDS)}.")
        setattr(account, key, _profile_value(key, raw))
    try:
        account.clean_fields(exclude=["password", "username"])
    except ValidationError as error:
        raise Invalid.of(
            [FieldError(pointer=f"/{key}", detail=" ".join(texts)) for key, texts in error.message_dict.items()]
        ) from error
    account.save(update_fields=PROFILE_FIELDS)
    record_user("user.profile", user, account, before=before)
    return account


def _profile_value(key: str, raw: object) -> str:
    if not isinstance(raw, str):
        raise _invalid(f"/{key}", f"{str(raw)[:60]!r} stands where a text is needed.")
    if key == "email" or not raw.strip():
        return raw.strip()
    try:
        return check_name(raw, what="person", max_length=150)
    except InvalidName as error:
        raise _invalid(f"/{key}", str(error)) from error


def require_superuser(user: User) -> None:
    if not (user.is_active and user.is_superuser):
        raise PermissionDenied("Accounts are for superusers.")


def user_state(user: User) -> dict[str, Any]:
    return {key: getattr(user, key) for key in USER_FIELDS}


def record_user(action: str, actor: User, account: User, *, before: dict[str, Any]) -> None:
    """Write a Change row for an account, where something changed."""
    after = user_state(account)
    if after != before or action == "user.reset_link":
        batch = Batch(action=action, actor=actor)
        batch.add("user", account.pk, before=before, after=after)
        batch.write()


@transaction.atomic
def make_reset_token(*, user: User, account: User) -> str:
    """Return a token with which `account` can set a new password once; superusers only."""
    require_superuser(user)
    if not account.is_active:
        raise WrongState(f"{account} is deactivated; activate the account first.")
    record_user("user.reset_link", user, account, before=user_state(account))
    return default_token_generator.make_token(account)
