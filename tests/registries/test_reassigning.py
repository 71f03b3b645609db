"""Claims get other entries in a batch, frozen readings follow, and taking it back restores what was."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.actions import layers, registries
from annotate.actions.different import declare_different
from annotate.actions.loaded_words import set_loaded_word
from annotate.actions.purge import purge_project
from annotate.actions.reassigning import reassign_claims, undo_reassignment
from annotate.models import Claim, Layer, NotSame, Reassignment, Recheck, Submission
from annotate.payloads.claims import EntryIn
from annotate.payloads.problems import Invalid, NotThere, Problem, WrongState
from annotate.records import Registries, claim_dicts, submitted
from corpus.models import Affiliation, Change, Entry, LoadedWord, Proposition, Speaker, Target
from tests import make

QUOTES = ("The closure is needed", "it will be short", "a ferry", "the fishers had been asked")
SOON = make.LATER + timedelta(days=1)


@pytest.fixture
def world(db: None) -> Any:
    """A document with two annotators' claims, one layer submitted and one open, and a curator."""
    project = make.project()
    make.member(project, "cora", "curator")
    document = make.document(project)
    for name in ("ann", "ben"):
        make.member(project, name)
    make.layer(make.user("ann"), document, *QUOTES[:2])
    make.claim(make.user("ben"), document, QUOTES[0], proposition={"text": "It has to close.", "relation": "affirms"})
    return project, document


def ids(**filters: Any) -> list[uuid.UUID]:
    return list(Claim.objects.filter(**filters).order_by("pk").values_list("pk", flat=True))


def chosen() -> list[dict[str, Any]]:
    """Return all claims as chosen, without what counts or times their changes."""
    rows = claim_dicts(Claim.objects.all(), registries=Registries.as_chosen())
    return [{key: value for key, value in row.items() if key not in ("version", "updated_at")} for row in rows]


def frozen() -> list[Any]:
    return [item.claims for item in submitted(Submission.objects.all())]


def reassign(entry: Entry, claims: list[uuid.UUID], **values: Any) -> Any:
    given = {"user": make.user("cora"), "to": EntryIn(name="The port spokesman"), "now": SOON} | values
    return reassign_claims(entry=entry, claims=claims, **given)


def test_a_speaker_is_split_in_open_and_submitted_layers_and_frozen_readings_follow(world):
    lind = Speaker.objects.get(name="Tor Lind")
    first = Claim.objects.filter(layer__annotator__username="ann").order_by("pk")[0]
    own = Claim.objects.get(layer__annotator__username="ben")
    versions = dict(Layer.objects.values_list("pk", "version"))

    done = reassign(lind, [first.pk, own.pk])

    new = Speaker.objects.get(name="The port spokesman")
    assert done.to == new and done.n_claims == 2 and not new.is_provisional
    assert set(new.claim_speakers.values_list("claim", flat=True)) == {first.pk, own.pk}
    assert lind.claim_speakers.count() == 1
    for claim in (first, own):
        version = claim.version
        claim.refresh_from_db()
        assert claim.version == version + 1 and claim.updated_at == SOON
    assert {id: n - versions[id] for id, n in Layer.objects.values_list("pk", "version")} == dict.fromkeys(versions, 1)
    (reading,) = frozen()
    assert {claim["id"]: claim["speakers"][0]["name"] for claim in reading}[str(first.pk)] == "The port spokesman"
    assert [claim["speakers"][0]["name"] for claim in reading].count("Tor Lind") == 1
    rows = Reassignment.objects.filter(batch=done.batch)
    assert {(row.claim_key, row.registry, row.old, row.new) for row in rows} == {
        (claim.pk, "speaker", lind.pk, new.pk) for claim in (first, own)
    }
    changes = Change.objects.filter(batch=done.batch, action="claim.reassign")
    assert {change.object_id for change in changes} == {str(first.pk), str(own.pk)}
    assert all(change.project_id == world[0].pk and change.actor == make.user("cora") for change in changes)
    assert changes[0].before["speakers"][0]["name"] == "Tor Lind"
    assert changes[0].after["version"] == Claim.objects.get(pk=changes[0].object_id).version


def test_targets_and_propositions_are_reassigned_too_and_gold_with_them(world):
    project, document = world
    gold = Layer.objects.create(
        kind="gold", project=project, document=document, codebook_version=Layer.objects.all()[0].codebook_version
    )
    own = Claim.objects.get(layer__annotator__username="ben")
    Claim.objects.filter(pk=own.pk).update(layer=gold)

    reassign(Target.objects.get(), [own.pk], to=EntryIn(name="Works at the bridge"))
    reassign(Proposition.objects.get(), [own.pk], to=EntryIn(name="It has to close soon."))

    own.refresh_from_db()
    assert own.stances.get().target == Target.objects.get(name="Works at the bridge")
    assert own.proposition == Proposition.objects.get(name="It has to close soon.") and own.relation == "affirms"


def test_what_was_chosen_is_replaced_where_it_was_merged(world):
    lind, claims = Speaker.objects.get(name="Tor Lind"), ids()
    cora = make.user("cora")
    kept = registries.create_entry(user=cora, project=world[0], model=Speaker, values={"name": "T. Lind"})
    registries.merge_entry(user=cora, entry=lind, into=kept)

    done = reassign(kept, claims)

    assert not lind.claim_speakers.exists() and done.to.claim_speakers.count() == len(claims)
    assert {row.old for row in Reassignment.objects.all()} == {lind.pk}
    assert all(claim["speakers"][0]["id"] == str(done.to.pk) for reading in frozen() for claim in reading)


def test_what_a_claim_would_say_twice_is_refused_and_nothing_is_changed(world):
    _, document = world
    ben = make.user("ben")
    double = make.claim(ben, document, QUOTES[2], speakers=[{"name": "Tor Lind"}, {"name": "Ms. Oyelaran"}])
    through = make.claim(ben, document, QUOTES[3], reported_by=[{"name": "Ms. Oyelaran"}])
    lind, state, n = Speaker.objects.get(name="Tor Lind"), chosen(), Change.objects.count()

    for claim, reason in ((double, "speaker twice"), (through, "as its reporter")):
        with pytest.raises(WrongState) as refused:
            reassign(
                lind, [*ids(layer__annotator__username="ann"), uuid.UUID(claim["id"])], to=EntryIn(name="Ms. Oyelaran")
            )
        assert reason in refused.value.detail and claim["spans"][0]["quote"] in refused.value.detail
        assert refused.value.extra == {"claim": claim["id"]}
    assert chosen() == state and Change.objects.count() == n and not Reassignment.objects.exists()


def test_two_stances_never_become_one_and_an_opposite_is_not_reassigned(world):
    project, document = world
    stances = [{"target": {"name": name}, "value": "support"} for name in ("Closure of the bridge", "The ferry")]
    claim = make.claim(make.user("ben"), document, QUOTES[2], stances=stances)
    closure, ferry = Target.objects.get(name="Closure of the bridge"), Target.objects.get(name="The ferry")

    with pytest.raises(WrongState, match="two stances"):
        reassign(closure, [uuid.UUID(claim["id"])], to=EntryIn(id=ferry.pk))
    cora = make.user("cora")
    kept = registries.create_entry(user=cora, project=project, model=Target, values={"name": "Open bridge"})
    registries.merge_entry(user=cora, entry=closure, into=kept, is_inverted=True)
    with pytest.raises(WrongState, match="as its opposite"):
        reassign(kept, ids(layer__annotator__username="ann"), to=EntryIn(name="Something else"))


@pytest.mark.parametrize(
    ("values", "problem", "said"),
    [
        ({"claims": []}, Invalid, "at least one"),
        ({"claims": [uuid.UUID(int=1)]}, NotThere, "no claim"),
        ({"claims": [uuid.UUID(int=n) for n in range(501)]}, Invalid, "500"),
        ({"to": EntryIn(name=" ")}, Invalid, "empty"),
        ({"to": EntryIn(id=uuid.UUID(int=1))}, Invalid, "no speaker"),
        ({"to": EntryIn(name="Tor Lind")}, Invalid, "already"),
        ({"to": EntryIn(name="Nobody yet"), "may_make": False}, Invalid, "not in the registry"),
        ({"entry": "other"}, WrongState, "does not name"),
    ],
)
def test_what_cannot_be_done_is_refused(world, values, problem, said):
    entry = Speaker.objects.get(name="Tor Lind")
    if values.get("entry"):
        entry = registries.create_entry(user=make.user("cora"), project=world[0], model=Speaker, values={"name": "X"})
    given = {"claims": ids()} | values | {"entry": entry}

    with pytest.raises(problem, match=said):
        reassign(**given)
    assert not Reassignment.objects.exists()


def test_claims_that_a_curator_still_reads_blind_are_not_changed(world):
    make.claim(make.user("cora"), world[1], QUOTES[2])

    with pytest.raises(NotThere):
        reassign(Speaker.objects.get(name="Tor Lind"), ids(layer__annotator__username="ann"))


def test_annotators_reassign_nothing_and_curators_of_another_project_of_the_corpus_neither(world):
    lind = Speaker.objects.get(name="Tor Lind")
    with pytest.raises(PermissionDenied):
        reassign(lind, ids(), user=make.user("ann"))
    second = make.project("second", manager=make.user("zoe"))
    type(second).objects.filter(pk=second.pk).update(corpus=world[0].corpus)
    with pytest.raises(NotThere):
        reassign(lind, ids(), user=make.user("zoe"))


def test_undoing_restores_what_was_and_only_while_it_still_holds(world):
    state, readings = chosen(), frozen()
    lind = Speaker.objects.get(name="Tor Lind")
    waits = make.recheck({"id": str(ids()[0])})
    first = reassign(lind, ids())
    second = reassign(first.to, ids(), to=EntryIn(name="A third"))

    with pytest.raises(WrongState, match="other entries by now"):
        undo_reassignment(user=make.user("cora"), batch=first.batch, now=SOON)
    for batch in (second.batch, first.batch):
        undo_reassignment(user=make.user("cora"), batch=batch, now=SOON)

    assert chosen() == state and frozen() == readings
    assert not Reassignment.objects.filter(undone_at__isnull=True).exists()
    assert Recheck.objects.open().get() == waits
    with pytest.raises(NotThere):
        undo_reassignment(user=make.user("cora"), batch=first.batch, now=SOON)


def test_a_reading_frozen_in_between_is_turned_back_too(world):
    _, document = world
    readings, ann = frozen(), make.user("ann")
    done = reassign(Speaker.objects.get(name="Tor Lind"), ids(layer__annotator__username="ann"))
    layers.reopen_layer(user=ann, document=document, now=SOON + timedelta(days=1))
    layers.submit_layer(user=ann, document=document, now=SOON + timedelta(days=1))
    first, second = frozen()
    assert {claim["speakers"][0]["name"] for claim in (*first, *second)} == {"The port spokesman"}

    undo_reassignment(user=make.user("cora"), batch=done.batch, now=SOON + timedelta(days=2))

    first, second = frozen()
    assert first == readings[0] and {claim["speakers"][0]["name"] for claim in second} == {"Tor Lind"}


def test_a_purged_project_leaves_nothing_of_its_curation(world):
    project, cora = world[0], make.user("cora")
    lind, office = Speaker.objects.get(name="Tor Lind"), make.entry(project, Speaker, "Port office")
    reassign(lind, ids())
    registries.update_entry(user=cora, entry=lind, values={"affiliations": [{"body": {"id": str(office.pk)}}]})
    declare_different(user=cora, corpus=project.corpus, registry="speaker", first=lind.pk, second=office.pk)
    set_loaded_word(user=cora, corpus=project.corpus, word="shameful")

    purge_project(project=project)
    connection.check_constraints()

    assert not any(model.objects.exists() for model in (Reassignment, NotSame, Affiliation, LoadedWord, Speaker))


NAMES = ("Tor Lind", "Ms. Oyelaran", "Port office", "League")
STEP = st.tuples(
    st.sampled_from(("merge", "reassign")), st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 7)
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=5))
def test_merges_and_reassignments_taken_back_in_reverse_restore_every_reading(world, steps):
    mark = transaction.savepoint_create()
    cora, ben = make.user("cora"), make.user("ben")
    people: dict[str, Any] = {"speakers": [{"name": NAMES[0], "represents": {"name": NAMES[1]}}]}
    people["reported_by"] = [{"name": NAMES[2]}]
    make.claim(ben, world[1], QUOTES[2], **people)
    make.claim(ben, world[1], QUOTES[3], speakers=[{"name": name} for name in NAMES[2:]])
    layers.submit_layer(user=ben, document=world[1], now=make.LATER)
    before, readings, undo = chosen(), frozen(), []
    for what, one, other, choice in steps:
        entries = [Speaker.objects.get(name=name) for name in (one, other)]
        claims = [id for place, id in enumerate(ids()) if choice >> (place % 3) & 1]
        try:
            if what == "merge":
                registries.merge_entry(user=cora, entry=entries[0], into=entries[1])
                undo.append(lambda entry=entries[0]: registries.unmerge_entry(user=cora, entry=entry))
            else:
                done = reassign(entries[0], claims, to=EntryIn(id=entries[1].pk))
                undo.append(lambda batch=done.batch: undo_reassignment(user=cora, batch=batch, now=SOON))
        except Problem:
            continue
    for step in reversed(undo):
        step()

    assert chosen() == before and frozen() == readings
    transaction.savepoint_rollback(mark)
