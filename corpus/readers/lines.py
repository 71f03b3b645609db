"""Cut the bytes of a file into decoded lines with bounded memory, so that a bad line costs one row and not the file."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from corpus.readers.base import RowError
from corpus.text.encoding import MARKS, NAME_IT, EncodingError, check_encoding, wide_encoding

MAX_LINE_BYTES = 20_000_000
CHUNK_BYTES = 65_536
# Their characters can contain the byte LF, or depend on what came lines before.
NOT_BY_LINES = ("utf-32", "utf-7", "iso2022", "hz")
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line with its line break, its 1-based number and the offset of its first byte.

    Bytes that do not decode are kept as lone surrogates; bad_byte() finds them.
    """

    number: int
    offset: int
    text: str
    is_too_long: bool = False


class _Rejoined(io.RawIOBase):
    """A stream of which the first bytes have been read already; not every stream can seek back."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._head or self._rest.read(len(buffer))
        taken = data[: len(buffer)]
        self._head = self._head[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def take_head(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Answer the first CHUNK_BYTES, and a stream that still begins with them."""
    head = stream.read(CHUNK_BYTES)
    return head, io.BufferedReader(_Rejoined(head, stream), CHUNK_BYTES)


def stream_encoding(head: bytes, declared: str | None) -> str:
    """Choose an encoding by the start of a file, in the order of decode_bytes() but without recognition.

    Raises:
        EncodingError: an unknown encoding, or one that cannot be cut into lines.
    """
    name = next((name for mark, name in MARKS if head.startswith(mark)), None) or wide_encoding(head)
    if name is None:
        name = "utf-8" if declared is None or _is_utf8(whole_characters(head)) else check_encoding(declared)
    if name.startswith(NOT_BY_LINES):
        raise EncodingError(f"The encoding {name} cannot be read line by line; save the file as UTF-8.", byte=0)
    return name


def whole_characters(head: bytes) -> bytes:
    """Drop what may be half a character from the end of a head that more bytes follow."""
    return head if len(head) < CHUNK_BYTES else re.sub(rb"[\x80-\xff]+\Z", b"", head)


def _is_utf8(data: bytes) -> bool:
    """Say whether the data have characters beyond ASCII and are UTF-8."""
    try:
        return not data.isascii() and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def read_lines(stream: BinaryIO, encoding: str) -> Iterator[Line]:
    """Yield the lines of a file in an encoding from stream_encoding(); a byte-order mark is dropped."""
    return _wide_lines(stream, encoding) if encoding.startswith("utf-16") else _narrow_lines(stream, encoding)


def bad_byte(line: Line, encoding: str) -> RowError | None:
    """Say which byte of the line did not decode, or None."""
    try:
        line.text.encode()  # ten times as fast as the pattern, and the usual case
        return None
    except UnicodeEncodeError:
        found = SURROGATE.search(line.text)
    assert found is not None
    position, code = found.start(), ord(found[0])
    offset = line.offset + len(line.text[:position].encode(encoding, _handler(encoding)))
    shown = f"byte 0x{code - 0xDC00:02X}" if 0xDC80 <= code <= 0xDCFF else f"lone surrogate U+{code:04X}"
    return RowError(
        value=f"{shown} at offset {offset}",
        rule=f"line {line.number}, column {position + 1} is not valid {encoding}",
        remedy=f"save the file as UTF-8, or {NAME_IT}",
    )


def _handler(encoding: str) -> str:
    """Name the error handler that keeps what does not decode as lone surrogates."""
    return "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"


def _narrow_lines(stream: BinaryIO, encoding: str) -> Iterator[Line]:
    """Cut at the byte LF, which no encoding accepted here uses inside a character."""
    number, offset = 0, 0
    while data := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        start, offset = offset, offset + len(data)
        if number == 1 and data.startswith(codecs.BOM_UTF8):
            start, data = len(codecs.BOM_UTF8), data.removeprefix(codecs.BOM_UTF8)
        if len(data) > MAX_LINE_BYTES:
            offset += 0 if data.endswith(b"\n") else _skip_line(stream)
            yield Line(number=number, offset=start, text="", is_too_long=True)
        else:
            yield Line(number=number, offset=start, text=data.decode(encoding, _handler(encoding)))


def _skip_line(stream: BinaryIO) -> int:
    """Read to the end of the line without keeping it; answer how many bytes that was."""
    skipped = 0
    while data := stream.readline(CHUNK_BYTES):
        skipped += len(data)
        if data.endswith(b"\n"):
            break
    return skipped


def _wide_lines(stream: BinaryIO, encoding: str) -> Iterator[Line]:
    """Decode first and cut the text, because in UTF-16 the byte LF is half of other characters."""
    offset = 0
    for number, (text, n_bytes) in enumerate(_cut(_wide_chunks(stream, encoding)), start=1):
        start, offset = offset, offset + n_bytes
        if number == 1 and text.startswith("\ufeff"):
            start, text = start + len(codecs.BOM_UTF16_LE), text[1:]
        is_too_long = n_bytes > MAX_LINE_BYTES
        yield Line(number=number, offset=start, text="" if is_too_long else text, is_too_long=is_too_long)


def _wide_chunks(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """Decode a chunk at a time; half a character at the end of the file becomes a lone surrogate."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    while data := stream.read(CHUNK_BYTES):
        yield decoder.decode(data)
    rest, _ = decoder.getstate()
    yield "".join(chr(0xDC00 + byte) for byte in rest)


def _cut(chunks: Iterator[str]) -> Iterator[tuple[str, int]]:
    """Cut at LF; yield lines with their length in bytes. Of one that is too long, only the beginning is kept."""
    kept: list[str] = []
    n_bytes = 0
    for chunk in chunks:
        for piece in re.split(r"(?<=\n)", chunk):
            if n_bytes <= MAX_LINE_BYTES:
                kept.append(piece)
            n_bytes += len(piece.encode("utf-16-le", "surrogatepass"))
            if piece.endswith("\n"):
                yield "".join(kept), n_bytes
                kept, n_bytes = [], 0
    if n_bytes:
        yield "".join(kept), n_bytes
