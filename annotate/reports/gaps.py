"""How many answers open layers still lack, counted in the database; which ones they are says actions/gaps.py.

Both must count the same, which a test compares: here for thousands of layers at once, there for one in words.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from annotate.attributes import AttributeSpec
from annotate.models import Answer, Claim, ClaimSpeaker, Layer, Mode, Stance
from annotate.payloads.codebooks import CodebookView, load_codebook


def count_gaps(layers: QuerySet[Layer], key: str) -> Counter[Any]:
    """Return the number of gaps in these layers by their `key` ("pk", "round", "annotator", "document").

    At most three queries for each version of the codebook that they name, and one for the versions.
    """
    layers = layers.order_by()
    found: Counter[Any] = Counter()
    for version in layers.values_list("codebook_version", flat=True).distinct():
        codebook = load_codebook(version)
        part = layers.filter(codebook_version=version)
        claims = Claim.objects.filter(layer__in=part.values("pk")).order_by()
        stances = Stance.objects.filter(claim__layer__in=part.values("pk")).order_by()
        found += _counted(claims, f"layer__{key}", _of_claims(codebook))
        found += _counted(stances, f"claim__layer__{key}", _of_stances(codebook))
        found += _counted(part, key, _unanswered(codebook, "document", layer=OuterRef("pk")))
    return found


def _counted(rows: QuerySet[Any], key: str, conditions: list[Any]) -> Counter[Any]:
    """Return how often the conditions hold, by key: the sum of all of them. One query, none without conditions."""
    if not conditions:
        return Counter()
    counts = {f"n_{at}": Count("pk", filter=condition) for at, condition in enumerate(conditions)}
    return Counter({row[0]: sum(row[1:]) for row in rows.values_list(key).annotate(**counts)})


def _of_claims(codebook: CodebookView) -> list[Any]:
    version = codebook.version
    found: list[Any] = []
    if version.requires_speaker:
        found.append(~Exists(ClaimSpeaker.objects.filter(claim=OuterRef("pk"))))
    if version.requires_stance:
        found.append(Q(no_stance=False) & ~Exists(Stance.objects.filter(claim=OuterRef("pk"))))
    if version.requires_mode:
        found.append(Q(mode=Mode.UNANSWERED))
    if version.requires_proposition:
        found.append(Q(proposition__isnull=True))
    if not version.codes_narration:
        found.append(Q(mode=Mode.NARRATED))
    return found + _unanswered(codebook, "claim", claim=OuterRef("pk"), stance__isnull=True)


def _of_stances(codebook: CodebookView) -> list[Any]:
    half = Q(target__isnull=True) | Q(value__isnull=True)
    return [half, *_unanswered(codebook, "stance", stance=OuterRef("pk"))]


def _unanswered(codebook: CodebookView, scope: str, **of: Any) -> list[Any]:
    """Return a condition for each required attribute: it applies and has no answer."""
    return [_lacks(spec, codebook, of) for spec in codebook.of_scope(scope) if spec.is_required]


def _lacks(spec: AttributeSpec, codebook: CodebookView, of: dict[str, Any]) -> Any:
    missing = ~Exists(Answer.objects.filter(attribute=spec.id, **of))
    if spec.condition is None:
        return missing
    inside = [found.id for found in codebook.of_scope(spec.scope)]
    return missing & Exists(Answer.objects.filter(label=spec.condition, attribute__in=inside, **of))
