"""Limits on guessing: attempts are counted before they are tried, in the database, which all processes share.

A name has few attempts from one address, an address few for all names, and a name a larger number from everywhere. A
browser in which the person has signed in before has attempts of its own: nobody can lock another person out of it.
(OWASP, “Slow Down Online Guessing Attacks with Device Cookies”.)
"""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from annotate.actions.attempts import count_attempt, n_attempts, take_back

SECONDS = 15 * 60
FOR_A_NAME = 5
FOR_AN_ADDRESS = 20
FOR_A_NAME_FROM_EVERYWHERE = 50
DEVICE, DEVICE_SECONDS = "device", 90 * 24 * 3600


def address_of(request: HttpRequest) -> str:
    """Return who asks. Behind the https proxy that the settings trust, it is what that proxy appended last."""
    if settings.SECURE_PROXY_SSL_HEADER and "X-Forwarded-For" in request.headers:
        return request.headers["X-Forwarded-For"].rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def may_try(request: HttpRequest, username: str) -> bool:
    """Count an attempt to sign in and return whether it may go ahead; what is refused counts no further."""
    name, address = username.casefold(), address_of(request)
    if device := _device(request, name):
        return _count("device", device) <= FOR_A_NAME
    if _count("address", address) > FOR_AN_ADDRESS or _count("name", name, address) > FOR_A_NAME:
        return False
    return _count("everywhere", name) <= FOR_A_NAME_FROM_EVERYWHERE


def forget(request: HttpRequest, username: str) -> None:
    """Take back the attempts of somebody who has signed in."""
    name, address = username.casefold(), address_of(request)
    if device := _device(request, name):
        _take_back(FOR_A_NAME, "device", device)
        return
    tried = n_attempts(key=_key("name", name, address), now=timezone.now())
    for key in (("name", name, address), ("address", address), ("everywhere", name)):
        _take_back(tried, *key)


def remember(response: HttpResponse, username: str) -> None:
    """Have the browser prove next time that this person has signed in with it. The cookie opens nothing."""
    response.set_signed_cookie(
        DEVICE,
        f"{_key('name', username.casefold())}:{secrets.token_hex(8)}",
        max_age=DEVICE_SECONDS,
        path=reverse("login"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _device(request: HttpRequest, name: str) -> str:
    """Return the mark of a browser in which the person has signed in before, else nothing."""
    whose, _, mark = str(request.get_signed_cookie(DEVICE, "", max_age=DEVICE_SECONDS)).partition(":")
    return mark if whose == _key("name", name) else ""


def may_follow(request: HttpRequest, what: str) -> bool:
    """Count an attempt that has no name, as by a link that does not work, and return whether it may go ahead."""
    return _count(what, address_of(request)) <= FOR_AN_ADDRESS


def has_followed(request: HttpRequest, what: str) -> None:
    """Take back one such attempt, as it succeeded."""
    _take_back(1, what, address_of(request))


def may_change_password(user_id: int) -> bool:
    """Count an attempt to name the old password: who finds a browser open should not find out the password."""
    return _count("password", str(user_id)) <= FOR_A_NAME


def has_changed_password(user_id: int) -> None:
    _take_back(FOR_A_NAME, "password", str(user_id))


def _count(*parts: str) -> int:
    return count_attempt(key=_key(*parts), seconds=SECONDS, now=timezone.now())


def _take_back(n: int, *parts: str) -> None:
    take_back(key=_key(*parts), n=n, now=timezone.now())


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
