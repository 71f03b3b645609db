"""Near-copies: sketches of texts, and the stories that documents with like sketches make."""

from corpus.copies.finding import find_copies
from corpus.copies.stories import join_documents, part_document

__all__ = ["find_copies", "join_documents", "part_document"]
