"""Claims as one Parquet file: typed and nested, for pandas, Polars, DuckDB, R and Spark."""

from __future__ import annotations

from collections.abc import Iterator

from annotate.formats.arrows import claim_arrow_rows, claim_schema, parquet
from annotate.formats.base import Format, Selection, one_file


def write(selection: Selection) -> Iterator[bytes]:
    return parquet(claim_arrow_rows(selection), claim_schema())


FORMAT = Format(
    key="parquet",
    name="Claims, Parquet",
    extension="parquet",
    content_type="application/vnd.apache.parquet",
    description="One row for each claim, typed and nested, for pandas, Polars, DuckDB and R.",
    write=one_file(write),
    is_textless=True,
    library="pyarrow",
    extra="parquet",
)
