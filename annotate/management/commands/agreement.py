"""Compute the agreement between the annotators of a project."""

from __future__ import annotations

import sys
from typing import Any

import orjson
from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from annotate.management.named import project_named
from annotate.models import Project, Round
from annotate.payloads.problems import Invalid
from annotate.reports.agreement import Asked, Report, agreement_report, as_csv, as_dict
from corpus.database import snapshot
from corpus.management.prepared import PreparedCommand


class Command(PreparedCommand):
    help = (
        "Compute the agreement between the annotators of a project on their first submissions, under one codebook "
        "version. A measure that the data do not define is “not defined” (null in JSON, empty in CSV)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="Short name of the project.")
        parser.add_argument("--round", action="append", default=[], metavar="NAME", help="Of this round; repeatable.")
        # "--version" itself is Django's own.
        parser.add_argument("--codebook", default="", metavar="NUMBER", help="Version of the codebook.")
        parser.add_argument("--pair", default="", metavar="ANN,BEN", help="Two annotators only.")
        parser.add_argument("--person", default="", metavar="NAME", help="One annotator against all others.")
        parser.add_argument("--label", default="", metavar="LABEL", help="As stance:oppose, mode:direct, type:demand.")
        parser.add_argument("--source", default="", metavar="NAME", help="Articles of this outlet.")
        parser.add_argument("--from", default="", metavar="DAY", dest="since", help="Published on this day or later.")
        parser.add_argument("--to", default="", metavar="DAY", dest="until", help="Published on this day or before.")
        parser.add_argument("--format", default="text", choices=["text", "json", "csv"], help="Default: %(default)s.")

    def handle(self, *, project: str, format: str, **options: Any) -> None:
        found = project_named(project)
        # The operator sees everything; an account that is stored nowhere has no layers that could be blind.
        user = User(username="operator", is_superuser=True)
        try:
            with snapshot():
                report = agreement_report(user, found, Asked.parse(_query(found, options)))
        except Invalid as problem:
            raise CommandError(problem.detail.replace("The query parameter ", "The option --")) from None
        if format == "text":
            self.stdout.write(_text(report))
            return
        body = as_csv(report) if format == "csv" else orjson.dumps(as_dict(report), option=orjson.OPT_INDENT_2) + b"\n"
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()


OPTIONS = {"version": "codebook", "from": "since", "to": "until"}  # where the option is called otherwise


def _query(project: Project, options: dict[str, Any]) -> dict[str, list[str]]:
    names = {"version": "codebook", "from": "since", "to": "until"}
    found = {
        name: [options[names.get(name, name)]]
        for name in ("version", "pair", "person", "label", "source", "from", "to")
    }
    rounds = {round.name: str(round.pk) for round in Round.objects.filter(project=project).order_by("number")}
    for name in options["round"]:
        if name not in rounds:
            raise CommandError(f"There is no round {name[:60]!r}. Known: {', '.join(rounds) or 'none yet'}.")
    return found | {"round": [rounds[name] for name in options["round"]]}


def _text(report: Report) -> str:
    version = report.material.chosen
    if version is None:
        return "Nothing to compare yet: agreement needs documents that two people have submitted in the same round."
    head = (
        f"{version.measures.codebook.name}, version {version.number}: {report.n_documents} documents, "
        f"{report.n_readings} readings by {', '.join(report.annotators)}, {report.n_claims} claims, first submissions"
    )
    rows = []
    for one in report.measures:
        value = "not defined" if one.value is None else f"{one.value:.3f}"
        interval = f"{one.interval[0]:.3f} to {one.interval[1]:.3f}" if one.interval else ""
        rows.append((one.name, one.statistic, value, interval, f"n {one.n:,}"))
    widths = [max(len(row[at]) for row in rows) for at in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    left = [f"Left out: {one.n} readings {one.why}." for one in report.left_out]
    return "\n".join([head, "", *lines, *([""] if left else []), *left])
