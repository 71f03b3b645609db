"""A claim taken apart into marked words with labels and links, as foreign formats want it, and the rest as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import orjson

from annotate.models import Label, Project, StanceLabel

CLAIM, CUE, SPEAKER = "Claim", "Cue", "Speaker"
CUE_LINK, SPEAKER_LINK, PART_LINK = "cue", "speaker", "part"
# Values that many formats can show beside the words; attributes with one label join them.
SHOWN_VALUES = ("mode", "stance", "unsure", "no_stance")
REGISTRIES, TIMES, LAYERS, WITHDRAWN, FOLLOWS = "registries", "times", "layers", "withdrawn", "follows"
SHARED_LOSSES = {
    REGISTRIES: "names of registry entries only: their kinds, aliases and outside ids are left out",
    TIMES: "versions of claims and the times at which they were made and changed are left out",
    LAYERS: "what concerns a whole layer is left out: its status and times, answers about the document, no-claim marks",
    WITHDRAWN: "withdrawn readings are left out with their claims",
    FOLLOWS: "which claim of an earlier round a claim follows is left out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Marked words; `spans` as in a claim, in code points."""

    key: str
    label: str
    spans: tuple[Mapping[str, Any], ...]
    answers: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What one layer holds: the marks, each claim before its cue and mentions, and links (source, target, label)."""

    marks: tuple[Mark, ...]
    links: tuple[tuple[str, str, str], ...]


type Choices = Mapping[str, Sequence[str]]


def marks_of(claims: Iterable[Mapping[str, Any]], choices: Choices, prefix: str = "T") -> Marks:
    """Take the claims of a layer apart; keys are the prefix and a running number.

    `choices` are the attributes whose one label is shown beside the words, with their labels.
    """
    marks: list[Mark] = []
    links: list[tuple[str, str, str]] = []
    for claim in in_order(claims):
        key = f"{prefix}{len(marks) + 1}"
        own: list[Mark] = []

        def add(label: str, spans: Any, at: int = len(marks) + 2, own: list[Mark] = own) -> str:
            own.append(Mark(key=f"{prefix}{at + len(own)}", label=label, spans=tuple(spans)))
            return own[-1].key

        rest = payload_of(claim)
        if claim["cue"]:
            rest["cue"] = add(CUE, claim["cue"])
            links.append((key, rest["cue"], CUE_LINK))
        for speaker, said in zip(claim["speakers"], rest.get("speakers", ()), strict=False):
            if speaker["mention"]:
                said["mention"] = add(SPEAKER, speaker["mention"])
                links.append((key, said["mention"], SPEAKER_LINK))
        answers = _take_answers(rest, choices)
        spans = tuple(claim["spans"])
        marks += [Mark(key=key, label=CLAIM, spans=spans, answers=answers, payload=rest), *own]
    return Marks(marks=tuple(marks), links=tuple(links))


def in_order(claims: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the claims in the order of their words and then of what they say: the same wherever they are stored."""

    groups = (list(group) for _, group in groupby(sorted(claims, key=_words), key=_words))
    return [claim for group in groups for claim in (sorted(group, key=_said) if len(group) > 1 else group)]


def _words(claim: Mapping[str, Any]) -> list[tuple[int, int]]:
    return [(span["start"], span["end"]) for span in claim["spans"]]


def _said(claim: Mapping[str, Any]) -> tuple[bytes, str]:
    said = {**payload_of(claim), "cue": claim["cue"], "people": claim["speakers"]}
    return orjson.dumps(_without_ids(said), option=orjson.OPT_SORT_KEYS), claim["id"]


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_ids(one) for name, one in value.items() if name != "id"}
    return [_without_ids(one) for one in value] if isinstance(value, list) else value


def payload_of(claim: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything that a claim says beside its words; what is empty is left out."""
    stances = [{name: value for name, value in stance.items() if value is not None} for stance in claim["stances"]]
    for stance in stances:
        if "target" in stance:
            stance["target"] = {name: stance["target"][name] for name in ("id", "name")}
    speakers = [
        {name: value for name, value in speaker.items() if value and name != "mention"} for speaker in claim["speakers"]
    ]
    found = {"id": claim["id"], "speakers": speakers, "stances": stances}
    kept = ("reported_by", "mode", "proposition", "no_stance", "attributes", "unsure", "note", "detected")
    found |= {name: claim.get(name) for name in kept}
    found["attributes"] = dict(sorted(claim["attributes"].items()))
    return {name: value for name, value in found.items() if value}


def says_more(claim: Mapping[str, Any]) -> bool:
    """Return whether a claim says anything beside its words, its cue and the words that name its speakers."""
    return len(payload_of(claim)) > 1  # its id is always there


def _take_answers(rest: dict[str, Any], choices: Choices) -> dict[str, Any]:
    """Take the values out of the payload that a format shows beside the words, so that each is said once.

    The key of a choice may be that of a text or a list in another version: those stay in the payload.
    """
    answers: dict[str, Any] = {name: rest.pop(name) for name in ("mode", "unsure", "no_stance") if name in rest}
    stances = rest.get("stances", ())
    if len(stances) == 1 and "value" in stances[0]:
        answers["stance"] = stances[0].pop("value")
    attributes = rest.pop("attributes", {})
    shown = {key for key, value in attributes.items() if _is_shown(key, value, choices)}
    answers |= {key: attributes[key] for key in attributes if key in shown}
    if left := {key: value for key, value in attributes.items() if key not in shown}:
        rest["attributes"] = left
    return answers


def _is_shown(key: str, value: Any, choices: Choices) -> bool:
    return key not in SHOWN_VALUES and isinstance(value, str) and value in choices.get(key, ())


def choices_of(project: Project) -> dict[str, list[str]]:
    """Return the attributes of claims that take one label, in any version of the codebook, with their labels."""
    rows = Label.objects.filter(
        attribute__version__codebook=project.codebook_id,
        attribute__kind="choice",
        attribute__scope="claim",
        attribute__is_multiple=False,
    )
    found: dict[str, list[str]] = {}
    for attribute, label in rows.order_by("attribute__key", "key").values_list("attribute__key", "key").distinct():
        found.setdefault(attribute, []).append(label)
    return found


def stances_of(project: Project) -> list[str]:
    """Return the labels of the stance scale in any version of the codebook."""
    rows = StanceLabel.objects.filter(version__codebook=project.codebook_id)
    return list(rows.order_by("key").values_list("key", flat=True).distinct())


def single_spans(found: Marks) -> Marks:
    """Return the marks with one span each, for formats that know no others; parts are linked to the first."""
    marks: list[Mark] = []
    links = list(found.links)
    for mark in found.marks:
        first, *others = mark.spans
        marks.append(replace(mark, spans=(first,)))
        for n, span in enumerate(others, start=2):
            marks.append(Mark(key=f"{mark.key}.{n}", label=mark.label, spans=(span,)))
            links.append((mark.key, marks[-1].key, PART_LINK))
    return Marks(marks=tuple(marks), links=tuple(links))


def has_loss(claim: Mapping[str, Any]) -> bool:
    """Return whether the claim is discontinuous in its words, its cue or a mention."""
    return any(len(spans) > 1 for spans in span_lists(claim))


def span_lists(claim: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    yield claim["spans"]
    yield claim["cue"]
    for speaker in claim["speakers"]:
        yield speaker["mention"]
