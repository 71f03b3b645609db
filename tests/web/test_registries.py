"""The pages of registries: searched, worked on row by row, doubles decided, claims split, mentions side by side."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from annotate.actions import registries
from annotate.actions.loaded_words import set_loaded_word
from annotate.models import Claim, NotSame, Project, Reassignment
from corpus.models import LoadedWord, Proposition, Speaker, Target
from tests import make
from tests.web.conftest import HTMX, SignIn

SPEAKERS = "/p/bridge/registries/speakers/"
TARGETS = "/p/bridge/registries/targets/"
PROPOSITIONS = "/p/bridge/registries/propositions/"
QUOTE = "The closure is needed"


@pytest.fixture
def curator(project: Project, browser: SignIn) -> Client:
    return browser("curator")


@pytest.fixture
def document(project: Project) -> Any:
    return make.document(project, source="Bay Courier", published_on="2026-05-14", title="Harbour bridge to close")


def names(answer: Any) -> list[str]:
    return [item["entry"].name for item in answer.context["items"]]


def change(client: Client, entry: Any, do: str, base: str = SPEAKERS, where: str = "", **values: Any) -> Any:
    return client.post(f"{base}{entry.pk}/change/{where}", {"do": do} | values, follow=True)


def undo(client: Client, answer: Any) -> Any:
    notice = answer.context["notice"]
    return client.post(notice.address, dict(notice.fields), follow=True)


def test_the_list_is_searched_without_regard_to_case_and_accents_in_aliases_too(project, curator):
    make.entry(project, Speaker, "Léa Oyelaran", kind="person")
    make.entry(project, Speaker, "Port office", aliases=["Hafenamt Ölhafen"], is_provisional=True)
    kept = make.entry(project, Speaker, "Fishers’ league")
    merged = make.entry(project, Speaker, "The league")
    registries.merge_entry(user=make.user("curator"), entry=merged, into=kept)

    assert names(curator.get(SPEAKERS)) == ["Fishers’ league", "Léa Oyelaran", "Port office"]
    assert names(curator.get(SPEAKERS, {"q": "LEA oye"})) == ["Léa Oyelaran"]
    assert names(curator.get(SPEAKERS, {"q": "olhafen"})) == ["Port office"]
    assert names(curator.get(SPEAKERS, {"state": "provisional"})) == ["Port office"]
    assert names(curator.get(SPEAKERS, {"state": "merged"})) == ["The league"]
    assert names(curator.get(SPEAKERS, {"state": "unused", "kind": "person"})) == ["Léa Oyelaran"]
    assert "No speaker fits" in curator.get(SPEAKERS, {"q": "nothing"}).text
    assert curator.get("/p/bridge/registries/cities/").status_code == 404


def test_pages_follow_one_another_and_cost_a_bounded_number_of_queries(
    project, curator, document, django_assert_max_num_queries
):
    make.layer(make.user("ann"), document, QUOTE, "it will be short")
    for number in range(60):
        make.entry(project, Speaker, f"Speaker {number:02}")

    with django_assert_max_num_queries(26):
        first = curator.get(SPEAKERS)
    second = curator.get(SPEAKERS + first.context["next"])

    assert len(names(first)) == 50 and names(second)[-1] == "Tor Lind" and not second.context["next"]
    assert len({*names(first), *names(second)}) == 62
    assert re.search(r"<b>2</b> as speaker", second.text)
    with django_assert_max_num_queries(26):
        found = curator.get(SPEAKERS, {"q": "speaker"})
    assert len(names(found)) == 50 and names(curator.get(SPEAKERS + found.context["next"]))[0] == "Speaker 50"


def test_a_row_is_accepted_renamed_merged_and_taken_back_in_the_list(project, curator):
    lind = make.entry(project, Speaker, "Tor Lind", is_provisional=True)
    office = make.entry(project, Speaker, "Port office")

    assert "is accepted" in change(curator, lind, "accept", where="?from=list&q=lind").text
    renamed = change(curator, lind, "rename", where="?from=list&q=lind", name="T. Lind")
    assert names(renamed) == ["T. Lind"]
    done = change(curator, lind, "merge", where="?from=list", to="port OFFICE")
    assert names(done) == ["Port office"] and "“T. Lind” is merged into “Port office”" in done.text
    lind.refresh_from_db()
    assert (lind.is_provisional, lind.merged_into) == (False, office)
    assert "T. Lind" in names(undo(curator, done))


def test_htmx_gets_the_list_alone_and_refusals_with_their_status(project, curator):
    lind = make.entry(project, Speaker, "Tor Lind")
    make.entry(project, Speaker, "Lind (port)")

    answer = curator.post(f"{SPEAKERS}{lind.pk}/change/?from=list", {"do": "merge", "to": "Lindt"}, headers=HTMX)
    assert answer.status_code == 409 and answer.text.lstrip().startswith('<div id="entry-list"')
    assert "No one speaker is called “Lindt”" in answer.text
    assert "Did you mean" in curator.post(f"{SPEAKERS}{lind.pk}/change/", {"do": "merge", "to": "lin"}).text
    assert curator.post(f"{SPEAKERS}{lind.pk}/change/", {"do": "eat"}).status_code == 400
    assert curator.post(f"{SPEAKERS}{uuid.uuid4()}/change/", {"do": "accept"}).status_code == 404
    assert curator.get(f"{SPEAKERS}{lind.pk}/change/").status_code == 405
    assert curator.post(SPEAKERS, {"name": "a\u202eb"}).status_code == 400


def test_names_are_offered_below_a_field(project, curator):
    make.entry(project, Speaker, "Léa <b>", disambiguation="mayor")

    answer = curator.get(f"{SPEAKERS}options/", {"to": "lea"})

    assert answer.text.strip() == '<option value="Léa &lt;b&gt; (mayor)"></option>'
    assert curator.get(f"{SPEAKERS}options/", {"body": ""}).text.strip() == ""


def test_a_new_entry_leads_to_its_page_with_a_quiet_warning(project, curator):
    set_loaded_word(user=make.user("curator"), corpus=project.corpus, word="shameful", advice="Name what it is.")

    answer = curator.post(TARGETS, {"name": "The Shameful closure", "disambiguation": ""}, follow=True)

    assert Target.objects.get().name == "The Shameful closure"
    assert "“shameful” is on the list of loaded words: Name what it is." in answer.text
    assert "loaded words: Name" in curator.get(TARGETS).text


def test_doubles_are_decided_pair_after_pair_and_each_decision_can_be_taken_back(
    project, curator, document, django_assert_max_num_queries
):
    make.layer(make.user("ann"), document, QUOTE)
    lind, short = Speaker.objects.get(name="Tor Lind"), make.entry(project, Speaker, "T. Lind")
    page = f"{SPEAKERS}doubles/"
    with django_assert_max_num_queries(50):
        shown = curator.get(page)
    (pair,) = shown.context["pairs"]
    assert pair["double"].keep == short and "the same with initials" in shown.text
    assert f"<mark>{QUOTE}</mark>" in shown.text and "1 as speaker" in shown.text
    sent = {"first": str(lind.pk), "second": str(short.pk)}

    different = curator.post(page, sent | {"do": "different"}, follow=True)
    assert NotSame.objects.count() == 1 and "look like the same" in different.text
    back = undo(curator, different)
    assert not NotSame.objects.exists() and len(back.context["pairs"]) == 1
    merged = curator.post(page, sent | {"do": "same"}, follow=True)
    short.refresh_from_db()
    assert short.merged_into == lind and not merged.context["pairs"]
    assert len(undo(curator, merged).context["pairs"]) == 1
    assert curator.post(page, sent | {"do": "opposite"}).status_code == 400
    assert curator.post(page, sent | {"do": "?"}).status_code == 400
    assert curator.post(page, {"do": "same", "first": "x"}).status_code == 404


def test_targets_are_merged_as_opposites(project, curator):
    one, other = make.entry(project, Target, "Closure"), make.entry(project, Target, "No closure")
    assert "one name denies the other" in curator.get(f"{TARGETS}doubles/").text

    sent = {"do": "opposite", "first": str(one.pk), "second": str(other.pk)}
    answer = curator.post(f"{TARGETS}doubles/", sent, follow=True)

    other.refresh_from_db()
    assert other.merged_into == one and other.is_merged_inverted and "as its opposite" in answer.text


def test_the_page_of_a_speaker_changes_fields_aliases_and_affiliations(project, curator, document):
    mention = [make.span(document.text, "its spokesman")]
    make.layer(make.user("ann"), document, QUOTE, speakers=[{"name": "Tor Lind", "mention": mention}])
    lind, office = Speaker.objects.get(name="Tor Lind"), make.entry(project, Speaker, "Port office")
    page = f"{SPEAKERS}{lind.pk}/"
    version = str(lind.version)
    sent = {
        "version": version,
        "name": "Tor Lind",
        "kind": "person",
        "external_id": "Q42",
        "aliases": "T. Lind\n\nLind",
    }

    edited = change(curator, lind, "edit", **sent)
    assert 'href="https://www.wikidata.org/wiki/Q42"' in edited.text
    assert curator.post(f"{page}change/", {"do": "edit"} | sent).status_code == 409
    assert [found.words for found in edited.context["learnt"]] == ["its spokesman"]
    learnt = change(curator, lind, "alias", alias="its spokesman")
    assert learnt.context["learnt"] == [] and learnt.context["aliases"] == ["Lind", "T. Lind", "its spokesman"]

    change(
        curator, lind, "affiliate", body="port office", role="spokesman", **{"from": "2019-01-01", "to": "2020-01-01"}
    )
    change(curator, lind, "affiliate", body="Port office", role="head", **{"from": "2019-06-01"})
    changed = change(curator, lind, "affiliation", number="0", body="Port office", role="clerk", to="2020-02-01")
    assert {(row["role"], row["from"], row["to"]) for row in changed.context["affiliations"]} == {
        ("clerk", None, "2020-02-01"),
        ("head", "2019-06-01", None),
    }
    assert "Belonged to it" in curator.get(f"{SPEAKERS}{office.pk}/").text
    refused = curator.post(
        f"{page}change/", {"do": "affiliate", "body": "Port office", "from": "2020-01-02", "to": "2020-01-01"}
    )
    assert refused.status_code == 400 and "before it begins" in refused.text
    gone = change(curator, lind, "affiliation-remove", number="0")
    assert len(gone.context["affiliations"]) == 1
    for number in ("7", "x", "9" * 5000):
        assert curator.post(f"{page}change/", {"do": "affiliation-remove", "number": number}).status_code == 409


def test_a_speaker_is_split_by_claims_and_put_back(project, curator, document, django_assert_max_num_queries):
    make.layer(make.user("ann"), document, QUOTE, "it will be short")
    lind = Speaker.objects.get(name="Tor Lind")
    page = f"{SPEAKERS}{lind.pk}/"
    with django_assert_max_num_queries(60):
        shown = curator.get(page)
    assert f"“<mark>{QUOTE}</mark>,”" in shown.text and shown.text.count('name="claim"') == 2
    claims = list(Claim.objects.order_by("pk"))

    refused = curator.post(f"{page}claims/", {"claim": str(claims[0].pk), "to": "Nobody"})
    assert refused.status_code == 409 and "No one speaker is called" in refused.text
    assert curator.post(f"{page}claims/", {"to": "x", "do": "make"}).status_code == 400
    assert curator.post(f"{page}claims/", {"claim": "x", "to": "x", "do": "make"}).status_code == 404
    done = curator.post(f"{page}claims/", {"claim": str(claims[0].pk), "to": "Nobody", "do": "make"}, follow=True)

    new = Speaker.objects.get(name="Nobody")
    assert new.claim_speakers.get().claim == claims[0] and "The claims name “Nobody” now" in done.text
    back = undo(curator, done)
    assert "The claims name “Tor Lind” again" in back.text and not new.claim_speakers.exists()
    assert Reassignment.objects.get().undone_at is not None
    other = curator.post(f"{page}claims/", {"claim": [str(c.pk) for c in claims], "to": "nobody"}, follow=True)
    assert new.claim_speakers.count() == 2 and other.status_code == 200


def test_what_is_merged_is_listed_and_un_merged_on_the_page(project, curator):
    kept, other = make.entry(project, Target, "Closure"), make.entry(project, Target, "Opening")
    change(curator, other, "merge", base=TARGETS, to="Closure", opposite="on")

    assert "as its opposite" in curator.get(f"{TARGETS}{kept.pk}/").text
    change(curator, kept, "unmerge-other", base=TARGETS, other=str(other.pk))
    other.refresh_from_db()
    assert other.merged_into is None
    again = curator.post(f"{TARGETS}{kept.pk}/change/", {"do": "unmerge-other", "other": str(other.pk)})
    assert again.status_code == 409


def test_mentions_stand_side_by_side_with_gold_in_place_of_what_it_settled(project, curator, document):
    proposition = {"text": "It has to close.", "relation": "denies"}
    make.layer(make.user("ann"), document, QUOTE, proposition=proposition)
    layer = make.layer(make.user("ben"), document, QUOTE, proposition=proposition | {"relation": "affirms"})
    found = Proposition.objects.get()
    page = f"{PROPOSITIONS}{found.pk}/mentions/"

    whole, fragment = curator.get(page), curator.get(f"{page}?fragment")

    assert "2 mentions in 1 article" in whole.text and "Bay Courier" in whole.text and "14 May 2026" in whole.text
    assert f"<mark>{QUOTE}</mark>" in whole.text and "· ann" in whole.text and "· ben" in whole.text
    assert fragment.text.lstrip().startswith('<div id="mentions">') and "<html" not in fragment.text
    type(layer).objects.filter(pk=layer.pk).update(kind="gold", annotator=None, round=None)
    settled = curator.get(page)
    assert "1 mention in 1 article: 1 affirms" in settled.text and "· gold" in settled.text


def test_a_curator_who_still_reads_blind_sees_no_claims_and_no_counts(project, curator, document):
    make.layer(make.user("ann"), document, QUOTE, proposition={"text": "It has to close.", "relation": "affirms"})
    make.claim(make.user("curator"), document, "it will be short", speakers=[], stances=[])
    lind, proposition = Speaker.objects.get(name="Tor Lind"), Proposition.objects.get()

    page = curator.get(f"{SPEAKERS}{lind.pk}/")
    assert "No claim that you may see names it." in page.text and QUOTE not in page.text
    assert "not used" in curator.get(f"{SPEAKERS}?q=lind").text
    assert QUOTE not in curator.get(f"{PROPOSITIONS}{proposition.pk}/mentions/").text
    claim = Claim.objects.get(layer__annotator__username="ann")
    sent = {"claim": str(claim.pk), "to": "Nobody", "do": "make"}
    assert curator.post(f"{SPEAKERS}{lind.pk}/claims/", sent).status_code == 404


def test_a_usual_target_is_named_for_a_proposition(project, curator):
    found = make.entry(project, Proposition, "It has to close.")
    target = make.entry(project, Target, "Closure")

    change(curator, found, "edit", base=PROPOSITIONS, name="It has to close.", usual_target="closure")
    found.refresh_from_db()
    assert found.usual_target == target
    change(curator, found, "edit", base=PROPOSITIONS, usual_target="")
    found.refresh_from_db()
    assert found.usual_target is None


def test_the_word_list_is_kept_on_its_page(project, curator):
    page = "/p/bridge/registries/words/"
    assert "No word is on the list" in curator.get(page).text

    curator.post(page, {"word": "shameful", "advice": "Name what it is."})
    assert "Name what it is." in curator.get(page).text
    assert curator.post(page, {"word": "…"}).status_code == 400
    assert curator.post(page, {"do": "remove", "number": "x"}).status_code == 404
    word = LoadedWord.objects.get()
    curator.post(page, {"do": "remove", "number": str(word.pk)})
    assert not LoadedWord.objects.exists()
