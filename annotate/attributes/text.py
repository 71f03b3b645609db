"""Text: free words."""

from annotate.attributes.base import AttributeSpec, InvalidAnswer, Kind, first, shown

MAX_LENGTH = 5000


def parse(spec: AttributeSpec, raw: object) -> list[object]:
    if not isinstance(raw, str) or not raw.strip():
        raise InvalidAnswer(f"{shown(raw)}: “{spec.key}” takes a text; leave the key out for no answer.")
    if len(raw) > MAX_LENGTH:
        raise InvalidAnswer(f"The answer to “{spec.key}” has {len(raw)} characters; {MAX_LENGTH} are allowed.")
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in raw):
        raise InvalidAnswer(f"{shown(raw)}: “{spec.key}” has a NUL or a lone surrogate, which no database keeps.")
    return [raw]


KIND = Kind(key="text", name="text", column="text", parse=parse, dump=first)
