"""Limits on guessing passwords: attempts are counted in the cache before they are tried.

The default cache belongs to one process, as one threaded server process is what `up` starts; with several, or with a
shared cache, the limits hold for each cache. Keys are hashes, so no name or address is kept.
"""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

SECONDS = 15 * 60
FOR_A_NAME = 5
FOR_AN_ADDRESS = 20


def address_of(request: HttpRequest) -> str:
    """Return who asks. Behind the https proxy that the settings trust, it is what that proxy appended last."""
    if settings.SECURE_PROXY_SSL_HEADER and "X-Forwarded-For" in request.headers:
        return request.headers["X-Forwarded-For"].rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def may_try(request: HttpRequest, username: str) -> bool:
    """Count an attempt and return whether it may go ahead: counting first leaves no gap for parallel ones."""
    by_name, by_address = _keys(request, username)
    return _count(by_address) <= FOR_AN_ADDRESS and _count(by_name) <= FOR_A_NAME


def forget(request: HttpRequest, username: str) -> None:
    """Take back the attempts of somebody who has signed in."""
    by_name, by_address = _keys(request, username)
    tried = cache.get(by_name, 0)
    cache.delete(by_name)
    try:
        cache.decr(by_address, min(tried, cache.get(by_address, 0)))
    except ValueError:
        return  # the count had ended by itself


def _keys(request: HttpRequest, username: str) -> tuple[str, str]:
    address = address_of(request)
    return _key("name", username.casefold(), address), _key("address", address)


def _key(*parts: str) -> str:
    return "sign-in-" + hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _count(key: str) -> int:
    cache.add(key, 0, SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # it ended between the two calls
        cache.set(key, 1, SECONDS)
        return 1
