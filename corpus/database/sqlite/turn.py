"""One fair turn at a time around write transactions.

SQLite's busy handler sleeps and retries, so that some writers wait for seconds while others pass. A queue in the
process and a file lock between processes let writers go one after the other in the order in which they came.
"""

import threading
from collections import deque
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: the queue in the process still holds, SQLite's own lock does the rest.
    fcntl = None  # type: ignore[assignment]


class FairLock:
    """A mutex that serves its waiters first come, first served."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiters: deque[threading.Lock] = deque()
        self._is_held = False

    def acquire(self, *, timeout: float) -> bool:
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return True
            ticket = threading.Lock()
            ticket.acquire()
            self._waiters.append(ticket)
        if ticket.acquire(timeout=timeout):
            return True
        with self._guard:
            if ticket in self._waiters:
                self._waiters.remove(ticket)
                return False
        return True  # the turn was handed over between the time-out and the guard

    def release(self) -> None:
        with self._guard:
            if self._waiters:
                self._waiters.popleft().release()
            else:
                self._is_held = False


class Turn:
    """The write turn of one database file."""

    def __init__(self, path: str) -> None:
        self._lock = FairLock()
        self._path = Path(f"{path}.turn") if path and not path.startswith("file:") and path != ":memory:" else None
        self._file: IO[bytes] | None = None

    def take(self, *, timeout: float) -> bool:
        if not self._lock.acquire(timeout=timeout):
            return False
        if self._path is not None and fcntl is not None:
            self._lock_file()
        return True

    def _lock_file(self) -> None:
        try:
            assert self._path is not None
            self._file = self._path.open("ab")  # held until the release
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except OSError:
            self._file = None  # a read-only directory: SQLite itself will refuse the write with a clear error

    def give_back(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self._lock.release()


_turns: dict[str, Turn] = {}
_turns_guard = threading.Lock()


def turn_for(path: str) -> Turn:
    """Return the one turn of the database at `path` in this process."""
    with _turns_guard:
        return _turns.setdefault(path, Turn(path))
