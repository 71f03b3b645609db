"""A whole project comes back from its archive: what agreement and the desk rest on too, byte for byte."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from tests.restoring import world
from tests.restoring.test_restoring import empty_everything, restore

pytestmark = pytest.mark.django_db


def export(path, slug="harbour"):
    call_command("export_dataset", slug, format="project", output=path, stdout=io.StringIO())
    return path.read_bytes()


def test_a_whole_project_comes_back_byte_for_byte(tmp_path):
    world.project()
    before = export(tmp_path / "one.zip")
    empty_everything()
    code, said = restore(tmp_path / "one.zip", "project")
    assert code == 0, said
    print(said)
    assert export(tmp_path / "two.zip") == before
    code, said = restore(tmp_path / "one.zip", "project")
    assert code == 0, said
    assert export(tmp_path / "two.zip") == before
