"""Likely doubles with their evidence, aliases learnt, counts and mentions: only from what a curator may see."""

from __future__ import annotations

from typing import Any

import pytest

from annotate.actions import registries
from annotate.actions.different import declare_different, take_back_different
from annotate.actions.loaded_words import remove_loaded_word, set_loaded_word
from annotate.payloads.problems import Invalid, NotThere
from annotate.reports.doubles import examples, likely_doubles
from annotate.reports.surface import learnt_aliases
from annotate.reports.usage import unused, usage
from annotate.reports.warnings import Loaded
from annotate.search.mentions import proposition_mentions
from corpus.models import Change, LoadedWord, Proposition, Speaker, Target
from tests import make

QUOTE = "The closure is needed"


@pytest.fixture
def world(db: None) -> Any:
    project = make.project()
    make.member(project, "cora", "curator")
    for name in ("ann", "ben"):
        make.member(project, name)
    return project


def said(document: Any, name: str, words: str) -> dict[str, Any]:
    return {"speakers": [{"name": name, "mention": [make.span(document.text, words)]}]}


def pairs(project: Any, model: Any, who: str = "cora", **values: Any) -> list[Any]:
    return likely_doubles(project.corpus_id, model, user=make.user(who), **values)


def test_doubles_come_with_their_reasons_and_which_to_keep(world, django_assert_max_num_queries):
    ministry = make.entry(world, Speaker, "Foreign Ministry", is_provisional=True)
    whole = make.entry(world, Speaker, "Ministry of Foreign Affairs")
    north, south = (make.entry(world, Speaker, f"{side} Bank") for side in ("North", "South"))
    make.entry(world, Speaker, "Harbour office", aliases=["Bank of the north"])

    with django_assert_max_num_queries(20):
        found = pairs(world, Speaker)

    names = [(double.keep.name, double.other.name, double.reasons) for double in found]
    assert names == [
        (north.name, "Harbour office", ["same words, by the alias “Bank of the north”"]),
        (whole.name, ministry.name, ["short form"]),
    ]
    assert south not in [entry for double in found for entry in (double.keep, double.other)]
    assert pairs(world, Speaker, limit=1, start=1)[0].other == ministry


def test_words_linked_to_two_speakers_and_overlapping_claims_make_a_pair(world):
    document = make.document(world)
    make.layer(make.user("ann"), document, QUOTE, **said(document, "Tor Lind", "its spokesman Tor Lind"))
    make.layer(make.user("ben"), document, QUOTE, **said(document, "The spokesman", "its spokesman Tor Lind"))

    (double,) = pairs(world, Speaker)

    assert {double.keep.name, double.other.name} == {"Tor Lind", "The spokesman"}
    assert double.reasons == [
        "both were linked to the words “its spokesman Tor Lind”",
        "annotators chose one and the other in one place",
    ]
    assert double.keep_usage.n == double.other_usage.n == 1
    shown = examples(make.user("cora"), world.corpus_id, Speaker, [double.keep.pk, double.other.pk])
    assert [len(claims) for claims in shown.values()] == [1, 1]


def test_pronouns_link_nobody(world):
    document = make.document(world)
    make.layer(make.user("ann"), document, QUOTE, **said(document, "Tor Lind", "he"))
    make.layer(make.user("ben"), document, "it will be short", **said(document, "Ms. Oyelaran", "he"))

    assert pairs(world, Speaker) == []


def test_targets_against_each_other_in_two_places_are_offered_and_opposites_told(world):
    for number in range(2):
        document = make.document(world, make.TEXT + f" {number}")
        for name, target in (("ann", "The closure"), ("ben", "Works")):
            make.layer(make.user(name), document, QUOTE, stances=[{"target": {"name": target}, "value": "support"}])
    make.entry(world, Target, "No works")

    found = {frozenset((double.keep.name, double.other.name)): double for double in pairs(world, Target)}

    assert found[frozenset(("The closure", "Works"))].reasons == ["annotators chose one and the other in 2 places"]
    assert found[frozenset(("No works", "Works"))].is_opposite


def test_pairs_declared_different_are_left_out_until_that_is_taken_back(world):
    one, other = (make.entry(world, Proposition, f"{name} has to close.") for name in ("It", "it"))
    cora, corpus = make.user("cora"), world.corpus
    given = {"user": cora, "corpus": corpus, "first": other.pk, "second": one.pk}

    made = declare_different(registry="proposition", **given)
    assert declare_different(registry="proposition", **given) == made
    assert pairs(world, Proposition) == [] and Change.objects.filter(action="entry.different").count() == 1
    take_back_different(**given)
    assert len(pairs(world, Proposition)) == 1
    with pytest.raises(NotThere):
        take_back_different(**given)
    with pytest.raises(Invalid, match="no two speakers"):
        declare_different(registry="speaker", **given)


def test_merged_entries_are_no_doubles_and_count_for_the_one_kept(world):
    document = make.document(world)
    make.layer(make.user("ann"), document, QUOTE, "it will be short")
    lind = Speaker.objects.get(name="Tor Lind")
    kept = make.entry(world, Speaker, "T. Lind")
    idle = make.entry(world, Speaker, "Nobody named")
    registries.merge_entry(user=make.user("cora"), entry=lind, into=kept)

    assert pairs(world, Speaker) == []
    counted = usage(make.user("cora"), world.corpus_id, Speaker, [kept.pk, lind.pk])
    assert counted[kept.pk].n == counted[lind.pk].n == 2 and counted[kept.pk]["speaker"] == 2
    rows = unused(make.user("cora"), world.corpus_id, Speaker.objects.filter(is_not_stated=False))
    assert list(rows) == [idle]


def test_nothing_is_learnt_of_claims_that_a_curator_still_reads_blind(world):
    document = make.document(world)
    proposition = {"text": "It has to close.", "relation": "affirms"}
    make.layer(make.user("ann"), document, QUOTE, **said(document, "Tor Lind", "spokesman"), proposition=proposition)
    make.layer(make.user("ben"), document, QUOTE, **said(document, "A spokesman", "spokesman"))
    cora, lind, found = make.user("cora"), Speaker.objects.get(name="Tor Lind"), Proposition.objects.get()
    assert [row.words for row in learnt_aliases(cora, lind)] == ["spokesman"]
    assert len(proposition_mentions(cora, found)) == 1

    make.claim(cora, document, "it will be short", speakers=[{"name": "Ms. Oyelaran"}])

    assert learnt_aliases(cora, lind) == [] and pairs(world, Speaker) == []
    assert usage(cora, world.corpus_id, Speaker, [lind.pk])[lind.pk].n == 0
    assert proposition_mentions(cora, found) == []


def test_aliases_learnt_leave_out_names_that_are_known(world):
    for number, words in enumerate(("its spokesman", "Its spokesman", "Tor Lind", "he", "Mr Lind")):
        document = make.document(world, f"{words.capitalize()} spoke. “It opens,” {words} said. {number}")
        make.layer(make.user("ann"), document, "It opens", **said(document, "Tor Lind", words))
    lind = Speaker.objects.get(name="Tor Lind")
    registries.update_entry(user=make.user("cora"), entry=lind, values={"aliases": ["Mr Lind"]})

    assert [(row.words.lower(), row.n) for row in learnt_aliases(make.user("cora"), lind)] == [("its spokesman", 2)]


def test_affiliations_are_stored_as_a_list_with_dates(world):
    lind, office = make.entry(world, Speaker, "Tor Lind"), make.entry(world, Speaker, "Port office")
    cora = make.user("cora")
    first = {"body": {"id": str(office.pk)}, "role": "spokesman", "from": "2019-01-01", "to": "2024-02-29"}
    second = {"body": {"name": "Port office"}, "from": "2023-05-01"}

    changed = registries.update_entry(user=cora, entry=lind, values={"affiliations": [first, second, second]})

    assert [
        (row.body, row.role, str(row.from_on), row.to_on and str(row.to_on)) for row in lind.affiliations.all()
    ] == [
        (office, "spokesman", "2019-01-01", "2024-02-29"),
        (office, "", "2023-05-01", None),
    ]
    change = Change.objects.get(action="entry.update", object_id=str(lind.pk))
    assert len(change.after["affiliations"]) == 2 and changed.version == 2
    registries.update_entry(user=cora, entry=lind, values={"affiliations": [first]})
    assert lind.affiliations.count() == 1


@pytest.mark.parametrize(
    ("affiliation", "said"),
    [
        ({"body": {"name": "Port office"}, "from": "2024-01-02", "to": "2024-01-01"}, "before it begins"),
        ({"body": {"name": "Tor Lind"}}, "with itself"),
        ({"body": {"name": "Nobody"}}, "make it first"),
        ({"body": {"name": "Port office"}, "from": "May"}, "2026-05-14"),
        ({"body": {"id": "x"}}, "no speaker"),
        ({"name": "Port office"}, "an affiliation has"),
        ("Port office", "an affiliation has"),
        ({"body": {"name": "Port office"}, "role": 3}, "no name"),
    ],
)
def test_a_bad_affiliation_is_refused_with_its_place(world, affiliation, said):
    lind = make.entry(world, Speaker, "Tor Lind")
    make.entry(world, Speaker, "Port office")

    with pytest.raises(Invalid, match=said) as refused:
        registries.update_entry(user=make.user("cora"), entry=lind, values={"affiliations": [affiliation]})
    assert refused.value.errors[0].pointer.startswith("/affiliations/0")


def test_listed_words_warn_of_whole_words_in_any_case_and_refuse_nothing(world):
    cora, corpus = make.user("cora"), world.corpus
    word = set_loaded_word(user=cora, corpus=corpus, word="Shameful  closing", advice="Write “closure”.")
    assert set_loaded_word(user=cora, corpus=corpus, word="shameful closing", advice="Write “closure”.") == word
    set_loaded_word(user=cora, corpus=corpus, word="C++")

    loaded = Loaded(corpus.pk)

    assert loaded.warnings("The SHAMEFUL CLOSING of it") == [
        "“shameful closing” is on the list of loaded words: Write “closure”."
    ]
    assert loaded.warnings("Shameful closings", "unshameful closing") == [] and len(loaded.warnings("about c++")) == 1
    assert make.entry(world, Target, "Shameful closing").name == "Shameful closing"
    remove_loaded_word(user=cora, corpus=corpus, word_id=word.pk)
    assert [row.word for row in LoadedWord.objects.all()] == ["C++"]
    assert Change.objects.filter(action="word.change").count() == 4
    for bad in ("", "…", "x" * 101, "a\u202eb"):
        with pytest.raises(Invalid):
            set_loaded_word(user=cora, corpus=corpus, word=bad)
