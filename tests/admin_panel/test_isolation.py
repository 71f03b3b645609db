"""A curator of one project finds nothing of another: no list, page, choice, filter, search, action or count."""

from __future__ import annotations

import uuid

import pytest

from annotate.models import Claim, Layer, Member, Project
from corpus.models import Change, Document, Proposition, Speaker, Target
from tests import make
from tests.admin_panel.pages import MODELS, adding, listing, page, run
from tests.admin_panel.sides import make_side


def test_lists_show_nothing_of_another_project(bridge, tower, as_user):
    client = as_user(bridge.curator)

    for model in MODELS:
        answer = client.get(listing(model))
        assert "Tower" not in answer.text, model
        if answer.status_code == 200:
            searched = client.get(listing(model), {"q": "Tower", "all": ""}).context["cl"]
            assert not [row for row in searched.result_list if "Tower" in str(row)], model


def test_pages_of_another_project_are_not_found(bridge, tower, as_user):
    client = as_user(bridge.manager)

    for obj in tower.objects():
        for kind in ("change", "history"):
            answer = client.get(page(obj, kind))
            missing = client.get(page(obj, kind).replace(str(obj.pk), "0" if obj.pk == 0 else _missing(obj)))
            assert answer.status_code == missing.status_code == 404, (obj, kind)
            assert "Tower" not in answer.text
        assert client.post(page(obj), {"name": "changed"}).status_code in (403, 404)
        assert client.get(page(obj, "delete")).status_code == 403


def _missing(obj):
    return str(uuid.uuid4()) if isinstance(obj.pk, uuid.UUID) else "987654321"


def test_own_pages_are_found_and_name_nothing_of_another_project(bridge, tower, as_user):
    client = as_user(bridge.manager)

    for obj in bridge.objects():
        answer = client.get(page(obj))
        assert answer.status_code == 200, obj
        assert "Tower" not in answer.text, obj
    for model in (Speaker, Target, Proposition, Member, Project):
        answer = client.get(adding(model))
        assert answer.status_code == 200
        assert "Tower" not in answer.text, model


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (Document, "source"),
        (Document, "corpus"),
        (Speaker, "corpus"),
        (Speaker, "merged_into"),
        (Proposition, "usual_target"),
        (Claim, "layer"),
        (Claim, "proposition"),
        (Layer, "document"),
        (Layer, "project"),
        (Layer, "round"),
    ],
)
def test_autocomplete_offers_nothing_of_another_project(bridge, tower, as_user, model, field):
    client = as_user(bridge.curator)
    query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field}

    for term in ("", "Tower", "Courier", "\0"):
        answer = client.get("/admin/autocomplete/", query | {"term": term})
        assert answer.status_code in (200, 404) and "Tower" not in answer.text


def test_autocomplete_of_people_is_for_superusers(bridge, as_user):
    query = {"app_label": "annotate", "model_name": "layer", "field_name": "annotator", "term": ""}

    assert as_user(bridge.curator).get("/admin/autocomplete/", query).status_code == 403


def test_filters_by_rows_of_another_project_find_nothing_and_do_not_name_them(bridge, tower, as_user):
    client = as_user(bridge.curator)
    guesses = {
        Document: {"corpus": tower.project.corpus_id, "source": tower.document.source_id},
        Speaker: {"corpus": tower.project.corpus_id},
        Layer: {"project": tower.project.pk, "document": tower.document.pk, "annotator": tower.annotator.pk},
        Claim: {"project": tower.project.pk, "layer": tower.layer.pk, "speaker": tower.speaker.pk},
        Change: {"project": tower.project.pk},
    }

    for model, filters in guesses.items():
        for name, value in filters.items():
            answer = client.get(listing(model), {name: str(value)})
            assert answer.status_code == 200
            assert "Tower" not in answer.text and "match." in answer.text, (model, name)


@pytest.mark.parametrize(
    "guess",
    [
        "corpus__projects__members__user__password__startswith",
        "layers__annotator__username",
        "merged_into__name__startswith",
        "makers__id",
        "id__in",
        "text__contains",
        "pk",
        "published_on__year",
    ],
)
def test_other_parameters_than_the_filters_own_are_refused(bridge, as_user, guess):
    client = as_user(bridge.curator)

    for model in (Document, Speaker, Layer, Claim, Member):
        assert client.get(listing(model), {guess: "1"}).status_code == 400, (model, guess)


def test_actions_do_not_reach_another_project(bridge, tower, as_user):
    client = as_user(bridge.curator)
    before = Change.objects.count()

    run(client, Speaker, "accept_entries", tower.speaker, bridge.speaker)
    run(client, Layer, "return_layers", tower.layer)
    run(client, Member, "end_membership", tower.project.members.get(user=tower.curator))
    run(client, Speaker, "accept_entries", tower.speaker, select_across="1")

    tower.speaker.refresh_from_db(), tower.layer.refresh_from_db()
    assert tower.speaker.is_provisional and tower.layer.status == "submitted"
    assert Change.objects.count() == before + 1


def test_merging_does_not_reach_another_project(bridge, tower, as_user):
    client = as_user(bridge.curator)
    address = "/admin/corpus/speaker/merge/"

    assert client.get(address, {"id": tower.speaker.pk}).status_code == 404
    assert client.post(address, {"id": tower.speaker.pk, "keep": bridge.speaker.pk}).status_code == 404
    answer = client.get(address, {"id": bridge.speaker.pk, "q": "Tower"})
    assert tower.speaker.name not in answer.text
    client.post(address, {"id": [bridge.speaker.pk], "keep": tower.speaker.pk})
    assert not Speaker.objects.filter(merged_into__isnull=False).exists()


def test_projects_on_one_corpus_share_documents_and_entries_but_not_claims_and_counts(bridge, tower, as_user):
    Project.objects.filter(pk=tower.project.pk).update(corpus=bridge.project.corpus)
    client = as_user(tower.curator)

    assert "Bridge opens" in client.get(listing(Document)).text
    speakers = client.get(listing(Speaker))
    assert "Bridge Lind" in speakers.text and "claim/?speaker=" not in speakers.text
    for model in (Claim, Layer, Member):
        assert "Bridge" not in client.get(listing(model)).text.replace("Bridge opens", ""), model
    assert client.get(page(bridge.layer)).status_code == 404
    assert f"layer/?document={bridge.document.pk}" not in client.get(listing(Document)).text
    record = client.get(listing(Change)).text
    assert "document.import" in record and "in another project" in record and "Bridge" not in record


def test_the_panel_shows_no_projects_in_which_somebody_only_annotates(bridge, tower, as_user):
    make.member(tower.project, bridge.curator.username, "annotator")
    client = as_user(bridge.curator)

    for model in MODELS:
        assert "Tower" not in client.get(listing(model)).text, model


def test_a_curator_who_still_annotates_sees_no_others_reading_of_that_document(bridge, as_user):
    make.claim(bridge.curator, bridge.document, "Bridge people agreed", speakers=[], stances=[])
    client = as_user(bridge.curator)

    own = Layer.objects.get(annotator=bridge.curator)
    assert client.get(page(own)).status_code == 200
    assert client.get(page(bridge.layer)).status_code == 404
    assert client.get(page(bridge.layer.claims.get())).status_code == 404
    assert "Bridge is needed" not in client.get(listing(Claim)).text
    assert "Bridge people agreed" in client.get(listing(Claim)).text
    assert "claim/?speaker=" not in client.get(listing(Speaker)).text
    record = client.get(listing(Change), {"q": "claim.create"})
    assert bridge.annotator.username not in record.text and bridge.curator.username in record.text
    for change in Change.objects.filter(actor=bridge.annotator, object_type="claim"):
        assert client.get(page(change)).status_code == 404
    run(client, Layer, "return_layers", bridge.layer)
    bridge.layer.refresh_from_db()
    assert bridge.layer.status == "submitted"


def test_a_third_project_stays_apart_for_a_curator_of_two(bridge, tower, as_user):
    third = make_side("Ferry")
    make.member(tower.project, bridge.curator.username, "curator")
    client = as_user(bridge.curator)

    lists = "".join(client.get(listing(model)).text for model in (Document, Speaker, Claim, Layer))
    assert "Bridge Lind" in lists and "Tower Lind" in lists and third.word not in lists
