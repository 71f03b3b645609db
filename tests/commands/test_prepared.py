"""Commands on a data directory without tables, or with those of an earlier version: one sentence, never a traceback."""

from __future__ import annotations

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError
from django.db.migrations.recorder import MigrationRecorder

from corpus.management.prepared import PreparedCommand
from tests.commands.site import run

# These make the tables, or need none.
ALONE = {"up", "restore", "bench", "put_texts"}


@pytest.mark.once
def test_without_tables_one_sentence_names_the_remedy(tmp_path):
    ended = run(tmp_path, "import_annotations", "demo", "x.jsonl", "--format", "documents-jsonl")
    assert ended.returncode == 2 and ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert str(tmp_path) in line and "has no tables yet" in line and "“up --no-demo”" in line


@pytest.mark.once
def test_every_command_of_ours_looks_first():
    ours = {name: app for name, app in get_commands().items() if app in ("annotate", "corpus")}
    bare = {name for name, app in ours.items() if not isinstance(load_command_class(app, name), PreparedCommand)}
    assert bare == ALONE


@pytest.mark.django_db
def test_tables_of_an_earlier_version_are_named():
    MigrationRecorder.Migration.objects.filter(app="annotate").latest("pk").delete()
    with pytest.raises(CommandError, match="1 change to its tables is missing") as stopped:
        call_command("create_token", "ann")
    assert stopped.value.returncode == 2
