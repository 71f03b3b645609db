"""Where libraries write what is handed on piece by piece."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any


class Sink:
    """Takes the bytes that are written to it and hands them on; it cannot be sought in."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._at = 0

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def taken(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from pieces


def taken(buffer: io.StringIO) -> bytes:
    """Return as UTF-8 what was written to the buffer, and empty it."""
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data
