"""Decode the bytes of a file: the right text with the name of its encoding, or an error with the byte."""

import codecs
import re

from corpus.text.guess import guess_encoding

# UTF-32 before UTF-16: its little-endian mark begins with the other one.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"%PDF-", "a PDF file"),
    (b"{\\rtf", "an RTF file"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"SQLite format 3\x00", "a database"),
)
CONTROL = bytes(byte for byte in range(0x20) if byte not in b"\t\n\v\f\r") + b"\x7f"
CONTROL_BYTE = re.compile(b"[" + re.escape(CONTROL) + b"]")
# Codecs that Python counts as text but that are not encodings of files (escapes, host names).
NOT_FILE_ENCODINGS = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"})
# Their bytes can be valid UTF-8 and still mean something else, so the declaration goes first.
LOOKS_LIKE_ASCII = ("utf-16", "utf-32", "utf-7", "iso2022", "hz")
SAMPLE_BYTES = 100_000
NAME_IT = "name its encoding: --encoding on the command line, the field “Encoding” on the upload page"


class EncodingError(ValueError):
    """Bytes that cannot be read as text; `byte` is the offset of the first bad one."""

    def __init__(self, message: str, *, byte: int) -> None:
        super().__init__(message)
        self.byte = byte


class BinaryError(EncodingError):
    """Data that is not text in any encoding."""


def decode_bytes(data: bytes, *, declared: str | None = None) -> tuple[str, str]:
    """Answer the text and the name of its encoding; a byte-order mark is dropped.

    In this order: byte-order mark, UTF-16 without one when unmistakable, UTF-8, `declared`, recognition of
    windows-1251, -1254 and -1252. UTF-8 goes before `declared` because 8-bit text is practically never valid UTF-8.

    Raises:
        EncodingError: binary data, damaged text, an unknown encoding, or one that cannot be told.
    """
    for mark, name in MARKS:
        if data.startswith(mark):
            return _strict(data, name, skip=len(mark)), name
    _refuse_signature(data)
    codec = None if declared is None else check_encoding(declared)
    first_choice = codec if codec and codec.startswith(LOOKS_LIKE_ASCII) else wide_encoding(data)
    if first_choice:
        return _strict(data, first_choice), first_choice
    _refuse_control(data)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        return _decode_other(data, declared, error)


def check_encoding(name: str) -> str:
    """Answer Python's name for an encoding of files, or raise EncodingError."""
    try:
        info = codecs.lookup(name)
        "".encode(info.name)  # Refuses codecs that are not text encodings, such as base64.
    except (LookupError, ValueError):
        info = None
    if info is None or info.name.replace("-", "_") in NOT_FILE_ENCODINGS:
        raise EncodingError(f"Unknown encoding {name[:40]!r}; use a name such as utf-8, utf-16 or iso-8859-1.", byte=0)
    # Without a mark, Python would take the machine's byte order.
    return {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(info.name, info.name)


def wide_encoding(data: bytes) -> str | None:
    """Name UTF-16 without a mark when unmistakable: every second byte often NUL, and alphabetic text when read so."""
    is_odd, data = len(data) % 2, data[:SAMPLE_BYTES]
    n_units = len(data) // 2
    n_even, n_odd = data[0::2].count(0), data[1::2].count(0)
    if is_odd or n_units < 4 or (n_even and n_odd) or max(n_even, n_odd) * 20 < n_units:
        return None
    name = "utf-16-le" if n_odd else "utf-16-be"
    high, low = (data[1::2], data[0::2]) if n_odd else (data[0::2], data[1::2])
    # Below U+2100 are the alphabets and the typographic signs; ASCII taken for UTF-16 lands above.
    n_alphabetic = sum(byte < 0x21 for byte in high)
    has_control = any(byte in CONTROL for byte, page in zip(low, high, strict=True) if page == 0)
    return name if n_alphabetic * 10 >= n_units * 9 and not has_control else None


def _decode_other(data: bytes, declared: str | None, error: UnicodeDecodeError) -> tuple[str, str]:
    """Decode bytes that are not UTF-8."""
    if declared is not None:
        return _strict(data, declared), declared.lower()
    # Real multi-byte characters before the bad byte: damaged UTF-8, not another encoding.
    name = guess_encoding(_sample(data, error.start)) if data[: error.start].isascii() else None
    if name is None:
        raise EncodingError(_not_utf8(data, error), byte=error.start)
    return _strict(data, name), name


def _sample(data: bytes, first: int) -> bytes:
    """Cut the part to recognise the encoding by, from a little before the first byte beyond ASCII."""
    start = max(0, first - 1000)
    return data[start : start + SAMPLE_BYTES]


def _strict(data: bytes, encoding: str, skip: int = 0) -> str:
    """Decode after the first `skip` bytes; an error counts from the start of the file."""
    try:
        return data[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        byte = error.start + skip
        raise EncodingError(
            f"Byte 0x{data[byte]:02X} at offset {byte} is not valid {encoding} ({error.reason}); "
            f"save the file as UTF-8, or {NAME_IT}.",
            byte=byte,
        ) from error


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> str:
    """Word the refusal of bytes in an encoding that cannot be told."""
    byte = error.start
    if error.reason == "unexpected end of data":
        return (
            f"The file ends inside a character: byte 0x{data[byte]:02X} at offset {byte} begins one that is cut off; "
            f"get the complete file, or, if it is not UTF-8, {NAME_IT}."
        )
    return (
        f"Byte 0x{data[byte]:02X} at offset {byte} is not valid UTF-8 ({error.reason}) and no other encoding fits "
        f"clearly; save the file as UTF-8, or {NAME_IT}."
    )


def refuse_binary(data: bytes) -> None:
    """Raise BinaryError for a known file type, or for many control characters unless it is UTF-16 or UTF-32."""
    _refuse_signature(data)
    if not any(data.startswith(mark) for mark, _ in MARKS) and not wide_encoding(data):
        _refuse_control(data)


def _refuse_signature(data: bytes) -> None:
    """Refuse the file types people drop by mistake, by their first bytes."""
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            raise BinaryError(f"This is {kind} (by the bytes at offset 0), not text; save it as text first.", byte=0)


def _refuse_control(data: bytes) -> None:
    """Refuse data of which more than one byte in twenty is a control character."""
    n_control = len(data) - len(data.translate(None, CONTROL))
    if n_control * 20 > len(data) and (found := CONTROL_BYTE.search(data)):
        raise BinaryError(
            f"{n_control} of {len(data)} bytes are control characters, the first 0x{found[0][0]:02X} at offset "
            f"{found.start()}: this is binary data, not text; save it as text first.",
            byte=found.start(),
        )
