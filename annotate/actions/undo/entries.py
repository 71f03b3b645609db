"""Entries of the registries set back: deleted where they were made and nothing uses them, else their fields."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, TextField
from django.db.models.functions import Cast

from annotate import permissions
from annotate.actions import registries
from annotate.actions.batch import Batch
from annotate.actions.undo.base import Asking, State, changed_keys, refuse
from annotate.models import Reassignment, Submission
from annotate.permissions import Action
from corpus.models import Change, Entry

PLAIN = ("name", "disambiguation", "note", "is_provisional", "kind", "external_id")
POINTERS = ("merged_into", "is_merged_inverted")


class EntryRestorer:
    """Sets back speakers, targets or propositions."""

    def __init__(self, model: type[Entry]) -> None:
        self.model = model

    def state(self, asking: Asking, change: Change) -> State:
        entry = self._locked(change)
        return None if entry is None else registries.entry_state(entry)

    def restore(self, asking: Asking, change: Change) -> None:
        entry = self._locked(change)
        if entry is None:
            self._make_again(asking, change)
            return
        permissions.require_in_corpus(asking.user, Action.EDIT_REGISTRIES, entry.corpus_id)
        if change.before is None:
            self._delete(asking, entry)
        else:
            self._set_back(asking, entry, change)

    def _locked(self, change: Change) -> Any:
        return self.model._default_manager.select_for_update().filter(pk=change.object_id).first()

    def _set_back(self, asking: Asking, entry: Any, change: Change) -> None:
        before: dict[str, Any] = change.before or {}
        keys = changed_keys(change)
        unknown = [key for key in keys if key not in (*registries.FIELDS[self.model], *POINTERS)]
        if unknown:
            raise refuse(f"“{unknown[0]}” of “{entry.name}” is set back in the registry, by hand.")
        if any(key in keys for key in POINTERS):
            entry = self._set_pointer(asking, entry, before)
        values = {key: before[key] for key in keys if key not in POINTERS and key in before}
        if values.get("usual_target"):
            values["usual_target"] = {"id": values["usual_target"]}
        if values:
            registries.update_entry(user=asking.user, entry=entry, values=values)

    def _set_pointer(self, asking: Asking, entry: Any, before: dict[str, Any]) -> Any:
        if entry.merged_into_id is not None:
            entry = registries.unmerge_entry(user=asking.user, entry=entry)
        if before.get("merged_into") is None:
            return entry
        into = self.model._default_manager.filter(pk=before["merged_into"]).first()
        if into is None:
            raise refuse(f"“{entry.name}” was merged into an entry that is not there any more.")
        inverted = bool(before.get("is_merged_inverted"))
        return registries.merge_entry(user=asking.user, entry=entry, into=into, is_inverted=inverted)

    def _delete(self, asking: Asking, entry: Any) -> None:
        """Delete an entry that nothing uses: no claim, no submitted reading, no other entry, no source."""
        kind = str(self.model._meta.verbose_name)
        before = registries.entry_state(entry) | {"makers": sorted(entry.makers.values_list("pk", flat=True))}
        if _is_in_readings(entry.pk, entry.corpus_id):
            raise refuse(f"the {kind} “{entry.name}” is used in submitted readings; merge it into another instead.")
        id = entry.pk
        try:
            with transaction.atomic():
                entry.delete()
        except ProtectedError as error:
            n = len(error.protected_objects)
            by = next(iter(error.protected_objects))._meta.verbose_name_plural if n else "others"
            raise refuse(
                f"the {kind} “{entry.name}” is in use ({n} {by}, as far as was looked); merge it into another instead."
            ) from error
        _write(asking, self.model, id, entry.corpus_id, before=before, after=None)

    def _make_again(self, asking: Asking, change: Change) -> None:
        before: dict[str, Any] = change.before or {}
        if change.corpus_id is None:
            raise refuse("it is not known which corpus the entry belonged to.")
        permissions.require_in_corpus(asking.user, Action.EDIT_REGISTRIES, change.corpus_id)
        plain = {key: before[key] for key in PLAIN if key in before}
        entry = self.model(id=UUID(change.object_id), corpus_id=change.corpus_id, **plain)
        entry.version = int(before.get("version", 0)) + 1
        try:
            with transaction.atomic():
                entry.save(force_insert=True)
        except IntegrityError:
            raise refuse(f"the registry has another entry “{entry.name}” by now.") from None
        entry.makers.set(before.get("makers", []))
        _write(asking, self.model, entry.pk, change.corpus_id, before=None, after=registries.entry_state(entry))
        self._set_rest(asking, entry, before)

    def _set_rest(self, asking: Asking, entry: Any, before: dict[str, Any]) -> None:
        rest = {key: before[key] for key in registries.FIELDS[self.model] if before.get(key) and key not in PLAIN}
        if "usual_target" in rest:
            rest["usual_target"] = {"id": rest["usual_target"]}
        if rest:
            entry = registries.update_entry(user=asking.user, entry=entry, values=rest)
        if before.get("merged_into"):
            self._set_pointer(asking, entry, before)


def _write(asking: Asking, model: type[Entry], id: UUID, corpus_id: UUID, *, before: Any, after: Any) -> None:
    batch = Batch(action="entry.delete" if after is None else "entry.create", actor=asking.user, corpus_id=corpus_id)
    batch.add(str(model._meta.model_name), id, before=before, after=after)
    batch.write()


def _is_in_readings(id: UUID, corpus_id: UUID) -> bool:
    """Return whether a frozen reading of the corpus names the entry. Reads them all: entries are rarely un-made."""
    if Reassignment.objects.filter(old=id).exists() or Reassignment.objects.filter(new=id).exists():
        return True
    readings = Submission.objects.filter(layer__project__corpus=corpus_id)
    return readings.annotate(json=Cast("reading", TextField())).filter(json__contains=str(id)).exists()
