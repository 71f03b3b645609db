"""Random codebooks over stored claims: answers before are answers after and rechecks; and saves during a move."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection

from annotate.actions import moving
from annotate.models import Answer, Claim, Layer, Recheck, Stance
from annotate.records import claim_dict, claim_dicts
from corpus.models import Change
from tests import make

LABELS = ("a", "b", "c", "d")
WORDS = [word for word in dict.fromkeys(make.TEXT.split()) if make.TEXT.count(word) == 1]


def random_version(project, seed):
    """Publish a version whose keys replace, merge, split or drop those before at random."""
    dice = random.Random(seed)

    def some():
        return [key for key in LABELS if dice.random() < 0.6]

    def labels():
        return {key: some() if dice.random() < 0.5 else [] for key in some() or ["a"]}

    attributes = [
        {"key": key, "scope": scope, "kind": "choice", "is_multiple": dice.random() < 0.5, "labels": labels()}
        | ({"replaces": dice.sample(("one", "two"), 1)} if dice.random() < 0.4 else {})
        for scope in ("claim", "stance")
        for key in ("one", "two")
        if dice.random() < 0.85
    ]
    return make.version(project, stances=labels(), attributes=attributes)


def random_claims(project, document, person, seed):
    """Save claims with answers at random, each as the codebook allows."""
    from annotate.payloads.codebooks import load_codebook

    dice, view = random.Random(seed), load_codebook(project.rounds.get().codebook_version_id)

    def answers(scope):
        found = {}
        for spec in view.of_scope(scope):
            keys = sorted(spec.labels)
            if dice.random() < 0.8:
                found[spec.key] = sorted(dice.sample(keys, dice.randint(1, len(keys)))) if spec.is_multiple else keys[0]
        return found

    for word in dice.sample(WORDS, 6):
        stances = [
            {
                "target": {"name": f"Target {n}"},
                "value": dice.choice(list(view.stances)),
                "attributes": answers("stance"),
            }
            for n in range(dice.randint(0, 3))
        ]
        stances += [{"value": dice.choice(list(view.stances)), "attributes": answers("stance")}]
        make.claim(person, document, word, stances=stances, attributes=answers("claim"))


def n_answers():
    return Answer.objects.count() + Stance.objects.filter(value__isnull=False).count()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_answers_before_are_answers_after_and_rechecks(seed):
    project = make.project()
    ann, document = make.member(project, "ann"), make.document(project)
    move(project, random_version(project, seed))
    random_claims(project, document, ann, seed)
    before, was = n_answers(), list(claim_dicts(Claim.objects.all()))

    done = move(project, random_version(project, seed + 1000))

    n_carried = sum(n for fate, n in done.tally.items() if fate[-1])
    assert before == n_carried + Recheck.objects.count() == sum(done.tally.values())
    assert n_answers() <= n_carried  # fewer where two labels of a multiple choice became one
    now = {claim["id"]: claim for claim in claim_dicts(Claim.objects.all())}
    for change in Change.objects.filter(action="round.move", object_type="claim"):
        assert now[change.object_id] == change.after
        now[change.object_id] = change.before
    assert now == {claim["id"]: claim for claim in was}


def move(project, version):
    return moving.move_round(user=make.user("manager"), round=project.rounds.get(), version=version, now=make.LATER)


@pytest.mark.django_db(transaction=True)
def test_a_save_during_a_move_is_moved_along_or_refused(client_of):
    project = make.project()
    names = [f"a{n}" for n in range(6)]
    document = make.document(project)
    people = [client_of(make.member(project, name)) for name in names]
    stored = [
        make.claim(make.user(name), document, "The closure is needed", attributes={"type": "demand"}) for name in names
    ]
    new = make.version(project, attributes=[{"key": "type", "kind": "choice", "labels": {"request": ["demand"]}}])

    def act(n):
        try:
            if n == 3:
                return move(project, new)
            person, claim = people[n % 6], stored[n % 6]
            if n < 6:
                sent = claim | {"note": "changed"}
                return person.put(f"/api/v1/claims/{claim['id']}/", sent, match='"1"')
            body = make.body(document.text, "it will be short", attributes={"type": "demand"})
            return person.post(f"/api/v1/documents/{document.pk}/claims/", body)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(act, range(12)))

    statuses = Counter(answer.status_code for n, answer in enumerate(answers) if n != 3)
    assert set(statuses) <= {200, 201, 400, 412}, [a.content for n, a in enumerate(answers) if n != 3]
    assert set(Layer.objects.values_list("codebook_version__number", flat=True)) == {2}
    for claim in claim_dicts(Claim.objects.all()):
        assert claim["attributes"] == {"type": "request"}
    for n, answer in enumerate(answers):
        if n < 6 and n != 3:
            assert claim_dict(UUID(stored[n]["id"]))["note"] == ("changed" if answer.status_code == 200 else "")


@pytest.mark.django_db(transaction=True)
def test_a_layer_opened_during_a_move_stands_under_the_version_of_its_round(client_of):
    project = make.project()
    document = make.document(project)
    people = [client_of(make.member(project, f"a{n}")) for n in range(8)]
    new = make.version(project)

    def act(n):
        try:
            if n == 8:
                return move(project, new)
            return people[n].put(f"/api/v1/documents/{document.pk}/layer/", {"no_claim": []})
        finally:
            connection.close()

    with ThreadPoolExecutor(9) as pool:
        list(pool.map(act, [0, 1, 2, 8, 3, 4, 5, 6, 7]))

    assert Layer.objects.count() == 8
    assert set(Layer.objects.values_list("codebook_version__number", flat=True)) == {2}


@pytest.fixture
def client_of():
    from tests.api.client import Api

    return Api
