"""Codebooks: made from a template, drafted, published and frozen."""

from annotate.actions.codebook.drafts import discard_draft, publish_draft, save_draft, start_draft
from annotate.actions.codebook.making import make_codebook
from annotate.actions.codebook.versions import draft_of, newest_published, visible_versions

__all__ = [
    "discard_draft",
    "draft_of",
    "make_codebook",
    "newest_published",
    "publish_draft",
    "save_draft",
    "start_draft",
    "visible_versions",
]
