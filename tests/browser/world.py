"""One small world for tests that only look: people of every role, readings in every state, and a page's address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.utils.http import urlsafe_base64_encode

from tests import make

# Neutral, and dense on purpose: clauses inside clauses, so that claims overlap.
DENSE = (
    "Night ferry to run for a trial year\n\n"
    "The harbour board said on Monday that the night ferry will run every day, that the fare stays at two crowns, and "
    "that the old pier, which the fishers’ league calls unsafe, can be used until the new one is ready.\n\n"
    "“The nets come first,” said Tor Lind, who speaks for the league, “and the board knows it.”"
)
DENSE_QUOTES = (
    "the night ferry will run every day, that the fare stays at two crowns, and that the old pier, which the fishers’ "
    "league calls unsafe, can be used until the new one is ready",
    "the night ferry will run every day, that the fare stays at two crowns",
    "the night ferry will run every day",
    "night ferry will run",
    "ferry will run every day, that the fare",
    "every day, that the fare stays",
    "that the fare stays at two crowns",
    "the fare stays at two crowns, and that the old pier",
    "at two crowns, and that the old pier, which the fishers’ league calls unsafe",
    "that the old pier, which the fishers’ league calls unsafe, can be used until the new one is ready",
    "which the fishers’ league calls unsafe",
    "the fishers’ league calls unsafe, can be used",
    "can be used until the new one is ready",
)
STANCES = ("support", "oppose", "neutral", "unclear")


@contextmanager
def standing(django_db_setup: Any, django_db_blocker: Any) -> Iterator[tuple[Any, dict[str, str]]]:
    """Yield a live server and the ids in its world, both for a whole module; nothing is left behind."""
    from django.core.management import call_command
    from django.test.utils import override_settings
    from pytest_django.live_server_helper import LiveServer

    with django_db_blocker.unblock(), override_settings(ALLOWED_HOSTS=["*"]):
        server = LiveServer("localhost")
        try:
            yield server, build()
        finally:
            server.stop()
            make.let_go_of_releases()
            call_command("flush", verbosity=0, interactive=False)


def build() -> dict[str, str]:
    """Make the world and return its ids by the names that addresses use."""
    from annotate.actions import accounts, codebook, layers
    from annotate.actions.tokens import create_token
    from annotate.models import DocumentImport, Layer
    from annotate.models.imports import ImportStatus
    from corpus.models import Document

    project = make.project()
    root = make.user("root", is_superuser=True)
    make.user("lonely")
    ann, ben, curator = (make.member(project, name, role) for name, role in PEOPLE.items())
    empty = make.document(project, source="Bay Courier", published_on="2026-05-14", language="en")
    dense = make.document(project, DENSE, title="Night ferry to run for a trial year", source="Bay Courier")
    done = make.document(project, make.TEXT + " More.", url="https://example.org/a")
    claims = [_claim(ann, dense, n, quote) for n, quote in enumerate(DENSE_QUOTES)]
    parts = ("The nets come first", "the board knows it")
    make.claim(ann, dense, *parts, stances=[], no_stance=True, proposition={"text": "Nets.", "relation": "affirms"})
    make.claim(ann, dense, "The nets come first", speakers=[], stances=[], note="Not sure", unsure=True)
    for person in (ann, ben):
        make.claim(person, done, "The closure is needed")
        layers.submit_layer(user=person, document=done, now=make.NOW)
    _talk(project, curator, Layer.objects.get(document=done, annotator=ann))
    refused = {"file": "a.csv", "row": 3, "field": "published_on", "value": "31.05.2024", "rule": "no date"}
    report = [refused | {"remedy": "write it as 2024-05-31"}]
    same = {"file": "a.csv", "row": 4, "field": "text", "value": "", "rule": "the same text", "remedy": "none"}
    report.append(same | {"duplicate_of": str(done.pk)})
    found = DocumentImport.objects.create(
        project=project,
        user=curator,
        files=[{"name": "a.csv"}],
        report=report,
        status=ImportStatus.DONE,
        n_created=1,
        n_errors=1,
        n_duplicates=1,
    )
    for claim in claims[:2]:
        make.recheck(claim)
    make.recheck(claims[2], field="stances/0/value", old="neutral", options=[])
    make.version(project, stances={"for": ["support"], "hotly": ["oppose"], "coolly": ["oppose"], "neutral": []})
    followed = _follow_up() | _desk()
    create_token(user=make.user("manager"), name="laptop")
    draft = codebook.start_draft(user=curator, project=project, now=make.NOW)
    codebook.save_draft(user=curator, version=draft, body=make.codebook_document())
    make.project("bare")
    _two_rounds()
    followed |= _trained()
    return (
        followed
        | _handed_out(project, empty, dense)
        | {
            "empty": str(empty.pk),
            "dense": str(dense.pk),
            "done": str(done.pk),
            "claim": claims[0]["id"],
            "both": str(Document.objects.get(corpus__projects__slug="twice").pk),
            "round": str(project.rounds.get(number=1).pk),
            "layer": str(Layer.objects.get(document=done, annotator=ben).pk),
            "import": str(found.pk),
            "release": str(make.release(project, note="The first.").pk),
            "invite": make.invitation(project, max_uses=9)[1],
            "reset": accounts.make_reset_token(user=root, account=ben),
            "user": str(ben.pk),
            "uid": urlsafe_base64_encode(str(ben.pk).encode()),
            "speaker": str(project.corpus.speakers.get(name="Tor Lind").pk),
            "target": str(project.corpus.targets.first().pk),
            "proposition": str(project.corpus.propositions.first().pk),
            "codebookversion": str(project.codebook.versions.get(number=1).pk),
        }
    )


def _talk(project: Any, curator: Any, layer: Any) -> None:
    """Let there be a thread on a claim, one on a reading that is settled, and one to everybody."""
    from annotate.actions import talk

    make.remark(curator, layer, "Is this the spokesman?", claim_key=layer.claims.get().pk)
    make.remark(layer.annotator, layer, "Or the authority?", claim_key=layer.claims.get().pk)
    talk.settle_thread(user=curator, remark=make.remark(curator, layer), now=make.NOW)
    make.remark(curator, layer.document, "The last paragraph is a repeat.")


PEOPLE = {"ann": "annotator", "ben": "annotator", "curator": "curator"}


def _claim(person: Any, document: Any, n: int, quote: str) -> dict[str, Any]:
    stance = {"target": {"name": "The night ferry"}, "value": STANCES[n % len(STANCES)]}
    return make.claim(person, document, quote, stances=[stance], speakers=[{"name": f"Speaker {n}"}])


def _desk() -> dict[str, str]:
    """Make a project with two articles that three people read: one with open units, one with names apart."""
    from tests.adjudication import fixture

    project = make.project("desk")
    people = {name: make.member(project, name, "annotator") for name in ("ann", "ben", "cem")}
    make.member(project, "curator", "curator")
    document = make.document(project, fixture.TEXT, title="Town notes for the week", source="Bay Courier")
    fixture.twenty_units(people, document)
    other = make.document(project, fixture.TEXT + " Again.", title="Town notes, again")
    fixture.own_names({name: people[name] for name in ("ann", "ben")}, other)
    return {"desk": str(document.pk)}


def _follow_up() -> dict[str, str]:
    """Make a project whose first round is followed up: one article is begun, one is not."""
    from annotate.actions import follow_ups, layers

    project = make.project("again")
    ann = make.member(project, "ann")
    found = [make.document(project, make.TEXT, source="Bay Courier"), make.document(project, DENSE)]
    make.claim(ann, found[0], "The closure is needed", "it will be short")
    make.claim(ann, found[0], "opposes the closure", stances=[], no_stance=True)
    make.claim(ann, found[1], "the nets come first".capitalize())
    for document in found:
        layers.submit_layer(user=ann, document=document, now=make.NOW)
    tone = {"key": "tone", "kind": "choice", "is_required": True, "definition": "How it is said."}
    kinds = [{"key": key, "kind": key} for key in ("boolean", "scale", "text", "entity")]
    make.version(project, attributes=[tone | {"labels": {"calm": [], "sharp": []}}, *kinds])
    asked = ("attributes/tone", *(f"attributes/{kind['key']}" for kind in kinds), "stances", "mode")
    round = make.follow_up(project, *asked)
    follow_ups.open_follow_up_layer(user=ann, round=round, document=found[0], now=make.NOW)
    names = {"again": project.rounds.get(number=1), "follow_up": round, "begun": found[0], "not_begun": found[1]}
    return {name: str(row.pk) for name, row in names.items()}


def _trained() -> dict[str, str]:
    """Make a project in which an article is decided and read again in a training; a document is still to be read."""
    from annotate.actions import claims, layers
    from annotate.payloads.preconditions import Precondition

    project = make.project("trained")
    ann = make.member(project, "ann")
    found = make.document(project, make.TEXT, title="Harbour bridge")
    own = [make.claim(ann, found, quote) for quote in ("The closure is needed", "it will be short")]
    layers.submit_layer(user=ann, document=found, now=make.NOW)
    edited = make.gold_claim(found, "The closure is needed", speakers=[{"name": "Port authority"}])
    values = {"kind": "edited", "reason": "He speaks for the authority.", "guideline": "Guidelines"}
    make.decision(found, own[0], gold_claim=edited, **values)
    make.decision(found, own[1], reason="A forecast of length.")
    make.gold_claim(found, "opposes the closure")
    round = make.training_round(project, found, threshold=60, closes=True)
    for quote in ("The closure is needed", "it will be short"):
        sent = make.body(found.text, quote) | {"document": str(found.pk)}
        claims.put_claim(
            user=ann, claim_id=uuid4(), body=sent, precondition=Precondition(), now=make.NOW, round_id=round.pk
        )
    layers.submit_layer(user=ann, document=found, now=make.NOW, round_id=round.pk)
    make.round(project, name="Work", admission_id=round.pk)
    return {"decided": str(found.pk), "training": str(round.pk)}


def _two_rounds() -> None:
    """Make a project in which an article is in two open rounds."""
    from annotate.actions import projects

    project = make.project("twice")
    make.member(project, "ann")
    make.document(project)
    settings = projects.read_round({"name": "Second"})
    projects.create_round(user=make.user("manager"), project=project, settings=settings, now=make.NOW)


def _handed_out(project: Any, empty: Any, dense: Any) -> dict[str, str]:
    """Make a closed round over two documents, in which ann has one and ben skipped the other; opened for looking."""
    from annotate.actions import queue, skips
    from annotate.actions.selections import Selection
    from annotate.models import Round

    chosen = Selection.read({"documents": [str(dense.pk), str(empty.pk)]})
    pairs = make.round(project, name="Pairs", overlap=2, selection=chosen)
    taken = queue.take_next(user=make.user("ann"), project=project, now=make.NOW, round_id=pairs.pk)
    assert taken is not None
    skips.skip_document(user=make.user("ben"), document=dense, round=pairs, reason="Too long", now=make.NOW)
    Round.objects.filter(pk=pairs.pk).update(status="closed")
    return {"pairs": str(pairs.pk), "taken": str(taken.document.pk)}
