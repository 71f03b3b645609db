"""Codebooks, projects, layers and claims."""

from annotate.models.adjudication import (
    Adjudication,
    AuditCheck,
    AuditKind,
    Basis,
    Decision,
    DecisionField,
    DecisionKind,
    DecisionReading,
    NotSame,
    Pairing,
)
from annotate.models.attempts import Attempt
from annotate.models.claims import (
    Answer,
    Claim,
    ClaimSpeaker,
    Mode,
    Reassignment,
    Recheck,
    Relation,
    Reporter,
    Span,
    SpanRole,
    Stance,
)
from annotate.models.codebook import Attribute, BoundaryRule, Codebook, CodebookVersion, Label, StanceLabel
from annotate.models.imports import DocumentImport
from annotate.models.layers import ActiveTime, Layer, LayerKind, LayerStatus, NoClaimMark, Submission
from annotate.models.projects import Invitation, Member, Project, Round, RoundDocument, RoundOrder, RoundPurpose, Skip
from annotate.models.releases import Release, ReleaseStatus
from annotate.models.talk import Remark, RemarkKind
from annotate.models.tokens import Token

__all__ = [
    "ActiveTime",
    "Adjudication",
    "Answer",
    "Attempt",
    "Attribute",
    "AuditCheck",
    "AuditKind",
    "Basis",
    "BoundaryRule",
    "Claim",
    "ClaimSpeaker",
    "Codebook",
    "CodebookVersion",
    "Decision",
    "DecisionField",
    "DecisionKind",
    "DecisionReading",
    "DocumentImport",
    "Invitation",
    "Label",
    "Layer",
    "LayerKind",
    "LayerStatus",
    "Member",
    "Mode",
    "NoClaimMark",
    "NotSame",
    "Pairing",
    "Project",
    "Reassignment",
    "Recheck",
    "Relation",
    "Release",
    "ReleaseStatus",
    "Remark",
    "RemarkKind",
    "Reporter",
    "Round",
    "RoundDocument",
    "RoundOrder",
    "RoundPurpose",
    "Skip",
    "Span",
    "SpanRole",
    "Stance",
    "StanceLabel",
    "Submission",
    "Token",
]
