"""What was added, removed and changed between two releases, by id: from keys and digests alone, at little memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

# What says nothing of a claim's content: its document has a digest of its own, and quotes follow from the offsets.
BESIDE = {"document", "project", "annotator", "layer_kind"}
DIGEST = 16


@dataclass(slots=True, kw_only=True)
class Difference:
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, list[str]]:
        return {"added": self.added, "removed": self.removed, "changed": self.changed}

    def counts(self) -> dict[str, int]:
        return {name: len(found) for name, found in self.as_dict().items()}


def claim_key(claim: dict[str, Any]) -> bytes:
    """Return the id of a claim and a digest of what it says, whether its quotes are whole or cut."""
    plain = {name: _without_quotes(value) for name, value in claim.items() if name not in BESIDE}
    return UUID(claim["id"]).bytes + _digest(plain | {"document": claim["document"]["id"]})


def document_key(document: dict[str, Any]) -> bytes:
    """Return the id of a document and a digest of its metadata and text, which its hash stands for."""
    names = ("external_id", "title", "source", "url", "published_on", "language", "sha256")
    return UUID(document["id"]).bytes + _digest({name: document[name] for name in names})


def _digest(value: Any) -> bytes:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).digest()[:DIGEST]


def _without_quotes(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_quotes(found) for name, found in value.items() if name != "quote"}
    return [_without_quotes(found) for found in value] if isinstance(value, list) else value


def compare(before: Iterable[bytes], after: Iterable[bytes]) -> Difference:
    """Return what differs between two lists of keys; each holds an id once."""
    found = Difference()
    for id, old, new in _merged(sorted(before), sorted(after)):
        if old is None:
            found.added.append(id)
        elif new is None:
            found.removed.append(id)
        elif old != new:
            found.changed.append(id)
    return found


def _merged(before: list[bytes], after: list[bytes]) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    one = two = 0
    while one < len(before) or two < len(after):
        old = before[one] if one < len(before) else None
        new = after[two] if two < len(after) else None
        if new is None or (old is not None and old[:16] < new[:16]):
            assert old is not None
            yield str(UUID(bytes=old[:16])), old[16:], None
            one += 1
        elif old is None or new[:16] < old[:16]:
            yield str(UUID(bytes=new[:16])), None, new[16:]
            two += 1
        else:
            yield str(UUID(bytes=new[:16])), old[16:], new[16:]
            one, two = one + 1, two + 1
