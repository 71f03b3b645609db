"""Stories as groups: documents put together and taken apart, with what each change was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from corpus.models import Corpus, Document, KeptApart, Story

type Kept = set[frozenset[UUID]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A document that changed its story; None is no story."""

    document: UUID
    before: UUID | None
    after: UUID | None


@dataclass(slots=True)
class Groups:
    """Some documents of a corpus with all others of their stories, while they are put together."""

    corpus: Corpus
    stories: dict[UUID, UUID | None] = field(default_factory=dict)
    groups: dict[UUID, set[UUID]] = field(default_factory=dict)
    kept: Kept = field(default_factory=set)

    @classmethod
    def around(cls, corpus: Corpus, ids: Iterable[UUID]) -> Groups:
        """Read documents with those of their stories. Three queries."""
        found = cls(corpus)
        rows = Document.objects.filter(corpus=corpus).order_by("number")
        own = dict(rows.filter(pk__in=list(ids)).values_list("pk", "story"))
        others = rows.filter(story__in={story for story in own.values() if story is not None})
        found.stories = own | dict(others.values_list("pk", "story"))
        by_story: dict[UUID, set[UUID]] = {}
        for id, story in found.stories.items():
            group = by_story.setdefault(story, set()) if story is not None else set()
            group.add(id)
            found.groups[id] = group
        pairs = KeptApart.objects.filter(Q(first__in=found.stories) | Q(second__in=found.stories))
        found.kept = {frozenset(pair) for pair in pairs.values_list("first", "second")}
        return found

    def unite(self, one: UUID, other: UUID) -> None:
        """Put the groups of two documents together, unless somebody parted any two of theirs."""
        left, right = self.groups[one], self.groups[other]
        if left is right or (self.kept and any(frozenset((a, b)) in self.kept for a in left for b in right)):
            return
        left |= right
        for id in right:
            self.groups[id] = left

    def save(self) -> list[Moved]:
        """Store the groups; the story of most documents goes on. A story of one is none."""
        moved: list[Moved] = []
        for group in {id(group): group for group in self.groups.values()}.values():
            story = self._story(group) if len(group) > 1 else None
            changed = [key for key in sorted(group) if self.stories[key] != story]
            Document.objects.filter(pk__in=changed).update(story=story)
            moved += [Moved(document=key, before=self.stories[key], after=story) for key in changed]
        left = {found.before for found in moved if found.before is not None}
        Story.objects.filter(pk__in=left, documents=None).delete()
        return moved

    def _story(self, group: set[UUID]) -> UUID:
        known = [story for id in sorted(group) if (story := self.stories[id]) is not None]
        if known:
            return max(sorted(set(known)), key=known.count)
        return Story.objects.create(corpus=self.corpus).pk


def join_documents(corpus: Corpus, ids: Sequence[UUID]) -> list[Moved]:
    """Make documents one story, with all others of their stories; what kept them apart is forgotten."""
    groups = Groups.around(corpus, ids)
    all_ids = list(groups.stories)
    KeptApart.objects.filter(first__in=all_ids, second__in=all_ids).delete()
    groups.kept = set()
    for id in ids[1:]:
        groups.unite(ids[0], id)
    return groups.save()


def part_document(document: Document) -> list[Moved]:
    """Take a document out of its story; it is kept apart from the others for good."""
    groups = Groups.around(document.corpus, [document.pk])
    others = groups.groups[document.pk] - {document.pk}
    pairs = [sorted((document.pk, other), key=str) for other in sorted(others)]
    KeptApart.objects.bulk_create([KeptApart(first_id=a, second_id=b) for a, b in pairs], ignore_conflicts=True)
    groups.groups = {document.pk: {document.pk}} | dict.fromkeys(others, others)
    return groups.save()


def as_changes(moved: Iterable[Moved]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return what Change rows say: the document's id, and its story before and after."""
    return [(str(found.document), _said(found.before), _said(found.after)) for found in moved]


def _said(story: UUID | None) -> dict[str, Any]:
    return {"story": str(story) if story else None}
