"""Splits of documents into train, validation and test: a story is never divided, and what was placed stays.

Where a story goes depends on nothing but its first document (the one imported first), the seed and the days that divide
the splits. By ratio, a hash of seed and first document places it. By date, the days are drawn from the dates of the
first release that has enough stories and no empty split, and are taken over by the later ones. So documents that are
added later move none of the earlier ones; only where two stories turn out to be one, the later part joins the earlier.
What has no date is placed by the hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from annotate.releases.settings import SPLIT_NAMES, SplitRule

# Below as many dated stories the days that divide the splits are drawn anew for each release.
ENOUGH = 20

type Days = tuple[str, str]  # the last day of train and of validation, as ISO dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A document as the splits see it: its story is the id of the story's first document, with that one's date."""

    id: str
    story: str
    published_on: date | None


def stories(rows: Iterable[tuple[str, Sequence[str | None]]]) -> dict[str, str]:
    """Return the first document of each document's story; rows are ids in order of import, with what they belong to.

    A row belongs together with every row that shares one of its keys; ids of documents are keys too.
    """
    parent: dict[str, str] = {}
    place: dict[str, int] = {}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    ids = []
    for number, (id, keys) in enumerate(rows):
        ids.append(id)
        place[id] = number
        parent.setdefault(id, id)
        for key in keys:
            if key is not None:
                one, two = root(id), root(parent.setdefault(key, key))
                parent[two] = one
    first: dict[str, str] = {}
    for id in ids:
        first.setdefault(root(id), id)
    return {id: first[root(id)] for id in ids}


def days_of(articles: Iterable[Article], rule: SplitRule) -> Days | None:
    """Return the days that divide the splits: as near to the percentages as dates and stories allow."""
    dated = sorted(found.published_on for found in articles if found.published_on is not None)
    if not dated:
        return None
    n, wanted = len(dated), (rule.train, rule.validation, rule.test)
    counts = [round(n * share / 100) for share in wanted]
    # With enough documents no split that is wanted stays empty; the largest gives.
    for at, share in enumerate(wanted):
        if share and not counts[at] and n >= 3:
            counts[at] = 1
    largest = counts.index(max(counts))
    counts[largest] += n - sum(counts)
    last_train, last_validation = counts[0], counts[0] + counts[1]
    return _day(dated, last_train), _day(dated, last_validation)


def _day(dated: Sequence[date], n: int) -> str:
    return dated[min(n, len(dated)) - 1].isoformat() if n > 0 else date.min.isoformat()


def split_of(story: str, published_on: date | None, rule: SplitRule, days: Days | None) -> str:
    """Return the split of a story by its first document; without a date it is placed by the hash."""
    if rule.by == "date" and days is not None and published_on is not None:
        day = published_on.isoformat()
        found = "train" if day <= days[0] else "validation" if day <= days[1] else "test"
        # What is newer than the last day goes to the last split that is wanted.
        return found if getattr(rule, found) else next(name for name in reversed(SPLIT_NAMES) if getattr(rule, name))
    drawn = int.from_bytes(hashlib.sha256(f"{rule.seed}:{story}".encode()).digest()[:8]) / 2**64 * 100
    if drawn < rule.train:
        return "train"
    return "validation" if drawn < rule.train + rule.validation else "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """The split of each document, and the days that made it."""

    by_document: Mapping[str, str]
    days: Days | None
    is_fixed: bool = False  # whether later releases take the days over
    n_undated: int = 0  # documents that a hash places, because the first of their story has no date

    def counts(self) -> dict[str, int]:
        found = dict.fromkeys(SPLIT_NAMES, 0)
        for name in self.by_document.values():
            found[name] += 1
        return found

    def as_dict(self) -> dict[str, Any]:
        return {"counts": self.counts(), "days": self.days, "fixed": self.is_fixed, "undated": self.n_undated}


def make_splits(articles: Sequence[Article], rule: SplitRule, days: Days | None = None) -> Splits:
    """Place every document; `days` are those of the release before, where its rule was the same."""
    is_known = days is not None
    if rule.by == "date" and days is None:
        days = days_of(articles, rule)
    placed = {found.id: split_of(found.story, found.published_on, rule, days) for found in articles}
    return Splits(
        by_document=placed,
        days=days if rule.by == "date" else None,
        is_fixed=rule.by == "date" and (is_known or _is_firm(articles, rule, placed)),
        n_undated=sum(found.published_on is None for found in articles),
    )


def _is_firm(articles: Sequence[Article], rule: SplitRule, placed: Mapping[str, str]) -> bool:
    """Return whether days can be kept for good: they rest on enough stories, and no split that is wanted is empty."""
    dated = {found.story for found in articles if found.published_on is not None}
    wanted = {name for name in SPLIT_NAMES if getattr(rule, name)}
    return len(dated) >= ENOUGH and wanted <= set(placed.values())
