"""Figures of a measurement, the clock that takes them, and the table that shows them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. `ratio` is raw time over our time: 1 is as fast as the raw line."""

    name: str
    ours: str
    raw: str = ""
    ratio: float | None = None
    note: str = ""


def rate(name: str, count: int, ours: float, raw: float, note: str = "") -> Figure:
    """Return a figure for many rows in some seconds."""
    return Figure(name=name, ours=_speed(count, ours), raw=_speed(count, raw), ratio=raw / ours, note=note)


def latency(name: str, ours: list[float], raw: list[float], note: str = "") -> Figure:
    """Return a figure for single requests, by the median; the 99th percentile stands beside it."""
    middle, base = statistics.median(ours), statistics.median(raw)
    slow = sorted(ours)[int(len(ours) * 0.99)]
    shown = f"{middle * 1000:.2f} ms (p99 {slow * 1000:.1f})"
    return Figure(name=name, ours=shown, raw=f"{base * 1000:.3f} ms", ratio=base / middle, note=note)


def missing(name: str, why: str) -> Figure:
    return Figure(name=name, ours="–", note=why)


def _speed(count: int, seconds: float) -> str:
    return f"{seconds:.2f} s ({count / seconds:,.0f}/s)"


def clock(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def each(works: Iterable[Callable[[], object]]) -> list[float]:
    """Return the seconds of each piece of work."""
    return [clock(work) for work in works]


def table(figures: list[Figure]) -> str:
    """Return the figures as a table of plain text."""
    head = ("", "Standpoint", "raw", "ratio", "")
    rows = [(f.name, f.ours, f.raw, f"{f.ratio:.2f}" if f.ratio is not None else "", f.note) for f in figures]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [head, *rows]
    )


class PeakMemory:
    """How far the memory of this process grew, in MB, since it was made; None where the system does not tell."""

    STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")

    def __init__(self) -> None:
        try:
            self.RESET.write_text("5")
            self._start = self._peak()
        except OSError:
            self._start = None

    def growth(self) -> float | None:
        peak = self._peak() if self._start is not None else None
        return None if peak is None or self._start is None else peak - self._start

    def _peak(self) -> float | None:
        found = [line.split()[1] for line in self.STATUS.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(found[0]) / 1024 if found else None
