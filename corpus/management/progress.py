"""A progress bar on standard error, drawn on a terminal only."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType
from typing import Self, TextIO

SECONDS_BETWEEN = 0.2
WIDTH = 30


class Progress:
    """Shows how far a long command is; silent where standard error is a file or a pipe. Total 0: not known."""

    def __init__(self, label: str, total: int, *, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_shown = self._stream.isatty()
        self._label = label
        self._total = total
        self._next_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def show(self, done: int, note: str = "") -> None:
        """Draw the bar anew, at most a few times a second."""
        now = time.monotonic()
        if not self._is_shown or now < self._next_at:
            return
        self._next_at = now + SECONDS_BETWEEN
        share = min(done / self._total, 1.0) if self._total else 0.0
        bar = f"{'█' * int(share * WIDTH):░<{WIDTH}} {share:4.0%} " if self._total else ""
        line = f"{self._label} {bar}{note}"
        self._stream.write("\r" + line[: shutil.get_terminal_size().columns - 1] + "\x1b[K")
        self._stream.flush()

    def clear(self) -> None:
        """Take the bar away."""
        if self._is_shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._next_at = 0.0
