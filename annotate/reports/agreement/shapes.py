"""A report as JSON and as the rows of a flat table, for the API, the command and the download."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from annotate.formats.csv import safe
from annotate.reports.agreement.actors import ActorRow, Correlation
from annotate.reports.agreement.confusion import Confusion, token
from annotate.reports.agreement.figures import Category, Figure
from annotate.reports.agreement.picks import Picks
from annotate.reports.agreement.report import Report, Row

DIGITS = 4
COLUMNS = (
    "part", "name", "measure", "statistic", "category", "value", "low", "high", "n", "n_pairs", "n_documents",
    "n_equal", "percent", "cohen_kappa", "fleiss_kappa", "precision", "recall", "share", "after_return",
)  # fmt: skip


def shown(value: float | None) -> float | None:
    """Return a figure to four digits; what is not defined stays None."""
    return None if value is None else round(value, DIGITS) + 0.0


def as_dict(report: Report) -> dict[str, Any]:
    """Return the whole report as JSON."""
    material = report.material
    version = material.chosen
    return {
        "project": material.project.slug,
        "filters": material.asked.as_dict(),
        "codebook": {"name": version.measures.codebook.name, "version": version.number} if version else None,
        "n_documents": report.n_documents,
        "n_readings": report.n_readings,
        "n_claims": report.n_claims,
        "n_pairs": report.n_pairs,
        "annotators": report.annotators,
        "left_out": [{"n": one.n, "why": one.why} for one in report.left_out],
        "measures": [_figure(one, report) for one in report.measures],
        "by": {name: [_row(row, report) for row in rows] for name, rows in report.by.items()},
        "gold": [_row(row, report) for row in report.gold],
        "retest": [_row(row, report) for row in report.retest],
        "picks": [_pick(one) for one in report.picks],
        "confusions": [_confusion(one, report) for one in report.confusions],
        "actors": {
            "correlations": [_correlation(one) for one in report.correlations],
            "rows": [_actor(row) for row in report.actors],
        },
    }


def _pick(found: Picks) -> dict[str, Any]:
    """Return how often an annotator's reading was taken into gold."""
    return {
        "annotator": found.name,
        "decisions": found.n_decisions,
        "whole": found.n_whole,
        "share_whole": shown(found.share),
        "rejected": found.n_rejected,
        "disputed_fields": found.n_fields,
        "fields_taken": found.n_taken,
        "share_of_fields": shown(found.share_of_fields),
    }


def _correlation(found: Correlation) -> dict[str, Any]:
    """Return how alike two annotators place the actors."""
    return {
        "pair": list(found.pair),
        "n_cells": found.n_cells,
        "counts": shown(found.counts),
        "n_scored": found.n_scored,
        "scores": shown(found.scores),
    }


def _actor(found: ActorRow) -> dict[str, Any]:
    """Return where an actor stands toward a target, by annotator."""
    return {
        "actor": found.actor,
        "target": found.target,
        "n": [one.n for one in found.standings],
        "score": [shown(one.mean) for one in found.standings],
    }


def _figure(found: Figure, report: Report) -> dict[str, Any]:
    return {
        "key": found.key,
        "name": found.name,
        "statistic": found.statistic,
        "value": shown(found.value),
        "low": shown(found.interval[0]) if found.interval else None,
        "high": shown(found.interval[1]) if found.interval else None,
        "n": found.n,
        "n_pairs": found.n_pairs,
        "n_documents": found.n_documents,
        "n_equal": found.n_equal,
        "percent": shown(found.percent),
        "cohen_kappa": shown(found.cohen),
        "fleiss_kappa": shown(found.fleiss),
        "n_fleiss": found.n_fleiss,
        "precision": shown(found.precision),
        "recall": shown(found.recall),
        "after_return": shown(found.after_return),
        "n_categories": found.n_categories,
        "categories": [_category(one, report) for one in found.categories],
    }


def _category(found: Category, report: Report) -> dict[str, Any]:
    return {
        "value": token(found.value),
        "name": report.material.namer.name(found.value),
        "count": found.count,
        "share": shown(found.share),
        "alpha": shown(found.alpha),
    }


def _row(row: Row, report: Report) -> dict[str, Any]:
    measures = [_figure(one, report) for one in row.figures]
    return {"name": row.name, "n_documents": row.n_documents, "n_pairs": row.n_pairs, "measures": measures}


def _confusion(found: Confusion, report: Report) -> dict[str, Any]:
    name = report.material.namer.name
    listed = sorted(found.counts.items(), key=lambda item: (-item[1], item[0])) if found.is_table else found.apart
    return {
        "measure": found.measure.key,
        "cells": [
            {"first": name(one), "second": name(two), "values": [one, two], "count": n} for (one, two), n in listed
        ],
    }


def as_rows(report: Report) -> Iterator[list[Any]]:
    """Yield one row for each figure and each category, in the order of COLUMNS."""
    for figure in report.measures:
        yield from _lines("all", "", figure, report)
    for part, rows in (*report.by.items(), ("gold", report.gold), ("retest", report.retest)):
        for row in rows:
            for figure in row.figures:
                yield from _lines(part, row.name, figure, report)
    for one in report.correlations:
        for measure, value, n in (("counts", one.counts, one.n_cells), ("scores", one.scores, one.n_scored)):
            found = Figure(key=f"actors/{measure}", name="", statistic="pearson", value=value, n=n)
            yield from _lines("pair", " – ".join(one.pair), found, report)
    for pick in report.picks:
        found = Figure(key="whole readings taken", name="", statistic="share", value=pick.share, n=pick.n_decisions)
        yield from _lines("picks", pick.name, found, report)


def _lines(part: str, name: str, figure: Figure, report: Report) -> Iterator[list[Any]]:
    low, high = figure.interval or (None, None)
    rates = [shown(one) for one in (figure.percent, figure.cohen, figure.fleiss, figure.precision, figure.recall)]
    yield [
        part, name, figure.key, figure.statistic, "", shown(figure.value), shown(low), shown(high), figure.n,
        figure.n_pairs, figure.n_documents, figure.n_equal, *rates, None, shown(figure.after_return),
    ]  # fmt: skip
    for one in figure.categories if part == "all" else ():
        label = report.material.namer.name(one.value)
        yield [
            part, name, figure.key, "alpha", label, shown(one.alpha), None, None, one.count,
            *(None,) * 8, shown(one.share), None,
        ]  # fmt: skip


def as_csv(report: Report) -> bytes:
    """Return the flat table as CSV; no cell is taken for a formula, and numbers stay numbers."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in as_rows(report):
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])
    return buffer.getvalue().encode("utf-8-sig")
