"""What every reader shares: rows, options and errors."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from corpus.text.encoding import EncodingError
from corpus.text.names import shorten

SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """Why a row or a field is refused; `value` is shown in at most 80 characters."""

    value: str
    rule: str
    remedy: str
    field: str = ""

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        shown = f"{self.value}: " if self.value else ""
        return f"{where}{shown}{self.rule}; {self.remedy}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One document as the file gives it, for clean_document(), or the error that stands in its place."""

    number: int
    file: str
    values: dict[str, object] | None = None
    error: RowError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """The file's name for messages, its encoding if known, and what rows without a source or language get."""

    file: str
    encoding: str | None = None
    source: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One input format."""

    name: str
    extensions: tuple[str, ...]
    description: str
    read: Callable[[BinaryIO, ReadOptions], Iterator[Row]]


def row_error(value: object, rule: str, remedy: str, field: str = "") -> RowError:
    """Build a RowError with the value shortened."""
    return RowError(value=shorten(value, SHOWN), rule=rule, remedy=remedy, field=field)


def split_error(error: ValueError, *, value: str = "", field: str = "") -> RowError:
    """Turn an error of corpus.text, worded "what is wrong; what to do.", into a RowError."""
    rule, _, remedy = str(error).rpartition("; ")
    return RowError(value=value, rule=rule, remedy=remedy.removesuffix("."), field=field)


def encoding_error(error: EncodingError) -> RowError:
    """Turn an EncodingError into a RowError."""
    return split_error(error, value=f"byte {error.byte}")


def with_defaults(values: Mapping[str, object], options: ReadOptions) -> dict[str, object]:
    """Fill in source and language where the row has none."""
    filled = dict(values)
    for name, default in (("source", options.source), ("language", options.language)):
        if default and not filled.get(name):
            filled[name] = default
    return filled
