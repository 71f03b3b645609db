"""A dataset folder for `datasets.load_dataset`: claims and documents as Parquet for each split, and a card."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any

from annotate.formats.arrows import (
    BATCH,
    DOCUMENTS_AT_ONCE,
    Row,
    claim_arrow_rows,
    claim_schema,
    document_arrow_rows,
    document_schema,
    parquet,
)
from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.layers_out import note_registries
from annotate.formats.marks import LAYERS, REGISTRIES, SHARED_LOSSES

TRAIN = "train"
PIECE = 1 << 16
DTYPES = {"double": "float64", "date32[day]": "date32"}

# Says in which split a document is; it is given the document as in a line of `jsonl`.
type SplitOf = Callable[[Row], str]


@dataclass(slots=True)
class Contents:
    """What was written, for the card."""

    rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    n_bytes: Counter[tuple[str, str]] = field(default_factory=Counter)
    stances: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    codebooks: Counter[tuple[str, int]] = field(default_factory=Counter)

    def add(self, name: str, split: str, n_bytes: int, n_rows: int) -> None:
        self.n_bytes[name, split] += n_bytes
        self.rows[name, split] += n_rows

    def note(self, claim: Row) -> None:
        self.kinds[claim["layer_kind"]] += 1
        self.codebooks[claim["codebook"]["name"], claim["codebook"]["version"]] += 1
        self.stances.update(stance["value"] for stance in claim["stances"] if stance["value"])
        self.stances["no stance"] += claim["no_stance"]


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    yield from dataset_members(selection, losses=losses)


def dataset_members(
    selection: Selection,
    *,
    split_of: SplitOf | None = None,
    card: Callable[[Contents], bytes] | None = None,
    losses: Losses | None = None,
) -> Iterator[Member]:
    """Yield the folder. Without `split_of` everything is in one split and streams; otherwise splits are kept meanwhile.

    `card` makes another README.md of what was written.
    """
    contents = Contents()
    claims = _noted(claim_arrow_rows(selection), contents, losses)
    yield from _config("claims", claims, claim_schema(), contents, split_of and _of_claim(split_of))
    documents = document_arrow_rows(selection)
    yield from _config("documents", documents, document_schema(), contents, split_of, batch=DOCUMENTS_AT_ONCE)
    made = card(contents) if card else card_of(selection, contents)
    yield Member(path="README.md", pieces=[made])


def _of_claim(split_of: SplitOf) -> SplitOf:
    return lambda claim: split_of(claim["document"])


def _noted(claims: Iterable[Row], contents: Contents, losses: Losses | None) -> Iterator[Row]:
    layer = ""
    for claim in claims:
        contents.note(claim)
        if losses is not None:
            note_registries(claim, losses)
            if claim["layer"] != layer:
                layer = claim["layer"]
                losses.note(LAYERS, layer)
        yield claim


def _config(
    name: str, rows: Iterator[Row], schema: Any, contents: Contents, split_of: SplitOf | None, *, batch: int = BATCH
) -> Iterator[Member]:
    if split_of is None:
        yield _member(name, TRAIN, parquet(rows, schema, batch=batch, tell=partial(contents.add, name, TRAIN)))
        return
    for split, pieces in _kept(rows, schema, split_of, partial(contents.add, name), batch):
        yield _member(name, split, pieces)


def _member(name: str, split: str, pieces: Iterable[bytes]) -> Member:
    return Member(path=f"{name}/{split}-00000-of-00001.parquet", pieces=pieces)


def _kept(
    rows: Iterator[Row], schema: Any, split_of: SplitOf, count: Callable[[str, int, int], None], batch: int
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Write each split to a temporary file, then yield them by name."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def put(split: str) -> None:
        group = pa.RecordBatch.from_pylist(held.pop(split, []), schema=schema)
        writers[split].write_batch(group)
        count(split, group.nbytes, len(group))

    files: dict[str, IO[bytes]] = {}
    writers: dict[str, Any] = {}
    held: dict[str, list[Row]] = {}
    try:
        for row in rows:
            split = split_of(row)
            if split not in files:
                files[split] = tempfile.TemporaryFile()  # noqa: SIM115  (closed below)
                writers[split] = pq.ParquetWriter(files[split], schema, compression="zstd")
            held.setdefault(split, []).append(row)
            if len(held[split]) >= batch // 4:
                put(split)
        for split in sorted(files):
            put(split)
            writers[split].close()
            files[split].seek(0)
            yield split, iter(partial(files[split].read, PIECE), b"")
    finally:
        for file in files.values():
            file.close()


def card_of(selection: Selection, contents: Contents) -> bytes:
    """Return the card: what is in the folder, for programs and for people."""
    project = selection.project
    n_claims = sum(n for (name, _), n in contents.rows.items() if name == "claims")
    n_documents = sum(n for (name, _), n in contents.rows.items() if name == "documents")
    stances = ", ".join(f"{value} {n}" for value, n in sorted(contents.stances.items()) if n) or "none"
    kinds = ", ".join(f"{n} of {kind} readings" for kind, n in sorted(contents.kinds.items())) or "none"
    books = ", ".join(f"{name} version {number}" for name, number in sorted(contents.codebooks)) or "none"
    texts = "with its text" if selection.with_text else "without its text, which its publisher has; quotes are cut"
    body = f"""
# {project.name}

Who claims what in news articles, and where they stand: {n_claims} claims ({kinds}) in {n_documents} documents.
Stances: {stances}. Codebook: {books}.

- `claims`: one row for each claim, with the words that make it, speakers, stances and answers. In `stances`, `holder`
  is who holds the stance also where nobody was named: whom the first speaker represents, else that speaker.
- `documents`: one row for each document, {texts}. Offsets in `claims` are Unicode code points, half-open, over
  that text.

```python
from datasets import load_dataset

claims = load_dataset("FOLDER", "claims")["train"]
documents = load_dataset("FOLDER", "documents")["train"]
```

The texts belong to their publishers; the annotations say what they say and where, and never whether it is true.
"""
    return ("\n".join(["---", *_yaml(project.name, contents), "---"]) + body).encode()


def _yaml(name: str, contents: Contents) -> Iterator[str]:
    yield f"pretty_name: {json.dumps(name, ensure_ascii=False)}"
    yield from ("tags:", "- claims", "- stance", "- news", "configs:")
    schemas = {"claims": claim_schema(), "documents": document_schema()}
    for config in schemas:
        yield f"- config_name: {config}"
        if config == "claims":
            yield "  default: true"
        yield "  data_files:"
        for split in _splits(config, contents):
            yield f"  - split: {split}"
            yield f"    path: {config}/{split}-*.parquet"
    yield "dataset_info:"
    for config, schema in schemas.items():
        yield f"- config_name: {config}"
        yield "  features:"
        yield from _features(schema, "  ")
        yield "  splits:"
        for split in _splits(config, contents):
            yield f"  - name: {split}"
            yield f"    num_bytes: {contents.n_bytes[config, split]}"
            yield f"    num_examples: {contents.rows[config, split]}"


def _splits(config: str, contents: Contents) -> list[str]:
    return sorted({split for name, split in contents.rows if name == config}) or [TRAIN]


def _features(fields: Iterable[Any], indent: str) -> Iterator[str]:
    """Yield the features of a schema, or of a struct, as the card's YAML names them."""
    for one in fields:
        yield f"{indent}- name: {one.name}"
        yield from _feature(one.type, f"{indent}  ")


def _feature(type: Any, indent: str) -> Iterator[str]:
    import pyarrow as pa

    if pa.types.is_struct(type):
        yield f"{indent}struct:"
        yield from _features(list(type), indent)
    elif pa.types.is_list(type) and pa.types.is_struct(type.value_type):
        yield f"{indent}list:"
        yield from _features(list(type.value_type), indent)
    elif pa.types.is_list(type):
        yield f"{indent}list: {type.value_type}"
    else:
        yield f"{indent}dtype: {_dtype(str(type))}"


def _dtype(name: str) -> str:
    found = DTYPES.get(name, name)
    return f"'{found}'" if "[" in found else found


FORMAT = Format(
    key="huggingface",
    name="Hugging Face dataset folder",
    extension="huggingface.zip",
    content_type="application/zip",
    description="Claims and documents as Parquet with typed features and a card, for datasets.load_dataset.",
    write=write,
    is_folder=True,
    is_textless=True,
    losses={name: SHARED_LOSSES[name] for name in (REGISTRIES, LAYERS)},
    library="pyarrow",
    extra="parquet",
)
