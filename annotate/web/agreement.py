"""Agreement between annotators: a line for each main measure, then tables, and what is taken for what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from annotate.models import Mode, Relation
from annotate.payloads.problems import Invalid
from annotate.permissions import Action
from annotate.reports.agreement import Asked, Report, agreement_report
from annotate.reports.agreement.confusion import Confusion, token
from annotate.reports.agreement.figures import Figure
from annotate.reports.agreement.material import Material
from annotate.reports.agreement.measures import Measure
from annotate.reports.agreement.report import Row
from annotate.web.access import Place, Request, answer, page, place_of
from corpus.database import snapshot

LINES = ("overlap/all", "exact/all", "speaker", "target", "stance", "joint/all")
MARKS = (0.667, 0.8)
WIDTH = 1000
BY = {
    "pair": "Pair",
    "person": "Annotator, against all others",
    "round": "Round",
    "source": "Source",
    "period": "Month of publication",
    "version": "Version of the codebook",
}
VIEWS = {
    "": "Measures",
    "parts": "In parts",
    "answers": "Answers",
    "confusions": "Taken for each other",
    "gold": "Against gold",
    "actors": "Who stands where",
}
# What of a report each view needs; the whole takes longer.
NEEDS = {"": {"intervals"}, "gold": {"gold", "intervals"}, "answers": set[str]()}
PREVALENCE = 8  # values listed of a measure
NOT_DEFINED = "not defined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A figure with its place on a scale from 0 to 1."""

    figure: Figure
    words: str
    at: float | None
    low: float = 0
    high: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How often two values met; the link opens the claims behind it."""

    n: int
    link: str
    is_same: bool
    first: str = ""
    second: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is taken for what: a table where there are few values, else a list of what differs most often."""

    name: str
    columns: list[str]
    rows: list[tuple[str, list[Cell | None]]]
    listed: list[Cell]
    n_same: int


@page("GET")
def agreement(request: Request, slug: str) -> HttpResponse:
    """Show how far annotators agree. 35 queries at most, one more for each 500 readings."""
    place = place_of(request, slug, Action.SEE_AGREEMENT)
    show = request.GET.get("show", "")
    show = show if show in VIEWS else ""
    context: dict[str, Any] = {"place": place, "asked": {name: request.GET.get(name, "") for name in request.GET}}
    try:
        asked = Asked.parse({name: request.GET.getlist(name) for name in request.GET if name != "show"})
        with snapshot():
            report = agreement_report(request.user, place.project, asked, wanted=frozenset(NEEDS.get(show, {show})))
    except Invalid as problem:
        return answer(request, "annotate/agreement.html", "agreement", context | {"error": problem.detail}, status=400)
    context |= _shown(place, report, asked) | {"show": show, "views": VIEWS.items()}
    return answer(request, "annotate/agreement.html", "agreement", context)


def _shown(place: Place, report: Report, asked: Asked) -> dict[str, Any]:
    material, figures = report.material, report.figures
    query = urlencode(asked.as_query())
    return {
        "report": report,
        "version": material.chosen,
        "lines": [line_of(figures[key]) for key in LINES if key in figures],
        "figures": report.measures,
        "marks": [round(mark * WIDTH) for mark in MARKS],
        "has_after": any(one.after_return is not None for one in report.measures),
        "tables": [(BY[name], heads(rows), rows) for name, rows in report.by.items() if _says_more(report, name)],
        "retest": (heads(report.retest), report.retest),
        "gold": [(row, [one for one in row.figures if one.value is not None]) for row in report.gold],
        "prevalence": list(_prevalence(report)),
        "confusions": [confusion_table(place, report, one, query) for one in report.confusions],
        "rounds": sorted(material.rounds.values(), key=lambda round: round.number),
        "versions": [version.number for version in material.versions],
        "people": sorted(material.people.values()),
        "sources": sorted({article.source for article in material.articles.values()} - {""}),
        "query": query,
        "is_narrowed": bool(query),
        "csv": f"{reverse('api-agreement', args=[place.project.slug])}?{query}{'&' if query else ''}format=csv",
    }


def _says_more(report: Report, name: str) -> bool:
    """Return whether the parts differ from the whole; with one pair, each of its people agrees as the pair does."""
    return len(report.by[name]) > 1 and not (name == "person" and len(report.by["pair"]) == 1)


def heads(rows: Sequence[Row]) -> list[Figure]:
    return list(rows[0].figures) if rows else []


def line_of(figure: Figure) -> Line:
    if figure.value is None:
        return Line(figure=figure, words=f"{figure.name}: {NOT_DEFINED}", at=None)
    words = f"{figure.name}: {figure.statistic} {figure.value:.2f}"
    if figure.interval is None:
        return Line(figure=figure, words=words, at=_x(figure.value))
    low, high = figure.interval
    words += f", 95 % interval {low:.2f} to {high:.2f}"
    return Line(figure=figure, words=words, at=_x(figure.value), low=_x(low), high=_x(high))


def _x(value: float) -> float:
    return round(min(max(value, 0), 1) * WIDTH, 1)


def value_names(material: Material, measure: Measure) -> dict[str, str]:
    """Return what the answers of a measure are called; those that are missing name themselves."""
    if measure.key == "mode":
        return dict(Mode.choices)
    if measure.key == "relation":
        return dict(Relation.choices)
    if material.chosen is None:
        return {}
    codebook = material.chosen.measures.codebook
    if measure.key == "stance":
        return {key: label.name for key, label in codebook.stances.items()}
    scope, _, key = measure.key.partition("attributes/")
    spec = codebook.attributes.get((scope.rstrip("_") or "claim", key)) if key else None
    return {label.key: label.name for label in codebook.labels.get(spec.id, ())} if spec is not None else {}


def name_of(material: Material, measure: Measure, value: str) -> str:
    """Return what a value is called, given as it stands in an address."""
    names = value_names(material, measure)
    if measure.kind == "sets":
        return ", ".join(names.get(one) or material.namer.name(one) for one in value.split("+")) if value else "nobody"
    return names.get(value) or (material.namer.name(value) if value else "nobody")


def _prevalence(report: Report) -> Iterable[tuple[Figure, list[dict[str, Any]], int]]:
    """Yield each measure of values with those most often given, their share and their own alpha."""
    material = report.material
    measures = material.chosen.measures.by_key if material.chosen is not None else {}
    for figure in report.measures:
        measure = measures.get(figure.key)
        if measure is None or not figure.categories or measure.kind in ("interval", "text"):
            continue
        rows = [
            {
                "name": name_of(material, measure, token(one.value)),
                "count": one.count,
                "percent": 100 * one.share,
                "alpha": one.alpha,
            }
            for one in figure.categories[:PREVALENCE]
        ]
        yield figure, rows, figure.n_categories - len(rows)


def confusion_table(place: Place, report: Report, found: Confusion, query: str) -> Table:
    material, measure = report.material, found.measure
    names = {value: name_of(material, measure, value) for value in {one for pair in found.counts for one in pair}}
    address = reverse("agreement-cell", args=[place.project.slug])

    def cell(first: str, second: str) -> Cell | None:
        n = found.counts.get((first, second), 0)
        asked = urlencode({"measure": measure.key, "first": first, "second": second})
        link = f"{address}?{query}{'&' if query else ''}{asked}"
        is_same = first == second
        return Cell(n=n, link=link, is_same=is_same, first=names[first], second=names[second]) if n else None

    values = [value for value in found.values if value in names] if found.is_table else []
    rows = [(names[one], [cell(one, other) for other in values]) for one in values]
    listed = [] if found.is_table else [one for pair, _ in found.apart if (one := cell(*pair)) is not None]
    n_same = sum(n for (one, other), n in found.counts.items() if one == other)
    return Table(name=measure.name, columns=[names[one] for one in values], rows=rows, listed=listed, n_same=n_same)
