"""Answers that are registry entries and give a name instead of an id: found or made as any entry of a claim is."""

from __future__ import annotations

from dataclasses import replace

from annotate.actions.entries import EntryFinder
from annotate.attributes import KINDS
from annotate.payloads.claims import ClaimIn, EntryIn, bad_character
from annotate.payloads.codebooks import CodebookView
from corpus.models import Speaker


def answer_groups(claim: ClaimIn) -> list[tuple[str, str, dict[str, object]]]:
    """Return pointer, scope and answers of the claim and of each of its stances."""
    stances = [(f"/stances/{i}/attributes", "stance", stance.attributes) for i, stance in enumerate(claim.stances)]
    return [("/attributes", "claim", claim.attributes), *stances]


def named_entities(codebook: CodebookView, pointer: str, scope: str, answers: dict[str, object]) -> dict[str, EntryIn]:
    """Return the answers that give an entity by its name instead of by its id."""
    found = {}
    for key, raw in answers.items():
        spec = codebook.attributes.get((scope, key))
        if (
            spec is None
            or KINDS[spec.kind].column != "entity"
            or not isinstance(raw, dict)
            or raw.get("id") is not None
        ):
            continue
        name = raw.get("name")
        if isinstance(name, str) and bad_character(name) is None:  # what no database takes is no name to look for
            found[key] = EntryIn(name=name, pointer=f"{pointer}/{key}")
    return found


def with_entities(
    codebook: CodebookView, pointer: str, scope: str, answers: dict[str, object], finder: EntryFinder
) -> dict[str, object]:
    """Return the answers with each entity by its id: a name is found or made as a speaker's is.

    What is refused is left out; the finder has the reason.
    """
    ids = {key: finder.find(Speaker, entry) for key, entry in named_entities(codebook, pointer, scope, answers).items()}
    found = {key: {"id": str(id)} for key, id in ids.items() if id is not None}
    return {key: raw for key, raw in answers.items() if key not in ids} | found


def claim_with_entities(claim: ClaimIn, codebook: CodebookView, finder: EntryFinder) -> ClaimIn:
    """Return the claim with the entities in its answers, and in those of its stances, by their ids."""
    own, *others = (with_entities(codebook, *group, finder) for group in answer_groups(claim))
    stances = tuple(replace(stance, attributes=one) for stance, one in zip(claim.stances, others, strict=True))
    return replace(claim, attributes=own, stances=stances)
