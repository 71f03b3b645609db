"""The registries of a release: every entry of the corpus, merged ones with what they were merged into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from corpus.models import Affiliation, Entry, Proposition, Speaker, SpeakerAlias, Target

REGISTRIES: dict[str, type[Entry]] = {"speakers": Speaker, "targets": Target, "propositions": Proposition}
NAMED = {"speakers": "name", "targets": "name", "propositions": "text"}
# What is written of an entry, and the column it is read from.
COLUMNS = {
    "disambiguation": "disambiguation",
    "note": "note",
    "provisional": "is_provisional",
    "merged_into": "merged_into_id",
}
OWN = {
    "speakers": {"kind": "kind", "external_id": "external_id", "not_stated": "is_not_stated"},
    "targets": {"kind": "kind", "inverted": "is_merged_inverted"},
    "propositions": {"usual_target": "usual_target_id"},
}
AT_ONCE = 2000


def entry_dicts(corpus_id: UUID, name: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of a registry by id, without who made them."""
    more = _of_speakers(corpus_id) if name == "speakers" else {}
    named, columns = NAMED[name], COLUMNS | OWN[name]
    rows = REGISTRIES[name]._default_manager.filter(corpus=corpus_id).order_by("pk")
    for id, called, *values in rows.values_list("pk", "name", *columns.values()).iterator(chunk_size=AT_ONCE):
        found = {key: _plain(value) for key, value in zip(columns, values, strict=True)}
        found |= more.get(id, {"aliases": [], "affiliations": []} if name == "speakers" else {})
        yield {"id": str(id), named: called, **found}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _of_speakers(corpus_id: UUID) -> dict[UUID, dict[str, Any]]:
    """Return aliases and affiliations of the speakers that have any. Two queries."""
    found: dict[UUID, dict[str, Any]] = {}

    def of(speaker: UUID) -> dict[str, Any]:
        return found.setdefault(speaker, {"aliases": [], "affiliations": []})

    aliases = SpeakerAlias.objects.filter(speaker__corpus=corpus_id).order_by("speaker", "id")
    for speaker, name in aliases.values_list("speaker", "name"):
        of(speaker)["aliases"].append(name)
    rows = Affiliation.objects.filter(speaker__corpus=corpus_id).order_by("speaker", "from_on", "id")
    for speaker, body, role, first, last in rows.values_list("speaker", "body", "role", "from_on", "to_on"):
        made = {"body": str(body), "role": role, "from": _text(first), "to": _text(last)}
        of(speaker)["affiliations"].append(made)
    return found
