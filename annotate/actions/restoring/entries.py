"""Registry entries of a restore: made under the ids that the files give them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from django.db.models import F

from annotate.actions.batch import Batch
from annotate.actions.restoring.lines import Named
from annotate.models import Answer, ClaimSpeaker, Reporter, Stance
from annotate.payloads.problems import FieldError, Invalid
from corpus.database.bulk import Among
from corpus.models import Affiliation, Corpus, Entry, Source, Speaker
from corpus.text.names import InvalidName, check_name


@dataclass(slots=True, kw_only=True)
class Entries:
    """Finds and makes the entries of a corpus; what was seen once is not asked for again."""

    corpus: Corpus
    batch: Batch
    known: dict[tuple[type[Entry], UUID], str] = field(default_factory=dict)
    doubles: set[UUID] = field(default_factory=set)
    n_made: int = 0
    # A whole project brings its registries along: what its claims name is there.
    makes: bool = True

    def ensure(self, wanted: Iterable[Named]) -> None:
        """Make the entries that are not there. Raises Invalid where an id is another corpus's, or a name is none."""
        new: dict[tuple[type[Entry], UUID], Named] = {}
        for one in wanted:
            if (one.model, one.id) not in self.known:
                new.setdefault((one.model, one.id), one)
        for model in {model for model, _ in new}:
            self._ensure(model, {id: one for (of, id), one in new.items() if of is model})

    def check_answers(self, found: Iterable[dict[str, Any]]) -> None:
        """Look at the speakers that answers name by their ids alone. Raises Invalid where one is not of the corpus."""
        values = [value for answers in found for value in answers.values() if isinstance(value, dict)]
        wanted = {id for value in values if (Speaker, id := UUID(str(value.get("id")))) not in self.known}
        rows = Speaker.objects.filter(Among(F("pk"), [id.hex for id in wanted]), corpus=self.corpus) if wanted else ()
        self.known |= {(Speaker, row.pk): row.name for row in rows}
        if lost := sorted(str(id) for id in wanted if (Speaker, id) not in self.known):
            detail = f"An answer names the speaker {lost[0]}, who is not in the corpus."
            raise Invalid.of([FieldError(pointer="", detail=detail)])

    def _ensure(self, model: type[Entry], wanted: dict[UUID, Named]) -> None:
        rows = model._default_manager.filter(Among(F("pk"), [id.hex for id in wanted]))
        for id, corpus, name in rows.values_list("pk", "corpus_id", "name"):
            if corpus != self.corpus.pk:
                detail = (
                    f"The {model._meta.verbose_name} {id} “{name[:60]}” belongs to another corpus here; restore into "
                    "an installation that does not have this data, or into the corpus that has it."
                )
                raise Invalid.of([FieldError(pointer="", detail=detail)])
            self.known[model, id] = name
        missing = [one for id, one in wanted.items() if (model, id) not in self.known]
        taken = self._taken(model, {one.name for one in missing})
        for one in missing:
            if not self.makes:
                detail = f"The {model._meta.verbose_name} {one.id} “{one.name[:60]}” is not among those of the archive."
                raise Invalid.of([FieldError(pointer="", detail=detail)])
            self._make(one, taken)
            self.known[model, one.id] = one.name

    def _taken(self, model: type[Entry], names: set[str]) -> dict[str, Entry]:
        rows = model._default_manager.filter(corpus=self.corpus, disambiguation="", name__in=names)
        return {row.name: row for row in rows}

    def _make(self, one: Named, taken: dict[str, Entry]) -> None:
        name = _checked(one)
        other = taken.get(name)
        if isinstance(other, Speaker) and not _is_used(other):
            self._take_over(one.id, other)
            return
        entry: Any = one.model(id=one.id, corpus=self.corpus, name=name)
        # Two people of one name: the file does not say what told them apart.
        entry.disambiguation = f"restored {str(one.id)[:8]}" if other is not None else ""
        _set_kind(entry, one.kind)
        entry.save(force_insert=True)
        taken.setdefault(name, entry)
        self._record(entry)

    def _take_over(self, id: UUID, other: Speaker) -> None:
        """Give the id to the entry that came with the corpus, or with an outlet, and that nothing names yet."""
        Speaker.objects.filter(pk=other.pk).update(id=id)
        for source in Source.objects.filter(speaker=other.pk):
            Source.objects.filter(pk=source.pk).update(speaker=id)
            before, after = {"speaker": str(other.pk)}, {"speaker": str(id)}
            self.batch.add("source", source.pk, before=before, after=after)
        other.pk = id
        self._record(other)

    def _record(self, entry: Entry) -> None:
        self.n_made += 1
        after = {"name": entry.name, "is_provisional": False}
        self.batch.add(str(entry._meta.model_name), entry.pk, before=None, after=after)

    def double(self, model: type[Entry], id: UUID, nth: int) -> UUID:
        """Return an entry that is merged into this one, for a claim that names it more than once after merges."""
        double = uuid5(id, f"double {nth}")
        if double not in self.doubles:
            row = {"corpus": self.corpus, "name": self.known[model, id], "disambiguation": f"{str(id)[:8]} {nth}"}
            into = {"merged_into_id": id}
            entry, is_made = model._default_manager.get_or_create(pk=double, defaults=row | into)
            if is_made:
                self._record(entry)
            self.doubles.add(double)
        return double


def _checked(one: Named) -> str:
    try:
        name = check_name(one.name, what=str(one.model._meta.verbose_name), max_length=500)
    except InvalidName as error:
        raise Invalid.of([FieldError(pointer="", detail=f"{one.id}: {error}")]) from error
    if name != one.name:
        detail = f"{one.name[:60]!r} begins or ends with a space; correct the line."
        raise Invalid.of([FieldError(pointer="", detail=detail)])
    return name


def _set_kind(entry: Any, kind: str) -> None:
    if kind and any(field.name == "kind" for field in entry._meta.get_fields()):
        entry.kind = kind


def _is_used(entry: Speaker) -> bool:
    """Return whether anything but its outlet names the speaker."""
    people = ClaimSpeaker.objects.filter(speaker=entry) | ClaimSpeaker.objects.filter(represents=entry)
    rows: list[Any] = [
        people,
        Reporter.objects.filter(speaker=entry),
        Stance.objects.filter(holder=entry),
        Answer.objects.filter(entity=entry),
        Speaker.objects.filter(merged_into=entry),
        Affiliation.objects.filter(speaker=entry) | Affiliation.objects.filter(body=entry),
        entry.aliases.all(),
        entry.makers.all(),
    ]
    is_ours = entry.is_not_stated or Source.objects.filter(speaker=entry).exists()
    return not is_ours or any(found.exists() for found in rows)
