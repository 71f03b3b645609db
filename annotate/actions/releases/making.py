"""Asking for a release, and making it: into a hidden folder, from one state of the database, ready all at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.checking import invalid
from annotate.actions.releases.places import (
    Progress,
    alone,
    file_of,
    folder_of,
    remove_folder,
    tell_progress,
    whole_release,
)
from annotate.models import Project, Release, ReleaseStatus, Round
from annotate.models.releases import UNFINISHED
from annotate.payloads.problems import WrongState
from annotate.permissions import Action
from annotate.releases.contents import SUMS
from annotate.releases.draft import Draft, Previous
from annotate.releases.facts import Facts
from annotate.releases.folder import Folder
from annotate.releases.people import Pseudonyms
from annotate.releases.selecting import articles_of, unknown_source
from annotate.releases.settings import ReleaseSettings, SelectionRule
from annotate.releases.source import Source
from annotate.releases.splits import Days
from corpus.copies import find_copies
from corpus.database import snapshot
from corpus.models import Corpus

BUSY = "Another release of this project is being made; wait until it is ready."


@transaction.atomic
def create_release(*, user: User, project: Project, settings: ReleaseSettings, now: datetime) -> Release:
    """Give the next number to a release, waiting for a worker. Raises Invalid, or WrongState while one is made."""
    permissions.require(user, Action.MAKE_RELEASES, project.pk)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    # A purge holds the corpus: it sees this release, or this release does not see what is purged.
    Corpus.objects.select_for_update(no_key=True).get(pk=project.corpus_id)
    _check_rounds(project, settings)
    _check_articles(project, settings.selection)
    rows = Release.objects.filter(project=project)
    if rows.filter(status__in=UNFINISHED).exists():
        raise WrongState(BUSY)
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    found = Release.objects.create(
        project=project,
        number=number,
        previous=_previous(project),
        title=settings.title or project.name,
        asked=settings.as_dict(),
        made_by=user,
        created_at=now,
    )
    _record("release.create", found, user, before=None)
    return found


def _check_rounds(project: Project, settings: ReleaseSettings) -> None:
    known = {str(id) for id in Round.objects.filter(project=project, purpose="work").values_list("pk", flat=True)}
    for number, id in enumerate(settings.selection.rounds):
        if id not in known:
            detail = f"{id} is no round of work of this project; training and test rounds are not released."
            raise invalid(f"/selection/rounds/{number}", detail)


def _check_articles(project: Project, rule: SelectionRule) -> None:
    if unknown := unknown_source(project.corpus_id, rule):
        at, name = unknown
        detail = f"“{name[:60]}” is no source of this project; give the name of an outlet as the documents have it."
        raise invalid(f"/selection/sources/{at}", detail)
    if rule.has_scope and not articles_of(project.corpus_id, rule).exists():
        at_days = "from" if rule.first else "to" if rule.last else "sources"
        detail = "No document is of these outlets and days, so the release would be empty; choose others."
        raise invalid(f"/selection/{at_days}", detail)


def _previous(project: Project) -> Release | None:
    """Return the last ready release whose files are here to be compared with."""
    for found in Release.objects.filter(project=project).ready().order_by("-number"):
        if all(file_of(found, name) for name in ("documents.jsonl", "claims.jsonl", "splits.csv")):
            return found
    return None


def _record(action: str, found: Release, user: User | None, *, before: Any, **more: Any) -> None:
    batch = Batch(action=action, actor=user, project_id=found.project_id, corpus_id=found.project.corpus_id)
    after = {"title": found.title, "number": found.number, "status": str(found.status)} | more
    batch.add("release", found.pk, before=before, after=after)
    batch.write()


def make_release(*, release_id: UUID, now: datetime) -> Release | None:
    """Write the files of a release and freeze it; None where it is none to be made, or another worker is at it.

    What a killed run began is done again from the start. After any error the release is failed, and its number free.
    """
    with alone(release_id) as is_alone:
        rows = Release.objects.select_related("project__corpus", "previous")
        found = rows.filter(pk=release_id, status__in=UNFINISHED).first()
        if found is None or not is_alone:
            return None
        Release.objects.filter(pk=found.pk).update(status=ReleaseStatus.RUNNING)
        try:
            draft = _write(found, now)
            return _freeze(found, draft, now)
        except Exception as error:  # whatever it was, people read of it on the page; then it goes on to the log
            _fail(found, error)
            raise


def _write(found: Release, now: datetime) -> Draft:
    with whole_release(found.pk) as path:
        # Splits must know every story: what was not compared yet is compared now, before anything is read.
        for _ in find_copies(found.project.corpus):
            pass
        with snapshot():
            draft = _draft(found, Folder(path), now)
            steps = draft.steps()
            for done, (name, step) in enumerate(steps):
                tell_progress(found.pk, Progress(done=done, of=len(steps), now=name))
                step()
        tell_progress(found.pk, Progress(done=len(steps), of=len(steps), now="files"))
    return draft


def _draft(found: Release, folder: Folder, now: datetime) -> Draft:
    settings, project, before = ReleaseSettings.stored(found.asked), found.project, found.previous
    assert found.number is not None
    facts = Facts(
        id=str(found.pk),
        number=found.number,
        title=found.title,
        slug=project.slug,
        project=project.name,
        about=project.description,
        frozen_at=now,
        settings=settings,
    )
    source = Source(project=project, rule=settings.selection, names=Pseudonyms(project.pk))
    known = _known(before) if before else None
    return Draft(source=source, facts=facts, folder=folder, previous=known, days=_days(found, settings))


def _days(found: Release, settings: ReleaseSettings) -> Days | None:
    """Return the dividing days of the last release under the same rules, where it fixed them."""
    rows = Release.objects.filter(project=found.project_id, number__lt=found.number).ready().order_by("-number")
    for asked, splits in rows.values_list("asked", "figures__splits"):
        before = ReleaseSettings.stored(asked)
        if (before.splits, before.selection.scope) == (settings.splits, settings.selection.scope):
            days = splits["days"] if splits.get("fixed", True) else None
            return (days[0], days[1]) if days else None
    return None


def _known(before: Release) -> Previous:
    assert before.number is not None
    return Previous(
        id=str(before.pk),
        number=before.number,
        sha256=before.sha256,
        folder=folder_of(before.pk),
        figures=before.figures,
        asked=ReleaseSettings.stored(before.asked),
    )


@transaction.atomic
def _freeze(found: Release, draft: Draft, now: datetime) -> Release:
    """Set everything at once: from here on the row never changes."""
    before = {"status": str(found.status)}
    found.files = [file.as_dict() for file in draft.folder.files()]
    found.n_bytes = sum(file["size"] for file in found.files)
    found.sha256 = draft.folder.written[SUMS].sha256
    found.figures = draft.shown()
    found.status, found.frozen_at = ReleaseStatus.READY, now
    found.save()
    _record("release.freeze", found, None, before=before, sha256=found.sha256)
    return found


@transaction.atomic
def _fail(found: Release, error: Exception) -> None:
    remove_folder(found.pk)
    before = {"status": str(found.status), "number": found.number}
    found.status, found.number, found.files = ReleaseStatus.FAILED, None, []
    found.frozen_at, found.sha256, found.figures, found.n_bytes = None, "", {}, 0
    said = (str(error) or type(error).__name__).rstrip(".")
    found.message = f"The release could not be made: {said}. Nothing was kept of it."
    found.save()
    _record("release.fail", found, None, before=before)


def unfinished_releases() -> list[UUID]:
    """Return the releases that are waiting or were interrupted, oldest first."""
    rows = Release.objects.filter(status__in=UNFINISHED).order_by("created_at", "pk")
    return list(rows.values_list("pk", flat=True))
