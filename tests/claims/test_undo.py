"""Undo of a batch: set back as a whole or refused with words; an undo can be undone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from annotate import records
from annotate.actions import claim_rows, claims, documents, layers, projects, registries, rounds, stories
from annotate.actions.batch import Batch
from annotate.actions.entries import EntryFinder
from annotate.actions.undo import undo_batch
from annotate.models import Claim, Member, Reassignment, Submission
from annotate.payloads.claims import parse_claim
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import NotThere, WrongState
from annotate.permissions import Role
from corpus.models import Change, Document, Proposition, Speaker, Target
from tests import make
from tests.make import LATER, NOW

pytestmark = pytest.mark.django_db
CLOSURE = "The closure is needed"


@pytest.fixture
def project():
    found = make.project()
    make.member(found, "curator", "curator")
    make.member(found, "ann")
    return found


@pytest.fixture
def document(project):
    return make.document(project, title="Bridge", source="Bay Courier")


def entry(project: Any, model: Any = Speaker, **values: Any) -> Any:
    values = {"name": "The league", "note": "."} | values
    return registries.create_entry(user=make.user("curator"), project=project, model=model, values=values)


def newest(action: str) -> Any:
    return Change.objects.filter(action=action).latest("id").batch


def undo(project: Any, batch: Any, name: str = "curator") -> Any:
    return undo_batch(user=make.user(name), project=project, batch=batch, now=LATER)


def test_every_change_of_an_entry_is_undone_and_done_again(project):
    target = entry(project, Target, kind="event")
    other = entry(project, Target, name="Another")
    sentence = entry(project, Proposition, usual_target={"id": str(target.pk)})
    found = entry(project)
    states = [registries.entry_state(found)]
    change = {"name": "Fishers’ league", "aliases": ["League"], "kind": "organisation", "is_provisional": True}
    registries.update_entry(user=make.user("curator"), entry=found, values=change)
    registries.accept_entries(user=make.user("curator"), entries=[found])
    registries.merge_entry(user=make.user("curator"), entry=target, into=other, is_inverted=True)
    registries.update_entry(user=make.user("curator"), entry=sentence, values={"usual_target": None})
    batches = [newest("entry.update"), newest("entry.merge"), newest("entry.accept")]
    batches.append(Change.objects.filter(action="entry.update", object_type="speaker").get().batch)

    undone = [undo(project, batch) for batch in batches]

    found.refresh_from_db()
    target.refresh_from_db()
    sentence.refresh_from_db()
    assert without_version(registries.entry_state(found)) == without_version(states[0])
    assert (target.merged_into, target.is_merged_inverted) == (None, False) and sentence.usual_target == target
    for batch in reversed(undone):
        undo(project, batch)
    target.refresh_from_db()
    found.refresh_from_db()
    assert (target.merged_into, target.is_merged_inverted) == (other, True)
    assert (found.name, found.is_provisional, found.kind) == ("Fishers’ league", False, "organisation")
    assert [alias.name for alias in found.aliases.all()] == ["League"]


def without_version(state: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key != "version"}


def test_an_unused_entry_is_deleted_and_comes_back_whole(project):
    found = entry(project, kind="group", aliases=["L."])
    batch = newest("entry.create")

    undone = undo(project, batch)

    assert not Speaker.objects.filter(pk=found.pk).exists()
    undo(project, undone)
    again = Speaker.objects.get(pk=found.pk)
    assert (again.name, again.kind, [alias.name for alias in again.aliases.all()]) == ("The league", "group", ["L."])


def test_a_used_entry_is_not_deleted(project, document):
    entry(project, name="Tor Lind")
    batch = newest("entry.create")
    claim = make.claim(make.user("ann"), document, CLOSURE)

    with pytest.raises(WrongState, match="is in use"):
        undo(project, batch)

    layers.submit_layer(user=make.user("ann"), document=document, now=NOW)
    layers.reopen_layer(user=make.user("ann"), document=document, now=NOW)
    other = [{"name": "Somebody else"}]
    make.saved_again(make.user("ann"), claim, speakers=other)
    with pytest.raises(WrongState, match="used in submitted readings"):  # not in the claim any more
        undo(project, batch)


def test_what_was_changed_since_is_refused_with_who_and_when(project):
    found = entry(project)
    registries.update_entry(user=make.user("curator"), entry=found, values={"name": "League"})
    batch = newest("entry.update")
    registries.update_entry(user=make.user("manager"), entry=found, values={"name": "The fishers"})

    with pytest.raises(WrongState, match=r"was changed since by manager, who changed an entry on \d+ \w+ 20\d\d"):
        undo(project, batch)
    undo(project, newest("entry.update"))
    undo(project, batch)

    found.refresh_from_db()
    assert found.name == "The league"


def test_it_is_all_or_nothing(project):
    both = [entry(project, name=name, is_provisional=True) for name in ("One", "Two")]
    registries.accept_entries(user=make.user("curator"), entries=both)
    batch = newest("entry.accept")
    registries.update_entry(user=make.user("curator"), entry=both[0], values={"is_provisional": True})
    n_changes = Change.objects.count()

    with pytest.raises(WrongState, match="One"):
        undo(project, batch)

    assert Change.objects.count() == n_changes
    assert not Speaker.objects.get(name="Two").is_provisional


def test_own_claims_are_undone_in_an_open_layer(project, document):
    ann = make.user("ann")
    claim = make.claim(ann, document, CLOSURE)
    changed = make.saved_again(ann, claim, unsure=True, note="Why?")
    seen = Precondition(if_match=frozenset([str(changed["version"])]))
    claims.delete_claim(user=ann, claim_id=Claim.objects.get().pk, precondition=seen, now=LATER)
    batches = [newest(f"claim.{what}") for what in ("delete", "update", "create")]

    undo(project, batches[0], "ann")
    stored = records.claim_dict(Claim.objects.get().pk)
    assert (stored["id"], stored["note"], stored["spans"]) == (claim["id"], "Why?", claim["spans"])
    undo(project, batches[1], "ann")
    stored = records.claim_dict(Claim.objects.get().pk)
    assert (stored["note"], stored["unsure"]) == ("", False)
    last = undo(project, batches[2], "ann")

    assert not Claim.objects.exists() and Speaker.objects.filter(name="Tor Lind").exists()
    undo(project, last, "ann")
    layers.submit_layer(user=ann, document=document, now=LATER)
    with pytest.raises(WrongState, match="reopen it before you change it"):
        undo(project, newest("undo"), "ann")
    with pytest.raises(WrongState, match="theirs to change"):
        undo(project, batches[2])


def test_an_undo_looks_through_a_merge_that_came_later(project, document):
    ann = make.user("ann")
    claim = make.claim(ann, document, CLOSURE)
    make.saved_again(ann, claim, note="Why?")
    batch = newest("claim.update")
    into = entry(project, name="T. Lind")
    registries.merge_entry(user=make.user("curator"), entry=Speaker.objects.get(name="Tor Lind"), into=into)

    undo(project, batch, "ann")

    stored = Claim.objects.get()
    assert stored.note == "" and stored.claim_speakers.get().speaker.name == "Tor Lind"


def test_only_what_one_may_see_and_do_is_undone(project, document):
    found = entry(project)
    batch = newest("entry.create")
    member = Member.objects.get(user=make.user("ann"))
    projects.set_roles(user=make.user("manager"), member=member, roles={Role.CURATOR, Role.ANNOTATOR})
    roles = newest("member.roles")
    projects.set_roles(user=make.user("manager"), member=member, roles={Role.ANNOTATOR})

    with pytest.raises(NotThere):
        undo(project, batch, "ann")
    with pytest.raises(NotThere):
        undo(make.project("other"), batch, "manager")
    with pytest.raises(WrongState, match="“ann” was changed since by manager"):
        undo(project, roles, "manager")
    with pytest.raises(PermissionDenied):
        undo(project, newest("member.roles"))
    undo(project, newest("member.roles"), "manager")

    assert Member.objects.get(user=make.user("ann")).roles == ["annotator", "curator"] and found.name


def test_metadata_settings_and_the_project_are_set_back(project, document):
    curator, manager, round = make.user("curator"), make.user("manager"), project.rounds.get()
    change = {"title": "Other", "source": None, "published_on": "2026-05-01"}
    documents.update_document(user=curator, document=document, values=change)
    settings = rounds.read_round({"name": "First", "quota": 3}, current=rounds.settings_of(round))
    rounds.update_round(user=manager, round=round, settings=settings)
    projects.update_project(user=manager, project=project, values={"name": "Harbour"})

    for action in ("document.update", "round.update", "project.update"):
        undo(project, newest(action), "manager")

    stored = Document.objects.get()
    assert (stored.title, stored.source.name, stored.published_on) == ("Bridge", "Bay Courier", None)
    round.refresh_from_db()
    project.refresh_from_db()
    assert (round.name, round.quota, project.name) == ("Round 1", None, "Bridge")


@pytest.mark.parametrize("action", ["project.create", "layer.open", "layer.submit", "story.join"])
def test_other_kinds_are_refused_with_words(project, document, action):
    make.layer(make.user("ann"), document)
    other = make.document(project, make.TEXT + " Again.")
    stories.join_documents(user=make.user("manager"), documents=[document, other])

    with pytest.raises(WrongState, match="cannot be undone"):
        undo(project, newest(action), "manager")


def test_a_batch_reassignment_is_undone_for_claims_and_frozen_readings(project, document):
    layer = make.layer(make.user("ann"), document)
    old, new = Speaker.objects.get(name="Tor Lind"), entry(project, name="T. Lind")
    batch = reassign(project, layer, old, new)
    assert speakers() == ("T. Lind", "T. Lind")

    undone = undo(project, batch)
    assert speakers() == ("Tor Lind", "Tor Lind")
    redone = undo(project, undone)
    assert speakers() == ("T. Lind", "T. Lind")
    undo(project, redone)

    assert speakers() == ("Tor Lind", "Tor Lind")


def speakers() -> tuple[str, str]:
    """Return the speaker of the one claim as it is stored, and as the frozen reading tells it."""
    frozen = next(records.submitted(Submission.objects.all()))
    return Claim.objects.get().claim_speakers.get().speaker.name, frozen.claims[0]["speakers"][0]["name"]


def reassign(project: Any, layer: Any, old: Any, new: Any) -> Any:
    """Put one speaker in place of another in the layer's claim, as a curator's batch does it."""
    claim, user = layer.claims.get(), make.user("curator")
    registries_read = records.Registries()
    before = records.claim_dict(claim.pk, registries_read)
    batch = Batch(action="claim.reassign", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    finder = EntryFinder(user=user, corpus_id=project.corpus_id, batch=batch)
    body = before | {"speakers": [{"id": str(new.pk)}]}
    resolved = claim_rows.resolve_claim(
        claim=parse_claim(body), text=layer.document.text, version_id=layer.codebook_version_id, finder=finder,
        originals={},
    )  # fmt: skip
    after = claim_rows.content_of(resolved, registries_read)
    claim_rows.replace_claim(claim_id=claim.pk, version=2, resolved=resolved, before=before, after=after, now=NOW)
    batch.add("claim", claim.pk, before=before, after=records.claim_dict(claim.pk))
    batch.write()
    Reassignment.objects.create(
        batch=batch.id, layer=layer, claim_key=claim.pk, registry="speaker", old=old.pk, new=new.pk, created_at=LATER
    )
    return batch.id
