"""What changed in a claim, in words: its spans, who says it, stances by their targets, and answers by their names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from annotate.reports.history.names import Names

LONGEST = 160
SAID = 80
WORDS = {"mode": "mode", "unsure": "unsure", "no_stance": "no stance expressed", "note": "note"}
KNOWN = {
    *WORDS,
    *("spans", "cue", "speakers", "reported_by", "proposition", "stances", "attributes", "detected"),
    *("id", "document", "round", "layer", "follows", "version", "created_at", "updated_at"),
}


def claim_said(claim: dict[str, Any] | None) -> str:
    """Return the words of a claim, cut short."""
    spans = claim.get("spans") if isinstance(claim, dict) else None
    quotes = [span.get("quote", "") for span in spans or () if isinstance(span, dict)]
    return _short(" […] ".join(quotes), SAID) if quotes else ""


def claim_differences(before: Any, after: Any, names: Names) -> Iterator[str]:
    """Yield what differs; of a claim that was made or deleted, what it says. Claims of any shape are told."""
    old, new = (side if isinstance(side, dict) else {} for side in (before, after))
    if not old or not new:
        yield from _told(old or new, names)
        return
    yield from _spans("span", _list(old, "spans"), _list(new, "spans"))
    yield from _spans("cue", _list(old, "cue"), _list(new, "cue"))
    yield from _people("speaker", _list(old, "speakers"), _list(new, "speakers"))
    yield from _mentions(_list(old, "speakers"), _list(new, "speakers"))
    yield from _people("reported by", _list(old, "reported_by"), _list(new, "reported_by"))
    yield from _proposition(old.get("proposition"), new.get("proposition"))
    yield from _stances(_list(old, "stances"), _list(new, "stances"), names)
    yield from _answers("", old.get("attributes"), new.get("attributes"), "claim", names)
    for key, name in WORDS.items():
        if old.get(key) != new.get(key):
            yield f"{name} from {_value(old.get(key))} to {_value(new.get(key))}"
    for key in sorted({*old, *new} - KNOWN):
        if old.get(key) != new.get(key):
            yield f"{key} from {_value(old.get(key))} to {_value(new.get(key))}"


def _told(claim: dict[str, Any], names: Names) -> Iterator[str]:
    """Yield what a whole claim says, in short."""
    people = [_person(found) for found in _list(claim, "speakers")]
    if people:
        yield f"speaker: {', '.join(people)}"
    for stance in _list(claim, "stances"):
        yield f"stance on {_target(stance)}: {_stance_value(stance, names)}"
    if claim.get("no_stance"):
        yield "no stance expressed"
    for key, value in sorted((claim.get("attributes") or {}).items()):
        name, shown = _answer("claim", key, value, names)
        yield f"{name}: {shown}"


def _list(claim: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = claim.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _spans(name: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[str]:
    """Yield how spans moved: what overlaps is the same span, taken in the order of the text."""
    left = [span for span in old if span not in new]
    for span in (span for span in new if span not in old):
        was = next((other for other in left if _start(other) < _end(span) and _start(span) < _end(other)), None)
        if was is None:
            yield f"{name} {_place(span)} added: “{_quote(span)}”"
            continue
        left.remove(was)
        yield f"{name} {_place(was)} became {_place(span)}: “{_quote(span)}”"
    for span in left:
        yield f"{name} {_place(span)} removed: “{_quote(span)}”"


def _start(span: dict[str, Any]) -> int:
    return int(span.get("start") or 0)


def _end(span: dict[str, Any]) -> int:
    return int(span.get("end") or 0)


def _place(span: dict[str, Any]) -> str:
    return f"{_start(span)}–{_end(span)}"


def _quote(span: dict[str, Any]) -> str:
    return _short(str(span.get("quote", "")))


def _person(found: Any) -> str:
    if not isinstance(found, dict):
        return "nobody"
    name, other = str(found.get("name") or "nobody"), found.get("represents")
    return f"{name}, on behalf of {other.get('name')}" if isinstance(other, dict) else name


def _people(name: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[str]:
    before, after = [_person(found) for found in old], [_person(found) for found in new]
    if [_ids(found) for found in old] == [_ids(found) for found in new]:
        return
    yield f"{name} from {', '.join(before) or 'nobody'} to {', '.join(after) or 'nobody'}"


def _ids(found: dict[str, Any]) -> tuple[Any, Any]:
    other = found.get("represents")
    return found.get("id"), other.get("id") if isinstance(other, dict) else None


def _mentions(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[str]:
    for was, found in zip(old, new, strict=False):
        if was.get("id") == found.get("id"):
            yield from _spans(f"mention of {_person(found)}", _list(was, "mention"), _list(found, "mention"))


def _proposition(old: Any, new: Any) -> Iterator[str]:
    if old != new:
        yield f"proposition from {_sentence(old)} to {_sentence(new)}"


def _sentence(found: Any) -> str:
    if not isinstance(found, dict):
        return "none"
    relation = str(found.get("relation") or "").replace("_", " ")
    return f"{relation} “{_short(str(found.get('text', '')))}”".strip()


def _stances(old: list[dict[str, Any]], new: list[dict[str, Any]], names: Names) -> Iterator[str]:
    """Yield what differs; stances are the same by holder and target, else by their place."""
    before, after = {_side(found): found for found in old}, {_side(found): found for found in new}
    gone = [found for key, found in before.items() if key not in after]
    for key, found in after.items():
        was = before.get(key)
        if was is None and gone:
            was = gone.pop(0)
            yield f"stance on {_target(was)} became one on {_target(found)}"
        if was is None:
            yield f"stance on {_target(found)} added: {_stance_value(found, names)}"
            continue
        if was.get("value") != found.get("value"):
            values = f"from {_stance_value(was, names)} to {_stance_value(found, names)}"
            yield f"stance on {_target(found)} {values}"
        where = f"stance on {_target(found)}, "
        yield from _answers(where, was.get("attributes"), found.get("attributes"), "stance", names)
    for found in gone:
        yield f"stance on {_target(found)} removed: {_stance_value(found, names)}"


def _side(stance: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        found.get("id") if isinstance(found := stance.get(key), dict) else None for key in ("holder", "target")
    )


def _target(stance: dict[str, Any]) -> str:
    target, holder = stance.get("target"), stance.get("holder")
    name = f"“{target.get('name')}”" if isinstance(target, dict) else "no target yet"
    return f"{name}, held by {holder.get('name')}" if isinstance(holder, dict) else name


def _stance_value(stance: dict[str, Any], names: Names) -> str:
    value = stance.get("value")
    label = names.codebook.stances.get(str(value)) if names.codebook is not None else None
    return label.name if label is not None else str(value) if value is not None else "not answered"


def _answers(where: str, old: Any, new: Any, scope: str, names: Names) -> Iterator[str]:
    before, after = old if isinstance(old, dict) else {}, new if isinstance(new, dict) else {}
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            name, was = _answer(scope, key, before.get(key), names)
            yield f"{where}{name} from {was} to {_answer(scope, key, after.get(key), names)[1]}"


def _answer(scope: str, key: str, value: Any, names: Names) -> tuple[str, str]:
    """Return the name of a question and its answer in the words of the codebook."""
    spec = names.codebook.attributes.get((scope, key)) if names.codebook is not None else None
    if spec is None or names.codebook is None:
        return key, _value(value)
    labels = {label.key: label.name for label in names.codebook.labels.get(spec.id, ())}
    answers: Iterable[Any] = value if isinstance(value, list) else [value]
    return spec.name.lower(), ", ".join(labels.get(str(found)) or _value(found) for found in answers) or "nothing"


def _value(value: Any) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"“{_short(value)}”"
    return _short(json.dumps(value, ensure_ascii=False))


def _short(text: str, most: int = LONGEST) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
