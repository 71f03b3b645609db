"""A codebook document as rows: the one place that writes attributes, labels and stance scales."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from annotate.models import Attribute, CodebookVersion, Label, StanceLabel
from annotate.payloads.codebook_files import REQUIRES, AttributeFile, CodebookFile, LabelFile

OWN_FIELDS = ("note", "guidelines", "whose_claims", "codes_narration", "codes_headline", "nesting", "boundary_rule")
LABEL_FIELDS = ("key", "name", "definition", "example", "counter_example", "shortcut", "slot")


def own_values(file: CodebookFile) -> dict[str, Any]:
    """Return the columns of the version itself."""
    requires = {f"requires_{name}": name in file.requires for name in REQUIRES}
    return {name: getattr(file, name) for name in OWN_FIELDS} | requires


def write_rows(version: CodebookVersion, file: CodebookFile) -> None:
    """Replace all that a draft asks. Nothing refers to the rows of a draft, so that they are made anew."""
    assert version.published_at is None
    Attribute.objects.filter(version=version).update(condition=None)
    Label.objects.filter(attribute__version=version).delete()
    Attribute.objects.filter(version=version).delete()
    StanceLabel.objects.filter(version=version).delete()
    StanceLabel.objects.bulk_create(_stance_labels(version, file.stances))
    attributes = [_attribute(version, found, position) for position, found in enumerate(file.attributes)]
    Attribute.objects.bulk_create(attributes)
    labels = [
        Label(attribute=row, position=position, **_label_values(label))
        for row, found in zip(attributes, file.attributes, strict=True)
        for position, label in enumerate(found.labels)
    ]
    Label.objects.bulk_create(labels)
    _write_conditions(attributes, labels, file.attributes)


def _write_conditions(rows: list[Attribute], labels: list[Label], attributes: tuple[AttributeFile, ...]) -> None:
    ids = {(label.attribute.scope, label.attribute.key, label.key): label.pk for label in labels}
    conditional = []
    for row, found in zip(rows, attributes, strict=True):
        if found.condition is not None:
            row.condition_id = ids[found.scope, *found.condition]
            conditional.append(row)
    Attribute.objects.bulk_update(conditional, ["condition"])


def _attribute(version: CodebookVersion, found: AttributeFile, position: int) -> Attribute:
    return Attribute(
        version=version,
        scope=found.scope,
        key=found.key,
        name=found.name,
        definition=found.definition,
        kind=found.kind,
        is_required=found.required,
        is_multiple=found.multiple,
        minimum=found.minimum,
        maximum=found.maximum,
        position=position,
        replaces=list(found.replaces),
    )


def _stance_labels(version: CodebookVersion, labels: Iterable[LabelFile]) -> Iterator[StanceLabel]:
    for position, label in enumerate(labels):
        yield StanceLabel(version=version, position=position, score=label.score, **_label_values(label))


def _label_values(label: LabelFile) -> dict[str, Any]:
    return {name: getattr(label, name) for name in LABEL_FIELDS} | {"replaces": list(label.replaces)}
