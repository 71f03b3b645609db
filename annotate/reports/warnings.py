"""Quiet warnings: the loaded words that names hold, with the advice of the list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from corpus.models import LoadedWord


class Loaded:
    """The list of a corpus, asked about many names. One query, unless its rows are given."""

    def __init__(self, corpus_id: UUID, rows: Iterable[tuple[str, str]] | None = None) -> None:
        if rows is None:
            listed = LoadedWord.objects.filter(corpus=corpus_id).order_by("word", "id")
            rows = listed.values_list("word", "advice")
        self.words = [(word, advice, _pattern(word)) for word, advice in rows]

    def warnings(self, *names: str) -> list[str]:
        """Return what is said of names that hold listed words, as whole words and in any case."""
        folded = [name.casefold() for name in names]
        return [_said(word, advice) for word, advice, found in self.words if any(map(found.search, folded))]


def _pattern(word: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(part) for part in word.casefold().split())
    return re.compile(rf"(?<!\w){words}(?!\w)")


def _said(word: str, advice: str) -> str:
    return f"“{word}” is on the list of loaded words{f': {advice}' if advice else '.'}"


def warnings_of(corpus_id: UUID, names: Iterable[str]) -> list[str]:
    """Return the warnings for the names of one entry. One query."""
    return Loaded(corpus_id).warnings(*names)


def lists_of(corpora: Iterable[UUID]) -> dict[UUID, Loaded]:
    """Return the lists of several corpora. One query."""
    wanted = set(corpora)
    rows: dict[UUID, list[tuple[str, str]]] = {id: [] for id in wanted}
    for corpus, word, advice in (
        LoadedWord.objects.filter(corpus__in=wanted).order_by("word", "id").values_list("corpus_id", "word", "advice")
    ):
        rows[corpus].append((word, advice))
    return {id: Loaded(id, found) for id, found in rows.items()}
