"""Training and test rounds: readings compared with gold, who passed, and which gold must not be shown yet.

The score is the joint F1 (span Jaccard ≥ .5 one to one, with equal speakers, targets and stances) of the first
submission of each document against its gold claims, micro-averaged over the documents of the round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from annotate import permissions, records
from annotate.agreement import F1, match_claims
from annotate.models import Claim, Layer, LayerKind, LayerStatus, Member, Project, Round, RoundPurpose, Submission
from annotate.models.layers import WRITABLE
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.permissions import Action
from annotate.records import Registries
from annotate.reports.compare import Difference, differences, joint_key
from corpus.models import Document

type Claims = list[dict[str, Any]]
NONE = F1(n_first=0, n_second=0, n_matched=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A claim of one's own, the gold claim that it was matched with, or one of the two alone."""

    own: dict[str, Any] | None
    gold: dict[str, Any] | None
    is_joint: bool = False
    differences: Sequence[Difference] = ()

    @property
    def verdict(self) -> str:
        if self.own is None:
            return "missed"
        if self.gold is None:
            return "too many"
        return "matched" if self.is_joint else "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far somebody is in a training or test round. `n_needed` is the quota, or all documents of the round."""

    user: int
    round: Round
    n_needed: int
    n_submitted: int
    counts: F1

    @property
    def score(self) -> float | None:
        """Return the joint F1; None where neither they nor gold have a claim."""
        return self.counts.value

    @property
    def percent(self) -> float | None:
        """Return the score in percent with one digit, rounded down: what is shown as passed has passed."""
        return None if self.score is None else int(self.score * 1000 + 1e-9) / 10

    @property
    def is_finished(self) -> bool:
        return bool(self.n_needed) and self.n_submitted >= self.n_needed

    @property
    def has_passed(self) -> bool:
        """Without a threshold, whoever finishes has passed. No claim in either is full agreement."""
        if not self.is_finished:
            return False
        return self.round.threshold is None or (1.0 if self.score is None else self.score) * 100 >= self.round.threshold


def aligned(own: Claims, gold: Claims) -> list[Pair]:
    """Return the claims of both in the order of the text: first those that agree jointly, then by their words."""
    mine, theirs = ({claim["id"]: claim for claim in claims} for claims in (own, gold))
    joint: list[tuple[str, str]] = []
    keys: dict[Any, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, claims in enumerate((mine, theirs)):
        for id, claim in claims.items():
            keys[joint_key(claim)][side].append(id)
    for left, right in keys.values():
        joint += match_claims(_spans(mine, left), _spans(theirs, right))
    taken = {id for pair in joint for id in pair}
    rest = match_claims(_spans(mine, mine.keys() - taken), _spans(theirs, theirs.keys() - taken))
    taken |= {id for pair in rest for id in pair}
    found = [Pair(own=mine[a], gold=theirs[b], is_joint=True) for a, b in joint]
    found += [Pair(own=mine[a], gold=theirs[b]) for a, b in rest]
    found += [Pair(own=claim, gold=None) for id, claim in mine.items() if id not in taken]
    found += [Pair(own=None, gold=claim) for id, claim in theirs.items() if id not in taken]
    return sorted(found, key=_place)


def _spans(claims: dict[str, dict[str, Any]], ids: Iterable[str]) -> dict[str, list[tuple[int, int]]]:
    return {id: sorted((span["start"], span["end"]) for span in claims[id]["spans"]) for id in ids}


def _place(pair: Pair) -> tuple[int, str]:
    claim = pair.own or pair.gold
    assert claim is not None
    return claim["spans"][0]["start"], claim["id"]


def counts_of(own: Claims, gold: Claims) -> F1:
    n_joint = sum(pair.is_joint for pair in aligned(own, gold))
    return F1(n_first=len(own), n_second=len(gold), n_matched=n_joint)


def gold_layers(project_id: UUID) -> QuerySet[Layer]:
    """Return the gold layers that were finished. One that is opened again counts as it is now."""
    return Layer.objects.filter(project=project_id, kind=LayerKind.GOLD, submitted_at__isnull=False).order_by()


def standings(round: Round, users: Iterable[int]) -> dict[int, Standing]:
    """Return how far people are in a round. At most 12 queries for any number of them."""
    wanted = set(users)
    rows = Submission.objects.filter(layer__round=round, layer__kind=LayerKind.ANNOTATOR, layer__annotator__in=wanted)
    rows = records.first_of(rows.exclude(layer__status=LayerStatus.WITHDRAWN))
    registries = Registries()
    readings = list(records.submitted(rows, registries))
    gold = _gold_claims(round.project_id, {reading.document for reading in readings}, registries)
    counts: dict[int, F1] = dict.fromkeys(wanted, NONE)
    submitted: dict[int, int] = dict.fromkeys(wanted, 0)
    for reading in readings:
        if reading.document in gold:
            counts[reading.annotator] += counts_of(reading.claims, gold[reading.document])
        submitted[reading.annotator] += 1
    needed = n_needed(round)
    return {
        user: Standing(user=user, round=round, n_needed=needed, n_submitted=submitted[user], counts=counts[user])
        for user in wanted
    }


def standing(round: Round, user: User) -> Standing:
    return standings(round, [user.pk])[user.pk]


def n_needed(round: Round) -> int:
    """Return how many documents somebody has to submit: all of the round, or the quota."""
    listed = round.round_documents.count()
    n = Document.objects.filter(corpus=round.project.corpus_id).count() if round.covers_corpus else listed
    return min(n, round.quota) if round.quota else n


def _gold_claims(project_id: UUID, documents: Iterable[UUID], registries: Registries) -> dict[UUID, Claims]:
    layers = dict(gold_layers(project_id).filter(document__in=list(documents)).values_list("pk", "document"))
    found: dict[UUID, Claims] = {document: [] for document in layers.values()}
    for claim in records.claim_dicts(Claim.objects.filter(layer__in=list(layers)), registries=registries):
        found[UUID(claim["document"])].append(claim)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A first submission beside gold."""

    pairs: list[Pair]
    counts: F1
    standing: Standing

    @property
    def n(self) -> dict[str, int]:
        found = dict.fromkeys(("matched", "differs", "missed", "too many"), 0)
        for pair in self.pairs:
            found[pair.verdict] += 1
        return found


def feedback(user: User, round: Round, document: Document) -> Feedback | None:
    """Return a person's own feedback on a document, None where it is not for them to see, or not yet.

    In a training round it is there once the reading is submitted, in a test when the whole test is; as long as the
    reading is open again, or the document is part of another test that is not finished, it is not.
    """
    layer = Layer.objects.filter(
        round=round, document=document, annotator=user.pk, kind=LayerKind.ANNOTATOR, status=LayerStatus.SUBMITTED
    ).first()
    if layer is None or round.purpose == RoundPurpose.WORK or document.pk in hidden_gold(user, round.project):
        return None
    own = standing(round, user)
    registries = Registries()
    reading = next(records.submitted(records.first_of(Submission.objects.filter(layer=layer)), registries), None)
    gold = _gold_claims(round.project_id, [document.pk], registries).get(document.pk)
    if reading is None or gold is None:
        return None
    codebook = load_codebook(reading.version)
    pairs = [_with_differences(pair, codebook) for pair in aligned(reading.claims, gold)]
    return Feedback(pairs=pairs, counts=counts_of(reading.claims, gold), standing=own)


def _with_differences(pair: Pair, codebook: CodebookView) -> Pair:
    if pair.own is None or pair.gold is None:
        return pair
    return replace(pair, differences=differences(pair.own, pair.gold, codebook))


def people_in(round: Round) -> list[int]:
    """Return the ids of whoever takes part in a round: active annotators, and who has submitted in it."""
    members = Member.objects.active().filter(project=round.project_id, is_annotator=True)
    worked = Layer.objects.filter(round=round, kind=LayerKind.ANNOTATOR).exclude(status=LayerStatus.WITHDRAWN)
    return sorted({*members.values_list("user", flat=True), *worked.values_list("annotator", flat=True)} - {None})


def not_admitted(user: User, round: Round) -> Standing | None:
    """Return the standing in the round that admits to this one, where it is not passed; None where all is well."""
    if round.admission_id is None:
        return None
    needed = Round.objects.select_related("project").get(pk=round.admission_id)
    own = standing(needed, user)
    return None if own.has_passed else own


def refusal(round: Round, own: Standing) -> str:
    """Say why somebody takes no document in a round yet: which round admits, what they have, what they need."""
    needed = own.round
    score = f"{own.percent} %" if own.percent is not None else "no score"
    hides = needed.purpose == RoundPurpose.TEST and not own.is_finished
    so_far = f"{own.n_submitted} of {own.n_needed} documents are submitted"
    reached = so_far if hides else f"{so_far}, with {score}"
    at_least = f" with {needed.threshold} % or more" if needed.threshold else ""
    closed = "" if needed.is_open or own.is_finished else "; that round is closed, so ask a manager"
    return f"Round “{round.name}” is for those who have passed “{needed.name}”{at_least}; {reached}{closed}."


def hidden_gold(user: User, project: Project) -> set[UUID]:
    """Return the documents whose gold `user` must not see yet: they may still be tested or trained on it.

    Of an open test round all documents until its last is submitted, of an open training round those not submitted.
    """
    if not permissions.can(user, Action.ANNOTATE, project.pk):
        return set()
    rounds = project.rounds.filter(~Q(purpose=RoundPurpose.WORK), status="open").select_related("project")
    hidden: set[UUID] = set()
    for round in rounds:
        held = set(round.round_documents.values_list("document", flat=True))
        own = Layer.objects.filter(round=round, annotator=user.pk, kind=LayerKind.ANNOTATOR)
        done = set(own.filter(status=LayerStatus.SUBMITTED).values_list("document", flat=True))
        if round.purpose == RoundPurpose.TEST and len(done) < n_needed(round):
            hidden |= held
        elif len(done) < n_needed(round):
            hidden |= held - done
    return hidden


def own_results(user: User, round: Round) -> Standing | None:
    """Return a person's own standing where they take part; None where they neither may annotate nor have submitted."""
    own = standing(round, user)
    return own if own.n_submitted or permissions.can(user, Action.ANNOTATE, round.project_id) else None


def results_seen(user: User, round: Round) -> list[Standing]:
    """Return everybody's standing for those who see the progress, else none.

    Who is at work in the round themselves learns of nobody else's work in it.
    """
    if not permissions.can(user, Action.SEE_PROGRESS, round.project_id):
        return []
    own = Layer.objects.of_annotators().filter(project=round.project_id, annotator=user.pk, status__in=WRITABLE)
    if own.filter(round__is_blind=True, document__in=round.round_documents.values("document")).exists():
        return []
    return list(standings(round, people_in(round)).values())


def is_told(own: Standing) -> bool:
    """Return whether a person is told their score: after each document of a training, at the end of a test."""
    return own.round.purpose == RoundPurpose.TRAINING or own.is_finished
