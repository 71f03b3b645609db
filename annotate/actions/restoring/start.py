"""A restore from one file: which format is restored how, and a dry run of it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from annotate.actions.restoring.outcome import Outcome
from annotate.actions.restoring.run import Run, Tell, restore_claims, restore_documents
from annotate.actions.restoring.whole import restore_whole

RESTORES = {"project": restore_whole, "documents-jsonl": restore_documents, "jsonl": restore_claims}


def restore_project(
    *,
    user: Any,
    slug: str,
    path: Path,
    format: str,
    now: datetime,
    codebooks: Iterable[Path] = (),
    dry_run: bool = False,
    tell: Tell = lambda n_bytes: None,
) -> Outcome:
    """Restore a file of RESTORES into the project `slug`, which is made where it is not there.

    `tell` hears of the bytes that were read; each file is read twice. Raises Refused with every problem found, before
    anything is stored; PermissionDenied. A dry run does all of it and takes it back.
    """
    run = Run(user=user, slug=slug, now=now, keeps=not dry_run)
    run.batch.actor = user
    with transaction.atomic() if dry_run else nullcontext():
        RESTORES[format](run, path, codebooks, tell)
        if dry_run:
            transaction.set_rollback(True)
    return run.outcome
