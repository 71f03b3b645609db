"""Layers and claims in the panel: read, filtered, searched, returned."""

from __future__ import annotations

import pytest

from annotate.models import Claim, Layer
from corpus.models import Change
from tests import make
from tests.admin_panel.pages import adding, listing, page, press, run


def rows(client, model, **query):
    return list(client.get(listing(model), query).context["cl"].result_list)


def test_a_submitted_layer_is_returned_to_its_annotator(bridge, as_user):
    client = as_user(bridge.curator)

    answer = press(client, bridge.layer, "return_layers")

    bridge.layer.refresh_from_db()
    assert bridge.layer.status == "returned" and "1 layer returned." in answer.text
    row = Change.objects.get(action="layer.return")
    assert row.actor == bridge.curator and row.object_id == str(bridge.layer.pk)


def test_a_layer_in_another_state_stays_with_a_message(bridge, as_user):
    client = as_user(bridge.curator)
    press(client, bridge.layer, "return_layers")

    answer = run(client, Layer, "return_layers", bridge.layer)

    assert "only a submitted layer can be returned" in answer.text
    assert Change.objects.filter(action="layer.return").count() == 1
    assert 'value="return_layers"' not in client.get(page(bridge.layer)).text


def test_layers_and_claims_are_not_edited_here(bridge, root, as_user):
    for person in (bridge.manager, root):
        client = as_user(person)
        for obj in (
            bridge.layer,
            bridge.layer.claims.get(),
            Change.objects.get(action="layer.submit", object_type="layer"),
        ):
            assert client.get(adding(type(obj))).status_code == 403
            assert client.post(page(obj), {"status": "open", "note": "x"}).status_code == 403
            assert 'name="_save"' not in client.get(page(obj)).text


def test_layers_are_filtered(bridge, as_user):
    client = as_user(bridge.curator)
    other = make.document(bridge.project, "Another text.")
    make.claim(bridge.annotator, other, "Another text", speakers=[], stances=[])

    assert len(rows(client, Layer)) == 2
    for name, value in {
        "status": "submitted",
        "document": bridge.document.pk,
    }.items():
        assert rows(client, Layer, **{name: value}) == [bridge.layer], name
    assert len(rows(client, Layer, annotator=bridge.annotator.pk, project=bridge.project.pk)) == 2
    assert rows(client, Layer, kind="gold") == rows(client, Layer, status="nonsense") == []
    assert rows(client, Layer, document="no id") == []
    assert rows(client, Layer, q="Bridge opens") == [bridge.layer]


def test_claims_are_filtered_and_searched_in_their_quotes(bridge, as_user):
    client = as_user(bridge.curator)
    other = make.document(bridge.project, "Nobody knows, they said.")
    claim = make.claim(bridge.annotator, other, "Nobody knows", mode="direct", speakers=[], stances=[])
    first = bridge.layer.claims.get()

    assert {str(row.pk) for row in rows(client, Claim, mode="direct")} == {claim["id"]}
    assert {str(row.pk) for row in rows(client, Claim, q="nobody")} == {claim["id"]}
    assert rows(client, Claim, stance="support") == rows(client, Claim, mode="none") == [first]
    assert rows(client, Claim, speaker=bridge.speaker.pk) == rows(client, Claim, layer=bridge.layer.pk) == [first]
    assert rows(client, Claim, q="they said") == rows(client, Claim, stance="oppose") == []


def test_a_claims_page_shows_the_whole_claim(bridge, as_user):
    answer = as_user(bridge.curator).get(page(bridge.layer.claims.get()))

    for part in (
        "Bridge is needed",
        "Bridge Lind",
        "Support",
        "Bridge opening",
        "affirms: Bridge has to open.",
        "note",
    ):
        assert part in answer.text, part


def test_layers_and_claims_open_that_very_layer_in_the_reader(bridge, as_user):
    client = as_user(bridge.curator)
    address = f"/p/{bridge.project.slug}/d/{bridge.document.pk}/?layer={bridge.layer.pk}"

    for obj in (bridge.layer, bridge.layer.claims.get()):
        assert f'href="{address}"' in client.get(page(obj)).text
    assert client.get(address).context["reading"].layer == bridge.layer


@pytest.mark.parametrize("model", [Layer, Claim])
def test_gold_layers_have_no_annotator(bridge, as_user, model):
    layer = Layer.objects.create(
        kind="gold",
        project=bridge.project,
        document=bridge.document,
        codebook_version=bridge.layer.codebook_version,
    )
    claim = Claim.objects.create(layer=layer)

    client = as_user(bridge.curator)
    assert "gold" in client.get(listing(model)).text
    assert client.get(page(layer)).status_code == client.get(page(claim)).status_code == 200
