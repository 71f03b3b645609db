"""Finding documents and claims by text and labels; what a list, a page, the API and a round's selection share."""

from annotate.search.claims import ClaimFilter
from annotate.search.documents import DocumentFilter
from annotate.search.exports import ExportFilter
from annotate.search.values import Within

__all__ = ["ClaimFilter", "DocumentFilter", "ExportFilter", "Within"]
