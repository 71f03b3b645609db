"""One annotator, one article, and windows whose connection may be cut; imported late, once the settings are known."""

from __future__ import annotations

import pytest

EXPECTED = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "status of 5")


@pytest.fixture
def ann(project):
    from tests import make

    return make.member(project, "ann")


@pytest.fixture
def document(project):
    from tests import make

    return make.document(project)


@pytest.fixture
def path(project, document):
    return f"/p/{project.slug}/d/{document.pk}/"


@pytest.fixture
def visit(visit):
    """Windows whose last words (the time spent) reach the server before the database is emptied; what the console says
    about a connection that a test cut is no problem."""
    visitors = []

    def make_visitor(user):
        visitors.append(visit(user))
        return visitors[-1]

    yield make_visitor
    for found in visitors:
        for page in found.context.pages:
            page.goto("about:blank")
            page.wait_for_timeout(250)
        found.context.close()
        found.problems[:] = [problem for problem in found.problems if not any(word in problem for word in EXPECTED)]


@pytest.fixture
def visitor(visit, ann):
    return visit(ann)
