"""A project with a document, and a real client for everyone in it.

Imports wait until the fixtures run: pytest reads this file also in the process that has no settings yet.
"""

from __future__ import annotations

import pytest


@pytest.fixture
def project(db):
    from tests import make

    return make.project()


@pytest.fixture
def document(project):
    from tests import make

    return make.document(project, source="Bay Courier")


@pytest.fixture
def api(project):
    """Return a function that makes a client for a member."""
    from tests import make
    from tests.api.client import Api

    return lambda name, *roles: Api(make.member(project, name, *roles))


@pytest.fixture
def manager(api):
    return api("manager", "manager")


@pytest.fixture
def curator(api):
    return api("curator", "curator")


@pytest.fixture
def ann(api):
    return api("ann")


@pytest.fixture
def ben(api):
    return api("ben")


@pytest.fixture
def outsider(db):
    from tests import make
    from tests.api.client import Api

    return Api(make.user("outsider"))
