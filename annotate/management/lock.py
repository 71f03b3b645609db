"""One running site per data directory: a file lock that ends with the process that holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError

try:
    import fcntl
except ImportError:  # Windows: two sites on one directory are not noticed there
    fcntl = None  # type: ignore[assignment]

NAME = "up.lock"


@contextmanager
def data_directory(path: Path, *, remedy: str) -> Iterator[None]:
    """Hold the data directory for this process and its children. Raises CommandError when somebody else does."""
    handle = os.open(path / NAME, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if fcntl is not None:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise CommandError(f"A site is running on the data directory {path}. {remedy}") from None
        yield
    finally:
        os.close(handle)
