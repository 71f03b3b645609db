"""If-Match and If-None-Match (RFC 9110 §13.1), for records that carry a version number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from annotate.payloads.problems import PreconditionFailed, PreconditionRequired

ETAG = re.compile(r'(?:W/)?"([^"]*)"')


def etag(version: int) -> str:
    return f'"{version}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Precondition:
    """What the client says it saw: versions, `*`, or nothing."""

    if_match: frozenset[str] | None = None
    if_none_match: frozenset[str] | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Precondition:
        return cls(if_match=_tags(headers.get("If-Match")), if_none_match=_tags(headers.get("If-None-Match")))

    def check_new(self) -> None:
        """Raise unless the request may make a record that does not exist."""
        if self.if_match is not None:
            raise PreconditionFailed(
                "If-Match names a version, but this id is deleted or was never there. "
                "To make it (again), send If-None-Match: * instead.",
                extra={"current": None},
            )

    def check_update(self, version: int, *, current: object, sent: object) -> None:
        """Raise unless the request is based on `version`; both versions go into the answer."""
        both = {"current": current, "sent": sent}
        if self.if_none_match is not None and ("*" in self.if_none_match or str(version) in self.if_none_match):
            raise PreconditionFailed("This id exists already, with other content.", extra=both)
        if self.if_match is None:
            raise PreconditionRequired(
                f'This record is at version {version}. Send If-Match: "{version}" once you have seen it.', extra=both
            )
        if "*" not in self.if_match and str(version) not in self.if_match:
            raise PreconditionFailed(
                f"Your change is based on another version; the record is at version {version}. "
                "Look at both, then send the one that shall stand with the current version.",
                extra=both,
            )


def _tags(header: str | None) -> frozenset[str] | None:
    """Return the tags of a header; an unreadable header matches nothing."""
    if header is None or not header.strip():
        return None
    return frozenset({"*"}) if header.strip() == "*" else frozenset(ETAG.findall(header))
