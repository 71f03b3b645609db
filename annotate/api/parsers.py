"""Bodies: strict JSON, and JSON lines that are read while they arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, cast

import orjson
from rest_framework.parsers import BaseParser

from annotate.payloads.problems import Invalid, TooLarge
from corpus.readers.base import ReadOptions, Row
from corpus.readers.jsonl import read_jsonl

MAX_JSON_BYTES = 40_000_000
MAX_LINES_BYTES = 1_000_000_000
MAX_NUMBER = 2**63
SMALLEST = -(2**63) + 1  # one less may have been any number near it
# Only a body with one of these can hold a number beyond 64 bits; others need no second look.
MAYBE_LONG = re.compile(rb"[0-9]{19}|[0-9][eE]")


class StrictJSONParser(BaseParser):
    """One JSON value of at most 40 MB."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        check_length(parser_context, MAX_JSON_BYTES, "Send it in several parts, or documents as NDJSON.")
        data = stream.read(MAX_JSON_BYTES + 1)
        if len(data) > MAX_JSON_BYTES:
            raise TooLarge(f"The body is larger than {MAX_JSON_BYTES} bytes, the limit. Send it in several parts.")
        return decode(data)


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of an NDJSON body, read as they are asked for."""

    rows: Iterator[Row]


class LinesParser(BaseParser):
    """NDJSON: one object a line; a bad line is an error row and the next one is read."""

    media_type = "application/x-ndjson"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        check_length(parser_context, MAX_LINES_BYTES, "Send it in several parts.")
        return Lines(read_jsonl(cast(Any, stream), ReadOptions(file="request", encoding="utf-8")))


class JSONLinesParser(LinesParser):
    """The same under its other name."""

    media_type = "application/jsonl"


def check_length(context: Mapping[str, Any] | None, limit: int, remedy: str) -> None:
    """Raise TooLarge before anything is read, where the request says that it is longer than `limit`."""
    length = context["request"].META.get("CONTENT_LENGTH") if context else None
    if length and length.isascii() and length.isdigit() and int(length) > limit:
        raise TooLarge(f"The body has {length} bytes; {limit} is the limit. {remedy}")


def decode(data: bytes) -> Any:
    """Return the JSON value in `data`. Raises Invalid with the position of what is wrong."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Invalid(_why(data, error)) from None
    if MAYBE_LONG.search(data):
        _refuse_long_numbers(value)
    return value


def _why(data: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        data.decode()
    except UnicodeDecodeError as bad:
        return f"Byte {bad.start} (0x{data[bad.start]:02X}) of the body is not UTF-8; send the JSON in UTF-8."
    return f"The body is not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}. Correct it there."


def _refuse_long_numbers(value: Any) -> None:
    """Raise Invalid at a number beyond 64 bits: readers that use doubles would change it."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        pointer, found = stack.pop()
        if isinstance(found, dict):
            stack += [(f"{pointer}/{key}", member) for key, member in found.items()]
        elif isinstance(found, list):
            stack += [(f"{pointer}/{index}", member) for index, member in enumerate(found)]
        elif isinstance(found, int | float) and not SMALLEST <= found < MAX_NUMBER:
            raise Invalid(f"The number at {pointer[:200] or 'the start'} has more than 64 bits; write it as a string.")
