"""The kinds of attributes. To add one: a file here, a line in KINDS, a row in the README."""

from annotate.attributes import boolean, choice, entity, scale, text
from annotate.attributes.base import AttributeSpec, InvalidAnswer, Kind

KINDS: dict[str, Kind] = {kind.key: kind for kind in (choice.KIND, scale.KIND, boolean.KIND, text.KIND, entity.KIND)}

__all__ = ["KINDS", "AttributeSpec", "InvalidAnswer", "Kind"]
