"""Affiliations, loaded words and the ways to doubles and claims, in the panel."""

from __future__ import annotations

from corpus.models import Change, LoadedWord, Speaker
from tests.admin_panel.pages import adding, form_values, listing, page, run, save
from tests.admin_panel.sides import entry


def test_affiliations_are_saved_with_the_speaker_and_refused_with_the_reason(bridge, tower, as_user):
    client = as_user(bridge.curator)
    office = entry(bridge, Speaker, "Port office")
    sent = {"affiliations-0-body": office.pk, "affiliations-0-role": "clerk", "affiliations-0-from_on": "2020-01-01"}

    save(client, bridge.speaker, **sent, **{"aliases-0-name": "Lind"})

    row = bridge.speaker.affiliations.get()
    assert (row.body, row.role, str(row.from_on), row.to_on) == (office, "clerk", "2020-01-01", None)
    assert Change.objects.get(action="entry.update").after["affiliations"][0]["role"] == "clerk"
    assert bridge.speaker.aliases.get().name == "Lind"
    refused = save(client, bridge.speaker, **{"affiliations-0-to_on": "2019-01-01"})
    assert "errorlist" in refused.text and not refused.redirect_chain
    foreign = save(client, bridge.speaker, **{"affiliations-1-body": tower.speaker.pk})
    assert "errorlist" in foreign.text and "Tower" not in foreign.text
    save(client, bridge.speaker, **{"affiliations-0-DELETE": "on"})
    assert not bridge.speaker.affiliations.exists()


def test_loaded_words_are_kept_and_warn_in_lists_and_forms(bridge, tower, as_user):
    client = as_user(bridge.curator)
    sent = form_values(client, adding(LoadedWord)) | {"word": "shameful", "advice": "Name what it is."}

    assert client.post(adding(LoadedWord), sent | {"corpus": bridge.project.corpus_id}).status_code == 302
    assert "errorlist" in client.post(adding(LoadedWord), sent | {"corpus": tower.project.corpus_id}).text
    word = LoadedWord.objects.get()
    answer = save(client, bridge.speaker, name="The Shameful Lind")

    said = "“shameful” is on the list of loaded words: Name what it is."
    assert said in answer.text and said in client.get(page(bridge.speaker)).text
    assert said in client.get(listing(Speaker)).text
    save(client, word, advice="Name it.")
    word.refresh_from_db()
    assert (word.word, word.advice) == ("shameful", "Name it.")
    run(client, LoadedWord, "take_off", word)
    assert not LoadedWord.objects.exists()


def test_lists_and_pages_lead_to_doubles_and_claims(bridge, as_user):
    client = as_user(bridge.curator)

    assert "/p/bridge/registries/speakers/doubles/" in client.get(listing(Speaker)).text
    assert f"/p/bridge/registries/speakers/{bridge.speaker.pk}/" in client.get(page(bridge.speaker)).text
