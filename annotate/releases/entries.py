"""The registries of a release: every entry of the corpus, merged ones with what they were merged into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from corpus.models import Affiliation, Entry, Proposition, Speaker, SpeakerAlias, Target

REGISTRIES: dict[str, type[Entry]] = {"speakers": Speaker, "targets": Target, "propositions": Proposition}
AT_ONCE = 2000


def entry_dicts(corpus_id: UUID, name: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of a registry by id, without who made them."""
    more = _of_speakers(corpus_id) if name == "speakers" else {}
    rows = REGISTRIES[name]._default_manager.filter(corpus=corpus_id).order_by("pk")
    for row in rows.iterator(chunk_size=AT_ONCE):
        yield _entry(row) | more.get(row.pk, {"aliases": [], "affiliations": []} if name == "speakers" else {})


def _entry(row: Any) -> dict[str, Any]:
    found = {
        "id": str(row.pk),
        "text" if isinstance(row, Proposition) else "name": row.name,
        "disambiguation": row.disambiguation,
        "note": row.note,
        "provisional": row.is_provisional,
        "merged_into": _text(row.merged_into_id),
    }
    if isinstance(row, Speaker):
        found |= {"kind": row.kind, "external_id": row.external_id, "not_stated": row.is_not_stated}
    if isinstance(row, Target):
        found |= {"kind": row.kind, "inverted": row.is_merged_inverted}
    if isinstance(row, Proposition):
        found |= {"usual_target": _text(row.usual_target_id)}
    return found


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
