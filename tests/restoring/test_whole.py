"""A whole project comes back from its archive: what agreement and the desk rest on too, byte for byte."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from annotate.formats.project import FILES
from annotate.models import Project
from corpus.models import Change
from tests.restoring import lives
from tests.restoring.test_restoring import empty_everything, restore

pytestmark = pytest.mark.django_db


def export(path, slug="harbour"):
    call_command("export_dataset", slug, format="project", output=path, stdout=io.StringIO())
    return path.read_bytes()


def test_a_whole_project_comes_back_byte_for_byte_with_its_figures_and_desks(tmp_path, client):
    project = lives.project()
    before, facts = export(tmp_path / "one.zip"), lives.facts(project)
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        empty = [name for name in FILES if not archive.read(name)]
    assert not empty
    empty_everything()

    code, said = restore(tmp_path / "one.zip", "project", dry_run=True)
    assert code == 0 and "would be restored: 4 documents" in said, said
    assert not Project.objects.exists() and not User.objects.exists() and not Change.objects.exists()

    code, said = restore(tmp_path / "one.zip", "project")
    assert code == 0, said
    assert export(tmp_path / "two.zip") == before
    assert lives.facts(Project.objects.get()) == facts

    code, said = restore(tmp_path / "one.zip", "project")
    assert code == 0 and "restored: 0 documents, 0 layers, 0 claims" in said and " 0 differences" in said, said
    assert export(tmp_path / "two.zip") == before
