"""The names of the entries that answers hold by id, so that their fields can show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from annotate.records import Registries


def names_of_answers(answers: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the names of the entities in answers by their ids. One query where there are any."""
    ids = {value["id"] for group in answers for value in group.values() if isinstance(value, dict)}
    speakers = Registries().speakers
    speakers.learn(UUID(id) for id in ids)
    return {id: speakers.known[UUID(id)].name for id in sorted(ids)}


def answers_of(claim: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the answers of a claim and of its stances."""
    return [claim["attributes"], *(stance.get("attributes", {}) for stance in claim["stances"])]
