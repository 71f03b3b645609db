"""Registry entries as they count, after merges, and the keys of codebook versions: shared by all reads of claims."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import Any
from uuid import UUID

from django.db.models import F

from annotate.attributes import KINDS
from annotate.payloads.codebooks import CodebookView, load_codebook
from corpus.database.bulk import Among
from corpus.database.statements import Select
from corpus.models import Entry, Proposition, Speaker, Target

ENTRY_COLUMNS: dict[type[Entry], tuple[str, ...]] = {
    Speaker: ("id", "name", "kind", "merged_into_id"),
    Target: ("id", "name", "kind", "merged_into_id", "is_merged_inverted"),
    Proposition: ("id", "name", "note", "merged_into_id"),
}


def _entries(model: type[Entry]) -> Select:
    rows = model._default_manager.order_by()
    return Select(lambda keys: rows.filter(Among(F("pk"), keys)).values_list(*ENTRY_COLUMNS[model]))


ENTRIES = {model: _entries(model) for model in ENTRY_COLUMNS}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRecord:
    """An entry as it counts: after merges, with whether the way there inverts a stance."""

    id: UUID
    name: str
    kind: str = ""
    is_inverted: bool = False

    @property
    def ref(self) -> dict[str, str]:
        return {"id": str(self.id), "name": self.name}


@dataclass(slots=True, kw_only=True)
class Registry:
    """Entries by id, read when first needed; merges are resolved unless `follows` is off."""

    model: type[Entry]
    follows: bool = True
    known: dict[UUID, EntryRecord] = field(default_factory=dict)
    offered: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)
    by_key: dict[str, EntryRecord] = field(default_factory=dict)
    refs: dict[str, dict[str, str]] = field(default_factory=dict)

    def learn(self, ids: Iterable[UUID | None]) -> None:
        """Read the entries that are not known yet. One query, and one more for each level of merges."""
        missing = {id for id in ids if id is not None and id not in self.known}
        rows: dict[UUID, tuple[Any, ...]] = {}
        wanted = missing
        while wanted:
            found = self._rows(wanted)
            rows |= found
            further = {row[3] for row in found.values() if row[3] is not None} if self.follows else set()
            wanted = further - rows.keys() - self.known.keys()
        for id in missing:
            self.known[id] = self._resolve(id, rows)

    def offer(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take rows of ENTRY_COLUMNS that somebody read just now, so that they need not be read again."""
        self.offered.update((row[0], row) for row in rows)

    def _rows(self, ids: set[UUID]) -> dict[UUID, tuple[Any, ...]]:
        found = {id: self.offered[id] for id in ids if id in self.offered}
        for part in batched(ids - found.keys(), 5000):
            rows = ENTRIES[self.model].rows(keys=[id.hex for id in part])
            found |= {row[0]: row for row in rows}
        return found

    def _resolve(self, id: UUID, rows: Mapping[UUID, tuple[Any, ...]]) -> EntryRecord:
        inverted, row = False, rows[id]
        while self.follows and row[3] is not None:
            inverted ^= bool(row[4]) if len(row) > 4 else False
            if row[3] in self.known:
                end = self.known[row[3]]
                return EntryRecord(id=end.id, name=end.name, kind=end.kind, is_inverted=inverted ^ end.is_inverted)
            row = rows[row[3]]
        return EntryRecord(id=row[0], name=row[1], kind=row[2], is_inverted=inverted)

    def learn_keys(self, keys: Iterable[str | None]) -> None:
        """Read the entries of these keys, as `learn` does those of ids."""
        missing = {key: UUID(key) for key in set(keys) if key is not None and key not in self.by_key}
        self.learn(missing.values())
        for key, id in missing.items():
            self.by_key[key] = self.known[id]
            self.refs[key] = self.known[id].ref

    def ref(self, key: str | None) -> dict[str, str] | None:
        return None if key is None else self.refs[key]


@dataclass(slots=True, kw_only=True)
class Registries:
    """The three registries and the codebooks, shared by all chunks of one read."""

    speakers: Registry = field(default_factory=lambda: Registry(model=Speaker))
    targets: Registry = field(default_factory=lambda: Registry(model=Target))
    propositions: Registry = field(default_factory=lambda: Registry(model=Proposition))
    codebooks: dict[UUID | str, CodebookNames] = field(default_factory=dict)

    @classmethod
    def as_chosen(cls) -> Registries:
        """Return registries that follow no merge: claims are read as their annotators chose."""
        return cls(
            speakers=Registry(model=Speaker, follows=False),
            targets=Registry(model=Target, follows=False),
            propositions=Registry(model=Proposition, follows=False),
        )

    def of(self, model: type[Entry]) -> Registry:
        return {Speaker: self.speakers, Target: self.targets, Proposition: self.propositions}[model]

    def names(self, version_id: UUID | str) -> CodebookNames:
        if version_id not in self.codebooks:
            id = version_id if isinstance(version_id, UUID) else UUID(version_id)
            self.codebooks[version_id] = CodebookNames.of(load_codebook(id))
        return self.codebooks[version_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookNames:
    """Keys of a codebook version by their ids, and by the database's text of those."""

    view: CodebookView
    attributes: dict[UUID | str, Any]
    labels: dict[UUID | str, str]
    values: dict[UUID | str, str]
    only: dict[UUID | str, tuple[str, object]]

    @classmethod
    def of(cls, view: CodebookView) -> CodebookNames:
        return cls(
            view=view,
            attributes=_by_keys((spec.id, spec) for spec in view.attributes.values()),
            labels=_by_keys((label.id, label.key) for labels in view.labels.values() for label in labels),
            values=_by_keys((label.id, label.key) for label in view.stances.values()),
            only=_by_keys(_only(view)),
        )

    def value(self, id: UUID | str | None, *, inverted: bool) -> str | None:
        """Return the key of a stance value, turned round where its target was merged as the opposite."""
        if id is None:
            return None
        return self.turned(self.values[id]) if inverted else self.values[id]

    def turned(self, key: str) -> str:
        """Return the value of the opposite score, or the value itself where the scale has none."""
        label = self.view.stances.get(key)
        score = label.score if label is not None else None
        turned = self.view.stance_of_score(-score) if score is not None else None
        return turned.key if turned is not None else key

    def answers(self, rows: list[tuple[Any, ...]], speakers: Registry) -> dict[str, object]:
        """Return the answers of one claim, stance or layer; rows are (attribute, label, entity, number, flag, text).

        `speakers` knows the keys of the entities.
        """
        found: dict[str, object] = {}
        for row in rows:
            only = self.only.get(row[1])
            if only is None:
                return self._answers(rows, speakers)
            found[only[0]] = only[1]
        return found if len(found) < 2 else dict(sorted(found.items()))

    def _answers(self, rows: list[tuple[Any, ...]], speakers: Registry) -> dict[str, object]:
        """Return answers of any kind."""
        values: dict[str, list[object]] = {}
        for attribute, label, entity, number, flag, text in rows:
            value: object = number if text is None else text
            if label is not None:
                value = self.labels[label]
            elif entity is not None:
                value = speakers.refs[entity]["id"]
            elif flag is not None:
                value = bool(flag)
            values.setdefault(attribute, []).append(value)
        specs = ((self.attributes[id], found) for id, found in values.items())
        return {spec.key: KINDS[spec.kind].dump(spec, found) for spec, found in sorted(specs, key=lambda s: s[0].key)}


def _only(view: CodebookView) -> Iterator[tuple[UUID, tuple[str, object]]]:
    """Yield the labels that are a whole answer, with the key of their attribute and what the answer is written as."""
    for spec in view.attributes.values():
        if not spec.is_multiple:
            for label in view.labels.get(spec.id, ()):
                yield label.id, (spec.key, KINDS[spec.kind].dump(spec, [label.key]))


def entities_in(answers: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of the entries that answers name."""
    return (value["id"] for value in answers.values() if isinstance(value, dict))


def counted_answers(answers: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """Return answers with other entries in the place of some, by their ids."""
    return {
        key: {"id": ids.get(value["id"], value["id"])} if isinstance(value, dict) else value
        for key, value in answers.items()
    }


def _by_keys[T](pairs: Iterable[tuple[UUID, T]]) -> dict[UUID | str, T]:
    return {key: value for id, value in pairs for key in (id, id.hex, str(id))}
