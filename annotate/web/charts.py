"""The small charts of the progress page as numbers that a template writes into SVG; each with its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import sqrt

from django.utils.formats import date_format

from annotate.reports.tables import Row

WIDTH, HEIGHT = 252, 44
LARGEST = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a stacked bar, in thousandths of its width; `kind` names its look."""

    kind: str
    name: str
    n: int
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    parts: list[Part]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A day's column, or a dot for all documents with the same number of claims."""

    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Marks in a field of WIDTH × HEIGHT, with what stands at its ends; `at` is where the mean is."""

    marks: list[Mark]
    words: str
    first: str
    last: str
    at: float | None = None


def bar_of(row: Row) -> Bar:
    """Return done, open, returned and free as parts of what is asked for; each that is there is at least seen."""
    found = row.figures
    counts = (
        ("done", "done", found.n_submitted),
        ("begun", "open", found.n_open),
        ("back", "returned", found.n_returned),
        ("free", "free", row.n_free or 0),
    )
    shown = [(kind, name, n) for kind, name, n in counts if n]
    total, x, parts = row.n_asked, 0.0, []
    least = 8.0
    scale = (1000 - least * len(shown)) / total if total else 0
    for kind, name, n in shown:
        width = least + n * scale
        parts.append(Part(kind=kind, name=name, n=n, x=round(x, 1), width=round(width, 1)))
        x += width
    words = ", ".join(f"{n} {name}" for _, name, n in shown) or "nothing yet"
    return Bar(parts=parts, words=f"{row.name}: {words}")


def days_chart(days: list[tuple[date, int]]) -> Chart | None:
    """Return a column for each day; None where nothing was submitted."""
    most = max((n for _, n in days), default=0)
    if not most:
        return None
    step = WIDTH / len(days)
    marks = [
        Mark(
            x=round(at * step, 1),
            y=round(HEIGHT - 1 - n / most * (HEIGHT - 3), 1),
            size=round(n / most * (HEIGHT - 3), 1),
        )
        for at, (_, n) in enumerate(days)
        if n
    ]
    best = max(days, key=lambda found: found[1])[0]
    first, last = (date_format(day, "j M") for day in (days[0][0], days[-1][0]))
    words = (
        f"Documents submitted each day from {first} to {last}: {sum(n for _, n in days)} in all, "
        f"at most {most}, on {date_format(best, 'j M')}"
    )
    return Chart(marks=marks, words=words, first=first, last=last)


def claims_chart(counts: list[tuple[int, int]], mean: float | None) -> Chart | None:
    """Return a dot for each number of claims, its area as the number of documents; None where there is none."""
    if not counts or mean is None:
        return None
    most, many = max(counts[-1][0], 1), max(n for _, n in counts)
    room = WIDTH - 2 * LARGEST - 2

    def place(claims: float) -> float:
        return round(LARGEST + 1 + claims / most * room, 1)

    size = min(LARGEST, 2.6 * sqrt(many)) / sqrt(many)
    marks = [Mark(x=place(claims), y=HEIGHT / 2, size=round(max(1.4, size * sqrt(n)), 1)) for claims, n in counts]
    spread = f"{counts[0][0]} to {counts[-1][0]}" if len(counts) > 1 else f"{counts[0][0]}"
    words = f"Claims for each of {sum(n for _, n in counts)} submitted documents: {spread}, {mean:g} on average"
    return Chart(marks=marks, words=words, first="0", last=str(most), at=place(mean))
