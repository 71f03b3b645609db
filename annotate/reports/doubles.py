"""Likely doubles of a registry: pairs of entries that may mean the same, with the evidence for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Min, QuerySet, Value

from annotate.models import Claim, ClaimSpeaker, NotSame, Span, SpanRole, Stance
from annotate.permissions import AnyUser
from annotate.records.families import families, roots_of
from annotate.records.naming import curated_claims
from annotate.reports.surface import is_telling
from annotate.reports.usage import Usage, usage
from corpus.models import Entry, Proposition, Speaker, SpeakerAlias, Target
from corpus.text.likeness import LikelyPair, likely_pairs
from corpus.text.names import fold_name

# What is looked at, so that one answer stays quick on the largest corpora.
MAX_ENTRIES = 50_000
MAX_CLAIMS = 50_000
MAX_FORMS = 50_000
# Words that are linked to more entries than this name none of them.
MAX_SHARED = 4
OVERLAP = 0.5
# Taken off where curators sorted the two as different kinds: a ministry, and a note of the ministry.
OTHER_KIND = 0.4
type Pair = tuple[UUID, UUID]


@dataclass(slots=True, kw_only=True)
class Double:
    """Two entries that may mean the same; `keep` is the one to keep, `other` the one to merge into it."""

    keep: Any
    other: Any
    score: float
    reasons: list[str]
    is_opposite: bool = False
    keep_usage: Usage = field(default_factory=Usage)
    other_usage: Usage = field(default_factory=Usage)


@dataclass(slots=True)
class _Evidence:
    score: float = 0.0
    reasons: list[str] = field(default_factory=list)
    is_opposite: bool = False

    def add(self, score: float, reason: str) -> None:
        """Count a further reason; several make a pair likelier."""
        self.score = max(self.score, score) + (0.1 if self.reasons else 0)
        self.reasons.append(reason)


def likely_doubles(
    corpus_id: UUID, model: type[Entry], *, user: AnyUser, limit: int = 50, start: int = 0
) -> list[Double]:
    """Return pairs of current entries that may mean the same, the likeliest first.

    Evidence from claims is taken only from layers that `user` curates and may see. About 15 queries.
    """
    entries = _entries(corpus_id, model)
    found = _evidence(user, corpus_id, model, set(entries))
    for pair, evidence in found.items():
        kinds = {entries[id] for id in pair} - {""}
        evidence.score -= OTHER_KIND if len(kinds) > 1 else 0
    different = set(NotSame.objects.filter(corpus=corpus_id).values_list("first", "second"))
    ranked = sorted((pair for pair in found if pair not in different), key=lambda pair: (-found[pair].score, pair))[
        start : start + limit
    ]
    uses = usage(user, corpus_id, model, {id for pair in ranked for id in pair})
    rows = model._default_manager.in_bulk({id for pair in ranked for id in pair})
    doubles = []
    for pair in ranked:
        keep, other = sorted((rows[id] for id in pair), key=lambda row: _rank(row, uses))
        doubles.append(_double(found[pair], keep, other, uses))
    return doubles


def _double(evidence: _Evidence, keep: Any, other: Any, uses: dict[UUID, Usage]) -> Double:
    return Double(
        keep=keep,
        other=other,
        score=evidence.score,
        reasons=evidence.reasons,
        is_opposite=evidence.is_opposite,
        keep_usage=uses[keep.pk],
        other_usage=uses[other.pk],
    )


def _rank(entry: Any, uses: dict[UUID, Usage]) -> tuple[Any, ...]:
    """Order by what to keep: what is accepted, then what is used more, then what is older."""
    return entry.is_provisional, -uses[entry.pk].n, entry.created_at, entry.pk


def _entries(corpus_id: UUID, model: type[Entry]) -> dict[UUID, str]:
    """Return the current entries with their kinds. One query."""
    rows = model._default_manager.filter(corpus=corpus_id, merged_into__isnull=True)
    if model is Speaker:
        rows = rows.filter(is_not_stated=False)
    kind = F("kind") if hasattr(model, "kind") else Value("")
    return dict(rows.order_by().annotate(sort=kind).values_list("pk", "sort")[:MAX_ENTRIES])


def _evidence(user: AnyUser, corpus_id: UUID, model: type[Entry], current: set[UUID]) -> dict[Pair, _Evidence]:
    found: dict[Pair, _Evidence] = defaultdict(_Evidence)
    names, aliases = _names(corpus_id, model)
    own = set(names)
    for like in _alike(names + aliases):
        pair = _ordered(like.first, like.second)
        if current.issuperset(pair):
            found[pair].add(like.likeness.score, _why(like, own))
            found[pair].is_opposite = like.likeness.is_opposite
    claims = curated_claims(user, corpus_id).filter(layer__kind="annotator")
    if model is Speaker:
        for pair, words in _same_words(claims):
            if current.issuperset(pair):
                found[pair].add(0.6, f"both were linked to the words “{words}”")
    for pair, n in _against(claims, model).items():
        if current.issuperset(pair) and (pair in found or n > 1):
            places = "in one place" if n == 1 else f"in {n} places"
            found[pair].add(min(0.3 + 0.1 * n, 0.8), f"annotators chose one and the other {places}")
    return found


def _names(corpus_id: UUID, model: type[Entry]) -> tuple[tuple[tuple[UUID, str], ...], tuple[tuple[UUID, str], ...]]:
    """Return the names and aliases of all entries, merged ones too, so that a merge changes nothing here."""
    rows = model._default_manager.filter(corpus=corpus_id).order_by("pk")
    names = tuple(rows.values_list("pk", "name")[:MAX_ENTRIES])
    if model is not Speaker:
        return names, ()
    aliases = SpeakerAlias.objects.filter(speaker__corpus=corpus_id).order_by("pk")
    return names, tuple(aliases.values_list("speaker_id", "name")[:MAX_ENTRIES])


@lru_cache(maxsize=6)
def _alike(names: tuple[tuple[UUID, str], ...]) -> list[LikelyPair[UUID]]:
    """Compare all names: remembered, as one decision after the other is made on the same names."""
    return likely_pairs(names)


def _why(like: LikelyPair[UUID], names: set[tuple[UUID, str]]) -> str:
    by = [name for key, name in zip((like.first, like.second), like.names, strict=True) if (key, name) not in names]
    return f"{like.likeness.reason}, by the alias “{by[0]}”" if by else like.likeness.reason


def _ordered(first: UUID, second: UUID) -> Pair:
    return (first, second) if first < second else (second, first)


def _same_words(claims: QuerySet[Claim]) -> Iterator[tuple[Pair, str]]:
    """Yield the pairs of speakers whose mentions have the same words. Two queries, and those of the merges."""
    rows = Span.objects.filter(role=SpanRole.MENTION, claim__in=claims.order_by().values("pk"))
    counted = rows.order_by().values_list("quote", "claim_speaker__speaker").annotate(n=Count("pk")).order_by("-n")
    linked: dict[str, tuple[str, set[UUID]]] = {}
    found = [row for row in counted[:MAX_FORMS] if is_telling(row[0])]
    roots = roots_of(Speaker, {speaker for _, speaker, _ in found})
    for quote, speaker, _ in found:
        linked.setdefault(fold_name(quote), (quote, set()))[1].add(roots[speaker])
    for quote, speakers in linked.values():
        if 1 < len(speakers) <= MAX_SHARED:
            yield from ((pair, quote) for pair in combinations(sorted(speakers), 2))


def _against(claims: QuerySet[Claim], model: type[Entry]) -> Counter[Pair]:
    """Count the places where two annotators' claims overlap and name different entries. Two queries, and merges."""
    named = _first_named(claims, model)
    roots = roots_of(model, named.values())
    spans = Span.objects.filter(role=SpanRole.CONTENT, claim__in=claims.order_by().values("pk")).order_by()
    rows = spans.values_list("claim__layer__document_id", "claim__layer_id", "claim_id")
    documents: dict[UUID, list[tuple[int, int, UUID, UUID]]] = defaultdict(list)
    for document, layer, claim, start, end in rows.annotate(a=Min("start"), b=Max("end"))[:MAX_CLAIMS]:
        if claim in named:
            documents[document].append((start, end, layer, roots[named[claim]]))
    return Counter(pair for found in documents.values() for pair in _overlapping(sorted(found)))


def _overlapping(claims: list[tuple[int, int, UUID, UUID]]) -> Iterator[Pair]:
    """Yield the entries of claims in different layers that share half of their stretch, where these differ."""
    open: list[tuple[int, int, UUID, UUID]] = []
    for claim in claims:
        start, end, layer, entry = claim
        open = [other for other in open if other[1] > start][-50:]
        for other_start, other_end, other_layer, other_entry in open:
            shared = min(end, other_end) - start
            whole = max(end, other_end) - other_start
            if layer != other_layer and entry != other_entry and shared >= OVERLAP * whole:
                yield _ordered(entry, other_entry)
        open.append(claim)


def _first_named(claims: QuerySet[Claim], model: type[Entry]) -> dict[UUID, UUID]:
    """Return the first entry that each claim names. One query."""
    keys = claims.order_by().values("pk")
    if model is Speaker:
        links = ClaimSpeaker.objects.filter(claim__in=keys, position=0, speaker__is_not_stated=False)
        return dict(links.order_by().values_list("claim", "speaker")[:MAX_CLAIMS])
    if model is Target:
        stances = Stance.objects.filter(claim__in=keys, position=0, target__isnull=False)
        return dict(stances.order_by().values_list("claim", "target")[:MAX_CLAIMS])
    assert model is Proposition
    rows = claims.order_by().filter(proposition__isnull=False)
    return dict(rows.values_list("pk", "proposition")[:MAX_CLAIMS])


def examples(
    user: AnyUser, corpus_id: UUID, model: type[Entry], ids: Iterable[UUID], *, most: int = 2
) -> dict[UUID, list[UUID]]:
    """Return some claims that name each entry first, or one merged into it. At most two queries, and merges."""
    members = families(model, ids)
    claims = curated_claims(user, corpus_id).order_by().values("pk")
    source: dict[type[Entry], tuple[Any, str, str]] = {
        Speaker: (ClaimSpeaker, "speaker", "claim"),
        Target: (Stance, "target", "claim"),
        Proposition: (Claim, "proposition", "pk"),
    }
    owner, name, path = source[model]
    found: dict[UUID, list[UUID]] = defaultdict(list)
    rows = owner.objects.filter(**{f"{name}__in": list(members), f"{path}__in": claims}).order_by("pk")
    for entry, claim in rows.values_list(f"{name}_id", "pk" if owner is Claim else "claim_id")[:2000]:
        own = found[members[entry][0]]
        if len(own) < most and claim not in own:
            own.append(claim)
    return found
