"""Values of filters that name something: one that names nothing in the project is refused, with what there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from annotate.models import Round
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.payloads.people import People, people_of
from annotate.search import values
from annotate.search.documents import DocumentFilter
from annotate.search.families import family
from annotate.search.labels import ANYBODY, attribute_pairs
from annotate.search.values import Within, refuse
from corpus.models import Document, Proposition, Source, Speaker, Target

LISTED = 20
ENTRIES: dict[str, Any] = {"speaker": Speaker, "represents": Speaker, "target": Target, "proposition": Proposition}


def check_known(asked: DocumentFilter, within: Within) -> None:
    """Raise Invalid for a value that names no round, source, person, entry, stance or label here.

    At most two queries for each filter that is asked.
    """
    for name, check in CHECKS.items():
        value = getattr(asked if hasattr(asked, name) else asked.labels, name)
        if value:
            check(value, within)
    for name, model in ENTRIES.items():
        value = getattr(asked.labels, name)
        if value and not family(model, value, within):
            raise refuse(name, f"There is no {name} {value[:60]!r} here; give its id or its exact name.")


def _known(name: str, value: str, found: Iterable[Any], *, of: str = "") -> None:
    known = list(dict.fromkeys(str(one) for one in found if one))
    if value not in known:
        more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
        shown = f"Known: {', '.join(known[:LISTED])}{more}." if known else "There is none yet."
        raise refuse(of or name, f"There is no {name} {value[:60]!r} here. {shown}")


def _round(value: str, within: Within) -> None:
    rows = Round.objects.filter(project=within.project).order_by("number").values_list("number", "name", "pk")
    names = [part for number, name, _ in rows for part in (number, name)]
    if values.uuid_or_none(value) not in {pk for *_, pk in rows}:
        _known("round", value, names)


def _source(value: str, within: Within) -> None:
    rows = Source.objects.filter(corpus=within.project.corpus_id).order_by("name")
    if values.uuid_or_none(value) is None:
        _known("source", value, rows.values_list("name", flat=True))
    elif not rows.filter(pk=value).exists():
        raise refuse("source", f"There is no source {value!r} here; give its id or its exact name.")


def _language(value: str, within: Within) -> None:
    rows = Document.objects.filter(corpus=within.project.corpus_id)
    if not rows.filter(language=value).exists():
        _known("language", value, rows.order_by("language").values_list("language", flat=True).distinct())


def _annotator(value: str, within: Within) -> None:
    if value != ANYBODY and not people_of(within.project.pk, value):
        _known("annotator", value, sorted(People().known(within.project.pk).values()))


def _stance(value: str, within: Within) -> None:
    _known("stance", value, (label.key for book in _codebooks(within) for label in book.stances.values()))


def _attribute(value: str, within: Within) -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    for book in _codebooks(within):
        for spec in (*book.of_scope("claim"), *book.of_scope("stance")):
            labels[spec.key] |= {label.key for label in book.labels.get(spec.id, ())}
    for key, label in attribute_pairs(value):
        _known("attribute", key, sorted(labels))
        if labels[key]:  # other kinds have numbers, words or yes and no
            _known(f"label of {key}", label, sorted(labels[key]), of="attribute")


def _codebooks(within: Within) -> list[CodebookView]:
    ids = within.project.codebook.versions.order_by("number").values_list("pk", flat=True)
    return [load_codebook(id) for id in ids]


CHECKS: dict[str, Callable[[str, Within], None]] = {
    "round": _round,
    "source": _source,
    "language": _language,
    "annotator": _annotator,
    "stance": _stance,
    "attribute": _attribute,
}
