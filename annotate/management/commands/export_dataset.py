"""Write the dataset of a project to a file or to standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from annotate.formats import (
    COMPRESSIONS,
    FORMATS,
    LAYERS,
    BrokenSpan,
    Format,
    MissingLibrary,
    NeedsText,
    NotWhole,
    Selection,
    UnknownPlace,
    check_text,
    compressed,
    delivered,
    empty_note,
    in_blocks,
    written,
)
from annotate.formats.texts import MAX_QUOTE
from annotate.management.named import project_named
from annotate.management.wholes import whole_file, whole_folder
from annotate.payloads.problems import Invalid
from annotate.search.exports import NAMES as FILTERS
from annotate.search.exports import narrowed
from annotate.search.values import refuse_unknown, uuid_or_none
from corpus.database import snapshot
from corpus.management.prepared import PreparedCommand
from corpus.management.progress import Progress


class Command(PreparedCommand):
    help = (
        "Write the dataset of a project, from one state of the database while others write. "
        "The file appears when it is complete, in place of one of that name; after a failure there is none, and "
        "the exit code is 1. "
        "A format of several files is written as a zip file, or as a folder where the output does not end in .zip."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="Short name of the project.")
        known = "; ".join(f"{found.key}: {found.description}" for found in FORMATS.values())
        parser.add_argument("--format", required=True, choices=list(FORMATS), help=known)
        parser.add_argument("--layers", default="gold", choices=LAYERS, help="Default: %(default)s.")
        parser.add_argument(
            "--only",
            nargs="+",
            action="extend",
            default=[],
            metavar="NAME=VALUE",
            help=f"Only what fits all of these, for example status=submitted. Names: {', '.join(FILTERS)}.",
        )
        parser.add_argument("--after", metavar="ID", help="Go on behind the line of this claim (jsonl) or document.")
        parser.add_argument("--compress", choices=list(COMPRESSIONS), help="Compress the file.")
        without = "Leave the texts out: offsets and hashes only; put_texts puts them back for who has them."
        parser.add_argument("--without-text", action="store_true", help=without)
        lengths = range(MAX_QUOTE + 1)
        quote = f"Without the texts: code points of each quote that stay, 0 to {MAX_QUOTE}; default: %(default)s."
        parser.add_argument("--quote-length", type=int, default=0, choices=lengths, metavar="N", help=quote)
        parser.add_argument("--output", type=Path, metavar="FILE|FOLDER", help="Default: standard output.")

    def handle(
        self, *, project: str, format: str, layers: str, only: list[str], after: str | None, **options: Any
    ) -> None:
        output, how = options["output"], options["compress"] or ""
        found = project_named(project)
        # The operator sees everything; an account that is stored nowhere has no layers that could be blind.
        selection = Selection(
            project=found,
            user=User(username="operator", is_superuser=True),
            layers=layers,
            with_text=not options["without_text"],
            quote_length=options["quote_length"],
        )
        if how and FORMATS[format].is_folder:
            raise CommandError(f"The format {format} is several files; leave --compress out.")
        _check_name(FORMATS[format], output, how)
        try:
            selection = narrowed(selection, FORMATS[format], _asked(only), _place(after))
            check_text(FORMATS[format], selection, FORMATS.values())
            self._write(selection, FORMATS[format], output, how)
            if note := empty_note(selection):
                self.stderr.write(note.replace("layers=", "--layers "))
        except (MissingLibrary, NeedsText, NotWhole, UnknownPlace, Invalid) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted. Nothing was written.", returncode=130) from None
        except (BrokenSpan, OSError) as error:
            raise CommandError(f"{error}. Nothing was written under {output}." if output else str(error)) from error

    def _write(self, selection: Selection, format: Format, output: Path | None, how: str) -> None:
        n_written = 0
        with _pieces(selection, format, output, how) as sizes, snapshot(), Progress("Exporting", 0) as bar:
            for size in sizes:
                n_written += size
                bar.show(0, f"{n_written / 1e6:.1f} MB")


def _check_name(format: Format, output: Path | None, how: str) -> None:
    """Raise CommandError where bytes would go to a terminal, or under a name that says something else."""
    if output is None and (how or format.is_folder or format.library) and sys.stdout.isatty():
        what = "zip archive" if format.is_folder else "compressed file"
        raise CommandError(f"This is a {what}, which a terminal cannot show; name a file with --output.")
    if output is not None and how and output.suffix != ".gz":
        raise CommandError(f"A compressed file is not read as {output.name}; name it {output.name}.gz.")


def _asked(only: list[str]) -> dict[str, str]:
    """Return the filters by name. Raises Invalid, or CommandError for one that stands there twice."""
    raw = dict(pair.partition("=")[::2] for pair in only)
    refuse_unknown(raw, FILTERS)
    if len(raw) < len(only):
        raise CommandError("A filter is given twice, and all of them hold at once; give each name once.")
    return raw


def _place(after: str | None) -> UUID | None:
    """Return the id of a line. Raises UnknownPlace."""
    id = uuid_or_none(after) if after is not None else None
    if after is not None and id is None:
        raise UnknownPlace(f"{after[:60]!r} is no id; give that of the last line's claim or document.")
    return id


@contextmanager
def _pieces(selection: Selection, format: Format, output: Path | None, how: str) -> Iterator[Iterator[int]]:
    """Yield what writes the export, one size after the other; the name appears when all is written."""
    if output is not None and format.is_folder and output.suffix != ".zip":
        with whole_folder(output) as folder:
            yield written(format, selection, folder)
        return
    with _target(output) as file:
        pieces = delivered(format, selection)
        yield (file.write(piece) for piece in (compressed(in_blocks(pieces), how) if how else pieces))


@contextmanager
def _target(output: Path | None) -> Iterator[IO[bytes]]:
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with whole_file(output) as file:
        yield file
