"""Values of filters as a query string or JSON brings them, read strictly: a bad one is refused with its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from annotate.models import Project
from annotate.payloads.claims import bad_character
from annotate.payloads.problems import FieldError, Invalid
from annotate.permissions import AnyUser
from corpus.text.query import Query, QueryError, parse_query

MAX_VALUE = 1000
FLAGS = {"": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Whose view and which project a filter over labels is about."""

    user: AnyUser
    project: Project


def refuse(key: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=f"/{key}", detail=detail)])


def refuse_unknown(given: Iterable[str], known: Iterable[str]) -> None:
    """Raise Invalid, with the list, for a name that is no filter."""
    names = list(known)
    for name in given:
        if name not in names:
            raise refuse(name[:60], f"{name[:60]!r} is no filter; use {', '.join(names)}.")


def text_of(raw: Mapping[str, Any], key: str, most: int = MAX_VALUE) -> str:
    found = raw.get(key)
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > most or bad_character(found) is not None:
        detail = f"{str(found)[:60]!r} cannot be looked for; give a text of at most {most} characters."
        raise refuse(key, detail)
    return found.strip()


def words_of(raw: Mapping[str, Any], key: str = "q") -> str:
    """Return a search as it was typed, after a look at whether it can be one."""
    found = raw.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise refuse(key, f"{str(found)[:60]!r} cannot be looked for; give a text.")
    try:
        if found.strip():
            parse_query(found)
    except QueryError as error:
        raise refuse(key, str(error)) from None
    return found.strip()


def query_of(words: str) -> Query | None:
    return parse_query(words) if words else None


def day_of(raw: Mapping[str, Any], key: str) -> date | None:
    found = text_of(raw, key)
    try:
        return date.fromisoformat(found) if found else None
    except ValueError:
        raise refuse(key, f"{found[:60]!r} is no day; write it as 2026-05-31.") from None


def flag_of(raw: Mapping[str, Any], key: str) -> bool | None:
    found = text_of(raw, key)
    if found not in FLAGS:
        raise refuse(key, f"{found[:60]!r} is neither true nor false; give one of them.")
    return FLAGS[found]


def choice_of(raw: Mapping[str, Any], key: str, allowed: Iterable[str]) -> str:
    found, choices = text_of(raw, key), list(allowed)
    if found and found not in choices:
        raise refuse(key, f"{found[:60]!r} is not known; choose from {', '.join(choices)}.")
    return found


def uuid_or_none(value: str) -> UUID | None:
    try:
        return UUID(value) if len(value) in (32, 36) else None
    except ValueError:
        return None
