"""Nothing that a person did is lost, or stored as another’s: sessions that end, and others who sign in."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session

from annotate.models import Claim, Layer
from tests import make
from tests.browser.hands import saved
from tests.browser.nothing_lost.outbox import (
    CLAIMS,
    ONE,
    TWO,
    bad,
    in_outbox,
    kept,
    make_claim,
    owners,
    sign_in,
    stored,
    until,
)

pytestmark = [pytest.mark.once(on="postgres"), pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_session_that_ended_keeps_the_work_until_the_next_sign_in(visitor, path):
    page = visitor.open(path)
    page.on("dialog", lambda dialog: dialog.accept())
    Session.objects.all().delete()
    make_claim(page, ONE)
    bad(page)
    assert stored() == []

    in_outbox(page, 1)
    page.goto(f"{visitor.server.url}/login/?next={path}")
    sign_in(page, "ann")
    page.wait_for_url(f"**{path}**")
    until(page, lambda: stored() == [(ONE, False)])
    saved(page)

    assert kept(page) == []


def test_signing_in_again_in_another_tab_is_enough(visitor, path):
    page = visitor.open(path)
    Session.objects.all().delete()
    make_claim(page, ONE)
    bad(page)

    other = visitor.open("/login/")
    sign_in(other, "ann")
    other.wait_for_url("**/")
    make_claim(page, TWO)
    saved(page)

    assert stored() == [(ONE, False), (TWO, False)]


def test_work_of_one_person_is_neither_shown_nor_sent_as_anothers(visitor, project, path, ann):
    make.member(project, "ben")
    page = visitor.open(path)
    page.on("dialog", lambda dialog: dialog.accept())
    page.route(CLAIMS, lambda route: route.abort())
    make_claim(page, ONE)
    in_outbox(page, 1)
    visitor.context.clear_cookies()
    page.unroute_all()

    page.goto(f"{visitor.server.url}/login/?next={path}")
    sign_in(page, "ben")
    page.wait_for_url(f"**{path}**")
    make_claim(page, TWO)
    saved(page)
    assert page.locator("#claim-list .c").count() == 1
    assert ONE not in page.locator("#claim-list").inner_text()
    assert owners() == [("ben", TWO)]
    assert kept(page) == [(str(ann.pk), ONE)]

    visitor.context.clear_cookies()
    page.goto(f"{visitor.server.url}/login/?next={path}")
    sign_in(page, "ann")
    page.wait_for_url(f"**{path}**")
    until(page, lambda: Claim.objects.filter(layer__annotator=ann).exists())
    saved(page)
    assert owners() == [("ann", ONE), ("ben", TWO)]
    assert kept(page) == []


def test_a_page_left_open_while_somebody_else_signs_in_sends_nothing_as_them(visitor, project, path):
    make.member(project, "ben")
    page = visitor.open(path)
    visitor.context.clear_cookies()
    other = visitor.open("/login/")
    sign_in(other, "ben")
    other.wait_for_url("**/")

    make_claim(page, ONE)
    bad(page)
    other.reload()

    assert stored() == [] and not Layer.objects.exists()
    assert len(kept(page)) == 1
