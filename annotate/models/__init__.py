"""Codebooks, projects, layers and claims."""

from annotate.models.attempts import Attempt
from annotate.models.claims import (
    Answer,
    Claim,
    ClaimSpeaker,
    Mode,
    Recheck,
    Relation,
    Reporter,
    Span,
    SpanRole,
    Stance,
)
from annotate.models.codebook import Attribute, Codebook, CodebookVersion, Label, StanceLabel
from annotate.models.imports import DocumentImport
from annotate.models.layers import ActiveTime, Layer, LayerKind, LayerStatus, NoClaimMark, Submission
from annotate.models.projects import Invitation, Member, Project, Round, RoundDocument, RoundOrder, Skip
from annotate.models.talk import Remark, RemarkKind
from annotate.models.tokens import Token

__all__ = [
    "ActiveTime",
    "Answer",
    "Attempt",
    "Attribute",
    "Claim",
    "ClaimSpeaker",
    "Codebook",
    "CodebookVersion",
    "DocumentImport",
    "Invitation",
    "Label",
    "Layer",
    "LayerKind",
    "LayerStatus",
    "Member",
    "Mode",
    "NoClaimMark",
    "Project",
    "Recheck",
    "Relation",
    "Remark",
    "RemarkKind",
    "Reporter",
    "Round",
    "RoundDocument",
    "RoundOrder",
    "Skip",
    "Span",
    "SpanRole",
    "Stance",
    "StanceLabel",
    "Submission",
    "Token",
]
