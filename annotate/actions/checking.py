"""Checks of what people type that several actions share; each raises Invalid with value, rule and remedy."""

from __future__ import annotations

from annotate.payloads.problems import FieldError, Invalid
from corpus.text.names import InvalidName, check_name


def invalid(pointer: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=pointer, detail=detail)])


def checked_name(raw: object, *, what: str, pointer: str = "/name") -> str:
    """Return a name without outer space. Raises Invalid."""
    if not isinstance(raw, str):
        raise invalid(pointer, f"{str(raw)[:60]!r} is no name for a {what}; give a text.")
    try:
        return check_name(raw, what=what)
    except InvalidName as error:
        raise invalid(pointer, str(error)) from error
