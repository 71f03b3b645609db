"""One claim a line."""

from collections.abc import Iterator

import orjson

from annotate.formats.base import Format, Selection, one_file
from annotate.formats.texts import shown_claims


def write(selection: Selection) -> Iterator[bytes]:
    for line in shown_claims(selection):
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


FORMAT = Format(
    key="jsonl",
    name="Claims, JSON lines",
    extension="jsonl",
    content_type="application/x-ndjson",
    description="One claim a line, with speakers, stances, document and annotator.",
    write=one_file(write),
    lines="claim",
    is_textless=True,
)
