"""The gold claim of a unit: put together from the values that were picked, with where each comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from annotate.adjudication.fields import Field, stance_key
from annotate.adjudication.marks import Claim, Mark

PLAIN = ("spans", "cue", "reported_by", "mode", "proposition")


class From(StrEnum):
    """What a value rests on."""

    UNANIMOUS = "unanimous"
    MAJORITY = "majority"
    CHOSEN = "chosen"
    RULE = "rule"
    EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the value of one field of a gold claim comes from."""

    field: Field
    basis: From
    n_for: int
    n_of: int
    sources: tuple[str, ...]
    pick: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The body of a gold claim and the origin of its fields; `missing` are fields in dispute that nobody settled."""

    body: Claim
    origins: tuple[Origin, ...]
    missing: tuple[Field, ...]

    def is_whole(self, index: int) -> bool:
        """Return whether every field has the value of this mark."""
        return not self.is_edited and all(index in _same(origin) for origin in self.origins)

    @property
    def is_edited(self) -> bool:
        return any(origin.basis == From.EDITED for origin in self.origins)


def _same(origin: Origin) -> list[int]:
    if origin.pick is None:
        return []
    value = origin.field.values[origin.pick]
    return [i for i, other in enumerate(origin.field.values) if other == value]


def put_together(
    marks: Sequence[Mark], fields: Sequence[Field], picks: Mapping[str, int], edits: Mapping[str, Any]
) -> Result:
    """Return the gold claim; `picks` name a mark by its place, `edits` are values in the shape of the API.

    What is neither picked nor edited is taken from a strict majority, or by the rule; a tie is missing.
    """
    body: Claim = {"spans": [], "speakers": [], "stances": [], "no_stance": False, "attributes": {}}
    origins, missing = [], []
    for field in fields:
        if field.name == "represents" and "speakers" in edits:
            continue  # who speaks was written by hand, with or without whom they represent
        pick = picks.get(field.name, field.prefill)
        is_edited = field.name in edits or (field.name.startswith("stances/") and "stances" in edits)
        if is_edited:
            origins.append(_origin(field, None, marks, From.EDITED))
        elif pick is None:
            missing.append(field)
        else:
            _copy(body, field, marks[pick])
            origins.append(_origin(field, pick, marks, _basis(field, picks)))
    known = {origin.field.name for origin in origins}
    for name, value in edits.items():
        _edit(body, name, value)
        if name not in known and not (name == "stances" and any(own.startswith("stances") for own in known)):
            field = Field(name=name, values=(None,) * len(marks), prefill=None)
            origins.append(_origin(field, None, marks, From.EDITED))
    _represent(body, {origin.field.name: origin for origin in origins}, marks)
    return Result(body=_as_sent(body), origins=tuple(origins), missing=tuple(missing))


def _basis(field: Field, picks: Mapping[str, int]) -> From:
    if field.is_agreed:
        return From.UNANIMOUS
    pick = picks.get(field.name)
    if pick is not None and (field.prefill is None or field.values[pick] != field.values[field.prefill]):
        return From.CHOSEN
    return From.RULE if field.by_rule else From.MAJORITY


def _origin(field: Field, pick: int | None, marks: Sequence[Mark], basis: From) -> Origin:
    same = [] if pick is None else [i for i, value in enumerate(field.values) if value == field.values[pick]]
    sources = tuple(marks[i].key for i in same)
    return Origin(field=field, basis=basis, n_for=len(same), n_of=len(marks), sources=sources, pick=pick)


def _copy(body: Claim, field: Field, mark: Mark) -> None:
    """Put the value of one field of a mark into the body."""
    claim, name = mark.claim, field.name
    if name in PLAIN:
        body[name] = claim[name]
    elif name == "speakers":
        body["speakers"] = [dict(speaker) for speaker in claim["speakers"]]
    elif name == "stances":
        body |= {"stances": claim["stances"], "no_stance": claim["no_stance"]}
    elif name.startswith("stances/"):
        found = _stance_of(mark, field)
        body["stances"] = [*body["stances"], *([found] if found is not None else [])]
    elif name.startswith("attributes/"):
        key = name.split("/", 1)[1]
        if key in claim["attributes"]:
            body["attributes"][key] = claim["attributes"][key]


def _stance_of(mark: Mark, field: Field) -> dict[str, Any] | None:
    keys = list(mark.stances)
    key = stance_key(field.name)
    found: dict[str, Any] | None = mark.claim["stances"][keys.index(key)] if key in keys else None
    return found


def _edit(body: Claim, name: str, value: Any) -> None:
    if name.startswith("attributes/"):
        body["attributes"][name.split("/", 1)[1]] = value
    elif name == "stances":
        body["stances"] = value
        body["no_stance"] = value == []
    elif name == "represents":
        body["speakers"] = [speaker | {"represents": value} for speaker in body["speakers"]]
    else:
        body[name] = value


def _represent(body: Claim, origins: Mapping[str, Origin], marks: Sequence[Mark]) -> None:
    """Give the speakers whom they represent from the mark that was picked for that."""
    origin = origins.get("represents")
    if origin is None or origin.pick is None:
        return
    chosen = {speaker["id"]: speaker["represents"] for speaker in marks[origin.pick].claim["speakers"]}
    for speaker in body["speakers"]:
        speaker["represents"] = chosen.get(speaker.get("id"), speaker.get("represents"))


def _as_sent(body: Claim) -> Claim:
    """Return the claim as a client would send it: entries by id only."""

    def ref(found: Any) -> Any:
        return {"id": found["id"]} if isinstance(found, dict) and "id" in found else found

    sent = dict(body)
    sent["speakers"] = [
        {**(ref(s)), "represents": ref(s.get("represents")), "mention": s.get("mention", [])}
        if isinstance(s, dict) and "id" in s
        else s
        for s in body["speakers"]
    ]
    sent["reported_by"] = [ref(found) for found in body.get("reported_by", [])]
    proposition = body.get("proposition")
    if isinstance(proposition, dict) and "id" in proposition:
        sent["proposition"] = {"id": proposition["id"], "relation": proposition.get("relation", "affirms")}
    sent["stances"] = [
        stance | {"holder": ref(stance.get("holder")), "target": ref(stance.get("target"))}
        for stance in body["stances"]
    ]
    return sent
