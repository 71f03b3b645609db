"""What a restore reports: what it made, what was there already, what differs, and what it refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from annotate.payloads.problems import FieldError

LISTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing in one line that cannot be restored; `pointer` is a JSON pointer into the line."""

    file: str
    line: int
    detail: str
    pointer: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{where}{f', {self.pointer}' if self.pointer else ''}: {self.detail}"


class Refused(Exception):
    """The file cannot be restored as it is; nothing of it was stored but the lines up to `stored_to`.

    0 where no line is, but what they have in common: the project, rounds and accounts.
    """

    def __init__(self, problems: list[Problem], *, n_more: int = 0, stored_to: int | None = None) -> None:
        super().__init__(str(problems[0]))
        self.problems = problems
        self.n_more = n_more
        self.stored_to = stored_to

    def fate(self, name: str) -> str:
        """Return what became of the file of that name, in a sentence."""
        if self.stored_to is None:
            return f"{name} was not restored."
        kept = f"the lines up to {self.stored_to}" if self.stored_to else "only the project, its rounds and accounts"
        return f"Of {name}, {kept} were stored; correct it and restore it again to go on."


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of the files. Lists are cut at LISTED; the counts are whole."""

    made: Counter[str] = field(default_factory=Counter)
    present: Counter[str] = field(default_factory=Counter)
    differences: list[Problem] = field(default_factory=list)
    n_differences: int = 0
    notes: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)  # accounts that were there and became members
    n_lines: int = 0

    def differs(self, file: str, line: int, detail: str) -> None:
        """Note something that is stored otherwise than the file says; what is stored stays."""
        self.n_differences += 1
        if len(self.differences) < LISTED:
            self.differences.append(Problem(file=file, line=line, detail=detail))


@dataclass(slots=True, kw_only=True)
class Problems:
    """Collects the problems of one file, bounded."""

    file: str
    found: list[Problem] = field(default_factory=list)
    n: int = 0

    def add(self, line: int, errors: Iterable[FieldError]) -> None:
        for error in errors:
            self.n += 1
            if len(self.found) < LISTED:
                self.found.append(Problem(file=self.file, line=line, pointer=error.pointer, detail=error.detail))

    def raise_any(self) -> None:
        if self.found:
            raise Refused(self.found, n_more=self.n - len(self.found))
