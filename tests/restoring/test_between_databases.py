"""A project written on one database and restored on the other is the same bytes there; both ways."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from annotate.models import Project
from tests.restoring import lives
from tests.restoring.elsewhere import FILES, restore_pair, restore_whole, write
from tests.restoring.test_restoring import empty_everything

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent.parent


def run_on_sqlite(folder):
    """Run the other installation, with a database file and a data directory of its own."""
    data = folder / "data"
    data.mkdir()
    environment = os.environ | {"STANDPOINT_DATA": str(data), "PYTHONPATH": str(ROOT)}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "tests.restoring.elsewhere", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.once(on="postgres")
def test_what_one_database_wrote_comes_back_on_the_other_and_the_other_way_round(tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("goes from PostgreSQL to SQLite and back: runs with PostgreSQL")
    facts = lives.facts(lives.project())
    write(tmp_path / "there")

    run_on_sqlite(tmp_path)

    there, own = tmp_path / "there", tmp_path / "own"
    for name in (FILES["documents-jsonl"], FILES["jsonl"]):
        assert (tmp_path / "back-pair" / name).read_bytes() == (there / name).read_bytes()
    for name in FILES.values():
        assert (tmp_path / "back-whole" / name).read_bytes() == (there / name).read_bytes()

    empty_everything()
    restore_pair(own)
    write(tmp_path / "pair")
    empty_everything()
    restore_whole(own)
    write(tmp_path / "whole")
    for name in (FILES["documents-jsonl"], FILES["jsonl"]):
        assert (tmp_path / "pair" / name).read_bytes() == (own / name).read_bytes()
    for name in FILES.values():
        assert (tmp_path / "whole" / name).read_bytes() == (own / name).read_bytes()
    empty_everything()
    restore_whole(there)
    assert lives.facts(Project.objects.get()) == facts
