"""Words of what commands say."""

from __future__ import annotations


def counted(n: int, word: str, plural: str = "") -> str:
    """Return “1 claim” or “2 claims”."""
    return f"{n:,} {word if n == 1 else plural or word + 's'}"
