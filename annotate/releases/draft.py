"""Writing a release into a folder, step by step: data first, then the papers that tell of it, the hashes last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from annotate.payloads.codebook_files import codebook_dict
from annotate.releases import difference
from annotate.releases.agreement import agreement_of, headlines, version_of
from annotate.releases.card import card
from annotate.releases.citation import citation_cff, datacite, zenodo
from annotate.releases.contents import CARD, SUMS, kind_of, missing
from annotate.releases.croissant import croissant
from annotate.releases.entries import REGISTRIES, entry_dicts
from annotate.releases.facts import Facts, RoundFacts
from annotate.releases.figures import Figures
from annotate.releases.folder import Folder, Writer
from annotate.releases.methods import methods
from annotate.releases.quoting import cut_quotes, cut_words
from annotate.releases.settings import SPLIT_NAMES, ReleaseSettings, SelectionRule
from annotate.releases.source import Source
from annotate.releases.splits import Days, Splits, make_splits
from annotate.releases.tables import READING_COLUMNS, FlatTable, Place, line
from annotate.reports.agreement import as_csv, as_dict

FORMAT = 1
# Fields of a decision whose values are pieces of the text.
OF_TEXT = ("spans", "cue", "mention")


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The release before: what it is called, where its files lie, and how it was split."""

    id: str
    number: int
    sha256: str
    folder: Path
    figures: dict[str, Any]
    asked: ReleaseSettings

    def moved_because(self, settings: ReleaseSettings, *, are_days_known: bool) -> str:
        """Return why documents are in another split than before."""
        if self.asked.splits != settings.splits:
            return "the rule of the splits changed"
        if settings.splits.by == "date" and self.asked.selection.scope != settings.selection.scope:
            return "other outlets or days were chosen"
        is_drawn_anew = settings.splits.by == "date" and not are_days_known
        return "the dividing days were not fixed yet" if is_drawn_anew else "stories turned out to be one"


@dataclass(slots=True, kw_only=True)
class Draft:
    """A release while it is written. The steps are run in order; each is named for whoever waits."""

    source: Source
    facts: Facts
    folder: Folder
    previous: Previous | None = None
    days: Days | None = None  # that divide the splits, where an earlier release under the same rules fixed them
    figures: Figures = field(default_factory=Figures)
    splits: Splits | None = None
    places: dict[str, Place] = field(default_factory=dict)
    document_keys: list[bytes] = field(default_factory=list)
    claim_keys: list[bytes] = field(default_factory=list)
    table: FlatTable | None = None

    @property
    def settings(self) -> ReleaseSettings:
        return self.facts.settings

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        return [
            ("documents", self.write_documents),
            ("gold claims", self.write_claims),
            ("readings", self.write_readings),
            ("decisions", self.write_decisions),
            ("registries", self.write_registries),
            ("codebook", self.write_codebook),
            ("agreement", self.write_agreement),
            ("difference", self.write_difference),
            ("papers", self.write_papers),
        ]

    def cut(self, value: Any) -> Any:
        """Return a record as this release may show it: quotes whole, or their first characters."""
        return value if self.settings.has_texts else cut_quotes(value, self.settings.quote_characters)

    def write_documents(self) -> None:
        articles = self.source.articles()
        splits = self.splits = make_splits(articles, self.settings.splits, self.days)
        story = {found.id: found.story for found in articles}
        with self.folder.open("documents.jsonl") as file, self.folder.open("splits.csv") as table:
            table.write(line(("document_id", "split", "story", "external_id", "published_on")))
            for document in self.source.document_dicts(has_texts=self.settings.has_texts):
                id = document["id"]
                document |= {"split": splits.by_document[id], "story": story[id]}
                file.write_json(self.cut(document))
                row = [id, document["split"], story[id], document["external_id"], document["published_on"]]
                table.write(line(row))
                self.places[id] = _place(document)
                self.figures.add_document(document)
                self.document_keys.append(difference.document_key(document))

    def write_claims(self) -> None:
        views = self.source.codebooks()
        self.figures.told_apart = self.source.told_apart()
        table = self.table = FlatTable.of(views)
        self.facts.codebooks = [(view.name, view.version.number) for view in views]
        self.facts.columns = table.columns
        with ExitStack() as stack:
            file, flat = (stack.enter_context(self.folder.open(name)) for name in ("claims.jsonl", "claims.csv"))
            flat.write(line(table.columns))
            parts: dict[str, Writer] = {}
            for claim in self.source.gold_claims():
                place = self.places[claim["document"]["id"]]
                self.claim_keys.append(difference.claim_key(claim))
                self.figures.add_claim(claim, place.split)
                claim = self.cut(claim)
                file.write_json(claim)
                if place.split not in parts:
                    parts[place.split] = stack.enter_context(self.folder.open(f"data/{place.split}.csv"))
                    parts[place.split].write(line(table.columns))
                for row in table.rows(claim, claim["document"]["id"], place, claim["codebook"]["version"]):
                    cells = line(row)
                    flat.write(cells)
                    parts[place.split].write(cells)

    def write_readings(self) -> None:
        assert self.table is not None
        table = self.table
        with self.folder.open("annotators.jsonl") as file, self.folder.open("readings.csv") as flat:
            flat.write(line((*READING_COLUMNS, *table.columns)))
            for reading in self.source.readings():
                self.figures.add_reading(reading)
                reading = self.cut(reading)
                file.write_json(reading)
                if "last" not in reading["which"]:
                    continue
                head = [reading["annotator"], reading["round"]["number"], reading["submission"], reading["layer"]]
                id, version = reading["document"], reading["codebook"]["version"]
                for claim in reading["claims"]:
                    for row in table.rows(claim, id, self.places[id], version):
                        flat.write(line([*head, *row]))

    def write_decisions(self) -> None:
        with self.folder.open("decisions.jsonl") as file:
            for decision in self.source.decisions():
                self.figures.add_decision(decision)
                if not self.settings.has_texts:
                    for found in decision["fields"]:
                        for name in ("value", "options") if found["field"] in OF_TEXT else ():
                            found[name] = cut_words(found[name], self.settings.quote_characters)
                file.write_json(decision)

    def write_registries(self) -> None:
        for name in REGISTRIES:
            self.folder.add_lines(f"registries/{name}.jsonl", entry_dicts(self.source.project.corpus_id, name))

    def write_codebook(self) -> None:
        for view in self.source.codebooks():
            number = view.version.number
            self.folder.add_json(f"codebook/version-{number}.json", codebook_dict(view))
            self.folder.add(f"codebook/version-{number}.md", view.version.guidelines.rstrip() + "\n")

    def write_agreement(self) -> None:
        report = agreement_of(self.source)
        self.facts.agreement, self.facts.agreement_version = headlines(report), version_of(report)
        self.folder.add_json("agreement.json", as_dict(report))
        self.folder.add("agreement.csv", as_csv(report))

    def write_difference(self) -> None:
        assert self.splits is not None
        self.facts.figures = self.figures.as_dict()
        self.facts.splits = self.splits.as_dict()
        self.facts.rounds = [_round(found) for found in self.source.rounds_read()]
        self.facts.difference = self._difference()
        self.folder.add_json("figures.json", self.facts.figures | self._shared())
        self.folder.add_json("difference.json", self.facts.difference)

    def _difference(self) -> dict[str, Any]:
        before, after = self.previous, self.facts
        none = difference.Difference().as_dict()
        if before is None:
            found = {"previous": None, "documents": none, "claims": none, "selection": None}
            return found | {"moved": [], "because": "", "figures": {}}
        old = _splits_of(before.folder)
        new = self.splits.by_document if self.splits else {}
        documents = map(difference.document_key, _lines(before.folder / "documents.jsonl"))
        claims = map(difference.claim_key, _lines(before.folder / "claims.jsonl"))
        counts = before.figures["counts"]
        return {
            "previous": {"id": before.id, "number": before.number, "sha256": before.sha256},
            "documents": difference.compare(documents, self.document_keys).as_dict(),
            "claims": difference.compare(claims, self.claim_keys).as_dict(),
            "selection": _changed(before.asked.selection, after.settings.selection),
            "moved": sorted(id for id, split in new.items() if old.get(id, split) != split),
            "because": before.moved_because(after.settings, are_days_known=self.days is not None),
            "figures": {name: [counts.get(name), n] for name, n in after.figures["counts"].items()},
        }

    def _shared(self) -> dict[str, Any]:
        return {"agreement": list(self.facts.agreement), "splits": dict(self.facts.splits)}

    def write_papers(self) -> None:
        facts, folder = self.facts, self.folder
        folder.add_json("release.json", self._record())
        facts.files = folder.files()
        folder.add_json("croissant.json", croissant(facts))
        folder.add("CITATION.cff", citation_cff(facts))
        folder.add_json("datacite.json", datacite(facts))
        folder.add_json(".zenodo.json", zenodo(facts))
        facts.files = folder.files()
        folder.add(CARD, card(facts))
        facts.files = folder.files()
        folder.add(SUMS, "".join(f"{file.sha256}  {file.path}\n" for file in facts.files))
        facts.files = folder.files()
        for file in facts.files:
            kind_of(file.path)
        assert not missing(folder.written), missing(folder.written)

    def _record(self) -> dict[str, Any]:
        facts = self.facts
        asked = facts.settings.as_dict()
        identifier, name, address = facts.licence
        return {
            "standpoint_release": FORMAT,
            "id": facts.id,
            "number": facts.number,
            "title": facts.title,
            "note": asked["note"],
            "project": {"slug": facts.slug, "name": facts.project},
            "frozen_at": facts.frozen_at.isoformat(),
            "previous": facts.difference["previous"],
            "licence": {
                "annotations": {"id": identifier, "name": name, "url": address},
                "texts": facts.settings.licence_texts,
            },
            "texts": facts.settings.texts,
            "quote_characters": None if facts.settings.has_texts else facts.settings.quote_characters,
            "selection": asked["selection"] | {"submissions": ["first", "last"]},
            "splits": asked["splits"] | dict(facts.splits),
            "rounds": [{"number": found.number, "name": found.name} for found in facts.rounds],
            "codebooks": [{"name": name, "version": number} for name, number in facts.codebooks],
            "machine_suggestions": [],
            "detected": facts.figures["detected"],
            "methods": methods(facts),
            "citation": facts.citation,
        }

    def shown(self) -> dict[str, Any]:
        """Return what the row keeps for pages and API: bounded, whatever the size of the release."""
        facts = self.facts
        most = {name: found[:50] if isinstance(found, list) else found for name, found in facts.figures.items()}
        counts = {
            what: {name: len(ids) for name, ids in facts.difference[what].items()} for what in ("documents", "claims")
        }
        return (
            most
            | self._shared()
            | {
                "methods": methods(facts),
                "citation": facts.citation,
                "difference": {
                    "previous": facts.difference["previous"],
                    **counts,
                    "selection": facts.difference["selection"],
                    "moved": len(facts.difference["moved"]),
                    "because": facts.difference["because"],
                    "figures": facts.difference["figures"],
                },
            }
        )


def _place(document: dict[str, Any]) -> Place:
    return Place(
        external_id=document["external_id"],
        source=document["source"],
        published_on=document["published_on"] or "",
        split=document["split"],
    )


def _changed(before: SelectionRule, after: SelectionRule) -> dict[str, Any] | None:
    """Return both rules where other outlets or days were chosen."""
    return {"before": before.as_dict(), "after": after.as_dict()} if before.scope != after.scope else None


def _round(found: Any) -> RoundFacts:
    return RoundFacts(
        number=found.number,
        name=found.name,
        overlap=found.overlap,
        share=found.share,
        is_blind=found.is_blind,
        is_follow_up=found.follows_id is not None,
        codebook=found.codebook_version.number,
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for row in file:
            yield orjson.loads(row)


def _splits_of(folder: Path) -> dict[str, str]:
    """Return the split of each document of an earlier release; ids and names of splits need no quoting."""
    with (folder / "splits.csv").open(encoding="utf-8", newline="") as file:
        next(file)
        return {id: split for id, split, *_ in (row.split(",", 2) for row in file) if split in SPLIT_NAMES}
