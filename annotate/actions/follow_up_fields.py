"""Which fields of a claim a follow-up round asks again: read, kept apart from the others, and demanded."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from annotate.actions.gaps import Gap, gaps_of
from annotate.models import Round
from annotate.models.codebook import Nesting
from annotate.payloads.codebooks import CodebookView
from annotate.payloads.problems import FieldError, Invalid
from annotate.payloads.successors import Successors

PLACES = {"claim": "attributes", "stance": "stances/attributes"}


def possible_fields(view: CodebookView) -> dict[str, str]:
    """Return what a follow-up round under this version may ask again, with a name for people."""
    found = {"mode": "Mode", "stances": "Stance"}
    for scope, place in PLACES.items():
        of_what = "" if scope == "claim" else ", of each stance"
        found |= {f"{place}/{spec.key}": f"{spec.name}{of_what}" for spec in view.of_scope(scope)}
    return found


def read_fields(raw: object, view: CodebookView) -> list[str]:
    """Return the fields in `raw` in the order of the codebook. Raises Invalid."""
    known = possible_fields(view)
    if not isinstance(raw, list) or not raw:
        detail = f"{str(raw)[:60]!r} names no fields to ask again; give a list with one or more of {', '.join(known)}."
        raise Invalid.of([FieldError(pointer="/fields", detail=detail)])
    wrong = [
        FieldError(
            pointer=f"/fields/{index}",
            detail=f"{str(field)[:60]!r} cannot be asked again under this version; choose from {', '.join(known)}.",
        )
        for index, field in enumerate(raw)
        if not isinstance(field, str) or field not in known
    ]
    if wrong:
        raise Invalid.of(wrong)
    return [field for field in known if field in raw]


def moved_fields(fields: list[str], found: Successors) -> list[str]:
    """Return the fields under a newer version: attributes by those that follow them."""
    scopes = {place: scope for scope, place in PLACES.items()}
    moved: list[str] = []
    for field in fields:
        place, _, key = field.rpartition("/")
        targets = found.attributes.get((scopes[place], key), ()) if place else ()
        moved += [f"{place}/{name}" for _, name in targets] if place else [field]
    return list(dict.fromkeys(moved))


def locked_differences(before: dict[str, Any], after: dict[str, Any], fields: list[str]) -> list[str]:
    """Return the members in which two states of a claim differ although the round does not ask for them again."""
    one, two = _locked(before, fields), _locked(after, fields)
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))


def _locked(claim: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """Return the claim without the fields that are asked again."""
    found = dict(claim)
    found["attributes"] = _without(claim["attributes"], "attributes", fields)
    found["stances"] = [_locked_stance(stance, fields) for stance in claim["stances"]]
    if "mode" in fields:
        del found["mode"]
        found["detected"] = [name for name in claim.get("detected", {}).get("fields", []) if name != "mode"]
    return found


def _locked_stance(stance: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    found = stance | {"attributes": _without(stance.get("attributes", {}), "stances/attributes", fields)}
    return {name: value for name, value in found.items() if name != "value" or "stances" not in fields}


def _without(answers: dict[str, object], place: str, fields: list[str]) -> dict[str, object]:
    return {key: value for key, value in answers.items() if f"{place}/{key}" not in fields}


def layer_gaps_of(
    round: Round | None, reading: dict[str, Any], view: CodebookView, headline: tuple[int, int] | None = None
) -> list[Gap]:
    """Return the gaps of a reading; in a follow-up round only those in the fields that it asks again.

    `headline` is where the headline stands, if the codebook leaves it out (see `scope.headline_of`).
    """
    if round is None or round.follows_id is None:
        return gaps_of(reading, view, headline)
    fields = round.reopened_fields
    gaps = gaps_of(reading | {"attributes": {}}, asked_view(view, fields))
    return [gap for gap in gaps if is_asked(gap.field, fields)]


def is_asked(field: str, fields: list[str]) -> bool:
    """Return whether a gap, as `asked_view` lets it be found, lies in a field that is asked again."""
    if field == "mode" or field.startswith("stances"):
        return field in fields or (field.endswith("/value") and "stances" in fields)
    return True


def asked_view(view: CodebookView, fields: list[str]) -> CodebookView:
    """Return the version as a follow-up round demands it: nothing but what is asked again is required."""
    version = copy.copy(view.version)
    version.requires_speaker = version.requires_stance = version.requires_proposition = False
    version.nesting = Nesting.ALL
    attributes = {
        (scope, key): replace(spec, is_required=spec.is_required and f"{PLACES.get(scope)}/{key}" in fields)
        for (scope, key), spec in view.attributes.items()
    }
    return replace(view, version=version, attributes=attributes)
