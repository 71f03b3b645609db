"""A release without the texts: quotes cut to their first characters, wherever they stand."""

from __future__ import annotations

from typing import Any


def cut_quotes(value: Any, longest: int) -> Any:
    """Return a record with the quote of every span cut; offsets say how long it was. Nothing is changed in place."""
    if isinstance(value, dict):
        found = {name: cut_quotes(one, longest) for name, one in value.items()}
        if isinstance(found.get("quote"), str) and "start" in found and "end" in found:
            found["quote"] = found["quote"][:longest]
        return found
    return [cut_quotes(one, longest) for one in value] if isinstance(value, list) else value


def cut_words(value: Any, longest: int) -> Any:
    """Return a value said in words, which may quote the text, with every string of it cut."""
    if isinstance(value, str):
        return value[:longest]
    if isinstance(value, dict):
        return {name: cut_words(one, longest) for name, one in value.items()}
    return [cut_words(one, longest) for one in value] if isinstance(value, list) else value
