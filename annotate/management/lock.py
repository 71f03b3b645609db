"""One running site per data directory: a file lock that ends with the process that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError

from annotate.actions.alone import locked

NAME = "up.lock"


@contextmanager
def data_directory(path: Path, *, remedy: str) -> Iterator[None]:
    """Hold the data directory for this process and its children. Raises CommandError when somebody else does."""
    with locked(path / NAME) as is_alone:
        if not is_alone:
            raise CommandError(f"A site is running on the data directory {path}. {remedy}")
        yield
