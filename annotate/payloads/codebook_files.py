"""A codebook version as one JSON document: the same in files, in the API and in the editor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotate.models.codebook import BoundaryRule, Nesting, Slot
from annotate.payloads.codebooks import CodebookView, LabelView

FORMAT = 1
REQUIRES = ("speaker", "stance", "mode", "proposition")
LABEL_FIELDS = ("key", "name", "slot", "definition", "example", "counter_example", "shortcut", "replaces")
STANCE_FIELDS = (*LABEL_FIELDS, "score")
ATTRIBUTE_FIELDS = (
    *("scope", "key", "name", "definition", "kind", "required", "multiple", "minimum", "maximum"),
    *("condition", "replaces", "labels"),
)
FIELDS = (
    *("standpoint_codebook", "name", "number", "note", "guidelines", "whose_claims", "codes_narration"),
    *("codes_headline", "nesting", "boundary_rule", "requires", "stances", "attributes"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFile:
    """A label of an attribute or a value of the stance scale; only the latter has a score."""

    key: str
    name: str
    slot: str = Slot.STONE.value
    definition: str = ""
    example: str = ""
    counter_example: str = ""
    shortcut: str = ""
    score: float | None = None
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeFile:
    """A question; `condition` is the attribute of the same scope and its label after which it is asked."""

    scope: str
    key: str
    name: str
    kind: str
    definition: str = ""
    required: bool = False
    multiple: bool = False
    minimum: float | None = None
    maximum: float | None = None
    condition: tuple[str, str] | None = None
    replaces: tuple[str, ...] = ()
    labels: tuple[LabelFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookFile:
    """A codebook version, whatever it is kept in."""

    name: str = ""
    number: int | None = None
    note: str = ""
    guidelines: str = ""
    whose_claims: str = ""
    codes_narration: bool = True
    codes_headline: bool = False
    nesting: str = Nesting.ALL.value
    boundary_rule: str = BoundaryRule.LONGEST.value
    requires: tuple[str, ...] = ()
    stances: tuple[LabelFile, ...] = ()
    attributes: tuple[AttributeFile, ...] = ()


def codebook_dict(view: CodebookView) -> dict[str, Any]:
    """Return the version as its JSON document."""
    return file_dict(file_of(view))


def file_of(view: CodebookView) -> CodebookFile:
    version = view.version
    where = {id: (spec.key, key) for spec in view.attributes.values() for key, id in spec.labels.items()}
    return CodebookFile(
        name=view.name,
        number=version.number,
        note=version.note,
        guidelines=version.guidelines,
        whose_claims=version.whose_claims,
        codes_narration=version.codes_narration,
        codes_headline=version.codes_headline,
        nesting=str(version.nesting),
        boundary_rule=str(version.boundary_rule),
        requires=tuple(name for name in REQUIRES if getattr(version, f"requires_{name}")),
        stances=tuple(_label_of(label) for label in view.stances.values()),
        attributes=tuple(
            AttributeFile(
                scope=spec.scope,
                key=spec.key,
                name=spec.name,
                kind=spec.kind,
                definition=spec.definition,
                required=spec.is_required,
                multiple=spec.is_multiple,
                minimum=spec.minimum,
                maximum=spec.maximum,
                condition=where[spec.condition] if spec.condition else None,
                replaces=spec.replaces,
                labels=tuple(_label_of(label) for label in view.labels.get(spec.id, ())),
            )
            for spec in view.attributes.values()
        ),
    )


def _label_of(label: LabelView) -> LabelFile:
    return LabelFile(**{name: getattr(label, name) for name in LabelFile.__slots__})


def file_dict(file: CodebookFile) -> dict[str, Any]:
    """Return the JSON document; the same codebook always gives the same document."""
    found = {"standpoint_codebook": FORMAT} | {name: getattr(file, name) for name in FIELDS[1:]}
    return found | {
        "requires": list(file.requires),
        "stances": [_label_dict(label, STANCE_FIELDS) for label in file.stances],
        "attributes": [_attribute_dict(attribute) for attribute in file.attributes],
    }


def _attribute_dict(attribute: AttributeFile) -> dict[str, Any]:
    condition = attribute.condition
    return {name: getattr(attribute, name) for name in ATTRIBUTE_FIELDS} | {
        "minimum": _plain(attribute.minimum),
        "maximum": _plain(attribute.maximum),
        "condition": {"attribute": condition[0], "label": condition[1]} if condition else None,
        "replaces": list(attribute.replaces),
        "labels": [_label_dict(label, LABEL_FIELDS) for label in attribute.labels],
    }


def _label_dict(label: LabelFile, names: tuple[str, ...]) -> dict[str, Any]:
    found = {name: getattr(label, name) for name in names} | {"replaces": list(label.replaces)}
    return found | ({"score": _plain(label.score)} if "score" in names else {})


def _plain(number: float | None) -> float | None:
    """Return a whole number without its point, as people write it."""
    return int(number) if number is not None and number.is_integer() else number
