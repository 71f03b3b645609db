"""A project with one person of each role, and browsers signed in as them.

Django is imported inside: pytest reads this file also in the process that only starts one run for each database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from annotate.models import Project

    type SignIn = Callable[[str], Client]
else:
    SignIn = Any

HTMX = {"HX-Request": "true"}


@pytest.fixture
def project(db: None) -> Project:
    """A project “bridge” with manager, curator, ann and ben; outsider belongs to none."""
    from tests import make

    found = make.project()
    make.member(found, "curator", "curator")
    make.member(found, "ann")
    make.member(found, "ben")
    make.user("outsider")
    return found


@pytest.fixture
def browser() -> SignIn:
    from django.test import Client

    from tests import make

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(make.user(name))
        return client

    return signed_in


@pytest.fixture(autouse=True)
def _fresh_throttle() -> Iterator[None]:
    """Count the sign-ins of each test by itself."""
    from django.core.cache import cache

    cache.clear()
    yield
    cache.clear()
