"""Spans against the text: half-open code points, exact quotes, no cut grapheme, no outer space."""

from __future__ import annotations

from corpus.text.graphemes import is_boundary


class SpanProblem(ValueError):
    """A span that the text does not bear out; the message names value, rule and remedy."""


def check_span(text: str, start: int, end: int, quote: str) -> None:
    """Raise SpanProblem unless `quote` is exactly `text[start:end]` and the span is well cut."""
    if end <= start:
        raise SpanProblem(f"Span {start}–{end} ends before it starts; end must be greater than start.")
    if end > len(text):
        raise SpanProblem(
            f"Span {start}–{end} reaches past the text, which has {len(text)} characters; count in code points."
        )
    found = text[start:end]
    if found != quote:
        raise SpanProblem(
            f"Span {start}–{end} quotes {_shown(quote)}, but the text reads {_shown(found)} there; "
            "send the offsets in code points and the exact words."
        )
    if found != found.strip():
        raise SpanProblem(f"Span {start}–{end} starts or ends with white space ({_shown(found)}); leave it out.")
    for edge in (start, end):
        if not is_boundary(text, edge):
            raise SpanProblem(
                f"Span {start}–{end} cuts the character at {edge} ({_shown(text[max(edge - 1, 0) : edge + 2])}) "
                "apart; include it whole or leave it out."
            )


def _shown(text: str) -> str:
    return repr(text) if len(text) <= 120 else f"{text[:60]!r} … {text[-50:]!r}"
