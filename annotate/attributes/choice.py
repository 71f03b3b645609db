"""Choice: one label of a list, or several where the attribute allows it."""

from annotate.attributes.base import AttributeSpec, InvalidAnswer, Kind, shown


def parse(spec: AttributeSpec, raw: object) -> list[object]:
    keys = raw if isinstance(raw, list) else [raw]
    if isinstance(raw, list) != spec.is_multiple:
        rule = "takes a list of label keys" if spec.is_multiple else "takes one label key"
        raise InvalidAnswer(f"{shown(raw)}: “{spec.key}” {rule}.")
    unknown = [key for key in keys if not isinstance(key, str) or key not in spec.labels]
    if unknown:
        raise InvalidAnswer(f"{shown(unknown[0])} is no label of “{spec.key}”; choose from {', '.join(spec.labels)}.")
    return [spec.labels[key] for key in sorted(set(keys))]


def dump(spec: AttributeSpec, values: list[object]) -> object:
    keys = sorted(str(value) for value in values)
    return keys if spec.is_multiple else keys[0]


KIND = Kind(key="choice", name="choice", column="label", parse=parse, dump=dump)
