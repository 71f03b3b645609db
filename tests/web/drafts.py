"""The form of a draft, read and sent as a browser without scripts does."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

DRAFT = "/p/bridge/codebook/draft/"


class Fields(HTMLParser):
    """Collects what the form of a draft would send."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.inside = False
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        found = dict(attrs)
        name, kind = found.get("name") or "", found.get("type")
        if tag == "form":
            self.inside = found.get("id") == "draft"
        if not self.inside:
            return
        if tag == "input" and kind in ("checkbox", "radio") and "checked" in found:
            self.values.setdefault(name, []).append(found.get("value") or "on")
        elif tag == "input" and kind not in ("checkbox", "radio"):
            self.values[name] = found.get("value") or ""
        elif tag == "textarea":
            self.area, self.values[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in found:
            self.values[self.select] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        elif tag == "form":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data


def fields_of(answer: Any) -> dict[str, Any]:
    reader = Fields()
    reader.feed(answer.content.decode())
    return reader.values


def types(project: Any) -> Any:
    return document(project, number=1)["attributes"][0]


def document(project: Any, *, number: int = 2) -> dict[str, Any]:
    from annotate.payloads.codebook_files import codebook_dict
    from annotate.payloads.codebooks import load_codebook

    return codebook_dict(load_codebook(project.codebook.versions.get(number=number).pk))


def press(client: Any, opened: str, do: str, **values: Any) -> Any:
    """Open a section, change fields, and press a button, as a browser without scripts does."""
    sent = fields_of(client.get(f"{DRAFT}?open={opened}" if opened else DRAFT))
    return client.post(DRAFT, sent | values | {"do": do})


def keys(found: list[dict[str, Any]]) -> list[str]:
    return [one["key"] for one in found]
