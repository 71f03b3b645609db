"""Bring articles into a corpus from files and folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from corpus.copies.tasks import start_find_copies
from corpus.ingest import Outcome, ingest
from corpus.management.prepared import USAGE, PreparedCommand
from corpus.management.progress import Progress
from corpus.management.wording import counted
from corpus.models import Corpus
from corpus.readers import READERS
from corpus.readers.files import FileOptions, InputFile, find_files, read_files
from corpus.text.encoding import EncodingError, check_encoding

REFUSED = 1
LISTED_DUPLICATES = 20


class Command(PreparedCommand):
    help = (
        "Bring articles into a corpus. Good rows are stored even where others are refused; an interrupted import can "
        "simply be run again. Exit code: 0 all rows fine, 1 some refused (they are listed), 2 wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpus", help="Short name of the corpus: that of the project it was made with.")
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="File, or folder with files.")
        parser.add_argument("--format", choices=list(READERS), help="Default: by the extension of each file.")
        parser.add_argument("--encoding", help="Of all files that are not UTF-8, for example iso-8859-1.")
        parser.add_argument("--source", default="", help="Outlet of all rows that name none.")
        parser.add_argument("--language", default="", help="Language of all rows that name none, for example en.")
        parser.add_argument("--dry-run", action="store_true", help="Check everything, store nothing.")

    def handle(self, *, corpus: str, paths: list[Path], dry_run: bool, **options: Any) -> None:
        found = _corpus(corpus)
        how = FileOptions(
            format=options["format"],
            encoding=_encoding(options["encoding"]),
            source=options["source"],
            language=options["language"],
        )
        files = _files(paths, how.format)
        try:
            counts = self._import(found, files, how, dry_run=dry_run)
        except KeyboardInterrupt:
            if not dry_run:
                start_find_copies(found.pk)
            raise CommandError(
                "Interrupted. What was stored is kept; run the same command again to go on.", returncode=130
            ) from None
        if counts["duplicates"] > LISTED_DUPLICATES:
            self.stderr.write(f"… and {counts['duplicates'] - LISTED_DUPLICATES} more were not stored again.")
        self.stdout.write(
            f"{counted(counts['created'], 'document')} {'would be ' if dry_run else ''}created, "
            f"{counted(counts['duplicates'], 'duplicate')}, {counted(counts['errors'], 'row')} refused."
        )
        if counts["created"] and not dry_run:
            start_find_copies(found.pk)
            self.stdout.write("The running site now looks for near-copies of them; it shows what it finds as stories.")
        if counts["errors"]:
            raise SystemExit(REFUSED)

    def _import(self, corpus: Corpus, files: list[InputFile], how: FileOptions, *, dry_run: bool) -> Counter[str]:
        counts: Counter[str] = Counter()
        n_read = 0

        def tell(n_bytes: int) -> None:
            nonlocal n_read
            n_read += n_bytes

        rows = read_files(files, how, tell)
        with Progress("Importing", sum(file.path.stat().st_size for file in files)) as bar:
            for outcome in ingest(corpus=corpus, rows=rows, actor=None, now=timezone.now(), dry_run=dry_run):
                kind = "created" if outcome.is_created else "duplicates" if outcome.is_duplicate else "errors"
                counts[kind] += 1
                is_listed = not outcome.is_duplicate or counts[kind] <= LISTED_DUPLICATES
                for line in _lines(outcome) if is_listed else ():
                    bar.clear()
                    self.stderr.write(line)
                bar.show(n_read, f"{counts.total()} rows")
        return counts


def _lines(outcome: Outcome) -> Iterator[str]:
    """Yield what the person has to know of a row: every error, and which rows were not stored again."""
    where = f"{outcome.file}, row {outcome.row}"
    for error in outcome.errors:
        yield f"{where}: {error}"
    if outcome.is_duplicate:
        yield f"{where}: not stored again: {outcome.reason} (document {outcome.id})."


def _corpus(slug: str) -> Corpus:
    found = Corpus.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Corpus.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise CommandError(
            f"There is no corpus {slug[:60]!r}. Known: {known}. A corpus is made with a project, on the site's first "
            "page or by POST to /api/v1/projects/.",
            returncode=USAGE,
        )
    return found


def _encoding(name: str | None) -> str | None:
    try:
        return check_encoding(name) if name else None
    except EncodingError as error:
        raise CommandError(str(error), returncode=USAGE) from error


def _files(paths: list[Path], format: str | None) -> list[InputFile]:
    for path in paths:
        if not path.exists():
            raise CommandError(f"There is no file or folder {str(path)!r}; check the path.", returncode=USAGE)
    files = list(find_files(paths, format))
    if not files:
        known = " ".join(end for reader in READERS.values() for end in reader.extensions)
        raise CommandError(f"The folder holds no file with a known extension ({known}).", returncode=USAGE)
    return files
