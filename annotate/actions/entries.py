"""Registry entries as claims name them: found by id or exact name, made provisional when new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.models import Round
from annotate.payloads.claims import EntryIn
from annotate.payloads.problems import FieldError
from annotate.permissions import Action
from annotate.records import ENTRY_COLUMNS, Registries
from corpus.database.bulk import Among
from corpus.database.statements import AmongNames, Select
from corpus.models import Entry, Proposition, Speaker, Target
from corpus.text.names import InvalidName, check_name

CLOSED_FLAGS: dict[type[Entry], str] = {
    Speaker: "are_speakers_closed",
    Target: "are_targets_closed",
    Proposition: "are_propositions_closed",
}
MAX_NAME = {Speaker: 300, Target: 300, Proposition: 500}


def _visible_by_id(model: type[Entry]) -> Select:
    # With a condition on the corpus SQLite reads the whole registry instead of a few keys; it is a column instead.
    def build(user: Any, keys: Any) -> Any:
        rows = model._default_manager.visible_to(user).filter(Among(F("pk"), keys))
        return rows.order_by().values_list(*ENTRY_COLUMNS[model], "corpus_id")

    return Select(build)


def _visible_by_name(model: type[Entry]) -> Select:
    def build(user: Any, corpus: UUID, keys: Any) -> Any:
        rows = model._default_manager.visible_to(user).filter(AmongNames(F("name"), keys), corpus=corpus)
        return rows.order_by("id").values_list(*ENTRY_COLUMNS[model])

    return Select(build)


VISIBLE_BY_ID = {model: _visible_by_id(model) for model in CLOSED_FLAGS}
VISIBLE_BY_NAME = {model: _visible_by_name(model) for model in CLOSED_FLAGS}


class EntryRefused(Exception):
    """The entry cannot be used; the message says why and what to do."""


@dataclass(slots=True, kw_only=True)
class EntryFinder:
    """Finds or makes the entries of one request; `errors` collects what was refused.

    `learn` looks up many at once; what it found is offered to `registries`, for whoever describes the entries later.
    """

    user: User
    corpus_id: UUID
    batch: Batch
    round: Round | None = None
    errors: list[FieldError] = field(default_factory=list)
    found: dict[tuple[type[Entry], object], UUID] = field(default_factory=dict)
    registries: Registries = field(default_factory=Registries)
    _by_ids: dict[tuple[type[Entry], UUID], bool] = field(default_factory=dict)
    _by_names: dict[tuple[type[Entry], str], list[UUID]] = field(default_factory=dict)
    _curates: bool | None = None

    @property
    def curates(self) -> bool:
        if self._curates is None:
            self._curates = permissions.can_in_corpus(self.user, Action.EDIT_REGISTRIES, self.corpus_id)
        return self._curates

    def learn(self, model: type[Entry], entries: Iterable[EntryIn | None]) -> None:
        """Look up the entries that the user sees, by id and by name. At most two queries."""
        named = [entry for entry in entries if entry is not None]
        ids = {entry.id for entry in named if entry.id is not None}
        names = {entry.name.strip() for entry in named if entry.id is None and entry.name is not None}
        self._by_ids |= {(model, id): False for id in ids}
        self._by_names |= {(model, name): [] for name in names}
        if ids:
            rows = VISIBLE_BY_ID[model].rows(user=self.user, keys=[id.hex for id in ids])
            known = [row[:-1] for row in rows if row[-1] == self.corpus_id]
            self._by_ids |= {(model, row[0]): True for row in known}
            self.registries.of(model).offer(known)
        if names:
            rows = VISIBLE_BY_NAME[model].rows(user=self.user, corpus=self.corpus_id, keys=list(names))
            for row in rows:
                self._by_names[model, row[1]].append(row[0])
            self.registries.of(model).offer(rows)

    def find(self, model: type[Entry], entry: EntryIn | None) -> UUID | None:
        """Return the entry's id, or None where there is none or it was refused (then `errors` has the reason)."""
        if entry is None:
            return None
        key = (model, entry.id or entry.name)
        if key not in self.found:
            try:
                self.found[key] = self._by_id(model, entry.id) if entry.id else self._by_name(model, entry.name or "")
            except EntryRefused as error:
                self.errors.append(FieldError(pointer=entry.pointer, detail=str(error)))
                return None
        return self.found[key]

    def _by_id(self, model: type[Entry], id: UUID) -> UUID:
        if (model, id) not in self._by_ids:
            self.learn(model, [EntryIn(id=id)])
        if not self._by_ids[model, id]:
            raise EntryRefused(f"{id} is no {model._meta.verbose_name} of this corpus; choose one that is listed.")
        return id

    def _by_name(self, model: type[Entry], raw: str) -> UUID:
        try:
            name = check_name(raw, what=str(model._meta.verbose_name), max_length=MAX_NAME[model])
        except InvalidName as error:
            raise EntryRefused(str(error)) from error
        # What the user sees comes first: a colleague's provisional entry must neither add a second hit nor open a
        # closed registry, or its existence would show.
        if (model, name) not in self._by_names:
            self.learn(model, [EntryIn(name=name)])
        if hits := _one_hit(self._by_names[model, name], model, name):
            return hits[0]
        if self._is_closed(model):
            raise EntryRefused(f"“{name}” is not in the registry, which this round keeps closed; choose from it.")
        # Of several that the user does not see, one is taken silently: to name them would be to tell of them.
        everybodys = model._default_manager.filter(corpus=self.corpus_id, name=name)
        hidden: UUID | None = everybodys.order_by("disambiguation", "id").values_list("pk", flat=True).first()
        if hidden is not None:
            self._join_makers(model, hidden)
            return hidden
        return self._make(model, name)

    def _is_closed(self, model: type[Entry]) -> bool:
        return self.round is not None and getattr(self.round, CLOSED_FLAGS[model]) and not self.curates

    def _make(self, model: type[Entry], name: str) -> UUID:
        # What is named while reading blind stays hidden from the others, also where the reader is a curator.
        is_blind = self.round is not None and self.round.is_blind
        entry = model(corpus_id=self.corpus_id, name=name, is_provisional=is_blind or not self.curates)
        try:
            with transaction.atomic():
                entry.save(force_insert=True)
        except IntegrityError:  # somebody made the same name in this moment: use theirs
            entry = model._default_manager.get(corpus=self.corpus_id, name=name, disambiguation="")
        else:
            after = {"name": name, "is_provisional": entry.is_provisional}
            self.batch.add(str(model._meta.model_name), entry.pk, before=None, after=after)
        self._join_makers(model, entry.pk)
        return entry.pk

    def _join_makers(self, model: type[Entry], id: UUID) -> None:
        """List the entry to this user too."""
        through: Any = model.makers.through
        link = {f"{model._meta.model_name}_id": id, "user_id": self.user.pk}
        through.objects.bulk_create([through(**link)], ignore_conflicts=True)


def _one_hit(hits: list[UUID], model: type[Entry], name: str) -> list[UUID]:
    """Return the one entry of that name, or none. Raises EntryRefused where there are several."""
    if len(hits) > 1:
        ids = " and ".join(str(id) for id in hits[:3])
        raise EntryRefused(f"“{name}” names more than one {model._meta.verbose_name}: {ids}. Give the id.")
    return hits
