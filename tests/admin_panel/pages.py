"""Addresses of the panel, and forms sent as a browser sends them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

from annotate.admin.site import site

MODELS = sorted(site._registry, key=lambda model: model._meta.label)


def listing(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page(obj: Any, kind: str = "change") -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{kind}", args=[obj.pk])


def adding(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


class FormReader(HTMLParser):
    """Collects the fields of the page's main form with what a browser would send back."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.inside = False
        self.area: str | None = None
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        found = dict(attrs)
        if tag == "form":
            self.inside = (found.get("id") or "").endswith("_form")
        if not self.inside:
            return
        name = found.get("name")
        if tag == "input" and name and found.get("type") not in ("submit", "checkbox", "radio"):
            self.values[name] = found.get("value") or ""
        elif tag == "input" and name and "checked" in found:
            self.values[name] = found.get("value") or "on"
        elif tag == "textarea" and name:
            self.area, self.values[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in found:
            self.values[self.select] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            typed = self.values[self.area].removeprefix("\n")
            self.values[self.area] = typed.replace("\n", "\r\n")
            self.area = None
        elif tag == "form":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data


def form_values(client: Client, address: str) -> dict[str, str]:
    reader = FormReader()
    reader.feed(client.get(address).content.decode())
    return reader.values


def save(client: Client, obj: Any, **changes: Any) -> Any:
    """Open the page, change some fields, send the form; follows to the list."""
    values = form_values(client, page(obj)) | changes | {"_save": "Save"}
    return client.post(page(obj), values, follow=True)


def run(client: Client, model: Any, action: str, *objects: Any, **values: Any) -> Any:
    """Run an action of a list."""
    sent = {"action": action, "index": "0", "_selected_action": [str(obj.pk) for obj in objects]} | values
    return client.post(listing(model), sent, follow=True)


def press(client: Client, obj: Any, action: str) -> Any:
    """Press a button beside the title of an object's page."""
    sent = {"CHANGE_FORM-action": action, "_selected_action": str(obj.pk)}
    return client.post(page(obj), sent, follow=True)
