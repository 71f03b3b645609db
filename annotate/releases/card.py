"""The dataset card: the release's README, with the head that `datasets` and the Hugging Face hub read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from annotate.releases.contents import kind_of, ordered
from annotate.releases.facts import Facts
from annotate.releases.methods import amount, detected, methods
from annotate.releases.selecting import listed, said_of, told
from annotate.releases.settings import DOCUMENTS, GOLD, SPLIT_NAMES, TEXTS
from annotate.releases.tables import NUMBERS, READING_COLUMNS

MOST_ROWS = 12
UNPRINTABLE = re.compile(r"[\x7f-\x9f\ufeff\ufffe\uffff]")
# Where the hub has a word of its own for a licence.
HUB_LICENCES = {"ODbL-1.0": "odbl"}


def card(facts: Facts) -> str:
    """Return the whole card in Markdown."""
    return "\n".join([*_head(facts), *_body(facts)]) + "\n"


def yaml_text(value: str) -> str:
    """Return a string for YAML: a JSON string is one, where what YAML does not take for printable is escaped."""
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", orjson.dumps(value).decode())


def _head(facts: Facts) -> Iterator[str]:
    yield "---"
    yield f"pretty_name: {yaml_text(facts.whole_title)}"
    yield f"license: {HUB_LICENCES.get(facts.settings.licence, facts.settings.licence.lower())}"
    if facts.languages:
        yield "language:"
        yield from (f"- {yaml_text(found)}" for found in facts.languages)
    yield "task_categories:\n- text-classification\ntags:\n- stance-detection\n- argument-mining\n- news"
    yield f"configs:\n- config_name: {_main(facts)}\n  data_files:"
    for split, path in _parts(facts).items():
        yield f"  - split: {split}\n    path: {path}"
    yield f"dataset_info:\n- config_name: {_main(facts)}\n  features:"
    columns = facts.columns if _main(facts) == "claims" else (*READING_COLUMNS, *facts.columns)
    yield from (f"  - name: {name}\n    dtype: {NUMBERS.get(name, 'string')}" for name in columns)
    yield "---"


def _main(facts: Facts) -> str:
    """Return the table to begin with: before anything is settled the readings are the data."""
    return "claims" if facts.counts["claims"] else "readings"


def _parts(facts: Facts) -> dict[str, str]:
    """Return the files of that table by split. Readings are one file, so not “train”: each row names its split."""
    if _main(facts) == "readings":
        return {"readings": "readings.csv"}
    paths = {file.path for file in facts.files}
    return {name: path for name in SPLIT_NAMES if (path := f"data/{name}.csv") in paths}


def _body(facts: Facts) -> Iterator[str]:
    identifier, name, address = facts.licence
    yield f"\n# {_plain(facts.whole_title)}\n\n{facts.description}\n"
    if facts.settings.note:
        yield f"{facts.settings.note}\n"
    yield f"## Methods\n\n{methods(facts)}\n"
    yield from _selection(facts)
    yield from _shares(facts)
    yield f"## Licences\n\nThe annotations: [{name}]({address}) ({identifier})."
    yield f"The texts ({TEXTS[facts.settings.texts]}):"
    yield f"{facts.settings.licence_texts or 'nothing is said.'}\n"
    yield f"## How to cite\n\n{facts.citation}\n"
    yield from _files(facts)
    yield from _reading(facts)
    yield from _difference(facts)


def _selection(facts: Facts) -> Iterator[str]:
    rule = facts.settings.selection
    rounds = ", ".join(f"{found.number} “{_plain(found.name)}”" for found in facts.rounds) or "none"
    yield "## What is in it\n"
    articles = _plain(listed(said_of(rule))) or "of all outlets and days"
    yield f"- Documents: {DOCUMENTS[rule.documents]}.\n- Articles: {articles}."
    yield f"- Rounds: {rounds}.\n- Gold: {GOLD[rule.gold]}."
    yield "- Readings: the first and the last submission of each annotator; nothing that was never submitted."
    yield "- Annotators and curators stand under fixed pseudonyms.\n- Suggestions of statistical models: none."
    yield f"- Rules: {detected(facts)}\n"


def _shares(facts: Facts) -> Iterator[str]:
    tables = (("Stances", "stances", ("stance",)), ("Sides", "sides", ("stance", "target")))
    tables += (("Speakers", "speakers", ("speaker",)), ("Outlets", "claims_by_outlet", ("outlet",)))  # type: ignore[assignment]
    for title, key, names in tables:
        rows: Sequence[Mapping[str, Any]] = facts.figures[key]
        if not rows:
            continue
        yield f"### {title}\n\n| {' | '.join(names)} | n | share |\n|{'---|' * (len(names) + 2)}"
        for row in rows[:MOST_ROWS]:
            said = [_plain(str(row[name])) or "–" for name in names]
            yield f"| {' | '.join(said)} | {row['n']} | {row['share']:.1%} |"
        if len(rows) > MOST_ROWS:
            yield f"\n{len(rows) - MOST_ROWS} more are in `figures.json`."
        yield ""


def _files(facts: Facts) -> Iterator[str]:
    yield "## Files\n\n| file | what |\n|---|---|"
    yield from (f"| `{path}` | {kind_of(path).what} |" for path in ordered(file.path for file in facts.files))
    yield (
        "\nOffsets are Unicode code points, half-open, over the text of the document. Ids of claims and documents stay "
        "the same in all releases. `SHA256SUMS` is checked with `sha256sum -c SHA256SUMS`.\n"
    )


def _reading(facts: Facts) -> Iterator[str]:
    yield "## How to read it\n\n```python\nimport pandas as pd\n"
    yield f'claims = pd.read_csv("{_main(facts)}.csv")'
    yield 'print(claims.groupby(["target", "stance"]).size().unstack(fill_value=0))\n```\n'
    yield "In cells that a spreadsheet would take for a formula the first character is an apostrophe.\n"


def _difference(facts: Facts) -> Iterator[str]:
    before = facts.difference.get("previous")
    if not before:
        return
    yield f"## Since release {before['number']}\n"
    for what in ("documents", "claims"):
        found = facts.difference[what]
        said = ", ".join(f"{len(found[name]):,} {name}" for name in ("added", "removed", "changed"))
        yield f"- {what.capitalize()}: {said}."
    if rules := facts.difference["selection"]:
        before_and_after = [_plain(told(rules[name])) for name in ("before", "after")]
        yield "- Articles before: {}. Now: {}.".format(*before_and_after)
    if moved := facts.difference["moved"]:
        yield f"- {amount(len(moved), 'document')} changed the split, because {facts.difference['because']}."
    yield "\nThe ids are in `difference.json`.\n"


def _plain(text: str) -> str:
    """Return a name for a line or a cell of Markdown."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
