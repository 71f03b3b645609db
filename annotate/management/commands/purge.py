"""Delete a project or a document with all annotations, for good."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from annotate.actions.purge import n_annotations, purge_document, purge_project
from annotate.actions.releases import holding
from annotate.models import Layer, Project, Release
from annotate.payloads.problems import WrongState
from corpus.management.prepared import PreparedCommand
from corpus.models import Document

USAGE = 2


class Command(PreparedCommand):
    help = (
        "Delete a project (by its short name) or a document (by its id) with all annotations and their record of "
        "changes, for good; one line about the purge stays. A corpus that no other project uses goes with its project. "
        "Releases that hold a purged document are withdrawn: their files go, number, figures and hashes stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", metavar="PROJECT|DOCUMENT", help="Short name of a project, or id of a document.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *, what: str, yes: bool, **options: Any) -> None:
        document, project = _document(what), Project.objects.filter(slug=what).first()
        if document is not None:
            layers, held = Layer.objects.filter(document=document), holding(document.pk, document.corpus_id)
            self._confirm(f"document {document.pk} (“{document}”)", layers, what, yes, releases=held)
            deleted = self._run(purge_document, document=document)
        elif project is not None:
            layers, held = Layer.objects.filter(project=project), list(Release.objects.filter(project=project).ready())
            self._confirm(f"project {project.slug} (“{project}”)", layers, what, yes, releases=held)
            deleted = self._run(purge_project, project=project)
        else:
            raise CommandError(
                f"{what[:80]!r} is no project and no id of a document; look the name up on the site.", returncode=USAGE
            )
        self.stdout.write("Deleted: " + ", ".join(f"{count} {name}" for name, count in sorted(deleted.items())) + ".")

    def _run(self, purge: Callable[..., Counter[str]], **what: Any) -> Counter[str]:
        try:
            return purge(**what)
        except WrongState as problem:
            raise CommandError(problem.detail) from problem

    def _confirm(self, shown: str, layers: Any, name: str, yes: bool, *, releases: list[Release]) -> None:
        if yes:
            return
        n_layers, n_claims = n_annotations(layers)
        if not sys.stdin.isatty():
            raise CommandError(
                f"Purging {shown} cannot be undone; say --yes where nobody can answer.", returncode=USAGE
            )
        self.stdout.write(f"This deletes the {shown} with {n_layers} layers and {n_claims} claims, for good.")
        if releases:
            names = ", ".join(f"{found.project.slug} {found.number}" for found in releases)
            self.stdout.write(f"Releases that hold it lose their files too: {names}.")
        if input(f"Type {name} to go on: ").strip() != name:
            raise CommandError("The name differs; nothing was deleted.")


def _document(what: str) -> Document | None:
    try:
        return Document.objects.defer("text").filter(pk=UUID(what)).first()
    except ValueError:
        return None
