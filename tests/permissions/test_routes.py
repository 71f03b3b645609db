"""Every route × role × method is answered as the table says, and no route is missing from it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from annotate.actions import codebook, layers, queue, registries, returns
from annotate.actions.selections import Selection
from annotate.actions.skips import skip_document
from annotate.actions.tokens import create_token
from annotate.models import Layer
from corpus.models import Change, Proposition, Speaker, Target
from tests import make
from tests.api.client import Api
from tests.permissions.table import ADMIN_PREFIX, ARGUMENTS, ROLES, TABLE, Line

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CLOSURE, SHORT = "The closure is needed", "it will be short"


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every route with its whole pattern."""
    for found in (resolver or get_resolver()).url_patterns:
        whole = prefix + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from routes(found, whole)
        else:
            yield whole, found


def test_every_route_is_in_the_table():
    known = {found.route for found in TABLE}
    missing = [
        whole for whole, found in routes() if not whole.startswith(ADMIN_PREFIX) and (found.name or whole) not in known
    ]
    assert not missing, "Add a line for each to tests/permissions/table.py."


def test_every_method_of_an_api_route_is_in_the_table():
    known = {(found.route, found.method) for found in TABLE}
    for _, found in routes():
        allowed = getattr(getattr(found.callback, "cls", None), "http_method_names", [])
        for method in (name.upper() for name in allowed if name != "options"):
            assert (found.name, method) in known, f"Add a line for {method} of {found.name}."


@pytest.fixture(scope="module")
def shared_world(django_db_setup, django_db_blocker) -> Iterator[dict[str, str]]:
    """The world in a transaction round the whole module; each test changes it in one of its own, inside."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # type: ignore[attr-defined]  # as Django's own TestCase marks its outermost one
        around.__enter__()
        try:
            yield build_world()
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


@pytest.fixture
def world(shared_world, db) -> dict[str, str]:
    return dict(shared_world)


def build_world() -> dict[str, str]:
    """A project in which the annotator has one claim, and in which everything is there to be changed."""
    project = make.project()
    make.user("root", is_superuser=True)
    make.user("outsider")
    for name, role in (("annotator", "annotator"), ("other_annotator", "annotator"), ("curator", "curator")):
        make.member(project, name, role)
    document = make.document(project)
    claim = make.claim(make.user("annotator"), document, CLOSURE)
    found = {"document": str(document.pk), "claim": claim["id"], "round": str(project.rounds.get().pk)}
    found["draft"] = str(codebook.start_draft(user=make.user("manager"), project=project, now=make.NOW).pk)
    found["claim_body"] = json.dumps(make.body(document.text, SHORT, speakers=[], stances=[]))
    found["changed_claim"] = json.dumps(make.body(document.text, SHORT) | {"document": found["document"]})
    found |= _handed_out(project, document)
    token, _ = create_token(user=make.user("annotator"))
    found["token"] = str(token.pk)
    found["layer"] = claim["layer"]
    invitation, found["secret"] = make.invitation(project)
    found["invitation"] = str(invitation.pk)
    found["release"] = str(make.release(project).pk)
    found["recheck"] = str(make.recheck(claim).pk)
    found |= _follow_up(project)
    for model in (Speaker, Target, Proposition):
        found |= _entries(project, model)
    found |= _decided(project)
    found["batch"] = str(Change.objects.filter(action="entry.merge").latest("id").batch)
    return found | _layers(project, document)


def _decided(project: Any) -> dict[str, str]:
    """Make a document on which the annotator's claim was decided, and have them read it in a training round."""
    document, annotator = make.document(project, make.TEXT + " Decided."), make.user("annotator")
    own = make.claim(annotator, document, CLOSURE)
    layers.submit_layer(user=annotator, document=document, now=make.NOW)
    make.decision(document, own, gold_claim=make.gold_claim(document, CLOSURE))
    trained = make.training_round(project, document)
    layers.describe_layer(user=annotator, document=document, body={}, now=make.NOW, round_id=trained.pk)
    layers.submit_layer(user=annotator, document=document, now=make.NOW, round_id=trained.pk)
    return {"decided": str(document.pk), "trained": str(trained.pk)}


def _layers(project: Any, document: Any) -> dict[str, str]:
    """Name the open layer with a remark on it, and make one that is submitted and one that is returned."""
    annotator, open = make.user("annotator"), Layer.objects.get(document=document)
    submitted, returned = (make.layer(annotator, make.document(project, make.TEXT + more)) for more in (" 2", " 3"))
    returns.return_layer(user=make.user("manager"), layer=returned, now=make.NOW)
    made = {"layer": open, "submitted_layer": submitted, "returned_layer": returned}
    return {name: str(row.pk) for name, row in made.items()} | {"remark": str(make.remark(annotator, open).pk)}


def _handed_out(project: Any, document: Any) -> dict[str, str]:
    """Make a round that hands out two documents: the annotator has one and skipped the other."""
    annotator = make.user("annotator")
    other = make.document(project, text="Another article, in the first round too.")
    skipped = make.document(project, text="An article that is passed over.")
    chosen = Selection.read({"documents": [str(other.pk), str(skipped.pk)]})
    pairs = make.round(project, name="Pairs", overlap=2, selection=chosen)
    taken = queue.take_next(user=annotator, project=project, now=timezone.now(), round_id=pairs.pk)
    skip = skip_document(user=annotator, document=skipped, round=pairs, reason="Too long", now=make.NOW)
    return {
        "pairs": str(pairs.pk),
        "taken_document": str(other.pk),
        "taken_layer": str(taken.layer.pk),
        "pages_document": str(make.document(project, text="An article nobody has.").pk),
        "skip": str(skip.pk),
    }


def _follow_up(project: Any) -> dict[str, str]:
    """Have the annotator submit a second document, and open a round that asks again about it."""
    followed, annotator = make.document(project, make.TEXT + " More."), make.user("annotator")
    make.claim(annotator, followed, CLOSURE)
    layers.submit_layer(user=annotator, document=followed, now=make.NOW)
    return {"followed": str(followed.pk), "follow_up": str(make.follow_up(project, "mode").pk)}


def _entries(project: Any, model: Any) -> dict[str, str]:
    """Make an accepted entry, one to merge it into, and one that is merged."""
    manager, name = make.user("manager"), model._meta.model_name
    made = {
        key: registries.create_entry(user=manager, project=project, model=model, values={"name": f"The {key}"})
        for key in (name, f"other_{name}", f"merged_{name}")
    }
    registries.merge_entry(user=manager, entry=made[f"merged_{name}"], into=made[f"other_{name}"])
    return {key: str(entry.pk) for key, entry in made.items()}


@pytest.mark.parametrize("line", TABLE, ids=lambda found: f"{found.method} {found.route}")
def test_a_route_answers_each_role_as_the_table_says(world, line):
    found = {role: status_of(line, role, world) for role in ROLES}
    assert found == dict(zip(ROLES, line.statuses, strict=True))


def status_of(line: Line, role: str, world: dict[str, str]) -> int:
    """Send the line's request as a person of that role, and undo what it did."""
    before = transaction.savepoint_create()
    answer = send(line, role, world)
    if answer.streaming:
        b"".join(answer.streaming_content)
    transaction.savepoint_rollback(before)
    return int(answer.status_code)


def send(line: Line, role: str, world: dict[str, str]) -> Any:
    """Send the line's request as a person of that role."""
    path = address(line.route, world) + fill(line.query, world)
    user = None if role == "anonymous" else make.user("root" if role == "superuser" else role)
    if not line.is_form:
        return Api(user).send(line.method, path, raw=body(line.body, world), headers=line.headers)
    client = Client()
    if user is not None:
        client.force_login(user)
    if line.method == "GET":
        return client.get(path)
    if line.method != "POST":
        return client.generic(line.method, path, body(line.body, world), "application/json", headers=line.headers)
    return client.post(
        path, {key: fill(value, world) for key, value in (line.body or {}).items()}, headers=line.headers
    )


def address(route: str, world: dict[str, str]) -> str:
    """Return the route's path, its arguments taken from the table or from the world."""
    pattern = next(whole for whole, found in routes() if found.name == route)
    given = ARGUMENTS.get(route, {})
    names = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
    usual = {"slug": "bridge", "document_id": "{document}", "claim_id": "{claim}", "round_id": "{round}"}
    values = {name: fill(str(given.get(name, usual.get(name, uuid.UUID(int=0)))), world) for name in names}
    return reverse(route, kwargs=values)


def fill(text: str, world: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: world[found[1]], text)


def body(raw: Any, world: dict[str, str]) -> bytes:
    if raw is None:
        return b""
    return fill(raw if isinstance(raw, str) else json.dumps(raw), world).encode()


@pytest.mark.parametrize("role", ["anonymous", "outsider", "annotator", "other_annotator"])
def test_the_admin_admits_curators_and_managers_only(world, role):
    client = Client()
    if role != "anonymous":
        client.force_login(make.user(role))
    for whole, found in routes():
        if not whole.startswith(ADMIN_PREFIX) or found.name in ("login", "logout", None):
            continue
        path = "/" + re.sub(r"<[^>]+>", "1", whole).replace("^", "").replace("$", "")
        for method in ("get", "post"):
            answer = getattr(client, method)(path)
            assert answer.status_code in (302, 403, 404, 405), (method, path, answer.status_code)
            assert answer.status_code != 302 or "login" in answer["Location"], (method, path)
