"""Which articles a release takes by outlet and day of publication: for the database, and in words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from annotate.releases.settings import SelectionRule
from corpus.models import Document, Source


def articles_of(corpus_id: UUID, rule: SelectionRule) -> QuerySet[Document]:
    """Return the documents of a corpus that are of these outlets and days, read or not."""
    return Document.objects.filter(condition(rule), corpus=corpus_id)


def condition(rule: SelectionRule) -> Q:
    found = Q(source__name__in=rule.sources) if rule.sources else Q()
    if rule.first is not None:
        found &= Q(published_on__gte=rule.first)
    return found & Q(published_on__lte=rule.last) if rule.last is not None else found


def unknown_source(corpus_id: UUID, rule: SelectionRule) -> tuple[int, str] | None:
    """Return place and name of the first source that the corpus does not have."""
    known = set(Source.objects.filter(corpus=corpus_id, name__in=rule.sources).values_list("name", flat=True))
    return next(((at, name) for at, name in enumerate(rule.sources) if name not in known), None)


def said_of(rule: SelectionRule) -> list[str]:
    """Return the outlets and the days in words; nothing for a rule that takes all of them."""
    found = []
    if rule.sources:
        names = [f"“{name}”" for name in sorted(rule.sources)]
        found.append(f"of the outlet{'s' if len(names) > 1 else ''} {listed(names)}")
    if rule.first and rule.last:
        found.append(f"published from {rule.first} to {rule.last}")
    elif rule.first:
        found.append(f"published on {rule.first} or later")
    elif rule.last:
        found.append(f"published on {rule.last} or earlier")
    return found


def told(asked: dict[str, Any]) -> str:
    """Return a stored selection as one short phrase."""
    return ", ".join(said_of(SelectionRule.stored(asked))) or "of all outlets and days"


def listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
