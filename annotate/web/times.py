"""Times as people say them."""

from __future__ import annotations


def time_words(seconds: int) -> str:
    """Return a time as people say it: “40 s”, “12 min”, “3 h 05 min”."""
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
