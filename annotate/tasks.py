"""Work for the task worker, and the functions that call an action and enqueue in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from annotate.actions import adjudication, imports, releases
from annotate.models import Adjudication, DocumentImport, Project, Release
from annotate.releases.settings import ReleaseSettings
from corpus.copies.tasks import start_find_copies


@task
def run_import(import_id: str) -> None:
    found = imports.run_import(import_id=UUID(import_id), now=timezone.now())
    if found is not None and found.n_created:
        start_find_copies(found.project.corpus_id)


def start_import(
    *, user: User, project: Project, files: Sequence[UploadedFile[Any]], options: dict[str, str], now: datetime
) -> DocumentImport:
    """Keep an upload and have the worker read it. Raises Invalid or TooLarge."""
    upload = imports.keep_files(user=user, project=project, files=files, options=options)
    try:
        with transaction.atomic():
            found = imports.create_import(user=user, project=project, upload=upload, now=now)
            run_import.enqueue(str(found.pk))  # a row of the same database: there if and only if the import is
    except BaseException:
        upload.remove()
        raise
    return found


@task
def run_recount(project_id: str) -> None:
    """Count the open units of documents whose counts are old."""
    project = Project.objects.filter(pk=UUID(project_id)).first()
    if project is not None:
        adjudication.recount_all(project=project, now=timezone.now())


def start_recount(project: Project) -> None:
    """Have the worker count what a merge of names left to be counted, if anything."""
    if Adjudication.objects.filter(project=project, is_stale=True).exists():
        run_recount.enqueue(str(project.pk))


@task
def run_release(release_id: str) -> None:
    releases.make_release(release_id=UUID(release_id), now=timezone.now())


def start_release(*, user: User, project: Project, settings: ReleaseSettings, now: datetime) -> Release:
    """Ask for a release and have the worker make it. Raises Invalid, or WrongState while another one is made."""
    with transaction.atomic():
        found = releases.create_release(user=user, project=project, settings=settings, now=now)
        run_release.enqueue(str(found.pk))
    return found


def resume_releases() -> None:
    """Enqueue the releases that are unfinished: a worker that starts does so, as another one may have been killed.

    One that is enqueued already is run once all the same: the second run finds nothing to do.
    """
    for id in releases.unfinished_releases():
        run_release.enqueue(str(id))
    releases.remove_leftovers()


def resume_imports() -> None:
    """Enqueue the imports that an interrupted run left unfinished. Called before a worker starts."""
    for id in imports.unfinished_imports():
        run_import.enqueue(str(id))
    imports.remove_orphans()
