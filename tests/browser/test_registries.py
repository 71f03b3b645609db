"""Registries by keyboard: pairs decided one after the other, and rows of the list worked on."""

from __future__ import annotations

from typing import Any

import pytest

from annotate.models import NotSame
from corpus.models import Target
from tests import make

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_doubles_are_decided_and_rows_worked_on_by_keys(project: Any, visit: Any) -> None:
    for name in ("Zinc roof", "zinc roof", "Zebra way", "zebra way"):
        make.entry(project, Target, name)
    view = visit(make.member(project, "curator", "curator")).open(f"/p/{project.slug}/registries/targets/doubles/")
    kept = view.locator(".doubles > .now .main").first.inner_text()

    view.keyboard.press("1")
    view.get_by_text(f"is merged into “{kept}”").wait_for()
    merged = Target.objects.get(merged_into__isnull=False)
    assert merged.merged_into is not None and merged.merged_into.name == kept
    view.locator(".doubles > .now").wait_for()
    view.keyboard.press("d")
    view.get_by_text("they are not offered again").wait_for()
    assert NotSame.objects.count() == 1
    view.keyboard.press("u")
    view.get_by_text("may be offered again").wait_for()
    assert not NotSame.objects.exists()

    view.goto(view.url.split("doubles/")[0] + "?q=zebra")
    view.keyboard.press("j")
    view.keyboard.press("r")
    view.keyboard.type("Zebra crossing")
    view.keyboard.press("Enter")
    view.get_by_text("It is called “Zebra crossing” now.").wait_for()
    assert Target.objects.filter(name="Zebra crossing").exists()
