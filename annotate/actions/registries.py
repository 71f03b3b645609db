"""Registries: entries made, edited, accepted, merged by pointer and un-merged."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotate import permissions
from annotate.actions.adjudication.stale import mark_stale
from annotate.actions.affiliations import affiliation_dicts, set_affiliations
from annotate.actions.batch import Batch
from annotate.actions.entries import MAX_NAME, EntryFinder
from annotate.models import Project
from annotate.payloads.claims import EntryIn
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import FieldError, Invalid, WrongState
from annotate.permissions import Action
from corpus.models import Entry, Proposition, Speaker, SpeakerAlias, Target
from corpus.models.speakers import SpeakerKind
from corpus.models.targets import TargetKind
from corpus.text.names import InvalidName, check_name

# The fields that only curators set, beside the name.
FIELDS: dict[type[Entry], tuple[str, ...]] = {
    Speaker: ("name", "disambiguation", "note", "kind", "external_id", "aliases", "affiliations", "is_provisional"),
    Target: ("name", "disambiguation", "note", "kind", "is_provisional"),
    Proposition: ("name", "disambiguation", "note", "usual_target", "is_provisional"),
}
KINDS = {Speaker: set(SpeakerKind.values), Target: set(TargetKind.values)}
MAX_TEXT = {"disambiguation": 150, "external_id": 100, "note": 10_000}
MAX_ALIASES = 200


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=pointer, detail=detail)])


@transaction.atomic
def create_entry(*, user: User, project: Project, model: type[Entry], values: dict[str, Any]) -> Entry:
    """Make an entry, or return the one of that name. Annotators give a name only; curators may set every field."""
    permissions.require(user, Action.MAKE_ENTRIES, project.pk)
    batch = Batch(action="entry.create", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    round = None
    if not permissions.can_in_corpus(user, Action.EDIT_REGISTRIES, project.corpus_id):
        if extra := sorted(values.keys() - {"name"}):
            raise _invalid(f"/{extra[0]}", f"“{extra[0]}” is set by curators; give the name only.")
        flag = f"are_{model._meta.model_name}s_closed"
        rounds = list(project.rounds.filter(status="open"))
        round = next((found for found in rounds if getattr(found, flag)), None)
    if len(values) > 1:
        entry = _set_values(_new_entry(project, model, values), values, batch, is_new=True)
    else:
        finder = EntryFinder(user=user, corpus_id=project.corpus_id, batch=batch, round=round)
        id = finder.find(model, EntryIn(name=_name(values.get("name")), pointer="/name"))
        if id is None:
            raise Invalid.of(finder.errors)
        entry = model._default_manager.get(pk=id)
    batch.write()
    return cast(Entry, entry)


def _new_entry(project: Project, model: type[Entry], values: dict[str, Any]) -> Entry:
    """Make the bare entry that a curator describes. Raises Invalid where name and disambiguation exist."""
    entry = model(corpus_id=project.corpus_id)
    for key in ("name", "disambiguation"):
        setattr(entry, key, _value(entry, key, values.get(key, "")))
    if not entry.name:
        raise _invalid("/name", "An entry needs a name; give a text.")
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        detail = f"“{entry}” is in the registry already; change that entry, or add a disambiguation."
        raise _invalid("/name", detail) from None
    return entry


def _name(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise _invalid("/name", f"{str(raw)[:60]!r} is no name; give a text.")
    return raw


@transaction.atomic
def update_entry(
    *, user: User, entry: Entry, values: dict[str, Any], precondition: Precondition | None = None
) -> Entry:
    """Change an entry's fields; curators only. With a precondition, an outdated change is refused."""
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, entry.corpus_id)
    entry = _lock(entry)
    if precondition is not None and precondition.if_match is not None:
        precondition.check_update(entry.version, current=entry_state(entry), sent=values)
    batch = _batch("entry.update", user, entry)
    entry = _set_values(entry, values, batch)
    batch.write()
    return entry


def _lock(entry: Entry) -> Any:
    return type(entry)._default_manager.select_for_update(no_key=True).get(pk=entry.pk)


def _set_values(entry: Any, values: dict[str, Any], batch: Batch, *, is_new: bool = False) -> Any:
    before = None if is_new else entry_state(entry)
    if getattr(entry, "is_not_stated", False):
        raise WrongState("“Not stated” belongs to every corpus and cannot be changed.")
    for key, raw in values.items():
        if key not in FIELDS[type(entry)]:
            known = ", ".join(FIELDS[type(entry)])
            raise _invalid(f"/{key}", f"“{key}” is not a field here; known are {known}.")
        if key not in ("aliases", "affiliations"):
            setattr(entry, key, _value(entry, key, raw))
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError:
        detail = f"“{entry.name}” is in the registry already; merge the two, or add a disambiguation."
        raise _invalid("/name", detail) from None
    if "aliases" in values:
        _set_aliases(entry, values["aliases"])
    if "affiliations" in values:
        set_affiliations(entry, values["affiliations"])
    after = entry_state(entry)
    if after != before:
        if before is not None:
            entry.version += 1
            entry.save(update_fields=["version"])
        batch.add(entry._meta.model_name, entry.pk, before=before, after=after | {"version": entry.version})
    return entry


def _value(entry: Entry, key: str, raw: object) -> Any:
    """Return a checked value for one field."""
    model = type(entry)
    if key == "is_provisional":
        if not isinstance(raw, bool):
            raise _invalid(f"/{key}", f"{raw!r} stands where true or false is needed.")
        return raw
    if key == "usual_target":
        return _usual_target(entry, raw)
    if not isinstance(raw, str):
        raise _invalid(f"/{key}", f"{str(raw)[:60]!r} stands where a text is needed.")
    if key == "name":
        return _checked(raw, what=str(model._meta.verbose_name), pointer="/name", length=MAX_NAME[model])
    if key == "kind":
        if raw not in KINDS[model]:
            known = ", ".join(sorted(kind for kind in KINDS[model] if kind))
            raise _invalid("/kind", f"{raw[:60]!r} is no kind here; choose from {known}, or leave it empty.")
        return raw
    if len(raw) > MAX_TEXT[key] or "\0" in raw or any("\ud800" <= char <= "\udfff" for char in raw):
        raise _invalid(f"/{key}", f"Give at most {MAX_TEXT[key]} characters, none of them NUL or a lone surrogate.")
    return raw if key == "note" or not raw.strip() else _checked(raw, what=key, pointer=f"/{key}", length=MAX_TEXT[key])


def _checked(raw: str, *, what: str, pointer: str, length: int) -> str:
    try:
        return check_name(raw, what=what, max_length=length)
    except InvalidName as error:
        raise _invalid(pointer, str(error)) from error


def _usual_target(entry: Entry, raw: object) -> Target | None:
    if raw is None or isinstance(raw, Target):
        return raw
    id = raw.get("id") if isinstance(raw, dict) else None
    found: Target | None = None
    try:
        if isinstance(id, str):
            found = Target.objects.filter(corpus=entry.corpus_id, pk=UUID(id)).first()
    except ValueError:
        pass  # refused below, like an id that is not there
    if found is None:
        raise _invalid("/usual_target", f'{str(raw)[:60]!r} is no target of this corpus; give {{"id": …}}.')
    return found


def _set_aliases(speaker: Speaker, raw: object) -> None:
    if not isinstance(raw, list) or len(raw) > MAX_ALIASES or any(not isinstance(name, str) for name in raw):
        raise _invalid("/aliases", f"Give a list of at most {MAX_ALIASES} names.")
    names = [_checked(name, what="alias", pointer=f"/aliases/{i}", length=300) for i, name in enumerate(raw)]
    SpeakerAlias.objects.filter(speaker=speaker).exclude(name__in=names).delete()
    rows = (SpeakerAlias(speaker=speaker, name=name) for name in dict.fromkeys(names))
    SpeakerAlias.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def accept_entries(*, user: User, entries: list[Entry]) -> int:
    """Accept provisional entries, so that everyone sees them; returns how many were accepted."""
    if not entries:
        return 0
    batch = _batch("entry.accept", user, entries[0])
    n_accepted = 0
    for entry in entries:
        permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, entry.corpus_id)
        locked = _lock(entry)
        if locked.is_provisional:
            _set_values(locked, {"is_provisional": False}, batch)
            n_accepted += 1
    batch.write()
    return n_accepted


@transaction.atomic
def merge_entry(
    *, user: User, entry: Entry, into: Entry, is_inverted: bool = False, batch: Batch | None = None
) -> Entry:
    """Point `entry` to `into`: claims keep what was chosen, reads and exports follow the pointer.

    A target may be merged inverted: its stances then count the other way round. A batch that is given is written by
    the caller. Raises Invalid or WrongState.
    """
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, entry.corpus_id)
    model = type(entry)
    # In the order of their ids, so that two opposite merges cannot wait for each other.
    locked = {row.pk: row for row in model._default_manager.select_for_update(no_key=True).filter(
        pk__in=[entry.pk, into.pk]
    ).order_by("pk")}  # fmt: skip
    entry, into = locked[entry.pk], locked[into.pk]
    if entry.pk == into.pk or entry.corpus_id != into.corpus_id:
        raise _invalid("/into", "An entry is merged into another entry of the same corpus.")
    if is_inverted and model is not Target:
        raise _invalid("/inverted", "Only targets can be merged inverted.")
    if getattr(entry, "is_not_stated", False):
        raise WrongState("“Not stated” belongs to every corpus and cannot be merged into another entry.")
    if entry.merged_into_id is not None:
        raise WrongState(f"“{entry.name}” is merged already; un-merge it first.")
    _check_circle(model, into, entry)
    before = entry_state(entry)
    entry.merged_into_id = into.pk
    if isinstance(entry, Target):
        entry.is_merged_inverted = is_inverted
    entry.version += 1
    entry.save()
    mark_stale(registry=str(model._meta.model_name), entries=[entry.pk, into.pk])
    own = batch or _batch("entry.merge", user, entry)
    own.add(str(model._meta.model_name), entry.pk, before=before, after=entry_state(entry))
    if batch is None:
        own.write()
    return entry


def _check_circle(model: type[Entry], into: Entry, entry: Entry) -> None:
    """Follow the pointers from `into`; none may lead back to `entry`."""
    step = into
    while step.merged_into_id is not None:
        if step.merged_into_id == entry.pk:
            raise WrongState(f"“{into.name}” is merged into “{entry.name}”; un-merge it first.")
        step = model._default_manager.get(pk=step.merged_into_id)


@transaction.atomic
def unmerge_entry(*, user: User, entry: Entry, batch: Batch | None = None) -> Entry:
    """Clear the pointer; every reading is as it was before the merge. A batch that is given the caller writes."""
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, entry.corpus_id)
    entry = _lock(entry)
    if entry.merged_into_id is None:
        raise WrongState(f"“{entry.name}” is not merged.")
    before = entry_state(entry)
    mark_stale(registry=str(entry._meta.model_name), entries=[entry.pk, entry.merged_into_id])
    entry.merged_into_id = None
    if isinstance(entry, Target):
        entry.is_merged_inverted = False
    entry.version += 1
    entry.save()
    own = batch or _batch("entry.unmerge", user, entry)
    own.add(str(entry._meta.model_name), entry.pk, before=before, after=entry_state(entry))
    if batch is None:
        own.write()
    return entry


def entry_state(entry: Any) -> dict[str, Any]:
    """Return the entry for a Change row."""
    state: dict[str, Any] = {
        "name": entry.name,
        "disambiguation": entry.disambiguation,
        "note": entry.note,
        "is_provisional": entry.is_provisional,
        "merged_into": str(entry.merged_into_id) if entry.merged_into_id else None,
        "version": entry.version,
    }
    for name in ("kind", "external_id", "is_merged_inverted"):
        if hasattr(entry, name):
            state[name] = getattr(entry, name)
    if isinstance(entry, Speaker):
        state["aliases"] = sorted(entry.aliases.values_list("name", flat=True))
        state["affiliations"] = affiliation_dicts(entry)
    if isinstance(entry, Proposition):
        state["usual_target"] = str(entry.usual_target_id) if entry.usual_target_id else None
    return state


def _batch(action: str, user: User, entry: Entry) -> Batch:
    return Batch(action=action, actor=user, corpus_id=entry.corpus_id)
