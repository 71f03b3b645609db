"""What must hold between the parts of a codebook: keys told apart, conditions that resolve, answers taken over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from annotate.payloads.codebook_files import AttributeFile, CodebookFile, LabelFile
from annotate.payloads.problems import FieldError

type AttributeKey = tuple[str, str]


def broken_rules(file: CodebookFile) -> list[FieldError]:
    """Return every rule that a draft already breaks."""
    found = [*_doubles(file), *_label_doubles(file.stances, "/stances")]
    for index, attribute in enumerate(file.attributes):
        found += _kind_rules(attribute, f"/attributes/{index}")
        found += _label_doubles(attribute.labels, f"/attributes/{index}/labels")
    return found + list(_condition_rules(file))


def missing(file: CodebookFile) -> list[FieldError]:
    """Return what a version still lacks before it can be published."""
    found = []
    if "stance" in file.requires and not file.stances:
        detail = "A stance is required, but the stance scale is empty; add values, or do not require a stance."
        found.append(FieldError(pointer="/stances", detail=detail))
    for index, attribute in enumerate(file.attributes):
        if attribute.kind == "choice" and not attribute.labels:
            detail = f"“{attribute.name}” is a choice without labels; add at least one, or remove the question."
            found.append(FieldError(pointer=f"/attributes/{index}/labels", detail=detail))
    return found


def unknown_replaced(file: CodebookFile, before: CodebookFile | None) -> list[FieldError]:
    """Return each key in `replaces` that the version before does not have."""
    return list(_unknown_replaced(file, before or CodebookFile()))


def _unknown_replaced(file: CodebookFile, before: CodebookFile) -> Iterator[FieldError]:
    yield from _unknown_labels(file.stances, {label.key for label in before.stances}, "/stances")
    old = attributes_by_key(before)
    for index, attribute in enumerate(file.attributes):
        pointer = f"/attributes/{index}"
        for n, key in enumerate(attribute.replaces):
            if (attribute.scope, key) not in old:
                yield _unknown(key, f"{pointer}/replaces/{n}")
        known = {label.key for source in sources(attribute, before) for label in source.labels}
        yield from _unknown_labels(attribute.labels, known, f"{pointer}/labels")


def _unknown_labels(labels: Sequence[LabelFile], known: set[str], pointer: str) -> Iterator[FieldError]:
    for index, label in enumerate(labels):
        for n, key in enumerate(label.replaces):
            if key not in known:
                yield _unknown(key, f"{pointer}/{index}/replaces/{n}")


def _unknown(key: str, pointer: str) -> FieldError:
    return FieldError(pointer=pointer, detail=f"“{key}” is no key of the version before; remove it.")


def attributes_by_key(file: CodebookFile) -> dict[AttributeKey, AttributeFile]:
    return {(attribute.scope, attribute.key): attribute for attribute in file.attributes}


def sources(attribute: AttributeFile, before: CodebookFile) -> list[AttributeFile]:
    """Return the attributes of the version before whose answers `attribute` takes over."""
    old = attributes_by_key(before)
    keys = attribute.replaces or (attribute.key,)
    return [old[attribute.scope, key] for key in keys if (attribute.scope, key) in old]


def _doubles(file: CodebookFile) -> Iterator[FieldError]:
    seen: set[AttributeKey] = set()
    for index, attribute in enumerate(file.attributes):
        key = (attribute.scope, attribute.key)
        if key in seen:
            detail = f"“{attribute.key}” is asked of a {attribute.scope} already; choose another key."
            yield FieldError(pointer=f"/attributes/{index}/key", detail=detail)
        seen.add(key)


def _label_doubles(labels: Sequence[LabelFile], pointer: str) -> Iterator[FieldError]:
    for name, words in (("key", "is the key of another label here"), ("shortcut", "is another label's shortcut here")):
        values = [getattr(label, name) for label in labels]
        for index, value in enumerate(values):
            if value and value in values[:index]:
                yield FieldError(pointer=f"{pointer}/{index}/{name}", detail=f"“{value}” {words}; choose another.")


def _kind_rules(attribute: AttributeFile, pointer: str) -> Iterator[FieldError]:
    kind = attribute.kind
    if attribute.labels and kind != "choice":
        detail = f"The kind “{kind}” has no labels; remove them, or make it a choice."
        yield FieldError(pointer=f"{pointer}/labels", detail=detail)
    if attribute.multiple and kind != "choice":
        detail = f"Several answers fit a choice only, not the kind “{kind}”; switch it off."
        yield FieldError(pointer=f"{pointer}/multiple", detail=detail)
    low, high = attribute.minimum, attribute.maximum
    for name, value in (("minimum", low), ("maximum", high)):
        if value is not None and kind != "scale":
            yield FieldError(pointer=f"{pointer}/{name}", detail=f"A {name} fits a scale only; leave it empty.")
    if low is not None and high is not None and low >= high:
        detail = f"The minimum {low:g} is not below the maximum {high:g}; correct one of them."
        yield FieldError(pointer=f"{pointer}/minimum", detail=detail)


def _condition_rules(file: CodebookFile) -> Iterator[FieldError]:
    known = attributes_by_key(file)
    for index, attribute in enumerate(file.attributes):
        if attribute.condition is None:
            continue
        key, label = attribute.condition
        asked = known.get((attribute.scope, key))
        if asked is None:
            detail = f"No question “{key}” is asked of a {attribute.scope}; a condition names one of the same kind."
        elif key == attribute.key:
            detail = f"“{key}” cannot be asked only after itself; choose another question."
        elif label not in {found.key for found in asked.labels}:
            detail = f"“{label}” is no label of “{key}”; choose one of its labels."
        elif _goes_round(attribute, known):
            detail = f"“{attribute.key}” and “{key}” are each asked only after the other; drop one of the conditions."
        else:
            continue
        yield FieldError(pointer=f"/attributes/{index}/condition", detail=detail)


def _goes_round(attribute: AttributeFile, known: dict[AttributeKey, AttributeFile]) -> bool:
    """Return whether the chain of conditions comes back to where it began."""
    found: AttributeFile | None = attribute
    for _ in known:
        if found is None or found.condition is None:
            return False
        found = known.get((attribute.scope, found.condition[0]))
        if found is attribute:
            return True
    return False
