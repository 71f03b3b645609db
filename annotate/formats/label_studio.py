"""Label Studio JSON: a list of tasks for each annotator, with regions, choices and relations, and the interface.

Rules: https://labelstud.io/guide/task_format. Its page counts UTF-16 code units, as JavaScript does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from xml.sax.saxutils import quoteattr

import orjson

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.incoming import DocumentFound, Found, LayerFound, LinkFound, MarkFound, Refusal, SpanFound
from annotate.formats.layers_out import GOLD, LayerOut, layers_out
from annotate.formats.marks import (
    CLAIM,
    CUE,
    CUE_LINK,
    PART_LINK,
    SHARED_LOSSES,
    SPEAKER,
    SPEAKER_LINK,
    Mark,
    choices_of,
    marks_of,
    single_spans,
    stances_of,
)
from annotate.formats.offsets import utf16_edges
from annotate.formats.side_by_side import side_by_side
from annotate.formats.sources import IncomingFile, Malformed, by_file, guarded, whole
from annotate.models import Mode

OWN = "standpoint"
ANSWERS = ("choices", "textarea")
# Names that a control cannot have, as others have them: attributes called so are written under another.
TAKEN = {"label": "attribute.label", "text": "attribute.text"}
GIVEN = {written: name for name, written in TAKEN.items()}
REGIONS = ("labels", "hypertextlabels", "paragraphlabels")


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    choices = choices_of(selection.project)
    yield Member(path="interface.xml", pieces=[_interface(choices, stances_of(selection.project)).encode()])
    yield from side_by_side(_tasks(layers_out(selection, losses), choices), tail=b"\n]\n")


def _tasks(layers: Iterable[LayerOut], choices: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, bytes]]:
    """Yield the tasks of each list, the first of it behind its bracket."""
    begun: set[str] = set()
    for layer in layers:
        path = f"{layer.folder}.json"
        yield path, (b",\n" if path in begun else b"[\n") + orjson.dumps(_task(layer, choices))
        begun.add(path)


def _interface(choices: Mapping[str, Sequence[str]], stances: Sequence[str]) -> str:
    """Return the labeling interface that the tasks need."""
    lines = ["<View>", "  <Relations>"]
    lines += [f'    <Relation value="{label}"/>' for label in (CUE_LINK, SPEAKER_LINK, PART_LINK)]
    lines += ["  </Relations>", '  <Labels name="label" toName="text">']
    lines += [f'    <Label value="{label}"/>' for label in (CLAIM, CUE, SPEAKER)]
    lines += ["  </Labels>", '  <Text name="text" value="$text"/>']
    modes = [mode for mode in Mode.values if mode]
    for name, values in {
        **choices,
        "mode": modes,
        "stance": stances,
        "unsure": ["true"],
        "no_stance": ["true"],
    }.items():
        control = quoteattr(TAKEN.get(name, name))
        lines.append(f'  <Choices name={control} toName="text" perRegion="true" whenLabelValue="{CLAIM}">')
        lines += [f"    <Choice value={quoteattr(value)}/>" for value in values]
        lines.append("  </Choices>")
    return "\n".join([*lines, "</View>", ""])


def _task(layer: LayerOut, choices: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    document = layer.document
    found = single_spans(marks_of(layer.claims, choices))
    edges = utf16_edges(document["text"])
    result = [one for mark in found.marks for one in _results(mark, edges)]
    result += [
        {"type": "relation", "from_id": source, "to_id": target, "direction": "right", "labels": [label]}
        for source, target, label in found.links
    ]
    data = {name: document[name] or "" for name in ("text", "title", "external_id", "sha256")}
    data |= {"document": document["id"], "annotator": layer.annotator or GOLD}
    return {"data": data, "annotations": [{"result": result, "ground_truth": layer.annotator is None}]}


def _results(mark: Mark, edges: Sequence[int]) -> Iterator[dict[str, Any]]:
    (span,) = mark.spans
    place = {"start": edges[span["start"]], "end": edges[span["end"]], "text": span["quote"]}
    where = {"id": mark.key, "to_name": "text"}
    note = {"meta": {"text": [orjson.dumps({OWN: mark.payload}).decode()]}} if mark.payload is not None else {}
    yield where | {"from_name": "label", "type": "labels", "value": place | {"labels": [mark.label]}} | note
    for name, value in mark.answers.items():
        chosen = ["true" if value is True else value]
        control = TAKEN.get(name, name)
        yield where | {"from_name": control, "type": "choices", "value": place | {"choices": chosen}}


def _read(file: IncomingFile) -> Iterator[Found]:
    tasks = orjson.loads(file.data())
    if not isinstance(tasks, list):
        raise Malformed("a list of tasks is needed; export “JSON”, not “JSON-MIN”.")
    for number, task in enumerate(tasks, start=1):
        yield from guarded(file.name, f"task {number}", partial(_document, file, task, number))


def _document(file: IncomingFile, task: Any, number: int) -> Iterator[Found]:
    data, at = task["data"], f"task {number}"
    annotations = task.get("annotations") or task.get("completions") or ()
    named = "" if len({_person(one) for one in annotations}) > 1 else str(data.get("annotator") or "")
    if task.get("predictions") and not annotations:
        rule, remedy = "the task has predictions only, which nobody made", "have a person accept them, and export again"
        yield Refusal(file=file.name, at=at, value="", rule=rule, remedy=remedy)
    layers = []
    for place, annotation in enumerate(annotations, start=1):
        if not annotation.get("was_cancelled"):
            reading = _Reading(file.name, f"{at}, annotation {place}")
            yield from reading.refusals(annotation["result"])
            layers.append(reading.layer(_annotator(annotation, named), file.round, annotation["result"]))
    texts = [value for value in data.values() if isinstance(value, str)]
    yield DocumentFound(
        file=file.name,
        at=at,
        layers=tuple(layers),
        id=str(data.get("document", "")),
        external_id=str(data.get("external_id", "")),
        text=str(data["text"]) if "text" in data else max(texts, key=len),
    )


def _annotator(annotation: Mapping[str, Any], named: str) -> str:
    """Return who annotated; `named` is whom the task names, where it has annotations of one person only."""
    is_account = isinstance(annotation.get("completed_by"), dict)
    return _person(annotation) if is_account else named or _person(annotation)


def _person(annotation: Mapping[str, Any]) -> str:
    person = annotation.get("completed_by")
    if isinstance(person, dict):
        return str(person.get("username") or person.get("email") or "")
    return "" if person is None else str(person)


class _Reading:
    """The results of one annotation."""

    def __init__(self, file: str, at: str) -> None:
        self._file, self._at = file, at

    def refusals(self, results: Sequence[Mapping[str, Any]]) -> Iterator[Refusal]:
        regions = {one["id"] for one in results if one["type"] in REGIONS}
        for one in results:
            if one["type"] in (*REGIONS, "relation"):
                continue
            value = f"{one.get('from_name')} ({one['type']})"
            if one["type"] not in ANSWERS:
                rule, remedy = "results of this type are not read", "enter it by hand"
                yield Refusal(file=self._file, at=self._at, value=value, rule=rule, remedy=remedy)
            elif one.get("id") not in regions:
                rule, remedy = "this answer belongs to no region", "it is not a claim; enter it by hand"
                yield Refusal(file=self._file, at=self._at, value=value, rule=rule, remedy=remedy)

    def layer(self, annotator: str, round: str, results: Sequence[Mapping[str, Any]]) -> LayerFound:
        answers: dict[str | None, dict[str, Any]] = {}
        notes: dict[str | None, list[str]] = {}
        for one in results:
            if one["type"] == "choices":
                name = GIVEN.get(one["from_name"], one["from_name"])
                answers.setdefault(one.get("id"), {})[name] = one["value"]["choices"]
            elif one["type"] == "textarea":
                notes.setdefault(one.get("id"), []).extend(map(str, one["value"]["text"]))
        regions = [one for one in results if one["type"] in REGIONS]
        links = [
            LinkFound(source=str(one["from_id"]), target=str(one["to_id"]), label=str(label), at=self._at)
            for one in results
            if one["type"] == "relation"
            for label in one.get("labels") or ("relation",)
        ]
        marks = [self._mark(one, answers.get(one["id"], {}), notes.get(one["id"], [])) for one in regions]
        is_gold = annotator == GOLD
        return LayerFound(
            annotator="" if is_gold else annotator,
            round=round,
            is_gold=is_gold,
            marks=tuple(marks),
            links=tuple(links),
        )

    def _mark(self, region: Mapping[str, Any], answers: dict[str, Any], notes: list[str]) -> MarkFound:
        value = region["value"]
        place = value.get("globalOffsets") or value
        label, *others = value.get(region["type"]) or [region["from_name"]]
        words = value.get("text")
        payload = None
        said = (region.get("meta") or {}).get("text", ())
        for text in [said] if isinstance(said, str) else said:
            payload = _payload(str(text)) or payload
            notes = notes if _payload(str(text)) is not None else [*notes, str(text)]
        parts = ((whole(place["start"]), whole(place["end"])),)
        span = SpanFound(parts=parts, quote=None if words is None else str(words))
        return MarkFound(
            key=str(region["id"]),
            label=str(label),
            spans=(span,),
            at=f"{self._at}, region {region['id']}",
            answers=answers | ({"label": others} if others else {}),
            note="\n".join(notes),
            payload=payload,
        )


def _payload(text: str) -> dict[str, Any] | None:
    """Return what our own export wrote into the note of a region."""
    try:
        found = orjson.loads(text)[OWN]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) else None


ENDINGS = (".json",)
FORMAT = Format(
    key="label-studio",
    name="Label Studio",
    extension="label-studio.zip",
    content_type="application/zip",
    description="Tasks with regions, choices and relations for each annotator, and the interface, for Label Studio.",
    write=write,
    is_folder=True,
    read=by_file(_read, *ENDINGS),
    endings=ENDINGS,
    units=("utf16", "codepoints"),
    losses=SHARED_LOSSES,
)
