"""What a dataset format must say: how it is written, what it cannot carry, and how it is read."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson
from django.db.models import F, Q, QuerySet
from django.db.models.lookups import Exact

from annotate.formats.incoming import Found
from annotate.formats.sources import IncomingFile
from annotate.models import Layer, Project
from annotate.permissions import AnyUser
from corpus.database.bulk import Unindexed
from corpus.models import Document

LAYERS = ("gold", "annotators", "all")
EXAMPLES = 20


class BrokenSpan(Exception):
    """A stored quote differs from the text: the export must end rather than write it."""


class MissingLibrary(Exception):
    """A format needs a library that is not installed."""


class UnknownPlace(Exception):
    """The line after which an export was to go on is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Conditions on documents, layers and claims; None leaves them all. They are built by annotate.search."""

    documents: Q | None = None
    layers: Q | None = None
    claims: Q | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """The last line that somebody has: its document's number, and its layer and claim where lines are claims."""

    number: int
    layer: str = ""
    claim: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is exported: a project's layers as `user` may see them, or some of them, or from some line on."""

    project: Project
    user: AnyUser
    layers: str = "gold"
    # Without the texts, quotes are cut to so many code points; only formats with `is_textless` can be without.
    with_text: bool = True
    quote_length: int = 0
    filters: Filters = Filters()
    after: After | None = None

    def document_rows(self) -> QuerySet[Document]:
        rows = Document.objects.filter(corpus=self.project.corpus_id)
        if self.filters.documents is not None:
            rows = rows.filter(self.filters.documents)
        if self.after is not None:
            from_here = "number__gte" if self.after.layer else "number__gt"
            rows = rows.filter(**{from_here: self.after.number})
        return rows

    def layer_rows(self, *, in_order: bool = False) -> QuerySet[Layer]:
        """Return the layers that are meant; `in_order` of their documents gives the first of them at once."""
        rows = Layer.objects.visible_to(self.user)
        if in_order:
            of_project = Exact(Unindexed(F("project_id")), self.project.pk)
            # True of all, and what makes SQLite walk along the numbers instead of sorting them.
            of_corpus = {"document__corpus": self.project.corpus_id, "document__number__gte": 0}
            rows = rows.filter(of_project, **of_corpus).order_by("document__number", "id")
        else:
            rows = rows.filter(project=self.project)
        if self.filters.documents is not None or self.after is not None:
            rows = rows.filter(document__in=self.document_rows().order_by().values("pk"))
        if self.filters.layers is not None:
            rows = rows.filter(self.filters.layers)
        if self.after is not None and self.after.layer:
            rows = rows.exclude(document__number=self.after.number, pk__lt=self.after.layer)
        if self.layers == "gold":
            return rows.gold()
        return rows.of_annotators() if self.layers == "annotators" else rows


@dataclass(slots=True, kw_only=True)
class Losses:
    """What a format could not carry of the data it was given: counted while it is written, with the first claims."""

    declared: Mapping[str, str]
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def note(self, what: str, claim_id: str) -> None:
        """Count one loss; `what` is a key of the format's `losses`."""
        if what not in self.declared:
            raise KeyError(f"{what!r} is not declared among the format's losses: {', '.join(self.declared)}")
        self.counts[what] += 1
        found = self.examples.setdefault(what, [])
        if len(found) < EXAMPLES and (not found or found[-1] != claim_id):
            found.append(claim_id)

    def as_json(self, format: str) -> bytes:
        """Return the report that lies beside the file: every declared loss, with how often it happened."""
        rows = [
            {"what": what, "how": how, "count": self.counts[what], "first_claims": self.examples.get(what, [])}
            for what, how in self.declared.items()
        ]
        return orjson.dumps({"format": format, "losses": rows}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of an export: its path below the folder, with slashes, and its bytes in pieces."""

    path: str
    pieces: Iterable[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One dataset format: `write` yields its files, one after the other.

    A folder (`is_folder`) is delivered as one zip file, with `losses.json` in it where something is declared lost.
    Any other format is one file, and carries everything that it promises.
    """

    key: str
    name: str
    extension: str
    content_type: str
    description: str
    write: Callable[[Selection, Losses], Iterator[Member]]
    is_folder: bool = False
    # What annotations of this format hold, as found in files; None: it is not read.
    read: Callable[[Sequence[IncomingFile]], Iterator[Found]] | None = None
    # How the names of the files end that it is read from.
    endings: tuple[str, ...] = ()
    # The units that its offsets are known to count, keys of `offsets.UNITS`, its own first.
    units: tuple[str, ...] = ("codepoints",)
    # What it cannot carry, by a short key: how that is written instead, or that it is left out.
    losses: Mapping[str, str] = field(default_factory=dict)
    # What its lines are, by whose id it can be resumed: "claim", "document", or nothing where it cannot.
    lines: str = ""
    # Whether it can be written without the texts of the documents.
    is_textless: bool = False
    # Of a format of whole projects: raises NotWhole for a part, PermissionDenied for who may not see all.
    check: Callable[[Selection], None] | None = None
    # The module that it needs beyond the product's own, and the extra of the project that installs it.
    library: str = ""
    extra: str = ""

    @property
    def is_installed(self) -> bool:
        """Whether the library that it needs is there."""
        return not self.library or importlib.util.find_spec(self.library) is not None

    def require(self) -> None:
        """Raise MissingLibrary, which says how to install it, where the format's library is not there."""
        if not self.is_installed:
            raise MissingLibrary(
                f"The format “{self.key}” needs the library “{self.library}”, which is not installed; "
                f"add it with: uv sync --inexact --extra {self.extra}"
            )


class NotWhole(Exception):
    """A format that carries the whole project was asked for a part of it."""


def empty_note(selection: Selection) -> str:
    """Return why the export holds no claims, where no layer fits; else nothing. At most two queries."""
    if selection.after is not None or selection.layer_rows().order_by().exists():
        return ""
    if selection.layers == "gold" and replace(selection, layers="annotators").layer_rows().order_by().exists():
        return "No gold layer fits, so there are no claims in it; layers=annotators has the annotators' readings."
    return "No layer fits, so there are no claims in it."


class NeedsText(Exception):
    """A format that is made of the texts was asked for without them."""


def check_text(format: Format, selection: Selection, known: Iterable[Format]) -> None:
    """Raise NeedsText, which names the formats that can be without, where this one cannot; or what its check raises."""
    if not selection.with_text and not format.is_textless:
        others = ", ".join(found.key for found in known if found.is_textless)
        raise NeedsText(f"The format “{format.key}” cannot be written without the texts; choose from {others}.")
    if format.check is not None:
        format.check(selection)


def one_file(write: Callable[[Selection], Iterator[bytes]]) -> Callable[[Selection, Losses], Iterator[Member]]:
    """Return the `write` of a format that is one file without losses."""

    def write_one(selection: Selection, losses: Losses) -> Iterator[Member]:
        yield Member(path="", pieces=write(selection))

    return write_one
