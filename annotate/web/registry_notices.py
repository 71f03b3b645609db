"""What was just done to a registry, said on the page that comes next, with the way to take it back."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from annotate.web.access import Request
from annotate.web.shelves import Shelf

SAID = {
    "made": "“{0}” is in the registry.",
    "accept": "“{0}” is accepted.",
    "rename": "It is called “{0}” now.",
    "edit": "“{0}” is changed.",
    "merge": "“{0}” is merged into “{1}”.",
    "opposite": "“{0}” is merged, as its opposite, into “{1}”.",
    "unmerge": "“{0}” is an entry of its own again.",
    "different": "“{0}” and “{1}” are different; they are not offered again.",
    "maybe-same": "“{0}” and “{1}” may be offered again.",
    "reassign": "The claims name “{0}” now.",
    "undone": "The claims name “{0}” again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is said, and the form that undoes it: where to send which fields; no address where nothing can."""

    text: str
    address: str = ""
    fields: tuple[tuple[str, str], ...] = ()


def notice_of(request: Request, shelf: Shelf, *, here: UUID | None = None, back: str = "") -> Notice | None:
    """Return what `?did=` says was done, and to which entries. At most one query.

    `here` is the entry that is shown, `back` the page that comes after undoing.
    """
    what, *raw = request.GET.get("did", "").split(":")
    try:
        ids = [UUID(part) for part in raw]
    except ValueError:
        return None
    names = {entry.pk: str(entry) for entry in shelf.rows(request).filter(pk__in=ids[:2])} if what in SAID else {}
    shown = [names[id] for id in ids[:2] if id in names]
    if what not in SAID or len(shown) < (2 if "{1}" in SAID[what] else 1):
        return None
    text = SAID[what].format(*shown)
    if what in ("merge", "opposite"):
        address = shelf.address("registry-change", ids[0], **({"from": back} if back else {}))
        return Notice(text=text, address=address, fields=(("do", "unmerge"),))
    if what == "different":
        fields = (("do", "maybe-same"), ("first", str(ids[0])), ("second", str(ids[1])))
        return Notice(text=text, address=shelf.address("registry-doubles"), fields=fields)
    if what == "reassign" and len(ids) == 2 and here is not None:
        return Notice(text=text, address=shelf.address("registry-undo", here, ids[1]))
    return Notice(text=text)
