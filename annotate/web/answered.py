"""The names of the entries that answers hold by id: for their fields, and for who knows an entry by its name only."""

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


def named_as_sent(stored: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """Return a stored claim with those entities in its answers by name that `sent` gives by the same name.

    Who named a new entry and lost the answer does not know its id, and would take the own claim for another's.
    """
    names = names_of_answers(answers_of(stored))

    def named(answers: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        said = {key: {"name": names[one["id"]]} for key, one in answers.items() if isinstance(one, dict)}
        return answers | {key: one for key, one in said.items() if given.get(key) == one}

    def stance(stored: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        attributes = named(stored.get("attributes", {}), given.get("attributes") or {})
        return stored | ({"attributes": attributes} if attributes else {})

    given = [*(sent.get("stances") or []), *({} for _ in stored["stances"])]
    stances = [stance(*pair) for pair in zip(stored["stances"], given, strict=False)]
    return stored | {"attributes": named(stored["attributes"], sent.get("attributes") or {}), "stances": stances}
