"""One document a line, with its text and all layers."""

from collections.abc import Iterator

import orjson

from annotate.formats.base import Format, Selection, one_file
from annotate.formats.texts import shown_documents


def write(selection: Selection) -> Iterator[bytes]:
    for line in shown_documents(selection):
        line["metadata"] = sorted_keys(line["metadata"])
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def sorted_keys(value: object) -> object:
    """Return JSON with sorted keys: PostgreSQL's jsonb does not keep their order."""
    return orjson.loads(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


FORMAT = Format(
    key="documents-jsonl",
    name="Documents, JSON lines",
    extension="documents.jsonl",
    content_type="application/x-ndjson",
    description="One document a line with its text, its layers (empty ones too), no-claim marks and claims.",
    write=one_file(write),
    lines="document",
    is_textless=True,
)
