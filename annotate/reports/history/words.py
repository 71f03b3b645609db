"""What a Change row says in words: fields as the screens call them, entries by their names, and only what differs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from annotate.reports.history.claim_words import claim_differences, claim_said
from annotate.reports.history.decision_words import decision_differences, decision_said
from annotate.reports.history.names import ENTRIES, REFERS, Names
from corpus.models import Change

MOST_LINES = 30
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[0-9:.]*(?:Z|\+00:00)$")
LONGEST = 160
# What says nothing to a reader: keys of the row itself, and what changes with every save.
SILENT = {"version", "updated_at", "created_at", "sha256", "pseudonym", "id", "n_uses", "digest", "makers"}
FIELDS = {
    "is_provisional": "provisional",
    "is_merged_inverted": "merged as its opposite",
    "external_id": "external id",
    "published_on": "published on",
    "usual_target": "usual target",
    "is_blind": "blind",
    "has_left": "left the project",
    "has_nothing_to_code": "nothing to code",
    "nothing_to_code": "nothing to code",
    "no_claim": "places without a claim",
    "lease_minutes": "minutes a document is kept",
    "admission_id": "round that admits",
    "overlap": "annotators for each document",
    "share": "percent of the documents that get so many",
    "quota": "most documents for one person",
    "are_speakers_closed": "no new speakers",
    "are_targets_closed": "no new targets",
    "are_propositions_closed": "no new propositions",
    "has_place": "holds a place",
    "layer": "reading",
    "decided_by": "decided by",
    "settled_at": "settled",
}
ACTIONS = {
    "annotations.import": "imported annotations",
    "annotations.import_undo": "took back imported annotations",
    "claim.create": "marked a claim",
    "claim.update": "changed a claim",
    "claim.delete": "deleted a claim",
    "claim.reassign": "put another entry into claims",
    "claim.reassign_undo": "put the old entry back into claims",
    "adjudication.finish": "finished an adjudication",
    "adjudication.reopen": "opened an adjudication again",
    "audit.check": "checked a sample",
    "codebook.draft": "began a draft of the codebook",
    "decision.make": "decided",
    "decision.undo": "took back a step at the desk",
    "unit.join": "put readings together",
    "unit.split": "put readings apart",
    "word.change": "changed the word list",
    "document.import": "imported documents",
    "document.update": "corrected a document",
    "document.skip": "skipped a document",
    "document.unskip": "undid a skip",
    "entry.accept": "accepted entries",
    "entry.create": "made an entry",
    "entry.delete": "deleted an entry",
    "entry.merge": "merged an entry",
    "entry.unmerge": "un-merged an entry",
    "entry.update": "changed an entry",
    "import.create": "sent files to be read",
    "layer.describe": "said something of the whole document",
    "layer.give_back": "gave a document back",
    "layer.open": "opened a reading",
    "layer.release": "released a reading",
    "layer.reopen": "reopened a reading",
    "layer.restore": "restored a reading",
    "layer.return": "returned a reading",
    "layer.submit": "submitted a reading",
    "layer.unreturn": "took a return back",
    "member.add": "added a member",
    "member.leave": "ended a membership",
    "member.roles": "changed the roles of a member",
    "project.create": "made the project",
    "project.restore": "restored the project from files",
    "project.update": "changed the project",
    "recheck.dismiss": "dismissed what was to be looked at again",
    "release.create": "asked for a release",
    "release.fail": "a release failed",
    "release.freeze": "froze a release",
    "release.withdraw": "withdrew a release",
    "remark.add": "wrote a remark",
    "remark.reopen": "opened a thread again",
    "remark.settle": "settled a thread",
    "remark.withdraw": "withdrew a remark",
    "round.add": "added documents to a round",
    "round.create": "opened a round",
    "round.move": "moved a round to another version of the codebook",
    "round.update": "changed a round",
    "source.update": "changed a source",
    "story.find": "found near-copies",
    "story.join": "made documents one story",
    "story.part": "parted a document from its near-copies",
    "undo": "undid what was done",
}
TYPES = {"layer": "reading", "codebook_version": "version of the codebook", "not_same": "pair that is not the same"}


def action_words(action: str) -> str:
    return ACTIONS.get(action) or action.replace(".", ": ", 1).replace("_", " ")


def type_words(object_type: str) -> str:
    return TYPES.get(object_type) or object_type.replace("_", " ")


def object_name(row: Change, names: Names) -> str:
    """Return what the row's object is called; empty where its kind says all."""
    state = row.after if isinstance(row.after, dict) else row.before if isinstance(row.before, dict) else {}
    if row.object_type == "claim":
        return claim_said(state)
    if row.object_type == "decision":
        return decision_said(state)
    if row.object_type == "member":
        return names.person(state["user"]) if isinstance(state.get("user"), int) else ""
    if row.object_type in ("layer", "round", "document", "source", *ENTRIES):
        known = names.found[row.object_type].get(row.object_id)
        told = state.get("title") or state.get("name")
        return _short(known or (told if isinstance(told, str) else ""))
    told = state.get("name") or state.get("text") or state.get("reason")
    return _short(told) if isinstance(told, str) else ""


def differences(row: Change, names: Names) -> list[str]:
    """Return lines that say what changed; a shape that is not known is told field by field."""
    found = list(islice(_lines(row, names), MOST_LINES + 1))
    return [*found[:MOST_LINES], "and more"] if len(found) > MOST_LINES else found


def _lines(row: Change, names: Names) -> Iterator[str]:
    before, after = row.before, row.after
    if row.object_type == "claim" and (before or after):
        yield from claim_differences(before, after, names)
        return
    if row.object_type == "decision":
        yield from decision_differences(before, after, names)
        return
    if row.object_type == "pairing":
        keys = (after or before or {}).get("claims") if isinstance(after or before, dict) else None
        yield f"{len(keys)} claims put together or apart by hand" if isinstance(keys, list) else "units changed by hand"
        return
    if before is None or after is None:
        yield from _whole(row.object_type, after if before is None else before, names)
        return
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield f"from {value_words(before)} to {value_words(after)}"
        return
    for key in sorted({*before, *after} - SILENT):
        if before.get(key) != after.get(key):
            yield from _changed(row.object_type, key, before.get(key), after.get(key), names)


def _whole(object_type: str, state: Any, names: Names) -> Iterator[str]:
    """Yield what was made or deleted, without what is empty."""
    if not isinstance(state, dict):
        yield value_words(state)
        return
    for key in sorted(state.keys() - SILENT - {"name", "title"}):
        if state[key] not in (None, "", [], {}, False):
            yield f"{field_words(key)}: {_named(object_type, key, state[key], names)}"


def _changed(object_type: str, key: str, before: Any, after: Any, names: Names) -> Iterator[str]:
    if key == "is_provisional":
        yield "provisional again" if after else "accepted"
    elif key == "merged_into":
        into = _named(object_type, key, after or before, names)
        yield f"merged into {into}" if after else f"no longer merged into {into}"
    elif key == "story":
        yield "put into a story with its near-copies" if after else "taken out of its story"
    elif isinstance(before, dict) or isinstance(after, dict):
        yield from _members(field_words(key), before or {}, after or {})
    elif isinstance(before, list) and isinstance(after, list):
        yield from _listed(field_words(key), before, after)
    else:
        old, new = (_named(object_type, key, value, names) for value in (before, after))
        yield f"{field_words(key)} from {old} to {new}"


def _members(name: str, before: Any, after: Any) -> Iterator[str]:
    """Yield what differs below a field, with the path to it."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield f"{name} from {value_words(before)} to {value_words(after)}"
        return
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield f"{name}, {field_words(key)} from {value_words(before.get(key))} to {value_words(after.get(key))}"


def _listed(name: str, before: list[Any], after: list[Any]) -> Iterator[str]:
    added = [item for item in after if item not in before]
    gone = [item for item in before if item not in after]
    if added:
        yield f"{name}: {', '.join(map(value_words, added[:20]))} added"
    if gone:
        yield f"{name}: {', '.join(map(value_words, gone[:20]))} removed"
    if not added and not gone:
        yield f"{name} in another order"


def field_words(key: object) -> str:
    return FIELDS.get(str(key)) or _short(str(key).replace("_", " "))


def _named(object_type: str, key: str, value: Any, names: Names) -> str:
    kind = object_type if key == "merged_into" else REFERS.get(key)
    if kind == "person" and isinstance(value, int):
        return names.person(value)
    if kind is not None and isinstance(value, str) and value:
        return f"“{_short(names.name(kind, value))}”"
    return value_words(value)


def value_words(value: Any) -> str:
    """Return a JSON value as people read it."""
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return f"{value[:10]} {value[11:16]} UTC" if MOMENT.match(value) else f"“{_short(value)}”"
    if isinstance(value, dict) and isinstance(value.get("name"), str):  # a label, a question, a value of the scale
        return f"“{_short(value['name'])}”"
    if isinstance(value, list):
        return _short(", ".join(map(value_words, value[:20])) + (f" and {len(value) - 20} more" * (len(value) > 20)))
    return _short(json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
