"""An export as it leaves: one file as it is, a folder as a zip stream or as files on disk."""

from __future__ import annotations

import importlib
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.sink import Sink
from annotate.formats.sources import LOSSES

BLOCK = 64_000
# No file's time may depend on when the export was made: the same data give the same bytes.
MOMENT = (1980, 1, 1, 0, 0, 0)
# As tight as is quick: the library's own level 6 takes four times as long for a twentieth less.
LEVEL = 4


def members(format: Format, selection: Selection) -> Iterator[Member]:
    """Yield the files of an export, the report of what it could not carry last. Raises MissingLibrary, BrokenSpan."""
    format.require()
    losses = Losses(declared=format.losses)
    yield from format.write(selection, losses)
    if format.losses:
        yield Member(path=LOSSES, pieces=[losses.as_json(format.key)])


def delivered(format: Format, selection: Selection) -> Iterator[bytes]:
    """Yield the bytes of the one file that is downloaded."""
    if format.is_folder:
        yield from zipped(members(format, selection))
        return
    for member in members(format, selection):
        yield from member.pieces


def zipped(files: Iterator[Member]) -> Iterator[bytes]:
    """Yield a zip file piece by piece; nothing of it is kept but the list of its members."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in files:
            entry = zipfile.ZipInfo(member.path, MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            entry._compresslevel = LEVEL  # type: ignore[attr-defined]  # it has a public name from Python 3.13 on
            with archive.open(entry, "w", force_zip64=True) as file:
                for piece in member.pieces:
                    file.write(piece)
                    yield from sink.taken()
    yield from sink.taken()


def _gzip() -> Any:
    return zlib.compressobj(LEVEL, zlib.DEFLATED, 31)  # with the head of a gzip file, which holds no time


def _zstd() -> Any:
    return importlib.import_module("compression.zstd").ZstdCompressor()


# By their names in HTTP. zstd came to the standard library with Python 3.14.
COMPRESSIONS: dict[str, Callable[[], Any]] = {"gzip": _gzip}
if sys.version_info >= (3, 14):
    COMPRESSIONS["zstd"] = _zstd


def compressed(pieces: Iterable[bytes], how: str) -> Iterator[bytes]:
    """Yield the bytes compressed; `how` is one of COMPRESSIONS. The same bytes give the same."""
    packer = COMPRESSIONS[how]()
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def in_blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes in blocks: a line by itself would be a packet by itself. What came before an error is yielded."""
    block: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            block.append(piece)
            size += len(piece)
            if size >= BLOCK:
                yield b"".join(block)
                block, size = [], 0
    except Exception:
        if block:
            yield b"".join(block)
        raise
    if block:
        yield b"".join(block)


def written(format: Format, selection: Selection, folder: Path) -> Iterator[int]:
    """Write the files of an export into an empty folder; yield the bytes written after each piece."""
    yield from stored(members(format, selection), folder)


def stored(files: Iterable[Member], folder: Path) -> Iterator[int]:
    """Write files into a folder; yield the bytes written after each piece."""
    for member in files:
        path = folder / member.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for piece in member.pieces:
                file.write(piece)
                yield len(piece)
