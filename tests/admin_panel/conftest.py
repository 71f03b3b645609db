"""Two projects that share nothing, and clients that are signed in. Django is imported when a test runs."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def bridge(db: None) -> Any:
    from tests.admin_panel.sides import make_side

    return make_side("Bridge")


@pytest.fixture
def tower(db: None) -> Any:
    from tests.admin_panel.sides import make_side

    return make_side("Tower")


@pytest.fixture
def root(db: None) -> Any:
    from tests import make

    return make.user("root", is_superuser=True)


@pytest.fixture
def as_user() -> Any:
    """Return a client that is signed in as the user."""
    from django.test import Client

    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
