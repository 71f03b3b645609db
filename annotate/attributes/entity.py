"""Entity: an entry of the speaker registry."""

from uuid import UUID

from annotate.attributes.base import AttributeSpec, InvalidAnswer, Kind, shown


def parse(spec: AttributeSpec, raw: object) -> list[object]:
    """Return the id; a name is turned into one, and whether the entry may be seen is checked, where it is saved."""
    try:
        if not isinstance(raw, dict) or not isinstance(raw["id"], str):
            raise InvalidAnswer(f'{shown(raw)}: “{spec.key}” takes {{"id": …}} or {{"name": …}} of a speaker.')
        return [UUID(raw["id"])]
    except (KeyError, ValueError) as error:
        raise InvalidAnswer(f'{shown(raw)}: “{spec.key}” takes {{"id": …}} or {{"name": …}} of a speaker.') from error


def dump(spec: AttributeSpec, values: list[object]) -> object:
    return {"id": str(values[0])}


KIND = Kind(key="entity", name="entity", column="entity", parse=parse, dump=dump)
