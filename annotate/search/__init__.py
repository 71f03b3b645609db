"""Finding documents and claims by text and labels; what a list, a page, the API and a round's selection share."""

from annotate.search.documents import DocumentFilter

__all__ = ["DocumentFilter"]
