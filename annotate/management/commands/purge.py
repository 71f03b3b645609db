"""Delete a project or a document with all annotations, for good."""

from __future__ import annotations

import sys
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotate.actions.purge import n_annotations, purge_document, purge_project
from annotate.models import Layer, Project
from corpus.models import Document

USAGE = 2


class Command(BaseCommand):
    help = (
        "Delete a project (by its short name) or a document (by its id) with all annotations and their record of "
        "changes, for good; one line about the purge stays. A corpus that no other project uses goes with its project."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", metavar="PROJECT|DOCUMENT", help="Short name of a project, or id of a document.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *, what: str, yes: bool, **options: Any) -> None:
        document, project = _document(what), Project.objects.filter(slug=what).first()
        if document is not None:
            layers = Layer.objects.filter(document=document)
            self._confirm(f"document {document.pk} (“{document}”)", layers, what, yes)
            deleted = purge_document(document=document)
        elif project is not None:
            self._confirm(f"project {project.slug} (“{project}”)", Layer.objects.filter(project=project), what, yes)
            deleted = purge_project(project=project)
        else:
            raise CommandError(
                f"{what[:80]!r} is no project and no id of a document; look the name up on the site.", returncode=USAGE
            )
        self.stdout.write("Deleted: " + ", ".join(f"{count} {name}" for name, count in sorted(deleted.items())) + ".")

    def _confirm(self, shown: str, layers: Any, name: str, yes: bool) -> None:
        if yes:
            return
        n_layers, n_claims = n_annotations(layers)
        if not sys.stdin.isatty():
            raise CommandError(
                f"Purging {shown} cannot be undone; say --yes where nobody can answer.", returncode=USAGE
            )
        self.stdout.write(f"This deletes the {shown} with {n_layers} layers and {n_claims} claims, for good.")
        if input(f"Type {name} to go on: ").strip() != name:
            raise CommandError("The name differs; nothing was deleted.")


def _document(what: str) -> Document | None:
    try:
        return Document.objects.defer("text").filter(pk=UUID(what)).first()
    except ValueError:
        return None
