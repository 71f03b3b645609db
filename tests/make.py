"""Builders for tests. Spans are built by quoting the text, never by counting."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from annotate.actions import (
    claim_rows,
    claims,
    documents,
    follow_ups,
    invitations,
    layers,
    projects,
    registries,
    releases,
    rounds,
    talk,
)
from annotate.actions.batch import Batch
from annotate.actions.entries import EntryFinder
from annotate.actions.selections import Selection
from annotate.models import (
    Attribute,
    Claim,
    CodebookVersion,
    Decision,
    DecisionField,
    DecisionReading,
    Invitation,
    Label,
    Layer,
    Project,
    Recheck,
    Release,
    Remark,
    Round,
    StanceLabel,
    Submission,
)
from annotate.payloads.claims import parse_claim
from annotate.payloads.preconditions import Precondition
from annotate.permissions import Role
from annotate.releases.settings import ReleaseSettings
from corpus.models import Document
from corpus.readers.base import Row

NOW = datetime(2026, 5, 14, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 15, 9, 30, tzinfo=UTC)
PASSWORD = "a long enough password"
TEXT = (
    "Harbour bridge to close for repairs\n\n"
    "The port authority will close the harbour bridge on Monday, its spokesman Tor Lind told the Bay Courier. "
    "“The closure is needed,” he said, “and it will be short.”\n\n"
    "The fishers’ league opposes the closure and says the port authority promised a ferry. "
    "Ms. Oyelaran, who leads the league, denied that the fishers had been asked."
)


def user(name: str = "ann", **extra: Any) -> User:
    """Return the user of that name, made when needed."""
    found = User.objects.filter(username=name).first()
    return found or User.objects.create_user(name, password=PASSWORD, **extra)


def project(slug: str = "bridge", *, manager: User | None = None) -> Project:
    return projects.create_project(user=manager or user("manager"), slug=slug, name=slug.title(), now=NOW)


def member(found: Project, name: str, *roles: str) -> User:
    """Return a user who is a member with these roles."""
    person = user(name)
    manager = found.members.filter(is_manager=True).order_by("id").first()
    assert manager is not None
    wanted = {Role(role) for role in roles or ("annotator",)}
    projects.add_member(user=manager.user, project=found, username=name, roles=wanted, now=NOW)
    return person


def document(found: Project, text: str = TEXT, **values: Any) -> Document:
    manager = found.members.filter(is_manager=True).order_by("id").first()
    assert manager is not None
    rows = [Row(number=1, file="test", values={"text": text, **values})]
    outcome = next(documents.add_documents(user=manager.user, project=found, rows=rows, now=NOW))
    assert outcome.id is not None, outcome.errors
    return Document.objects.get(pk=outcome.id)


def span(text: str, quote: str, nth: int = 1) -> dict[str, Any]:
    """Return the span of the nth occurrence of `quote`."""
    start = -1
    for _ in range(nth):
        start = text.index(quote, start + 1)
    return {"start": start, "end": start + len(quote), "quote": quote}


def body(text: str, *quotes: str, **values: Any) -> dict[str, Any]:
    """Return a complete claim as a client sends it."""
    claim = {
        "spans": [span(text, quote) for quote in quotes],
        "speakers": [{"name": "Tor Lind"}],
        "stances": [{"target": {"name": "Closure of the bridge"}, "value": "support"}],
    }
    return claim | values


def claim(person: User, found: Document, *quotes: str, **values: Any) -> dict[str, Any]:
    """Save a claim and return it as it is read."""
    id = uuid.uuid4()
    sent = body(found.text, *quotes, **values) | {"document": str(found.pk)}
    saved = claims.put_claim(user=person, claim_id=id, body=sent, precondition=Precondition(), now=NOW)
    return saved.claim


def round(found: Project, *, selection: Selection | None = None, closes: bool = False, **values: Any) -> Round:
    """Open a round as the project's manager; `closes` ends those that are open."""
    manager = found.members.filter(is_manager=True).order_by("id").first()
    assert manager is not None
    if closes:
        found.rounds.update(status="closed")
    settings = rounds.RoundSettings(**{"name": f"Round {found.rounds.count() + 1}"} | values)
    return rounds.create_round(user=manager.user, project=found, settings=settings, selection=selection, now=NOW)


def invitation(found: Project, *roles: str, **values: Any) -> tuple[Invitation, str]:
    """Return an invitation by the project's first manager, and the secret of its link."""
    manager = found.members.filter(is_manager=True).order_by("id").first()
    assert manager is not None
    settings = invitations.read_invitation({"roles": list(roles or ("annotator",)), **values})
    return invitations.create_invitation(user=manager.user, project=found, settings=settings, now=timezone.now())


def version(
    found: Project, *, stances: dict[str, Any] | None = None, attributes: list[dict[str, Any]] | None = None
) -> CodebookVersion:
    """Publish the next version of the project's codebook: as the newest one, but for what is given.

    `stances` are keys with the keys that they replace; an attribute is {"key", "kind", …, "labels": the same}.
    """
    newest = found.codebook.versions.order_by("-number").first()
    assert newest is not None
    same = {"requires_speaker": newest.requires_speaker, "requires_stance": newest.requires_stance}
    number = newest.number + 1
    new = CodebookVersion.objects.create(codebook=found.codebook, number=number, published_at=NOW, **same)
    scores = dict(newest.stance_labels.values_list("key", "score"))
    for place, (key, replaces) in enumerate((stances or dict.fromkeys(scores, ())).items()):
        values = {"score": scores.get(key), "replaces": list(replaces), "position": place}
        StanceLabel.objects.create(version=new, key=key, name=key.title(), **values)
    if attributes is None:
        keys = Label.objects.filter(attribute__version=newest).values_list("key", flat=True)
        attributes = [{"key": "type", "kind": "choice", "labels": dict.fromkeys(keys, ())}]
    for place, values in enumerate(attributes):
        labels = values.get("labels", {})
        values = {"name": values["key"].title(), "position": place} | values
        values = {name: value for name, value in values.items() if name != "labels"}
        attribute = Attribute.objects.create(version=new, **values)
        for at, (key, replaces) in enumerate(labels.items()):
            Label.objects.create(attribute=attribute, key=key, name=key.title(), replaces=list(replaces), position=at)
    return new


def saved_again(person: User, stored: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Save a stored claim with other values and return it as it is read."""
    seen = Precondition(if_match=frozenset([str(stored["version"])]))
    saved = claims.put_claim(
        user=person, claim_id=uuid.UUID(stored["id"]), body=stored | values, precondition=seen, now=LATER
    )
    return saved.claim


def recheck(stored: dict[str, Any], **values: Any) -> Recheck:
    """Return an answer of a claim that has to be looked at again."""
    found = Claim.objects.select_related("layer").get(pk=stored["id"])
    values = {
        "field": "attributes/type",
        "old": "demand",
        "options": ["position"],
        "at_version": found.version,
    } | values
    return Recheck.objects.create(version_id=found.layer.codebook_version_id, layer=found.layer, claim=found, **values)


def follow_up(found: Project, *fields: str, **values: Any) -> Round:
    """Open a round that asks for these fields again of who submitted in the project's first round."""
    first = found.rounds.order_by("number").first()
    given = {"user": user("manager"), "follows": first, "name": f"Follow-up {found.rounds.count()}"} | values
    return follow_ups.create_follow_up_round(project=found, fields=list(fields), now=NOW, **given)


def codebook_document(**values: Any) -> dict[str, Any]:
    """Return a codebook that has every kind of attribute, in all scopes, with conditions and shortcuts."""

    def label(key: str, **more: Any) -> dict[str, Any]:
        return {"key": key, "name": key.capitalize(), **more}

    def question(key: str, kind: str, **more: Any) -> dict[str, Any]:
        return {"key": key, "name": key.capitalize(), "kind": kind, **more}

    forms = [label("demand", shortcut="d", slot="rust"), label("promise", slot="azure"), label("remark", slot="plum")]
    return {
        "standpoint_codebook": 1,
        "guidelines": "# Guidelines\n\nMark what people say about the harbour.\n",
        "requires": ["speaker", "stance"],
        "stances": [
            label("support", score=1, slot="azure"),
            label("oppose", score=-1, slot="rust", shortcut="x"),
            label("neutral", score=0),
        ],
        "attributes": [
            question("form", "choice", required=True, labels=forms),
            question("deadline", "text", condition={"attribute": "form", "label": "demand"}, required=True),
            question("addressee", "entity"),
            question("strength", "scale", minimum=1, maximum=5),
            question("new", "boolean"),
            question("grounds", "choice", multiple=True, labels=[label(f"ground_{n}") for n in range(10)]),
            question("force", "choice", scope="stance", labels=[label("weak"), label("strong")], required=True),
            question("genre", "choice", scope="document", labels=[label("news"), label("opinion")], required=True),
        ],
    } | values


def layer(person: User, found: Document, *quotes: str, is_submitted: bool = True, **values: Any) -> Layer:
    """Return the person's layer on the document with these claims, submitted unless said otherwise."""
    for quote in quotes or ("The closure is needed",):
        claim(person, found, quote, **values)
    if is_submitted:
        layers.submit_layer(user=person, document=found, now=NOW)
    return Layer.objects.select_related("round", "project").get(document=found, annotator=person)


def remark(person: User, found: Layer | Document, text: str = "Look at this again.", **values: Any) -> Remark:
    """Write a remark on a layer, or on a document to everybody; `claim_key` names a claim of the layer."""
    values = {"user": person, "text": text, "now": NOW} | values
    if isinstance(found, Layer):
        return talk.add_remark(project=found.project, document=found.document, layer=found, **values)
    return talk.add_remark(project=Project.objects.get(corpus=found.corpus_id), document=found, **values)


def entry(found: Project, model: Any, name: str, **values: Any) -> Any:
    """Make an accepted registry entry as the project's manager."""
    manager = found.members.filter(is_manager=True).order_by("id").first()
    assert manager is not None
    return registries.create_entry(
        user=manager.user, project=found, model=model, values={"name": name, "note": ""} | values
    )


def gold(found: Document, *, is_finished: bool = True) -> Layer:
    """Return the gold layer of a document, made when needed."""
    project = Project.objects.get(corpus=found.corpus_id)
    version = project.codebook.versions.filter(published_at__isnull=False).order_by("-number").first()
    assert version is not None
    layer, _ = Layer.objects.get_or_create(
        kind="gold", project=project, document=found, defaults={"codebook_version": version}
    )
    layer.status, layer.submitted_at = ("submitted", LATER) if is_finished else ("open", None)
    layer.save()
    return layer


def gold_claim(found: Document, *quotes: str, **values: Any) -> Claim:
    """Store a claim in the finished gold layer of a document."""
    layer, id = gold(found), uuid.uuid4()
    batch = Batch(action="decision.make", actor=user("manager"), project_id=layer.project_id)
    finder = EntryFinder(user=user("manager"), corpus_id=found.corpus_id, batch=batch)
    resolved = claim_rows.resolve_claim(
        claim=parse_claim(body(found.text, *quotes, **values)),
        text=found.text,
        version_id=layer.codebook_version_id,
        finder=finder,
        originals={},
    )
    claim_rows.insert_claim(claim_id=id, layer=layer, claim=resolved, version=1, now=LATER)
    return Claim.objects.get(pk=id)


def decision(found: Document, *own: dict[str, Any], gold_claim: Claim | None = None, **values: Any) -> Decision:
    """Decide on claims of annotators, as they were stored; without a gold claim they are not claims."""
    layer = gold(found)
    values = {"kind": "accepted" if gold_claim else "rejected", "decided_by": user("manager")} | values
    made = Decision.objects.create(layer=layer, claim=gold_claim, created_at=LATER, **values)
    for claim in own:
        DecisionReading.objects.create(
            decision=made, gold=layer, layer_id=claim["layer"], claim_key=claim["id"], fingerprint="x"
        )
    if gold_claim is not None:
        counts = {"n_for": 1, "n_of": 2, "options": ["support", "oppose"], "value": "support"}
        DecisionField.objects.create(decision=made, field="stances", basis="chosen", **counts)
    return made


def training_round(found: Project, *documents: Document, purpose: str = "training", **values: Any) -> Round:
    """Open a training or test round over these documents, which have finished gold readings."""
    chosen = Selection.read({"documents": [str(one.pk) for one in documents]})
    name = f"{purpose.title()} {found.rounds.count() + 1}"
    return round(found, selection=chosen, purpose=purpose, **{"name": name} | values)


def frozen(text: str, quote: str, nth: int = 1, **values: Any) -> dict[str, Any]:
    """Return a claim as a submission keeps it; entries are given as entries, several stances as (target, value)."""

    def ref(entry: Any) -> dict[str, Any] | None:
        return None if entry is None else {"id": str(entry.pk), "name": entry.name}

    speakers, stances = values.pop("speakers", []), values.pop("stances", [])
    proposition = values.pop("proposition", None)
    found = {
        "id": str(uuid.uuid4()),
        "spans": [span(text, quote, nth)],
        "cue": [],
        "speakers": [
            {**(ref(one) or {}), "represents": ref(represents), "mention": []}
            for one, represents in (pair if isinstance(pair, tuple) else (pair, None) for pair in speakers)
        ],
        "reported_by": [ref(one) for one in values.pop("reported_by", [])],
        "mode": None,
        "proposition": proposition and {"id": str(proposition.pk), "text": proposition.name, "relation": "affirms"},
        "stances": [{"holder": None, "target": ref(target), "value": value} for target, value in stances],
        "no_stance": False,
        "attributes": {},
        "unsure": False,
        "note": "",
    }
    return found | values


def submitted(
    person: User, found: Document, *claims: dict[str, Any], round: Round | None = None, **values: Any
) -> Submission:
    """Store a submission of these frozen claims, as number 1 of a new layer, or as the next one of the stored layer."""
    project = Project.objects.get(corpus=found.corpus_id)
    round = round or project.rounds.order_by("number").first()
    assert round is not None
    version = values.pop("version", round.codebook_version)
    layer, _ = Layer.objects.get_or_create(
        project=project,
        document=found,
        round=round,
        annotator=person,
        defaults={"codebook_version": version, "status": "submitted", "submitted_at": NOW},
    )
    reading = {"id": str(layer.pk), "attributes": {}, "no_claim": [], "claims": list(claims)} | values
    return Submission.objects.create(
        layer=layer,
        number=layer.submissions.count() + 1,
        codebook_version=version,
        reading=reading,
        n_claims=len(claims),
        submitted_at=NOW,
    )


def release(found: Project, *, now: datetime = LATER, **asked: Any) -> Release:
    """Freeze a release as the project's first manager; `asked` as the API takes it."""
    manager = found.members.filter(is_manager=True).order_by("id").first()
    assert manager is not None
    settings = ReleaseSettings.read(asked)
    waiting = releases.create_release(user=manager.user, project=found, settings=settings, now=now)
    made = releases.make_release(release_id=waiting.pk, now=now)
    assert made is not None
    return made


def let_go_of_releases() -> None:
    """Withdraw all releases: on SQLite the database refuses to empty a table in which one is ready."""
    releases.withdraw_releases(Release.objects.ready())
