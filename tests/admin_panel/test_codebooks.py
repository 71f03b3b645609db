"""Codebooks in the panel: read, downloaded, and never changed there."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import make
from tests.admin_panel.pages import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator():
    project = make.project()
    client = Client()
    client.force_login(make.member(project, "curator", "curator"))
    return client


@pytest.fixture
def versions(curator):
    """The published version and the draft that follows it."""
    from annotate.actions import codebook
    from annotate.models import Project

    project = Project.objects.get()
    draft = codebook.start_draft(user=make.user("curator"), project=project, now=make.NOW)
    return [project.codebook.versions.get(number=1), draft]


def test_a_version_leads_to_its_file_and_a_draft_to_the_editor(curator, versions):
    published, draft = (curator.get(page(version)).content.decode() for version in versions)

    assert "/p/bridge/codebook/1/file/" in published and "/p/bridge/codebook/draft/" not in published
    assert "/p/bridge/codebook/2/file/" in draft and "/p/bridge/codebook/draft/" in draft


def test_nothing_is_changed_in_the_panel(curator, versions):
    for version in versions:
        assert curator.post(page(version), {"guidelines": "Other.", "_save": "Save"}).status_code == 403
        version.refresh_from_db()
        assert version.guidelines.startswith("# Guidelines")
        assert curator.get(page(version, "delete")).status_code == 403
