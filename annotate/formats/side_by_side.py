"""Files that are written side by side, a piece here and a piece there: the first streams, the others wait on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO

from annotate.formats.base import Member

READ_AT_ONCE = 1 << 16
# In memory, of all the files that wait.
HELD = 4_000_000


def side_by_side(pieces: Iterable[tuple[str, bytes]], *, tail: bytes = b"") -> Iterator[Member]:
    """Yield a file for each path, made of its pieces: that of the first path as they come, the others by name.

    Each member must be read to its end before the next one is asked for. `tail` ends each file.
    """
    found = iter(pieces)
    if (first := next(found, None)) is None:
        return
    with Waiting() as waiting:
        yield Member(path=first[0], pieces=chain(_own(first, found, waiting), [tail]))
        for path in waiting.paths():
            yield Member(path=path, pieces=chain(waiting.pieces(path), [tail]))


def _own(first: tuple[str, bytes], pieces: Iterator[tuple[str, bytes]], waiting: Waiting) -> Iterator[bytes]:
    """Yield the pieces of the first path, and keep those of the others."""
    for path, piece in chain((first,), pieces):
        if path == first[0]:
            yield piece
        else:
            waiting.add(path, piece)


class Waiting:
    """Pieces by path, in one temporary file however many paths there are."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed by __exit__)
        self._places: dict[str, list[tuple[int, int]]] = {}
        self._held: dict[str, list[bytes]] = {}
        self._size = 0

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, path: str, piece: bytes) -> None:
        self._held.setdefault(path, []).append(piece)
        self._size += len(piece)
        if self._size >= HELD:
            self._write()

    def _write(self) -> None:
        for path, pieces in self._held.items():
            data = b"".join(pieces)
            self._places.setdefault(path, []).append((self._file.tell(), len(data)))
            self._file.write(data)
        self._held, self._size = {}, 0

    def paths(self) -> list[str]:
        """Return the paths, sorted; nothing can be added from now on."""
        self._write()
        return sorted(self._places)

    def pieces(self, path: str) -> Iterator[bytes]:
        for start, length in self._places[path]:
            for at in range(start, start + length, READ_AT_ONCE):
                self._file.seek(at)
                yield self._file.read(min(READ_AT_ONCE, start + length - at))
