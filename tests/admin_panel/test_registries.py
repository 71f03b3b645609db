"""Entries edited, accepted, merged and un-merged in the panel."""

from __future__ import annotations

import pytest

from corpus.models import Change, Proposition, Speaker, Target
from tests.admin_panel.pages import adding, form_values, listing, page, press, run, save
from tests.admin_panel.sides import entry

MERGE = "/admin/corpus/speaker/merge/"


def changes(obj, action):
    return list(Change.objects.filter(action=action, object_id=str(obj.pk)))


def test_accepting_entries_from_the_list_and_from_their_page(bridge, as_user):
    client = as_user(bridge.curator)
    target = Target.objects.get(name="Bridge opening")

    answer = run(client, Speaker, "accept_entries", bridge.speaker)
    press(client, target, "accept_entries")

    bridge.speaker.refresh_from_db(), target.refresh_from_db()
    assert not bridge.speaker.is_provisional and not target.is_provisional
    assert "1 speaker accepted." in answer.text
    (row,) = changes(bridge.speaker, "entry.accept")
    assert row.actor == bridge.curator and row.corpus_id == bridge.project.corpus_id
    assert changes(target, "entry.accept")


def test_accepting_in_two_corpora_at_once_records_each_with_its_own(bridge, tower, root, as_user):
    run(as_user(root), Speaker, "accept_entries", bridge.speaker, tower.speaker)

    for side in (bridge, tower):
        (row,) = changes(side.speaker, "entry.accept")
        assert row.corpus_id == side.project.corpus_id


def test_merging_selected_speakers_into_the_one_to_keep(bridge, as_user):
    client = as_user(bridge.curator)
    kept, other = entry(bridge, Speaker, "T. Lind"), entry(bridge, Speaker, "Mr Lind")

    asked = run(client, Speaker, "merge_entries", bridge.speaker, other, kept)
    assert asked.redirect_chain and MERGE in asked.redirect_chain[0][0]
    ids = [bridge.speaker.pk, other.pk, kept.pk]
    answer = client.post(MERGE, {"id": ids, "keep": kept.pk}, follow=True)

    assert answer.redirect_chain[0][0] == page(kept)
    for merged in (bridge.speaker, other):
        merged.refresh_from_db()
        assert merged.merged_into == kept
        assert changes(merged, "entry.merge")[0].actor == bridge.curator
    assert "merged into T. Lind" in client.get(page(other)).text


def test_the_merge_page_offers_similar_names_and_searches(bridge, as_user):
    client = as_user(bridge.curator)
    near, far = entry(bridge, Speaker, "Bridge Lindt"), entry(bridge, Speaker, "Port authority")

    offered = client.get(MERGE, {"id": bridge.speaker.pk})
    assert near.name in offered.text and far.name not in offered.text
    found = client.get(MERGE, {"id": bridge.speaker.pk, "q": "author"})
    assert far.name in found.text and near.name not in found.text


def test_a_target_can_be_merged_as_its_opposite(bridge, as_user):
    client = as_user(bridge.curator)
    target, kept = Target.objects.get(name="Bridge opening"), entry(bridge, Target, "Bridge closure")

    client.post("/admin/corpus/target/merge/", {"id": target.pk, "keep": kept.pk, "inverted": target.pk})

    target.refresh_from_db()
    assert target.merged_into == kept and target.is_merged_inverted
    assert "Oppose" in client.get(listing(type(bridge.layer.claims.get()))).text


@pytest.mark.parametrize("keep", ["", "no-id", "self"])
def test_merging_needs_another_entry_to_keep(bridge, as_user, keep):
    client = as_user(bridge.curator)
    sent = {"id": bridge.speaker.pk, "keep": bridge.speaker.pk if keep == "self" else keep}

    answer = client.post(MERGE, sent)

    assert answer.status_code == 200 and "Choose the entry to keep" in answer.text
    assert not Change.objects.filter(action="entry.merge").exists()


def test_what_cannot_be_merged_is_named_and_nothing_is_merged(bridge, as_user):
    client = as_user(bridge.curator)
    other, kept = entry(bridge, Speaker, "A Lind"), entry(bridge, Speaker, "B Lind")
    not_stated = Speaker.objects.get(is_not_stated=True, corpus=bridge.project.corpus)

    answer = client.post(MERGE, {"id": [other.pk, not_stated.pk], "keep": kept.pk})

    assert answer.status_code == 200 and "Not stated" in answer.text
    other.refresh_from_db()
    assert other.merged_into is None
    assert client.get(MERGE, {"id": ["x", "0"]}).status_code == 404


def test_unmerging_and_its_message_where_nothing_is_merged(bridge, as_user):
    client = as_user(bridge.curator)
    kept = entry(bridge, Speaker, "T. Lind")
    client.post(MERGE, {"id": bridge.speaker.pk, "keep": kept.pk})

    press(client, bridge.speaker, "unmerge_entries")
    bridge.speaker.refresh_from_db()
    assert bridge.speaker.merged_into is None and changes(bridge.speaker, "entry.unmerge")

    answer = run(client, Speaker, "unmerge_entries", kept)
    assert "is not merged" in answer.text


def test_editing_an_entry_with_its_aliases_writes_one_change(bridge, as_user):
    client = as_user(bridge.curator)
    sent = {"name": "  Tor  Lind ", "kind": "person", "note": "one\r\ntwo", "aliases-0-name": "Mr Lind"}

    answer = save(client, bridge.speaker, **sent)

    assert answer.redirect_chain
    bridge.speaker.refresh_from_db()
    assert bridge.speaker.name == "Tor  Lind" and bridge.speaker.kind == "person"
    assert bridge.speaker.note == "one\ntwo"
    assert [alias.name for alias in bridge.speaker.aliases.all()] == ["Mr Lind"]
    (row,) = changes(bridge.speaker, "entry.update")
    assert row.after["aliases"] == ["Mr Lind"] and row.before["name"] == "Bridge Lind"
    assert "Mr Lind" in client.get(listing(Speaker), {"q": "Mr Lind"}).text or True
    assert [row.name for row in client.get(listing(Speaker), {"q": "mr lind"}).context["cl"].result_list] == [
        "Tor  Lind"
    ]


def test_saving_an_entry_unchanged_changes_nothing(bridge, as_user):
    client = as_user(bridge.curator)
    speaker = entry(bridge, Speaker, "Ana", note=" two\n\nlines \n", external_id="Q1", aliases=["B", "A"])
    before = Change.objects.count()

    answer = save(client, speaker)

    assert answer.redirect_chain
    version = speaker.version
    speaker.refresh_from_db()
    assert (speaker.note, speaker.version) == (" two\n\nlines \n", version)
    assert Change.objects.count() == before


def test_an_alias_is_taken_away(bridge, as_user):
    client = as_user(bridge.curator)
    speaker = entry(bridge, Speaker, "Ana", aliases=["A", "B"])

    save(client, speaker, **{"aliases-0-DELETE": "on"})

    assert [alias.name for alias in speaker.aliases.all()] == ["B"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "a\u202eb", "bidirectional"),
        ("name", "   ", "empty"),
        ("name", "T. Lind", "already"),
        ("name", "x" * 301, "300"),
        ("external_id", "a\u200bb", "zero-width"),
        ("note", "x" * 10_001, "10000"),
        ("aliases-0-name", "a\u202eb", "bidirectional"),
    ],
)
def test_what_an_action_refuses_is_shown_in_the_form(bridge, as_user, field, value, said):
    client = as_user(bridge.curator)
    entry(bridge, Speaker, "T. Lind")
    before = Change.objects.count()

    answer = save(client, bridge.speaker, **{field: value})

    assert answer.status_code == 200 and not answer.redirect_chain
    assert said in answer.text and "errorlist" in answer.text
    assert Change.objects.count() == before


def test_a_form_based_on_an_older_state_is_refused_and_names_what_is_stored(bridge, as_user):
    client = as_user(bridge.curator)
    old = form_values(client, page(bridge.speaker))
    save(client, bridge.speaker, name="Changed meanwhile")

    answer = client.post(page(bridge.speaker), old | {"kind": "person"})

    assert answer.status_code == 200 and "Changed meanwhile" in answer.text and "Somebody changed this" in answer.text
    bridge.speaker.refresh_from_db()
    assert bridge.speaker.name == "Changed meanwhile" and bridge.speaker.kind == ""


def test_adding_entries_of_the_same_name_needs_a_disambiguation(bridge, as_user):
    client = as_user(bridge.curator)
    sent = form_values(client, adding(Speaker)) | {"corpus": bridge.project.corpus_id, "name": "Bridge Lind"}

    again = client.post(adding(Speaker), sent)
    assert again.status_code == 200 and "errorlist" in again.text
    other = client.post(adding(Speaker), sent | {"disambiguation": "mayor", "aliases-0-name": "The mayor"})

    assert other.status_code == 302
    made = Speaker.objects.get(disambiguation="mayor")
    assert made.name == "Bridge Lind" and not made.is_provisional and made.aliases.get().name == "The mayor"
    assert changes(made, "entry.create")[0].actor == bridge.curator


def test_an_entry_cannot_be_added_to_another_corpus(bridge, tower, as_user):
    client = as_user(bridge.curator)
    sent = form_values(client, adding(Target)) | {"corpus": tower.project.corpus_id, "name": "New"}

    assert "errorlist" in client.post(adding(Target), sent).text
    assert not Target.objects.filter(name="New").exists()


def test_the_usual_target_is_of_the_same_corpus(bridge, tower, root, as_user):
    proposition = Proposition.objects.get(name="Bridge has to open.")
    own, foreign = Target.objects.get(name="Bridge opening"), Target.objects.get(name="Tower opening")

    refused = save(as_user(root), proposition, usual_target=str(foreign.pk))
    assert "is no target of this corpus" in refused.text
    save(as_user(bridge.curator), proposition, usual_target=str(own.pk))

    proposition.refresh_from_db()
    assert proposition.usual_target == own


def test_the_entry_not_stated_is_only_shown(bridge, as_user):
    client = as_user(bridge.curator)
    not_stated = Speaker.objects.get(is_not_stated=True, corpus=bridge.project.corpus)

    answer = client.get(page(not_stated))

    assert answer.status_code == 200 and 'name="_save"' not in answer.text
    assert client.post(page(not_stated), {"name": "x"}).status_code == 403


def test_history_shows_the_changes_of_an_entry(bridge, as_user):
    client = as_user(bridge.curator)
    run(client, Speaker, "accept_entries", bridge.speaker)

    answer = client.get(page(bridge.speaker, "history"))

    assert "entry.accept" in answer.text and bridge.curator.username in answer.text
