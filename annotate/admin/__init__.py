"""The admin panel for curators and managers; importing it registers every page."""

from annotate.admin import changes, claims, codebook, documents, layers, projects, registries, rounds, users, words

__all__ = ["changes", "claims", "codebook", "documents", "layers", "projects", "registries", "rounds", "users", "words"]
