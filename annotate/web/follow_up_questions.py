"""What a follow-up round asks of one claim, as fields of a form: shown with definitions, and read back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from annotate.attributes import AttributeSpec
from annotate.models import Mode
from annotate.payloads.codebooks import CodebookView, LabelView
from annotate.payloads.problems import FieldError, Invalid
from annotate.permissions import AnyUser
from annotate.web.signs import GLYPHS
from corpus.models import Speaker

KEYS = "123456789"
MODES = {
    "direct": "Content in quotation marks.",
    "indirect": "Content in a clause of its own.",
    "mixed": "Partly in quotation marks.",
    "reported": "The act only, such as “expressed regret”.",
    "narrated": "The outlet’s own voice.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str
    name: str
    key: str = ""
    definition: str = ""
    example: str = ""
    slot: str = ""
    glyph: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field of the form; `stance` is the index of the stance that it is about, None for the claim."""

    name: str
    legend: str
    kind: str
    about: str = ""
    definition: str = ""
    value: str = ""
    choices: tuple[Choice, ...] = ()
    spec: AttributeSpec | None = None
    stance: int | None = None
    is_required: bool = False
    is_multiple: bool = False

    @property
    def has_choices(self) -> bool:
        return bool(self.choices)


def questions(claim: dict[str, Any], codebook: CodebookView, fields: list[str]) -> list[Question]:
    """Return what is asked of a claim, in the order of the fields; of each stance where it is about stances."""
    found: list[Question] = []
    for field in fields:
        place, _, key = field.rpartition("/")
        if field == "mode":
            found.append(_mode(claim, codebook))
        elif field == "stances":
            found += [_stance(stance, index, codebook) for index, stance in enumerate(claim["stances"])]
        elif place == "attributes" and ("claim", key) in codebook.attributes:
            found.append(_attribute(codebook, codebook.attributes[("claim", key)], claim["attributes"]))
        elif ("stance", key) in codebook.attributes:
            spec = codebook.attributes[("stance", key)]
            for index, stance in enumerate(claim["stances"]):
                found.append(_attribute(codebook, spec, stance.get("attributes", {}), index, _target(stance)))
    return found


def with_names(asked: list[Question]) -> list[Question]:
    """Return the questions with the names of speakers that were answers. One query, where there are any."""
    ids = [question.value for question in asked if question.kind == "entity" and question.value]
    names = {str(id): name for id, name in Speaker.objects.filter(pk__in=ids).values_list("pk", "name")} if ids else {}
    return [replace(question, value=names.get(question.value, question.value)) for question in asked]


def _mode(claim: dict[str, Any], codebook: CodebookView) -> Question:
    names = dict(Mode.choices)
    choices = [
        Choice(
            value=value, name=str(names[value]).capitalize(), key=key, definition=said, is_chosen=claim["mode"] == value
        )
        for key, (value, said) in zip(KEYS, MODES.items(), strict=False)
    ]
    is_required = codebook.version.requires_mode
    return Question(name="mode", legend="Mode", kind="choice", choices=tuple(choices), is_required=is_required)


def _target(stance: dict[str, Any]) -> str:
    return str(stance["target"]["name"]) if stance["target"] else "no target"


def _stance(stance: dict[str, Any], index: int, codebook: CodebookView) -> Question:
    labels = tuple(codebook.stances.values())
    return Question(
        name=f"stance-{index}",
        legend="Stance on",
        about=_target(stance),
        kind="choice",
        choices=tuple(_choices(labels, [stance["value"]], has_glyphs=True)),
        stance=index,
        is_required=True,
    )


def _choices(labels: tuple[LabelView, ...], chosen: list[Any], *, has_glyphs: bool = False) -> Iterator[Choice]:
    for place, label in enumerate(labels):
        yield Choice(
            value=label.key,
            name=label.name,
            key=KEYS[place] if place < len(KEYS) else "",
            definition=label.definition,
            example=label.example,
            slot=label.slot if has_glyphs else "",
            glyph=GLYPHS[label.slot] if has_glyphs else "",
            is_chosen=label.key in chosen,
        )


def _attribute(
    codebook: CodebookView, spec: AttributeSpec, answers: dict[str, Any], index: int | None = None, about: str = ""
) -> Question:
    raw = answers.get(spec.key)
    choices: tuple[Choice, ...] = ()
    if spec.kind == "choice":
        choices = tuple(_choices(codebook.labels.get(spec.id, ()), raw if isinstance(raw, list) else [raw]))
    if spec.kind == "boolean":
        names = (("true", "Yes", True), ("false", "No", False))
        choices = tuple(
            Choice(value=value, name=name, key=key, is_chosen=raw is flag)
            for key, (value, name, flag) in zip(KEYS, names, strict=False)
        )
    return Question(
        name=f"attribute-{spec.key}" if index is None else f"stance-{index}-{spec.key}",
        legend=spec.name,
        about=about,
        kind=spec.kind,
        definition=" ".join(filter(None, (spec.definition, _only_if(codebook, spec)))),
        value="" if raw is None or choices else _shown(raw),
        choices=choices,
        spec=spec,
        stance=index,
        is_required=spec.is_required and spec.condition is None,
        is_multiple=spec.is_multiple,
    )


def _only_if(codebook: CodebookView, spec: AttributeSpec) -> str:
    """Say which answer makes a conditional attribute apply."""
    labels = (label for found in codebook.labels.values() for label in found)
    name = next((label.name for label in labels if label.id == spec.condition), "")
    return f"Only if “{name}”." if name else ""


def _shown(raw: Any) -> str:
    """Return a stored answer as its field shows it; of a speaker the id, see `with_names`."""
    return str(raw["id"]) if isinstance(raw, dict) else str(raw)


def changed(
    claim: dict[str, Any], asked: list[Question], sent: QueryDict, *, user: AnyUser, corpus: Any
) -> dict[str, Any]:
    """Return the claim with the answers that a form sent. Raises Invalid."""
    stances = [dict(stance) for stance in claim["stances"]]
    found = claim | {"stances": stances, "attributes": dict(claim["attributes"])}
    for question in asked:
        value = _read(question, sent, user=user, corpus=corpus)
        if question.name == "mode":
            found["mode"] = value
        elif question.spec is None and question.stance is not None:
            stances[question.stance]["value"] = value
        elif question.spec is not None:
            owner = found if question.stance is None else stances[question.stance]
            answers = {key: old for key, old in owner.get("attributes", {}).items() if key != question.spec.key}
            owner["attributes"] = answers if value is None else answers | {question.spec.key: value}
    if found["mode"] != claim["mode"] and "detected" in claim:
        kept = [name for name in claim["detected"]["fields"] if name != "mode"]
        found["detected"] = claim["detected"] | {"fields": kept} if kept else None
    return found


def _read(question: Question, sent: QueryDict, *, user: AnyUser, corpus: Any) -> Any:
    """Return one answer as the API takes it; None for none."""
    values = [value for value in sent.getlist(question.name) if value.strip()]
    if not values:
        return None
    if question.is_multiple:
        return sorted(set(values))
    raw = values[0]
    if question.kind == "boolean":
        return {"true": True, "false": False}.get(raw, raw)
    if question.kind == "scale":
        return _number(question, raw)
    return {"id": _speaker(question, raw, user, corpus)} if question.kind == "entity" else raw


def _number(question: Question, raw: str) -> float | int:
    try:
        number = float(raw)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _invalid(question, f"{raw[:60]!r} is no number; “{question.legend}” takes one.")
    return int(number) if number.is_integer() else number


def _speaker(question: Question, name: str, user: AnyUser, corpus: Any) -> str:
    """Return the id of the one current speaker of that name. Raises Invalid."""
    rows = Speaker.objects.visible_to(user).filter(corpus=corpus, name=name.replace("\0", "").strip())
    found = list(rows.current()[:2]) or list(rows[:2])  # a merged one may still be the answer that is stored
    if len(found) != 1:
        how_many = "several speakers are" if found else "no speaker is"
        raise _invalid(question, f"“{question.legend}”: {how_many} called {name[:60]!r}; give the name of one.")
    return str(found[0].pk)


def _invalid(question: Question, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=f"/{question.name}", detail=detail)])
