"""What the reader answers to a save: exactly what the page would show, in a bounded number of queries."""

from __future__ import annotations

import re
import uuid

import orjson
import pytest

from annotate.models import Claim, StanceLabel
from corpus.models import Speaker
from tests import make

pytestmark = pytest.mark.django_db
BLOCK = r'<(p|h1) id="{}".*?</\1>'


@pytest.fixture
def project():
    return make.project()


@pytest.fixture
def document(project):
    return make.document(project)


@pytest.fixture
def page(client, project, document):
    """The reader of one annotator, who has a claim already."""
    ann = make.member(project, "ann")
    make.claim(ann, document, "The closure is needed")
    client.force_login(ann)
    return Page(client, f"/p/{project.slug}/d/{document.pk}/", f"?round={project.rounds.get().pk}")


class Page:
    def __init__(self, client, path, query):
        self.client, self.path, self.query = client, path, query

    def html(self):
        return self.client.get(self.path + self.query).content.decode()

    def send(self, method, id, body=None, **headers):
        path = f"{self.path}claims/{id}/{self.query}"
        return self.client.generic(method, path, orjson.dumps(body), "application/json", headers=headers)

    def check(self, answer):
        """Every block and the item of the answer stand in the page just so."""
        found, html = answer.json(), self.html()
        for id, block in found["blocks"].items():
            assert re.search(BLOCK.format(id), html, re.DOTALL).group() == block
        assert found["item"] is None or found["item"] in html
        return found


def by_id(claim):
    """A claim as the scripts send it back, entries by id."""
    return {name: claim[name] for name in ("spans", "speakers", "stances")}


def test_the_answer_is_what_the_page_shows(page, document):
    id, text = uuid.uuid4(), document.text
    made = page.check(page.send("PUT", id, make.body(text, "The closure is needed", "be short")))
    assert list(made["blocks"]) == ["b1"]
    moved = page.check(page.send("PUT", id, make.body(text, "opposes the closure"), **{"If-Match": '"1"'}))
    assert list(moved["blocks"]) == ["b1", "b2"]
    gone = page.check(page.send("DELETE", id, **{"If-Match": '"2"'}))
    assert list(gone["blocks"]) == ["b2"] and gone["n_claims"] == 1


def test_a_claim_across_paragraphs_is_drawn_in_those_between(page, document):
    wide = make.body(document.text, "close for repairs", "The fishers")
    assert list(page.check(page.send("PUT", uuid.uuid4(), wide))["blocks"]) == ["b0", "b1", "b2"]
    inside = page.check(page.send("PUT", uuid.uuid4(), make.body(document.text, "it will be short")))
    assert list(inside["blocks"]) == ["b1"]


def test_a_stance_on_a_target_merged_as_the_opposite_is_drawn_turned_round(page, project, document):
    from annotate.actions.registries import merge_entry
    from corpus.models import Target

    target = Target.objects.get(name="Closure of the bridge")
    other = Target.objects.create(corpus=project.corpus, name="Open bridge")
    merge_entry(user=make.user("manager"), entry=target, into=other, is_inverted=True)
    ferry = [{"target": {"name": "Ferry"}, "value": "support"}]
    answer = page.check(page.send("PUT", uuid.uuid4(), make.body(document.text, "it will be short", stances=ferry)))
    slots = {label.key: label.slot for label in StanceLabel.objects.filter(key__in=("support", "oppose"))}
    block = answer["blocks"]["b1"]
    assert f'class="l0 {slots["oppose"]}0' in block and f'class="l0 {slots["support"]}0' in block


def test_the_number_of_queries_does_not_grow_with_the_layer(page, document, django_assert_max_num_queries):
    entries = by_id(page.send("PUT", uuid.uuid4(), make.body(document.text, "it will be short")).json()["claim"])
    for _ in range(2):
        new = entries | {"spans": [make.span(document.text, "asked")]}
        id = uuid.uuid4()
        with django_assert_max_num_queries(22):
            assert page.send("PUT", id, new, **{"If-None-Match": "*"}).status_code == 201
        with django_assert_max_num_queries(24):
            assert page.send("PUT", id, new | {"note": "n"}, **{"If-Match": '"1"'}).status_code == 200
        for _ in range(10):
            page.send("PUT", uuid.uuid4(), new)
    assert Claim.objects.count() == 24


def test_what_was_stored_without_an_answer_is_told_by_the_names_it_was_sent_with(client, project, document):
    """So that the page sees its own claim in it, which knows a new entry by its name only, and asks nobody."""
    make.version(project, attributes=[{"key": "to", "kind": "entity", "scope": scope} for scope in ("claim", "stance")])
    round = make.round(project, closes=True)
    client.force_login(make.member(project, "ann"))
    page = Page(client, f"/p/{project.slug}/d/{document.pk}/", f"?round={round.pk}")
    id, to, asked = uuid.uuid4(), {"to": {"name": "Tor Lind"}}, {"Accept": "application/json"}
    stances = [{"target": {"name": name}, "value": "support", "attributes": to} for name in ("Closure", "Bridge")]
    first = make.body(document.text, "The closure is needed", attributes=to, stances=stances)
    assert page.send("PUT", id, first, **{"If-None-Match": "*"}).status_code == 201

    stances = [stances[0] | {"attributes": {"to": {"name": "Somebody else"}}}, stances[1]]
    refused = page.send("PUT", id, first | {"stances": stances, "note": "More"}, **{"If-None-Match": "*"} | asked)

    current, made = refused.json()["current"], {"to": {"id": str(Speaker.objects.get(name="Tor Lind").pk)}}
    assert refused.status_code == 412 and current["attributes"] == to
    assert [stance["attributes"] for stance in current["stances"]] == [made, to]
    assert not Speaker.objects.filter(name="Somebody else").exists()
    gone = page.send("PUT", uuid.uuid4(), first, **{"If-Match": '"1"'} | asked)
    assert gone.status_code == 412 and gone.json()["current"] is None
