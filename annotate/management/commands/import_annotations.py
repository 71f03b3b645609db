"""Bring annotations from files of other programs into layers, or a whole project back from its native files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from annotate.actions import restoring
from annotate.actions.annotations import Options, import_annotations
from annotate.formats import FORMATS, MissingLibrary
from annotate.formats.composing import GRAMMAR, BadMapping, LabelMap, pairs_of, pairs_of_file
from annotate.formats.offsets import UNITS
from annotate.formats.sources import BadArchive, IncomingFile, incoming_files
from annotate.management.named import project_named
from annotate.management.restores import restore_files
from annotate.models import Project
from annotate.payloads.problems import Problem
from corpus.management.prepared import PreparedCommand
from corpus.management.progress import Progress
from corpus.management.wording import counted

USAGE = 2
REFUSED = 1
READ = [found.key for found in FORMATS.values() if found.read is not None]


class Command(PreparedCommand):
    help = (
        "Bring annotations into the layers of named annotators. Documents are found by id, external id or their text, "
        "and never made: bring the texts in first. Offsets are checked against the quoted words; what does not fit is "
        "listed and nothing else is lost. Run again, it adds nothing that is there. The native formats restore a whole "
        "project: “project” all of it, “documents-jsonl” texts and readings, “jsonl” then adds and verifies claims. "
        "Exit code: 0 everything fine, 1 something refused or different (it is listed), 2 wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("project", help="Short name of the project.")
        add("paths", nargs="+", type=Path, metavar="PATH", help="File, folder or zip archive.")
        add("--format", required=True, choices=[*READ, *restoring.FORMATS], help="Of the files.")
        add("--as", dest="username", default="", metavar="USERNAME", help="Whose layers they become.")
        add("--map", action="append", default=[], metavar="OLD=NEW", help=f"May be repeated; {GRAMMAR}.")
        add("--map-file", type=Path, metavar="FILE", help="The same as a JSON object or CSV of two columns.")
        add("--offsets", default="", choices=list(UNITS), help="What they count, where the files do not show it.")
        add("--round", default="", help="Name or id of an open round; default: the only open one.")
        second = "Add a second claim where one on the same words, which stays, has other values."
        add("--second-claims", action="store_true", help=second)
        codebook = "A version of the codebook, for a restore; may be repeated."
        add("--codebook", action="append", default=[], type=Path, metavar="FILE", help=codebook)
        add("--dry-run", action="store_true", help="Check everything, store nothing.")

    def handle(self, *, project: str, paths: list[Path], format: str, dry_run: bool, **given: Any) -> None:
        if format in restoring.FORMATS:
            whose = {"username": given["username"], "codebooks": given["codebook"]}
            now = timezone.now()
            if restore_files(self, slug=project, paths=paths, format=format, now=now, dry_run=dry_run, **whose):
                raise SystemExit(REFUSED)
            return
        found = project_named(project)
        try:
            options = Options(
                username=given["username"],
                mapping=_mapping(given["map"], given["map_file"]),
                unit=given["offsets"],
                round=given["round"],
                second_claims=given["second_claims"],
                dry_run=dry_run,
            )
            counts = self._import(found, format, _files(paths), options)
        except (Problem, BadMapping, BadArchive, MissingLibrary, OSError) as error:
            raise CommandError(str(error), returncode=USAGE) from error
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted. What was stored is kept; run the same command again to go on.", returncode=130
            ) from None
        self.stdout.write(
            f"{counted(counts['created'], 'claim')} {'would be ' if dry_run else ''}created, {counts['known']} there "
            f"already, {counted(counts['refused'], 'thing')} refused."
        )
        for label in options.mapping.not_met():
            self.stderr.write(f"The mapping of {label[:60]!r} fits nothing that was read; look at how it is spelt.")
        if counts["refused"]:
            raise SystemExit(REFUSED)

    def _import(self, project: Project, format: str, files: list[IncomingFile], options: Options) -> Counter[str]:
        counts: Counter[str] = Counter()
        n_read = 0

        def tell(n_bytes: int) -> None:
            nonlocal n_read
            n_read += n_bytes

        # The operator may do everything; an account that is stored nowhere has read nothing blind.
        operator = User(username="operator", is_superuser=True)
        outcomes = import_annotations(
            user=operator,
            project=project,
            format=FORMATS[format],
            files=files,
            options=options,
            now=timezone.now(),
            tell=tell,
        )
        with Progress("Importing", sum(file.size for file in files)) as bar:
            for outcome in outcomes:
                counts += Counter(created=outcome.n_created, known=outcome.n_known, refused=len(outcome.refused))
                for refusal in outcome.refused:
                    bar.clear()
                    self.stderr.write(str(refusal))
                bar.show(n_read, counted(counts["created"], "claim"))
        return counts


def _mapping(lines: list[str], file: Path | None) -> LabelMap:
    pairs = pairs_of_file(file.name, file.read_bytes()) if file is not None else []
    return LabelMap.read([*pairs, *pairs_of(lines)])


def _files(paths: list[Path]) -> list[IncomingFile]:
    for path in paths:
        if not path.exists():
            raise CommandError(f"There is no file or folder {str(path)!r}; check the path.", returncode=USAGE)
    return incoming_files(paths)
