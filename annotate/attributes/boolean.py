"""Yes or no."""

from annotate.attributes.base import AttributeSpec, InvalidAnswer, Kind, first, shown


def parse(spec: AttributeSpec, raw: object) -> list[object]:
    if not isinstance(raw, bool):
        raise InvalidAnswer(f"{shown(raw)}: “{spec.key}” takes true or false.")
    return [raw]


KIND = Kind(key="boolean", name="yes or no", column="flag", parse=parse, dump=first)
