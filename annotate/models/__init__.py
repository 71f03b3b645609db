"""Codebooks, projects, layers and claims."""

from annotate.models.claims import (
    Answer,
    Claim,
    ClaimSpeaker,
    Mode,
    Relation,
    Reporter,
    Span,
    SpanRole,
    Stance,
)
from annotate.models.codebook import Attribute, Codebook, CodebookVersion, Label, StanceLabel
from annotate.models.imports import DocumentImport
from annotate.models.layers import ActiveTime, Layer, LayerKind, LayerStatus, NoClaimMark, Submission
from annotate.models.projects import Member, Project, Round, RoundDocument
from annotate.models.tokens import Token

__all__ = [
    "ActiveTime",
    "Answer",
    "Attribute",
    "Claim",
    "ClaimSpeaker",
    "Codebook",
    "CodebookVersion",
    "DocumentImport",
    "Label",
    "Layer",
    "LayerKind",
    "LayerStatus",
    "Member",
    "Mode",
    "NoClaimMark",
    "Project",
    "Relation",
    "Reporter",
    "Round",
    "RoundDocument",
    "Span",
    "SpanRole",
    "Stance",
    "StanceLabel",
    "Submission",
    "Token",
]
