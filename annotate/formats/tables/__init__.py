"""The dataset as tables: what they hold is said in columns.py, how claims and the rest become rows in the others."""

from annotate.formats.tables.columns import OF_CLAIMS, TABLES, Column, Table
from annotate.formats.tables.context import table_members
from annotate.formats.tables.of_claims import Row, Views, add_rows
from annotate.formats.tables.papers import csvw, dictionary

__all__ = ["OF_CLAIMS", "TABLES", "Column", "Row", "Table", "Views", "add_rows", "csvw", "dictionary", "table_members"]
