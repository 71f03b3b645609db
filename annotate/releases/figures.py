"""The figures of a release: how much there is of what, and the share of each side, speaker and outlet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotate.models import DecisionKind
from annotate.releases.tables import holder

type Entry = tuple[str, str]  # name and id

COUNTED = (
    *("documents", "documents_with_gold", "claims", "stances", "claims_without_stance", "readings", "submissions"),
    *("claims_of_annotators", "decisions"),
)


@dataclass(slots=True, kw_only=True)
class Figures:
    """Counts that grow while the files are written; `told_apart` are the disambiguations of entries by id."""

    told_apart: Mapping[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    outlets: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    stances: Counter[str] = field(default_factory=Counter)
    sides: Counter[tuple[str, Entry]] = field(default_factory=Counter)
    speakers: Counter[Entry] = field(default_factory=Counter)
    holders: Counter[Entry] = field(default_factory=Counter)
    claims_by_outlet: Counter[str] = field(default_factory=Counter)
    claims_by_split: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    detected: Counter[str] = field(default_factory=Counter)
    detected_by_annotators: Counter[str] = field(default_factory=Counter)
    annotators: set[str] = field(default_factory=set)
    first_day: str | None = None
    last_day: str | None = None

    def add_document(self, document: dict[str, Any]) -> None:
        self.counts["documents"] += 1
        self.counts["documents_with_gold"] += document["gold"] is not None
        self.outlets[document["source"]] += 1
        if document["language"]:
            self.languages[document["language"]] += 1
        if day := document["published_on"]:
            self.first_day = min(self.first_day or day, day)
            self.last_day = max(self.last_day or day, day)

    def add_claim(self, claim: dict[str, Any], split: str) -> None:
        self.counts["claims"] += 1
        self.detected.update(_rules([claim]))
        self.counts["stances"] += len(claim["stances"])
        self.counts["claims_without_stance"] += not claim["stances"]
        self.claims_by_outlet[claim["document"]["source"]] += 1
        self.claims_by_split[split] += 1
        for speaker in claim["speakers"]:
            self.speakers[self.name(speaker)] += 1
        for stance in claim["stances"]:
            value, target = stance["value"] or "", self.name(stance["target"])
            self.stances[value] += 1
            self.sides[value, target] += 1
            if who := holder(claim, stance):
                self.holders[self.name(who)] += 1

    def name(self, entry: Mapping[str, Any] | None) -> Entry:
        """Return the name of an entry with what tells it from others of that name, and its id."""
        if not entry:
            return ("", "")
        more = self.told_apart.get(entry["id"])
        return (f"{entry['name']} ({more})" if more else entry["name"], entry["id"])

    def add_reading(self, reading: dict[str, Any]) -> None:
        self.annotators.add(reading["annotator"])
        self.counts["submissions"] += 1
        if "last" in reading["which"]:
            self.counts["readings"] += 1
            self.counts["claims_of_annotators"] += len(reading["claims"])
            self.detected_by_annotators.update(_rules(reading["claims"]))

    def add_decision(self, decision: dict[str, Any]) -> None:
        self.counts["decisions"] += 1
        self.decisions[_kind(decision)] += 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "counts": {name: self.counts[name] for name in COUNTED} | {"annotators": len(self.annotators)},
            "period": {"from": self.first_day, "to": self.last_day},
            "languages": _shares(self.languages, "language"),
            "outlets": _shares(self.outlets, "outlet"),
            "claims_by_outlet": _shares(self.claims_by_outlet, "outlet"),
            "claims_by_split": _named(self.claims_by_split),
            "stances": _shares(self.stances, "stance"),
            "sides": [
                {"stance": value, "target": target, "target_id": id, "n": n, "share": _share(n, self.sides.total())}
                for (value, (target, id)), n in _ordered(self.sides)
            ],
            "speakers": _entries(self.speakers, "speaker"),
            "holders": _entries(self.holders, "holder"),
            "decisions": _named(self.decisions),
            "detected": {"claims": _named(self.detected), "claims_of_annotators": _named(self.detected_by_annotators)},
        }


def _kind(decision: dict[str, Any]) -> str:
    """Return what became of a unit; what was accepted is as one of the readings has it, or put together from them."""
    if decision["by_itself"]:
        return "settled by itself"
    if decision["kind"] != DecisionKind.ACCEPTED:
        return str(decision["kind"])
    is_whole = any(reading["whole"] for reading in decision["readings"])
    return "accepted from one reading" if is_whole else "accepted from several readings"


def _rules(claims: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the rule of each claim of which a rule found values in the text."""
    return (claim["detected"]["rule"] for claim in claims if claim.get("detected"))


def _named(found: Counter[str]) -> dict[str, int]:
    return {name: found[name] for name in sorted(found)}


def _ordered[K](found: Counter[K]) -> list[tuple[K, int]]:
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def _share(n: int, total: int) -> float:
    return round(n / total, 4) if total else 0.0


def _shares(found: Counter[str], name: str) -> list[dict[str, Any]]:
    return [{name: key, "n": n, "share": _share(n, found.total())} for key, n in _ordered(found)]


def _entries(found: Counter[Entry], name: str) -> list[dict[str, Any]]:
    return [{name: key, "id": id, "n": n, "share": _share(n, found.total())} for (key, id), n in _ordered(found)]
