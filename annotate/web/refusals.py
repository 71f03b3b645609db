"""What was refused of an import, put together by what is wrong: hundreds of places with one mistake are one item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from annotate.formats.composing import UNMAPPED

SPOTS = 8  # so many values at most of one mistake
MEANING = "say under “What labels become” what each stands for, a line each, such as {0}=claim or {0}=ignore"

BY_COMMAND, ON_THE_PAGE = "with --as", "under “Annotator”"


@dataclass(slots=True)
class Spot:
    """A value that was refused, where it first stands, and how often it does."""

    value: str
    at: str
    n: int = 0


@dataclass(slots=True)
class Mistake:
    rule: str
    said: str
    n: int = 0
    found: dict[str, Spot] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Return the rule as a sentence begins; a value that it starts with stays as it is written."""
        first = self.rule.partition(" ")[0]
        return self.rule[:1].upper() + self.rule[1:] if first.isalpha() else self.rule

    @property
    def remedy(self) -> str:
        """Return what to do; on the page labels get their meaning in the form, not by options of the command."""
        if self.rule == UNMAPPED:
            return MEANING.format(min(self.found, key=len))
        return self.said.replace(BY_COMMAND, ON_THE_PAGE)

    @property
    def spots(self) -> list[Spot]:
        return list(self.found.values())[:SPOTS]

    @property
    def n_more(self) -> int:
        return self.n - sum(spot.n for spot in self.spots)


def mistakes_of(refused: Iterable[Mapping[str, str]]) -> list[Mistake]:
    """Return what is wrong, in the order in which it was found first; a file is named where there are several."""
    rows = list(refused)
    has_files = len({row["file"] for row in rows}) > 1
    found: dict[tuple[str, str], Mistake] = {}
    for row in rows:
        said = "" if row["rule"] == UNMAPPED else row["remedy"]
        mistake = found.setdefault((row["rule"], said), Mistake(row["rule"], said))
        at = ", ".join(part for part in (row["file"] if has_files else "", row["at"]) if part)
        spot = mistake.found.setdefault(row["value"], Spot(row["value"], at))
        spot.n, mistake.n = spot.n + 1, mistake.n + 1
    return list(found.values())
