"""Files and folders that appear under their name only when they are complete."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

# A folder with such a name would be taken for a file by whoever asked for it, and by what reads it.
FILES = frozenset(
    (".ann", ".csv", ".gz", ".json", ".jsonl", ".jsonld", ".parquet", ".spacy", ".tsv", ".txt", ".xlsx", ".xml")
)


@contextmanager
def whole_file(path: Path, *, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """Write to a temporary file beside `path`, then rename it; after an error nothing is left.

    Who may read it is said by the umask, or by a tighter `mode`.
    Raises OSError, with the path, when the folder is missing or cannot be written to.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent}; make it first")
    part = path.parent / f".{path.name}.{secrets.token_hex(4)}.part"
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder beside `path` that gets its name at the end; after an error nothing is left.

    Raises OSError where something lies under that name already, where the folder around it is missing, or where the
    name is that of a file.
    """
    if path.suffix.lower() in FILES:
        raise NotADirectoryError(
            f"{path.name} is the name of one file, and this format is several; name a zip file "
            f"({path.stem}.zip) or a folder ({path.stem})"
        )
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise FileExistsError(f"{path} exists already; name a folder that is empty or not there yet")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent}; make it first")
    name = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part"))
    try:
        yield name
        name.chmod(0o755)
        name.replace(path)
    except BaseException:
        shutil.rmtree(name, ignore_errors=True)
        raise
