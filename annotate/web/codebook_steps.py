"""What the buttons of the editor do to a draft: add, move, remove, merge and split. Each returns what to show next."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict

from annotate.payloads.codebook_files import CodebookFile, file_dict
from annotate.payloads.codebook_templates import STANCE_SCALES
from annotate.payloads.problems import FieldError, Invalid
from annotate.web.codebook_form import Document, Section, free_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Which section is open after a step, and the element to go to in it."""

    section: str = ""
    anchor: str = ""


type Step = Callable[[Document, Section | None, int, QueryDict], Shown]


def run(do: str, document: Document, section: Section | None, sent: QueryDict) -> Shown:
    """Do what a button says, such as `label-up:3`. Unknown ones only save."""
    name, _, raw = do.partition(":")
    here = Shown(section=section.name if section else "", anchor="open" if section else "")
    if name == "open":
        return Shown(section=raw, anchor="open") if Section.of(raw, document, None) else Shown()
    if name == "close":
        return Shown(anchor=section.name if section else "")
    n = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 4 else -1
    if name in QUESTION_STEPS:
        return QUESTION_STEPS[name](document, section, n, sent)
    if name in LABEL_STEPS and section is not None and section.name not in ("guidelines", "scope"):
        return LABEL_STEPS[name](document, section, n, sent)
    return here


def add_question(document: Document, section: Section | None, n: int, sent: QueryDict) -> Shown:
    name = sent.get("new-name", "").strip() or "New question"
    scope = sent.get("new-scope", "claim")
    taken = {found["key"] for found in document["attributes"]}
    made = {
        "scope": scope,
        "key": free_key(name, taken, "question"),
        "name": name,
        "definition": "",
        "kind": sent.get("new-kind", "choice"),
        "required": False,
        "multiple": False,
        "minimum": None,
        "maximum": None,
        "condition": None,
        "replaces": [],
        "labels": [],
    }
    document["attributes"].append(made)
    return Shown(section=f"question-{len(document['attributes']) - 1}", anchor="open")


def move_question(by: int) -> Step:
    def step(document: Document, section: Section | None, n: int, sent: QueryDict) -> Shown:
        questions = document["attributes"]
        to = n + by
        if not (0 <= n < len(questions) and 0 <= to < len(questions)):
            return Shown(section=section.name if section else "")
        questions[n], questions[to] = questions[to], questions[n]
        index = {n: to, to: n}.get(section.index, section.index) if section and section.index is not None else None
        opened = section.name if section else ""
        return Shown(section=opened if index is None else f"question-{index}", anchor=f"question-{to}")

    return step


def remove_question(document: Document, section: Section | None, n: int, sent: QueryDict) -> Shown:
    if 0 <= n < len(document["attributes"]):
        del document["attributes"][n]
    return Shown(anchor="questions")


def add_label(document: Document, section: Section | None, n: int, sent: QueryDict) -> Shown:
    assert section is not None
    labels = section.labels
    name = f"Label {len(labels) + 1}"
    labels.append(blank_label(section, name))
    return _at(section, len(labels) - 1)


def blank_label(section: Section, name: str) -> Document:
    used = {label["slot"] for label in section.labels}
    slots = ("azure", "rust", "stone", "plum", "moss", "ochre", "teal", "rose", "indigo", "ash")
    made: Document = {
        "key": free_key(name, {label["key"] for label in section.labels}, "label"),
        "name": name,
        "slot": next((slot for slot in slots if slot not in used), "stone"),
        "definition": "",
        "example": "",
        "counter_example": "",
        "shortcut": "",
        "replaces": [],
    }
    return made | ({"score": None} if section.index is None else {})


def move_label(by: int) -> Step:
    def step(document: Document, section: Section | None, n: int, sent: QueryDict) -> Shown:
        assert section is not None
        labels, to = section.labels, n + by
        if not (0 <= n < len(labels) and 0 <= to < len(labels)):
            return _at(section, max(n, 0))
        labels[n], labels[to] = labels[to], labels[n]
        return _at(section, to)

    return step


def remove_label(document: Document, section: Section | None, n: int, sent: QueryDict) -> Shown:
    assert section is not None
    if 0 <= n < len(section.labels):
        del section.labels[n]
    return _at(section, max(n - 1, 0))


def _taken_over(section: Section, label: Document) -> list[str]:
    """Return the keys of the version before whose answers go to the label."""
    old = {found["key"] for found in section.old_labels()}
    return label["replaces"] or ([label["key"]] if label["key"] in old else [])


def merge_label(document: Document, section: Section | None, n: int, sent: QueryDict) -> Shown:
    """Let another label take over the answers of this one, which goes."""
    assert section is not None
    labels = section.labels
    into = next((label for label in labels if label["key"] == sent.get(f"label-{n}-into")), None)
    if not 0 <= n < len(labels) or into is None or into is labels[n]:
        detail = "Choose the label that takes over the answers of this one, then press “Merge” again."
        raise Invalid.of([FieldError(pointer=f"{section.labels_pointer}/{max(n, 0)}/into", detail=detail)])
    gone = labels[n]
    into["replaces"] = list(dict.fromkeys([*_taken_over(section, into), *_taken_over(section, gone)]))
    del labels[n]
    if section.index is not None:
        section.follow_label(gone["key"], into["key"])
    return _at(section, labels.index(into))


def split_label(document: Document, section: Section | None, n: int, sent: QueryDict) -> Shown:
    """Put a second label beside this one; both take over its answers, which are looked at again."""
    assert section is not None
    labels = section.labels
    if not 0 <= n < len(labels):
        return _at(section, 0)
    label = labels[n]
    taken_over = _taken_over(section, label)
    other = copy.deepcopy(label) | blank_label(section, f"{label['name'][:90]} 2")
    label["replaces"], other["replaces"] = list(taken_over), list(taken_over)
    labels.insert(n + 1, other | {"definition": label["definition"]})
    return _at(section, n + 1)


def use_scale(document: Document, section: Section | None, n: int, sent: QueryDict) -> Shown:
    """Put a ready-made stance scale in place of the one that is there."""
    assert section is not None
    scale = STANCE_SCALES.get(sent.get("scale", ""))
    if section.index is None and scale is not None:
        section.set_labels(file_dict(CodebookFile(stances=scale.labels))["stances"])
    return _at(section, 0)


def _at(section: Section, n: int) -> Shown:
    return Shown(section=section.name, anchor=f"label-{n}")


QUESTION_STEPS: dict[str, Step] = {
    "question-add": add_question,
    "question-up": move_question(-1),
    "question-down": move_question(1),
    "question-remove": remove_question,
}
LABEL_STEPS: dict[str, Step] = {
    "label-add": add_label,
    "label-up": move_label(-1),
    "label-down": move_label(1),
    "label-remove": remove_label,
    "label-merge": merge_label,
    "label-split": split_label,
    "scale": use_scale,
}
