"""Scale: a number within the attribute's bounds."""

import math

from annotate.attributes.base import AttributeSpec, InvalidAnswer, Kind, shown


def parse(spec: AttributeSpec, raw: object) -> list[object]:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or abs(raw) > 2**53 or not math.isfinite(raw):
        raise InvalidAnswer(f"{shown(raw)}: “{spec.key}” takes a number.")
    low, high = spec.minimum, spec.maximum
    if (low is not None and raw < low) or (high is not None and raw > high):
        raise InvalidAnswer(f"{raw} lies outside the scale of “{spec.key}”; give a number from {low} to {high}.")
    return [float(raw)]


def dump(spec: AttributeSpec, values: list[object]) -> object:
    number = float(str(values[0]))
    return int(number) if number.is_integer() else number


KIND = Kind(key="scale", name="scale", column="number", parse=parse, dump=dump)
