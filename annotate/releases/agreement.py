"""The agreement figures of a release: the report that the project sees, with pseudonyms for names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from annotate.payloads.people import People
from annotate.releases.source import Source
from annotate.reports.agreement import Asked, Report
from annotate.reports.agreement.material import read_material
from annotate.reports.agreement.report import report_on, without_collector
from annotate.reports.agreement.shapes import shown


def agreement_of(source: Source) -> Report:
    """Compute the report on the rounds, outlets and days of the release."""
    rule = source.rule
    asked = Asked(rounds=tuple(UUID(id) for id in rule.rounds), sources=rule.sources, since=rule.first, until=rule.last)
    with without_collector():
        material = read_material(source.operator, source.project, asked)
        material.people = {user: source.names(user) for user in material.people}
        report = report_on(material)
    people = source.names.of_names(People().known(source.project.pk))
    for pick in report.picks:
        pick.name = people.get(pick.name, "guest")
    report.picks.sort(key=lambda pick: pick.name)
    return report


def version_of(report: Report) -> int | None:
    """Return the version of the codebook that the main figures are of, where readings under others are left out."""
    chosen = report.material.chosen
    return chosen.number if chosen is not None and len(report.by["version"]) > 1 else None


def headlines(report: Report) -> list[dict[str, Any]]:
    """Return the main figures, in words, for the card and the page."""
    found = {figure.key: figure for figure in report.measures}
    keys = ("overlap/all", "speaker", "target", "stance", "joint/all")
    return [
        {
            "key": key,
            "name": found[key].name,
            "statistic": found[key].statistic,
            "value": shown(found[key].value),
            "n": found[key].n,
        }
        for key in keys
        if key in found
    ]
