"""What lies beside the tables: their metadata for programs (CSV on the Web, W3C 2015) and a dictionary for people."""

from __future__ import annotations

from typing import Any

import orjson

from annotate.formats.tables.columns import TABLES, Column, Table

DATATYPES = {"id": "string", "json": "json", "datetime": {"base": "datetime", "format": "yyyy-MM-ddTHH:mm:ss.S*X"}}


def csvw() -> bytes:
    """Return csv-metadata.json: types, keys and descriptions of all tables (Metadata Vocabulary for Tabular Data)."""
    body = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n", "\n"]},
        "tables": [_table(table) for table in TABLES],
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _table(table: Table) -> dict[str, Any]:
    refers = [column for column in table.columns if column.refers]
    return {
        "url": f"{table.name}.csv",
        "dc:title": table.name,
        "dc:description": table.text,
        "tableSchema": {
            "columns": [_column(column) for column in table.columns],
            "primaryKey": list(table.key),
            "foreignKeys": [_reference(column) for column in refers],
        },
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.text,
        "datatype": DATATYPES.get(column.type, column.type),
        "required": column.is_required,
        "null": "",
    }


def _reference(column: Column) -> dict[str, Any]:
    key = next(table.key[0] for table in TABLES if table.name == column.refers)
    reference = {"resource": f"{column.refers}.csv", "columnReference": key}
    return {"columnReference": column.name, "reference": reference}


def dictionary() -> bytes:
    """Return dictionary.md: every table and column in words."""
    lines = [
        "# Data dictionary",
        "",
        "Every table is a CSV file in UTF-8 with a byte order mark, commas, and line ends CR LF. Empty cells are",
        "missing values. A cell of words that a spreadsheet would take for a formula (it starts with `=`, `+`, `-`,",
        "`@`, a tab, a line break or an apostrophe) has an apostrophe before it; taking off one apostrophe at the",
        "start gives the value.",
        "Offsets are Unicode code points, half-open, over the text of the document.",
        "",
    ]
    for table in TABLES:
        lines += [f"## {table.name}", "", table.text, f"Key: {', '.join(f'`{name}`' for name in table.key)}.", ""]
        lines += ["| column | type | what |", "|---|---|---|"]
        lines += [f"| `{column.name}` | {column.type} | {_words(column)} |" for column in table.columns]
        lines.append("")
    return "\n".join(lines).encode()


def _words(column: Column) -> str:
    return f"{column.text} → `{column.refers}`" if column.refers else column.text
