"""What the editor shows: the draft as annotators will read it, and the one section that is open as a form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

from annotate.attributes import KINDS
from annotate.models import CodebookVersion
from annotate.models.codebook import BoundaryRule, Nesting, Scope, Slot
from annotate.payloads.codebook_files import REQUIRES
from annotate.payloads.codebook_templates import STANCE_SCALES
from annotate.payloads.problems import FieldError
from annotate.web.codebook_form import Document, Section
from annotate.web.guidelines import markdown
from annotate.web.signs import GLYPHS

KIND_NAMES = [(kind.key, kind.name) for kind in KINDS.values()]
SLOTS = [(value, GLYPHS[value], label.rsplit(" ", 1)[0]) for value, label in Slot.choices]
NEEDS = {
    "speaker": "a speaker",
    "stance": "a stance, or “no stance”",
    "mode": "a mode",
    "proposition": "a proposition",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A label in the open section: `key` is empty where it is made from the name."""

    n: int
    label: Document
    was: str
    key: str
    errors: dict[str, str]
    others: list[Document]

    @property
    def glyph(self) -> str:
        return GLYPHS.get(self.label["slot"], "")

    @property
    def slot_name(self) -> str:
        return next((name for value, _, name in SLOTS if value == self.label["slot"]), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it is read: with the words of its condition, and its answers with their keys."""

    index: int
    spec: Document
    condition: str
    answers: list[dict[str, Any]]


def page_context(
    version: CodebookVersion, document: Document, section: Section | None, errors: Sequence[FieldError] = ()
) -> dict[str, Any]:
    """Return what the page of a draft needs."""
    nestings: dict[str, str] = dict(Nesting.choices)
    context: dict[str, Any] = {
        "version": version,
        "document": document,
        "prose": markdown(document["guidelines"]),
        "stances": _answers(document["stances"], has_glyphs=True),
        "nesting": nestings.get(document["nesting"], document["nesting"]),
        "needs": [NEEDS[name] for name in REQUIRES if name in document["requires"]],
        "questions": [_question(document, index) for index in range(len(document["attributes"]))],
        "section": section,
        "opened": section.name if section else "",
        "problems": [said(document, error) for error in errors],
        "kinds": KIND_NAMES,
        "scopes": Scope.choices,
        "slots": SLOTS,
    }
    return context | (_open(section, errors) if section else {})


def _open(section: Section, errors: Sequence[FieldError]) -> dict[str, Any]:
    """Return what the form of the open section needs."""
    if section.name in ("guidelines", "scope"):
        return {"nestings": Nesting.choices, "boundary_rules": BoundaryRule.choices, "all_needs": NEEDS}
    old = {label["key"] for label in section.old_labels()}
    context: dict[str, Any] = {"rows": list(_rows(section, old, errors)), "old_labels": section.old_labels()}
    if section.index is None:
        return context | {"scales": [(key, scale.name) for key, scale in STANCE_SCALES.items()]}
    published = {found["key"] for found in section.old_attributes()}
    return context | {
        "question": section.attribute,
        "was_key": section.was_key or section.attribute["key"],
        "shown_key": _shown_key(section.attribute, published),
        "old_questions": section.old_attributes(),
        "conditions": list(_conditions(section)),
        "chosen_condition": _condition_value(section.attribute),
    }


def _rows(section: Section, old: set[str], errors: Sequence[FieldError]) -> Iterator[Row]:
    for n, label in enumerate(section.labels):
        at = f"{section.labels_pointer}/{n}/"
        own = {
            error.pointer.removeprefix(at).split("/")[0]: error.detail
            for error in errors
            if error.pointer.startswith(at)
        }
        others = [other for other in section.labels if other is not label]
        was = section.was[n] if n < len(section.was) else label["key"]
        yield Row(n=n, label=label, was=was, key=_shown_key(label, old), errors=own, others=others)


def _shown_key(found: Document, published: set[str]) -> str:
    """Return the key, or nothing where it follows the name and was never published."""
    follows = found["key"] == slugify(found["name"]).replace("-", "_")
    return "" if follows and found["key"] not in published else str(found["key"])


def _conditions(section: Section) -> Iterator[tuple[str, str]]:
    """Yield the answers after which the question can be asked."""
    for found in section.document["attributes"]:
        if found is not section.attribute and found["scope"] == section.attribute["scope"]:
            for label in found["labels"]:
                yield f"{found['key']}/{label['key']}", f"{found['name']} is {label['name']}"


def _condition_value(attribute: Document) -> str:
    condition = attribute["condition"]
    return f"{condition['attribute']}/{condition['label']}" if condition else ""


def _question(document: Document, index: int) -> Question:
    spec = document["attributes"][index]
    return Question(index=index, spec=spec, condition=_condition(document, spec), answers=_answers(spec["labels"]))


def _condition(document: Document, spec: Document) -> str:
    condition = spec["condition"]
    for found in document["attributes"] if condition else ():
        if found["key"] == condition["attribute"] and found["scope"] == spec["scope"]:
            name = next((one["name"] for one in found["labels"] if one["key"] == condition["label"]), "")
            return f"only when {found['name']} is {name}" if name else ""
    return ""


def _answers(labels: list[Document], *, has_glyphs: bool = False) -> list[dict[str, Any]]:
    """Return labels with their keys: the codebook's own, else the digit of the place; the tenth has none."""
    return [
        {
            "label": label,
            "key": label["shortcut"] or (str(n) if n < 10 else ""),
            "glyph": GLYPHS.get(label["slot"], "") if has_glyphs else "",
        }
        for n, label in enumerate(labels, start=1)
    ]


def said(document: Document, error: FieldError) -> tuple[str, str, str]:
    """Return where the error is, in words, what is wrong, and the field to go to."""
    parts = error.pointer.strip("/").split("/")
    place, field = [], parts[-1]
    if parts[0] == "stances":
        place.append("Stance scale")
    elif parts[0] == "attributes" and len(parts) > 1:
        place.append(f"“{document['attributes'][int(parts[1])]['name']}”")
        parts = parts[2:]
    labels = parts[1:] if parts and parts[0] in ("labels", "stances") else []
    if labels:
        place.append(f"label {int(labels[0]) + 1}")
        field = f"label-{labels[0]}-{labels[1] if len(labels) > 1 else 'name'}"
    elif parts:
        field = f"question-{parts[0]}" if place else parts[0]
    return ", ".join(place), error.detail, field
