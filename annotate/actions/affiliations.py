"""To which bodies a speaker belonged, and when: read from what was sent, and stored as a whole list."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from annotate.actions.checking import checked_name, invalid
from corpus.models import Affiliation, Speaker

MAX_AFFILIATIONS = 100
KEYS = ("body", "role", "from", "to")
type Row = tuple[UUID, str, date | None, date | None]


def affiliation_dicts(speaker: Speaker) -> list[dict[str, Any]]:
    """Return the speaker's affiliations as the API shows them. One query."""
    rows = Affiliation.objects.filter(speaker=speaker).order_by("from_on", "id")
    found = rows.values_list("body_id", "body__name", "role", "from_on", "to_on")
    return [
        {"body": {"id": str(body), "name": name}, "role": role, "from": _day(start), "to": _day(end)}
        for body, name, role, start, end in found
    ]


def set_affiliations(speaker: Speaker, raw: object) -> None:
    """Store these affiliations in place of the speaker's; the same one twice counts once. Raises Invalid."""
    if not isinstance(raw, list) or len(raw) > MAX_AFFILIATIONS:
        raise invalid("/affiliations", f"Give a list of at most {MAX_AFFILIATIONS} affiliations.")
    wanted = list(dict.fromkeys(_read(speaker, item, f"/affiliations/{at}") for at, item in enumerate(raw)))
    stored = {(row.body_id, row.role, row.from_on, row.to_on): row for row in speaker.affiliations.all()}
    Affiliation.objects.filter(pk__in=[row.pk for key, row in stored.items() if key not in wanted]).delete()
    Affiliation.objects.bulk_create(
        Affiliation(speaker=speaker, body_id=body, role=role, from_on=start, to_on=end)
        for body, role, start, end in wanted
        if (body, role, start, end) not in stored
    )


def _read(speaker: Speaker, raw: object, pointer: str) -> Row:
    if not isinstance(raw, dict) or (unknown := sorted(str(key) for key in raw.keys() - set(KEYS))):
        what = (
            f"“{unknown[0][:60]}” is not a field here" if isinstance(raw, dict) else f"{str(raw)[:60]!r} is no object"
        )
        raise invalid(pointer, f"{what}; an affiliation has {', '.join(KEYS)}.")
    body = _body(speaker, raw.get("body"), f"{pointer}/body")
    role = raw.get("role") or ""
    if role:
        role = checked_name(role, what="role", pointer=f"{pointer}/role")
    if len(role) > 150:
        raise invalid(f"{pointer}/role", f"The role has {len(role)} characters; the limit is 150; shorten it.")
    start, end = (_read_day(raw.get(key), f"{pointer}/{key}") for key in ("from", "to"))
    if start is not None and end is not None and start > end:
        raise invalid(f"{pointer}/to", f"It ends on {end}, before it begins on {start}; change one of the two.")
    return body, role, start, end


def _body(speaker: Speaker, raw: object, pointer: str) -> UUID:
    """Return the body that was named by id, or by a name that one speaker of the corpus bears."""
    given = raw if isinstance(raw, dict) else {}
    rows = Speaker.objects.filter(corpus=speaker.corpus_id, is_not_stated=False)
    found: list[UUID] = []
    if isinstance(given.get("id"), str):
        with suppress(ValueError):  # refused below, like an id that is not there
            found = list(rows.filter(pk=UUID(given["id"])).values_list("pk", flat=True))
    elif isinstance(given.get("name"), str):
        name = given["name"].replace("\0", "").strip()
        found = list(rows.filter(name=name, merged_into__isnull=True).values_list("pk", flat=True)[:2])
    if len(found) != 1:
        shown = given.get("name") or given.get("id") or raw
        rule = "names more than one speaker; give the id" if found else "is no speaker of this corpus; make it first"
        raise invalid(pointer, f"“{str(shown)[:60]}” {rule}.")
    if found[0] == speaker.pk:
        raise invalid(pointer, "A speaker cannot be affiliated with itself; choose another body.")
    return found[0]


def _read_day(raw: object, pointer: str) -> date | None:
    if raw is None or raw == "":
        return None
    try:
        return date.fromisoformat(raw if isinstance(raw, str) and len(raw) == 10 else "")
    except ValueError:
        raise invalid(pointer, f"{str(raw)[:60]!r} is no day; write it as 2026-05-14, or leave it out.") from None


def _day(found: date | None) -> str | None:
    return found.isoformat() if found else None
