"""Incomplete claims as a condition of the database: those that lack what their codebook demands.

The same rules as annotate.actions.gaps, which reads whole claims; a test holds the two together.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from annotate.attributes import AttributeSpec
from annotate.models import Answer, ClaimSpeaker, Stance
from annotate.payloads.codebooks import CodebookView

STANCES = Stance.objects.filter(claim=OuterRef("pk")).order_by()
SPEAKERS = ClaimSpeaker.objects.filter(claim=OuterRef("pk")).order_by()


def incomplete(codebooks: list[CodebookView]) -> Q:
    """Return the condition for claims with a gap, each under its layer's version."""
    found = Q(pk__isnull=True)
    for codebook in codebooks:
        found |= Q(layer__codebook_version=codebook.version.pk) & _gap(codebook)
    return found


def _gap(codebook: CodebookView) -> Q:
    version = codebook.version
    found = Q(Exists(STANCES.filter(Q(target__isnull=True) | Q(value__isnull=True))))
    if version.requires_speaker:
        found |= ~Q(Exists(SPEAKERS))
    if version.requires_stance:
        found |= Q(no_stance=False) & ~Q(Exists(STANCES))
    if version.requires_mode:
        found |= Q(mode="")
    if version.requires_proposition:
        found |= Q(proposition__isnull=True)
    if not version.codes_narration:
        found |= Q(mode="narrated")
    for spec in codebook.of_scope("claim"):
        if spec.is_required:
            found |= _unanswered(spec)
    for spec in codebook.of_scope("stance"):
        if spec.is_required:
            found |= Q(Exists(STANCES.filter(_unanswered_stance(spec))))
    return found


def _unanswered(spec: AttributeSpec) -> Q:
    answers = Answer.objects.filter(claim=OuterRef("pk"), stance__isnull=True).order_by()
    found = ~Q(Exists(answers.filter(attribute=spec.id)))
    return found & Q(Exists(answers.filter(label=spec.condition))) if spec.condition else found


def _unanswered_stance(spec: AttributeSpec) -> Q:
    answers = Answer.objects.filter(stance=OuterRef("pk")).order_by()
    found = ~Q(Exists(answers.filter(attribute=spec.id)))
    return found & Q(Exists(answers.filter(label=spec.condition))) if spec.condition else found
