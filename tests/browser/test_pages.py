"""Pages beside the reader, on a narrow screen and under the strict policy."""

from __future__ import annotations

import pytest

from annotate.actions import projects
from tests import make

NARROW = {"width": 390, "height": 844}


@pytest.mark.parametrize("path", ["/", "/p/long/", "/p/long/members/", "/p/long/documents/"])
def test_long_names_and_the_menu_stay_on_a_narrow_page(visit, project, path):
    name = "Unbroken" * 36
    manager = make.user("manager")
    made = projects.create_project(user=manager, slug="long", name=name, now=make.NOW)
    make.document(made, title=name, source=name)
    make.member(made, "n" * 149)
    page = visit(manager).open(path)
    page.set_viewport_size(NARROW)

    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    for link in page.locator(".menu a").all():
        box = link.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= NARROW["width"]


def test_the_account_page_keeps_the_policy(visit, project):
    """Errors in the console, of the policy too, fail the test in the end."""
    page = visit(make.user("manager")).open("/account/")

    page.fill("input[name=name]", "laptop")
    page.click("#make-token")
    page.wait_for_selector("#secret")

    assert page.locator("[style]").count() == 0
