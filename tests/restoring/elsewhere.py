"""Another installation, on SQLite, in a process of its own: restores what it is given, and writes a project of its own.

python elsewhere.py FOLDER     reads FOLDER/there/…, writes FOLDER/back/… and FOLDER/own/…
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

FILES = {"documents-jsonl": "harbour.documents.jsonl", "jsonl": "harbour.jsonl", "project": "harbour.project.zip"}


def write(folder: Path) -> None:
    """Write the project in every native format, with its codebook as a file."""
    from django.core.management import call_command

    from tests.restoring.test_restoring import write_codebook

    folder.mkdir()
    for format, name in FILES.items():
        call_command(
            "export_dataset", "harbour", format=format, layers="all", output=folder / name, stdout=io.StringIO()
        )
    write_codebook(folder / "codebook.json")


def restore_pair(folder: Path) -> None:
    from django.core.management import call_command

    codebook = [folder / "codebook.json"]
    for format, books in (("documents-jsonl", codebook), ("jsonl", [])):
        path = str(folder / FILES[format])
        call_command("import_annotations", "harbour", path, format=format, codebook=books, stdout=io.StringIO())


def restore_whole(folder: Path) -> None:
    from django.core.management import call_command

    path = str(folder / FILES["project"])
    call_command("import_annotations", "harbour", path, format="project", stdout=io.StringIO())


def main(folder: Path) -> None:
    import django

    django.setup()
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    from tests.restoring import lives
    from tests.restoring.test_restoring import empty_everything

    assert connection.vendor == "sqlite"
    # The tables straight from the models, without the search index: the migrations would take six times as long.
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    settings.MIGRATION_MODULES = {}
    call_command("migrate", fake=True, verbosity=0)  # commands ask whether the tables are those of this version
    with transaction.atomic():  # one, for a commit waits for the disk
        lives.project()
    write(folder / "own")
    for name, restore in (("pair", restore_pair), ("whole", restore_whole)):
        with transaction.atomic():
            empty_everything()
            restore(folder / "there")
        write(folder / f"back-{name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
