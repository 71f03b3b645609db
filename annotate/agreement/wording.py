"""Spans without the punctuation and space at their ends, for a comparison that such signs do not decide."""

from __future__ import annotations

from collections.abc import Iterable


def trimmed(start: int, end: int, quote: str) -> tuple[int, int] | None:
    """Return the span from its first to its last letter or digit; None where it has neither."""
    if quote[:1].isalnum() and quote[-1:].isalnum():
        return start, end
    left, right = 0, len(quote)
    while left < right and not quote[left].isalnum():
        left += 1
    while left < right and not quote[right - 1].isalnum():
        right -= 1
    return (start + left, start + right) if left < right else None


def without_punctuation(spans: Iterable[tuple[int, int, str]]) -> tuple[tuple[int, int], ...]:
    """Return the spans of a claim, each from its first to its last letter or digit; those without any fall away."""
    found = [trimmed(start, end, quote) for start, end, quote in spans]
    return tuple([span for span in found if span is not None])
