"""What people name on the command line, looked up."""

from __future__ import annotations

from django.core.management.base import CommandError

from annotate.models import Project
from corpus.management.prepared import USAGE


def project_named(slug: str) -> Project:
    """Return the project of that short name. Raises CommandError, which names those there are."""
    found = Project.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Project.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise CommandError(f"There is no project {slug[:60]!r}. Known: {known}.", returncode=USAGE)
    return found
