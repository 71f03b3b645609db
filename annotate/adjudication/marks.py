"""What an annotator's claim says, field by field, in a form that two readings can be compared by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

type Claim = dict[str, Any]
# (holder, target); the holder is empty where it is the default one: whom the first speaker represents, else that one.
type StanceKey = tuple[str, str]

NO_STANCE = "no stance"
PLAIN_FIELDS = ("speakers", "represents", "reported_by", "cue", "mode", "proposition")
# What is left of a claim when who, where and when it was stored are left out.
CONTENT = ("spans", "cue", "speakers", "reported_by", "mode", "proposition", "stances", "no_stance", "attributes")
SHOWN_ONLY = frozenset(("name", "kind", "text", "quote"))


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One claim of one reading; `claim` is in the shape of the API, its entries as they count after merges.

    `key` stays the same when a follow-up round takes the claim up again; `fingerprint` changes with what was chosen.
    """

    key: str
    reader: str
    claim: Claim
    fingerprint: str

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        return spans_of(self.claim["spans"])

    @cached_property
    def place(self) -> tuple[int, int, str]:
        """Return what sorts marks in the order of the text, the longer first."""
        return self.spans[0][0], -self.spans[-1][1], self.key

    @cached_property
    def values(self) -> dict[str, Hashable]:
        """Return the value of each field but the spans and the stances; what was not answered is None."""
        claim = self.claim
        found: dict[str, Hashable] = {
            "speakers": tuple(sorted(speaker["id"] for speaker in claim["speakers"])) or None,
            "represents": tuple(sorted((s["id"], s["represents"]["id"]) for s in claim["speakers"] if s["represents"]))
            or None,
            "reported_by": tuple(found["id"] for found in claim["reported_by"]) or None,
            "cue": spans_of(claim["cue"]) or None,
            "mode": claim["mode"],
            "proposition": _proposition(claim["proposition"]),
        }
        return found | {f"attributes/{key}": frozen(value) for key, value in claim["attributes"].items()}

    @cached_property
    def stances(self) -> dict[StanceKey, Hashable]:
        """Return value and answers by holder and target."""
        default, is_alone = default_holder(self.claim), len(self.claim["speakers"]) < 2
        found: dict[StanceKey, Hashable] = {}
        for stance in self.claim["stances"]:
            holder = stance["holder"]["id"] if stance["holder"] is not None else default
            # Of a joint statement the first speaker holds the stance: who that is counts then.
            key = ("" if holder == default and is_alone else holder, stance["target"]["id"] if stance["target"] else "")
            n = 2
            while key in found:  # after merges two stances may be on the same target: both are kept, in their order
                key, n = (f"{key[0].split('~')[0]}~{n}", key[1]), n + 1
            found[key] = (stance["value"], frozen(stance.get("attributes", {})))
        return found

    @property
    def people(self) -> Hashable:
        """Return the speakers, each with whom they represent, or None."""
        pairs = ((s["id"], s["represents"]["id"] if s["represents"] else "") for s in self.claim["speakers"])
        return tuple(sorted(pairs)) or None

    @property
    def whole_stance(self) -> Hashable:
        """Return all stances as one value, “no stance”, or None where that was not answered."""
        if self.stances:
            return tuple(sorted(self.stances.items(), key=lambda item: item[0]))
        return NO_STANCE if self.claim["no_stance"] else None

    @property
    def needs_a_look(self) -> bool:
        """Return whether the annotator was unsure or left a note: such a unit never settles itself."""
        return bool(self.claim["unsure"] or self.claim["note"])


def spans_of(spans: Iterable[dict[str, Any]]) -> tuple[tuple[int, int], ...]:
    return tuple((span["start"], span["end"]) for span in spans)


def default_holder(claim: Claim) -> str:
    if not claim["speakers"]:
        return ""
    first = claim["speakers"][0]
    return str((first["represents"] or first)["id"])


def _proposition(found: dict[str, Any] | None) -> tuple[str, str] | None:
    return (found["id"], found["relation"]) if found is not None else None


def frozen(value: Any) -> Hashable:
    """Return a JSON value as one that can be compared and hashed."""
    return value if isinstance(value, Hashable) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def fingerprint(claim: Claim) -> str:
    """Return a digest of what the annotator chose; `claim` was read without following merges."""
    content = {name: _ids(claim[name]) for name in (*CONTENT, "unsure", "note")}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _ids(value: Any) -> Any:
    """Leave out names, which change without the claim."""
    if isinstance(value, list):
        return [_ids(item) for item in value]
    if isinstance(value, dict):
        return {key: _ids(item) for key, item in value.items() if key not in SHOWN_ONLY}
    return value


def shared_fields(a: Mark, b: Mark) -> float:
    """Return the share of fields, among those that either answers, in which two marks are equal."""
    names = [
        name for name in {*a.values, *b.values} if a.values.get(name) is not None or b.values.get(name) is not None
    ]
    equal = sum(a.values.get(name) == b.values.get(name) for name in names)
    if a.whole_stance is not None or b.whole_stance is not None:
        names.append("stances")
        equal += a.whole_stance == b.whole_stance
    return equal / len(names) if names else 0.0


def entries_of(value: Hashable) -> Iterator[str]:
    """Yield the ids of registry entries inside the value of a field."""
    if isinstance(value, str) and len(value) == 36:
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from entries_of(item)


def with_entry(value: Hashable, old: str, new: str) -> Hashable:
    """Return the value of a field as it would be if `old` were merged into `new`."""
    if value == old:
        return new
    if isinstance(value, tuple):
        return tuple(with_entry(item, old, new) for item in value)
    return value
