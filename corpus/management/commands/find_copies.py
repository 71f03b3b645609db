"""Find near-copies among the documents of a corpus that were not compared yet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from corpus.copies import find_copies
from corpus.management.prepared import USAGE, PreparedCommand
from corpus.management.progress import Progress
from corpus.management.wording import counted
from corpus.models import Corpus, Document, Story


class Command(PreparedCommand):
    help = (
        "Find near-copies among the documents that were not compared yet, and put them into stories. "
        "The worker does so after an upload; this is for documents that came in by import_documents or before."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpus", help="Short name of the corpus.")

    def handle(self, *, corpus: str, **options: Any) -> None:
        found = Corpus.objects.filter(slug=corpus).first()
        if found is None:
            known = ", ".join(Corpus.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
            raise CommandError(f"There is no corpus {corpus[:60]!r}. Known: {known}.", returncode=USAGE)
        n_compared = 0
        with Progress("Comparing", Document.objects.filter(corpus=found, sketch=None).count()) as bar:
            for count in find_copies(found):
                n_compared += count
                bar.show(n_compared, f"{n_compared:,}")
        stories = counted(Story.objects.filter(corpus=found).count(), "story", "stories")
        self.stdout.write(f"{counted(n_compared, 'document')} compared; the corpus has {stories}.")
