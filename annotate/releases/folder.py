"""A folder that is being filled: each file is hashed while it is written, and is on the disk when it is closed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson

from annotate.releases.facts import File

LINE = orjson.OPT_APPEND_NEWLINE
PAGE = orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2


@dataclass(slots=True)
class Writer:
    """One open file."""

    file: IO[bytes]
    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0

    def write(self, data: bytes) -> None:
        self.file.write(data)
        self.digest.update(data)
        self.size += len(data)

    def write_json(self, value: Any) -> None:
        self.write(orjson.dumps(value, option=LINE))


@dataclass(slots=True)
class Folder:
    """The files written so far, below `path`."""

    path: Path
    written: dict[str, File] = field(default_factory=dict)

    @contextmanager
    def open(self, name: str) -> Iterator[Writer]:
        """Yield what writes a new file; after an error it is not among the files."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("xb") as file:
            writer = Writer(file)
            yield writer
            file.flush()
            os.fsync(file.fileno())
        self.written[name] = File(path=name, size=writer.size, sha256=writer.digest.hexdigest())

    def add(self, name: str, data: bytes | str) -> None:
        with self.open(name) as file:
            file.write(data.encode() if isinstance(data, str) else data)

    def add_json(self, name: str, value: Any) -> None:
        self.add(name, orjson.dumps(value, option=PAGE))

    def add_lines(self, name: str, values: Iterable[Any]) -> None:
        with self.open(name) as file:
            for value in values:
                file.write_json(value)

    def files(self) -> list[File]:
        return [self.written[name] for name in sorted(self.written)]
