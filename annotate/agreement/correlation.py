"""The product-moment correlation: K. Pearson, Proceedings of the Royal Society 58 (1895)."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt


def pearson(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return r of two equally long rows of numbers; None below three of them, or where one does not vary."""
    n = len(first)
    if n < 3:
        return None
    one, two = fsum(first) / n, fsum(second) / n
    common = fsum((a - one) * (b - two) for a, b in zip(first, second, strict=True))
    spread = fsum((a - one) ** 2 for a in first) * fsum((b - two) ** 2 for b in second)
    return common / sqrt(spread) if spread > 1e-12 else None
