"""What changed in a decision, in words: what was decided, why, and what the gold claim says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotate.models import DecisionKind
from annotate.reports.history.claim_words import claim_differences, claim_said
from annotate.reports.history.names import Names

REASONS = {"reason": "reason", "guideline": "rests on"}


def decision_said(state: dict[str, Any]) -> str:
    """Return the words of the gold claim; empty for what is not a claim."""
    return claim_said(state.get("claim"))


def decision_differences(before: Any, after: Any, names: Names) -> Iterator[str]:
    """Yield what differs; of a decision that was made or taken back, what it says. Any shape is told."""
    old, new = (side if isinstance(side, dict) else {} for side in (before, after))
    if old and new:
        if old.get("kind") != new.get("kind"):
            yield f"decided from {_kind(old)} to {_kind(new)}"
        for key, name in REASONS.items():
            if old.get(key) != new.get(key):
                yield f"{name} from {_text(old.get(key))} to {_text(new.get(key))}"
        if _n_readings(old) != _n_readings(new):
            yield f"readings from {_n_readings(old)} to {_n_readings(new)}"
        yield from (f"gold claim: {line}" for line in claim_differences(old.get("claim"), new.get("claim"), names))
        return
    state = new or old
    settled = "settled itself: " if state.get("by_itself") else ""
    yield f"{settled}{_kind(state)}, from {_n_readings(state)} reading{'' if _n_readings(state) == 1 else 's'}"
    for key, name in REASONS.items():
        if state.get(key):
            yield f"{name}: {_text(state[key])}"
    yield from claim_differences(None, state.get("claim"), names)


def _kind(state: dict[str, Any]) -> str:
    kind = str(state.get("kind") or "nothing")
    return str(DecisionKind(kind).label) if kind in DecisionKind.values else kind


def _n_readings(state: dict[str, Any]) -> int:
    found = state.get("readings")
    return len(found) if isinstance(found, list) else 0


def _text(value: object) -> str:
    text = " ".join(str(value or "").split())
    return f"“{text[:160]}”" if text else "nothing"
