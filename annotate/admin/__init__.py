"""The admin panel for curators and managers; importing it registers every page."""

from annotate.admin import (
    adjudications,
    changes,
    claims,
    codebook,
    documents,
    layers,
    projects,
    registries,
    releases,
    rounds,
    users,
    words,
)

__all__ = [
    "adjudications",
    "changes",
    "claims",
    "codebook",
    "documents",
    "layers",
    "projects",
    "registries",
    "releases",
    "rounds",
    "users",
    "words",
]
