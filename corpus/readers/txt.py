"""Plain text: one file is one article, taken as it is."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from corpus.readers.base import Reader, ReadOptions, Row, encoding_error, row_error, split_error, with_defaults
from corpus.text.encoding import EncodingError, decode_bytes
from corpus.text.names import drop_forbidden
from corpus.text.normalise import MAX_TEXT_BYTES, TextError, normalise_text

# UTF-16 needs up to twice the bytes of UTF-8.
MAX_FILE_BYTES = 2 * MAX_TEXT_BYTES
MAX_TITLE = 300
DECORATION = "#*_ \t\xa0"


def read_txt(stream: BinaryIO, options: ReadOptions) -> Iterator[Row]:
    """Yield the one row of a file."""
    data = stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        error = row_error(options.file, f"the file has more than {MAX_FILE_BYTES} bytes", "split it")
        yield Row(number=1, file=options.file, error=error)
        return
    try:
        text, encoding = decode_bytes(data, declared=options.encoding)
        text = normalise_text(text)
    except EncodingError as error:
        yield Row(number=1, file=options.file, error=encoding_error(error))
    except TextError as error:
        yield Row(number=1, file=options.file, error=split_error(error, field="text"))
    else:
        values: dict[str, object] = {"title": title_of(text), "text": text}
        # An 8-bit encoding was recognised or passed, and decides every letter: that is worth a trace.
        values |= {} if encoding.startswith("utf-") else {"metadata": {"encoding": encoding}}
        yield Row(number=1, file=options.file, values=with_defaults(values, options))


def title_of(text: str) -> str:
    """Answer the first line with at least three letters, without Markdown decoration; empty if there is none."""
    for line in text.split("\n"):
        title = line.strip(DECORATION)
        if sum(char.isalpha() for char in title) >= 3:
            return tidy_title(title)
    return ""


def tidy_title(title: str) -> str:
    """Make a line of the text fit for a title: one space between words, no character a title may not have, cut."""
    return cut_at_word(drop_forbidden(" ".join(title.split())), MAX_TITLE).strip(DECORATION)


def cut_at_word(text: str, length: int) -> str:
    """Cut to `length` characters, at white space if there is any."""
    if len(text) <= length:
        return text
    cut = re.match(rf".{{0,{length}}}(?=\s)", text)
    return cut[0].rstrip() if cut and cut[0].strip() else text[:length]


READER = Reader(
    name="txt",
    extensions=(".txt", ".text", ".md"),
    description="Plain text, one article a file; the first line with words becomes the title.",
    read=read_txt,
)
