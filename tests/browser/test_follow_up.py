"""A follow-up round by keyboard alone: digits answer the lit question, Enter saves and goes on."""

from __future__ import annotations

import pytest

from annotate.actions import follow_ups, layers
from annotate.models import Layer
from annotate.records import claim_dicts
from tests import make

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TONE = {"key": "tone", "kind": "choice", "labels": {"calm": [], "sharp": []}, "is_required": True}


def test_two_keys_a_claim_and_the_reading_is_submitted(visit, project):
    ann, document = make.member(project, "ann"), make.document(project)
    for quote in ("The closure is needed", "it will be short"):
        make.claim(ann, document, quote)
    layers.submit_layer(user=ann, document=document, now=make.NOW)
    make.version(project, attributes=[TONE, {"key": "loud", "kind": "boolean"}])
    round = make.follow_up(project, "attributes/tone", "attributes/loud")
    follow_ups.open_follow_up_layer(user=ann, round=round, document=document, now=make.NOW)
    page = visit(ann).open(f"/p/bridge/d/{document.pk}/follow-up/?round={round.pk}")

    for keys, place in (("2 1", "1 of 2"), ("1 2", "2 of 2")):
        page.locator(".pager span", has_text=place).wait_for()
        for key in keys.split():
            page.keyboard.press(key)
        page.keyboard.press("Enter")
    page.wait_for_url("**/p/bridge/")

    layer = Layer.objects.get(round=round)
    assert layer.status == "submitted"
    found = sorted(claim_dicts(layer.claims.all()), key=lambda claim: claim["spans"][0]["start"])
    assert [claim["attributes"] for claim in found] == [
        {"tone": "sharp", "loud": True}, {"tone": "calm", "loud": False},
    ]  # fmt: skip
