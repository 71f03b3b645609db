"""Blind rounds: every answer is the same, byte for byte, with and without a colleague's work.

The routes come from the URL resolver, so that a new one is compared without being named here. What differs in every
answer (CSRF tokens, nonces) is masked. Which document “next” gives is the one exception, where places are handed out.
"""

from __future__ import annotations

import re
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from annotate.actions import claims, layers, leaving, projects, queue, registries, returns
from annotate.actions.active_time import Visit, record_active_time
from annotate.actions.tokens import create_token
from annotate.models import Layer, Remark, Skip
from annotate.payloads.preconditions import Precondition
from corpus.models import Change, Proposition, Speaker, Target
from tests import make
from tests.admin_panel.pages import MODELS, listing
from tests.api.client import Api
from tests.make import NOW
from tests.permissions.table import ADMIN_PREFIX
from tests.permissions.test_routes import address, routes

pytestmark = pytest.mark.django_db
CLOSURE, SHORT = "The closure is needed", "it will be short"
COLLEAGUES_CLAIM = uuid.UUID("11111111-1111-4111-8111-111111111111")
# Asked of every route; what a route does not know, it passes over or refuses, the same way each time.
QUERIES = (
    "?page_size=1&q=l", "?q=Ida", "?provisional=true", "?merged=true", "?status=open&order=updated_at", "?status=new",
    "?status=submitted&ordering=-updated_at&annotator=ann", "?has_note=true&unsure=true&speaker=Ida%20Berg",
    "?layers=annotators&format=csv", "?page=2&after=1&fragment=1&left=true", "?round={round}",
    "?layer=22222222-2222-4222-8222-222222222222",
)  # fmt: skip
HANDED_OUT = ("api-next", "project-next", "home", "project")
MASKS = (
    (re.compile(rb'(csrf" content="|csrfmiddlewaretoken" value="|X-CSRFToken":")[\w-]+'), rb"\1"),
    (re.compile(rb'nonce-?=?"?[\w+/=-]+'), b"nonce"),
)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"20\d\d-\d\d-\d\dT[\d:.]+Z")


# Each way of handing out is compared on one of the databases: a reading of every route takes a minute.
EVERYBODY = pytest.param(None, id="everybody", marks=pytest.mark.once(on="postgres"))
THREE_EACH = pytest.param(3, id="three each", marks=pytest.mark.once)


@pytest.fixture(params=[EVERYBODY, THREE_EACH])
def world(request) -> dict[str, Any]:
    """A project in which ben has an open, a submitted and an untouched document, and ann has not begun."""
    project = make.project()
    round = project.rounds.get()
    for name, role in (("ann", "annotator"), ("ben", "annotator"), ("curator", "curator"), ("outsider", "")):
        make.member(project, name, role) if role else make.user(name)
    make.member(project, "annotator")
    make.member(project, "warden", "manager")
    done, begun, untouched = (make.document(project, f"{make.TEXT}\n\n{n}.", source="Bay Courier") for n in range(3))
    manager, ben = make.user("manager"), make.user("ben")
    for model in (Speaker, Target, Proposition):
        registries.create_entry(user=manager, project=project, model=model, values={"name": "Tor Lind", "note": "."})
    if request.param is not None:
        settings = replace(projects.settings_of(round), overlap=request.param)
        projects.update_round(user=manager, round=round, settings=settings)
    take_up(ben, done, project)
    make.claim(ben, done, CLOSURE)
    layers.submit_layer(user=ben, document=done, now=NOW)
    take_up(ben, begun, project)
    own = make.claim(ben, begun, SHORT, note="mine", unsure=True)
    begun_layer = Layer.objects.select_related("project", "document").get(pk=own["layer"])
    invitation, secret = make.invitation(project)
    names = {f"{kind}{model._meta.model_name}": model for model in (Speaker, Target, Proposition) for kind in ENTRIES}
    entries = {
        name: str(model.objects.filter(name="Tor Lind").values_list("pk", flat=True).get())
        for name, model in names.items()
    }
    return entries | {
        "project": project, "documents": [done, begun, untouched], "document": str(begun.pk), "claim": own["id"],
        "round": str(round.pk), "token": str(create_token(user=ben)[0].pk), "layer": own["layer"],
        "invitation": str(invitation.pk), "secret": secret, "pairs": str(round.pk), "follow_up": str(round.pk),
        "taken_layer": own["layer"], "submitted_layer": own["layer"], "returned_layer": own["layer"],
        "taken_document": str(begun.pk), "pages_document": str(untouched.pk), "followed": str(begun.pk),
        "draft": str(project.codebook.versions.get().pk), "remark": str(make.remark(ben, begun_layer).pk),
        "decided": str(begun.pk), "trained": str(round.pk), "skip": "1", "recheck": "1",
        "release": str(make.release(project, now=NOW).pk),
        "batch": str(Change.objects.filter(object_id=own["id"]).get().batch),
    }  # fmt: skip


ENTRIES = ("", "other_", "merged_")


def take_up(person: Any, document: Any, project: Any) -> None:
    """Have a person take the next document where places are handed out; it is this one."""
    if project.rounds.get().overlap is not None:
        taken = queue.take_next(user=person, project=project, now=NOW)
        assert taken is not None and taken.document == document


def paths(world: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and address of every route, for every document and for a claim of the colleague."""
    for whole, found in routes():
        if whole.startswith(ADMIN_PREFIX) or found.name is None:
            continue
        yield found.name, address(found.name, world)
        if "document" in whole:
            for document in world["documents"]:
                yield found.name, address(found.name, world | {"document": str(document.pk)})
        if "claim" in whole:
            yield found.name, address(found.name, world | {"claim": str(COLLEAGUES_CLAIM)})


def everything(name: str, world: dict[str, Any], *, is_whole: bool = True) -> dict[str, Any]:
    """Return all that a person is answered to reading requests; `is_whole` with every variation of the query."""
    without = HANDED_OUT if world["project"].rounds.get().overlap else ()
    usual = str(world["document"])
    api, browser = _clients(name, world)
    found: dict[str, Any] = {}
    for route, path in dict.fromkeys(paths(world)):
        if route in without:
            continue
        client = api if path.startswith("/api/") else browser
        answer = client.get(path)
        found[path] = told(answer)
        found[f"HEAD {path}"] = told(client.send("HEAD", path) if client is api else client.head(path))
        if answer.status_code != 200 or path in SAME_FOR_ALL or not is_whole:
            continue
        if "/d/" in path and usual not in path:
            continue
        if etag := answer.headers.get("ETag"):
            found[f"again {path}"] = told(client.get(path, headers={"If-None-Match": etag}))
        for query in _queries(name, path):
            found[path + query] = told(client.get(path + query.format(**world)))
    return found


def _queries(name: str, path: str) -> tuple[str, ...]:
    """Return the variations of a query: all for an annotator; for a curator, who sees many more pages, a third each."""
    if name != "curator":
        return QUERIES
    return tuple(query for query in QUERIES if zlib.crc32((path + query).encode()) % 3 == 0)


def _clients(name: str, world: dict[str, Any]) -> tuple[Api, Client]:
    """Return a person's clients, the same ones each time: a further token would show on their account page."""
    if f"clients of {name}" not in world:
        browser = Client(raise_request_exception=False)
        browser.force_login(make.user(name))
        world[f"clients of {name}"] = (Api(make.user(name)), browser)
    clients: tuple[Api, Client] = world[f"clients of {name}"]
    return clients


SAME_FOR_ALL = ("/api/v1/schema/", "/api/v1/docs/", "/healthz/", "/robots.txt", "/favicon.ico")


def told(answer: Any) -> tuple[int, dict[str, str], bytes]:
    """Return what an answer tells: status, headers and body, without what is new in every one."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for pattern, mask in MASKS:
        body = pattern.sub(mask, body)
    masked = ("Content-Security-Policy", "Date", "Expires")
    headers = {key: value for key, value in answer.headers.items() if key not in masked}
    return answer.status_code, headers, body


def same(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Compare what was asked again, and name the address that tells something."""
    assert after.keys() <= before.keys()
    differing = [path for path in after if before[path] != after[path]]
    assert not differing, (differing[:20], before[differing[0]], after[differing[0]])


def stages(world: dict[str, Any], documents: list[Any], *, speaker: str = "Ida Berg") -> Iterator[str]:
    """Have ann work on the documents, step by step."""
    ann, project = make.user("ann"), world["project"]
    for index, document in enumerate(documents):
        take_up(ann, document, project)
        begin(ann, document, COLLEAGUES_CLAIM if index == 0 else uuid.uuid4(), speaker)
        if project.rounds.get().overlap and document is not documents[-1]:
            layers.submit_layer(user=ann, document=document, now=NOW)
    round = project.rounds.get()
    yield "claims, entries, marks, notes, times, an expired lease"
    for document in documents:
        layers.submit_layer(user=ann, document=document, now=NOW)
    yield "submitted"
    for layer in Layer.objects.filter(annotator=ann, document__in=documents):
        Remark.objects.create(project=project, document=layer.document, layer=layer, author=ann, text="Look again.")
        returns.return_layer(user=make.user("warden"), layer=layer, now=NOW)
    Skip.objects.create(round=round, document=documents[-1], user=ann, reason="too long")
    yield "returned, with remarks; a document skipped"
    claims.delete_claim(user=ann, claim_id=COLLEAGUES_CLAIM, precondition=Precondition(if_match='"1"'), now=NOW)
    layers.submit_layer(user=ann, document=documents[-1], now=NOW) if len(documents) > 1 else None
    yield "deleted, submitted again"


def begin(ann: Any, document: Any, id: uuid.UUID, speaker: str) -> None:
    body = make.body(
        document.text, CLOSURE, speakers=[{"name": speaker}], reported_by=[{"name": "Bay Courier"}],
        unsure=True, note="why?",
        stances=[{"target": {"name": speaker}, "value": "oppose"}],
        proposition={"text": speaker, "relation": "denies"},
    )  # fmt: skip
    sent = body | {"document": str(document.pk)}
    saved = claims.put_claim(user=ann, claim_id=id, body=sent, precondition=Precondition(), now=NOW)
    marks = {"no_claim": [make.span(document.text, "Harbour")]}
    layers.describe_layer(user=ann, document=document, body=marks, now=NOW)
    layer = Layer.objects.get(pk=saved.claim["layer"])
    record_active_time(user=ann, layer=layer, visit=Visit(id=uuid.uuid4(), seconds=90), now=NOW)
    Layer.objects.filter(pk=layer.pk, has_place=True).update(lease_expires_at=NOW - timedelta(days=1))


def test_an_annotator_is_answered_the_same_whatever_a_colleague_does(world):
    before = everything("ben", world)

    for stage in stages(world, world["documents"]):
        same(before, everything("ben", world, is_whole=stage.startswith("claims")))

    member = world["project"].members.get(user__username="ann")
    leaving.remove_member(user=make.user("warden"), member=member, now=NOW)
    same(before, everything("ben", world, is_whole=False))


def test_what_a_colleague_made_is_answered_like_what_does_not_exist(world):
    list(stages(world, world["documents"]))
    ben = Client()
    ben.force_login(make.user("ben"))

    reader = address("reader", world)
    for layer in Layer.objects.filter(annotator__username="ann"):
        assert told(ben.get(f"{reader}?layer={layer.pk}")) == told(ben.get(f"{reader}?layer={uuid.uuid4()}"))


def writes(ben: Api, browser: Client, world: dict[str, Any]) -> Iterator[Any]:
    """Write as an annotator does, by the API and by the reader, with names that a colleague may have typed."""
    begun, path = world["documents"][1], address("reader", world)
    id, other = uuid.UUID(int=7), uuid.UUID(int=8)
    named = {
        "speakers": [{"name": "Ida Berg"}],
        "stances": [{"target": {"name": "Ida Berg"}, "value": "support"}],
        "proposition": {"text": "Ida Berg", "relation": "affirms"},
    }  # fmt: skip
    for registry, key in (("speakers", "name"), ("targets", "name"), ("propositions", "text")):
        yield ben.get(f"projects/bridge/{registry}/?q=Ida")
        made = ben.post(f"projects/bridge/{registry}/", {key: "Ida Berg"})
        yield made
        yield ben.get(f"{registry}/{made.json()['id']}/") if made.status_code == 201 else made
        yield ben.get(f"projects/bridge/{registry}/?q=Ida")
        yield browser.get(f"/p/bridge/entries/{registry.removesuffix('s')}/?q=Ida")
    yield ben.put_claim(begun, CLOSURE, id=id, **named)
    yield ben.put_claim(begun, CLOSURE, id=id, **named)
    yield ben.patch(f"claims/{id}/", {"note": "so"}, match='"1"')
    yield ben.patch(f"claims/{id}/", {"note": "so not"}, match='"1"')
    body = make.body(begun.text, "promised a ferry", **named)
    yield browser.put(f"{path}claims/{other}/", body, "application/json", headers={"Accept": "application/json"})
    yield browser.delete(f"{path}claims/{other}/", headers={"Accept": "application/json", "If-Match": '"1"'})
    yield ben.put(f"claims/{COLLEAGUES_CLAIM}/", {"document": str(begun.pk)})
    yield ben.put(f"documents/{begun.pk}/layer/", {"no_claim": [make.span(begun.text, "Harbour")]})
    yield ben.post(f"documents/{begun.pk}/submit/")
    yield ben.post(f"documents/{begun.pk}/reopen/")
    yield browser.post(f"{path}submit/", headers={"Accept": "application/json"})
    yield browser.get(path)


def answers(world: dict[str, Any]) -> list[Any]:
    """Return what ben is answered when he writes; then all of it is undone. Ids are numbered as they appear."""
    before = transaction.savepoint_create()
    ben, browser = Api(make.user("ben")), Client(raise_request_exception=False)
    browser.force_login(ben.user)
    numbers: dict[str, str] = {}
    found = []
    for answer in writes(ben, browser, world):
        status, headers, body = told(answer)
        text = TIME.sub("time", f"{status} {sorted(headers.items())} {body.decode()}")
        found.append(UUID.sub(lambda id: numbers.setdefault(id.group(), f"id-{len(numbers)}"), text))
    transaction.savepoint_rollback(before)
    return found


@pytest.mark.parametrize("closed", [False, True], ids=["open registries", "closed registries"])
def test_an_annotator_who_writes_is_answered_the_same_whatever_a_colleague_does(world, closed):
    before = closing(world, answers) if closed else answers(world)
    list(stages(world, world["documents"]))

    after = closing(world, answers) if closed else answers(world)

    for one, other in zip(before, after, strict=True):
        assert masked_next(one) == masked_next(other)


def closing(world: dict[str, Any], act: Any) -> Any:
    """Do something while the round keeps the registries closed."""
    round, manager = world["project"].rounds.get(), make.user("manager")
    settings = projects.settings_of(round)
    flags = dict.fromkeys(("are_speakers_closed", "are_targets_closed", "are_propositions_closed"), True)
    projects.update_round(user=manager, round=round, settings=replace(settings, **flags))
    found = act(world)
    projects.update_round(user=manager, round=round, settings=settings)
    return found


def masked_next(text: str) -> str:
    """Leave out where submitting leads: which document is next is the exception."""
    return re.sub(r'"next":[^,}]*|"url":"[^"]*"', "", text)


def test_names_of_colleagues_that_a_curator_told_apart_are_no_hits(world):
    for hint in ("mayor", "skipper"):
        values = {"name": "Ida Berg", "disambiguation": hint, "is_provisional": True}
        registries.create_entry(user=make.user("manager"), project=world["project"], model=Speaker, values=values)

    made = Api(make.user("ben")).post("projects/bridge/speakers/", {"name": "Ida Berg"})

    assert made.status_code == 201 and made.json()["disambiguation"] == ""


def test_who_has_an_unfinished_layer_is_an_annotator_on_that_document(world):
    project, document = world["project"], world["documents"][0]
    role = "curator" if project.rounds.get().overlap else "manager"
    take_up(make.user(role), document, project)
    make.claim(make.user(role), document, SHORT)
    before = everything(role, world, is_whole=role == "curator") | in_the_panel(role)

    for stage in stages(world, [document], speaker="Tor Lind"):
        is_first = stage.startswith("claims")
        is_whole = is_first and role == "curator"
        same(before, everything(role, world, is_whole=is_whole) | (in_the_panel(role) if is_first else {}))


def in_the_panel(name: str) -> dict[str, Any]:
    """Return what the admin panel shows a person: lists, searches, objects with their history, autocomplete."""
    from annotate.admin.scope import seen

    person, client = make.user(name), Client(raise_request_exception=False)
    client.force_login(person)
    found = {"index": told(client.get("/admin/"))}
    for model in MODELS:
        base = listing(model)
        for query in ("", "?q=Tor", "?q=closure", "?q=layer.open", "?o=1", "?o=-2", "?all="):
            found[base + query] = told(client.get(base + query))
        for row in seen(model, person).order_by("pk")[:3]:
            for view in ("change", "history"):
                found[f"{base}{row.pk}/{view}/"] = told(client.get(f"{base}{row.pk}/{view}/"))
        for field in ("corpus", "document", "speaker", "merged_into", "usual_target"):
            asked = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field}
            found[f"{base} {field}"] = told(client.get("/admin/autocomplete/", asked | {"term": "o"}))
    return found
