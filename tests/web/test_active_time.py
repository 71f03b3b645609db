"""Active time: reported by the reader page, only ever growing, bounded, and nobody else's business."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import orjson
import pytest

from annotate.actions import layers
from annotate.actions.active_time import Visit, record_active_time
from annotate.models import ActiveTime, Layer
from annotate.payloads.problems import Invalid, NotThere, WrongState
from annotate.web.progress import ACTIVE_TIME, time_words
from corpus.models import Change, Document
from tests import make
from tests.make import NOW

CLOSURE = "The closure is needed"
PEOPLE = "/p/bridge/progress/?by=person"


@pytest.fixture
def document(project: Any) -> Document:
    return make.document(project)


@pytest.fixture
def layer(document: Document) -> Layer:
    """Ann's layer, with one complete claim."""
    make.claim(make.user("ann"), document, CLOSURE)
    return Layer.objects.get()


def put(client: Any, document: Document, body: Any, **headers: str) -> Any:
    path = f"/p/bridge/d/{document.pk}/time/"
    return client.put(path, orjson.dumps(body), content_type="application/json", headers=headers)


def record(layer: Layer, seconds: int, *, after: int = 0, visit: uuid.UUID | None = None) -> int:
    """Report `seconds` of the visit, `after` seconds from now on the server's clock; return what is stored."""
    person, when = layer.annotator, NOW + timedelta(seconds=after)
    assert person is not None
    found = record_active_time(user=person, layer=layer, visit=Visit(id=visit or VISIT, seconds=seconds), now=when)
    return ActiveTime.objects.get(pk=found.pk).seconds


VISIT = uuid.uuid4()


def test_a_report_is_stored_and_a_repeat_or_an_older_one_changes_nothing(layer: Layer) -> None:
    assert [record(layer, 30), record(layer, 30), record(layer, 60, after=30), record(layer, 30, after=31)] == [
        *(30, 30, 60, 60)
    ]
    assert ActiveTime.objects.count() == 1


def test_visits_add_up(layer: Layer) -> None:
    record(layer, 30)
    record(layer, 12, visit=uuid.uuid4())

    assert ActiveTime.objects.all().total_seconds() == 42


def test_no_visit_counts_more_than_the_time_since_it_began_plus_a_minute(layer: Layer) -> None:
    record(layer, 30)

    assert record(layer, 5000, after=30) == 30 + 30 + 60


def test_no_visit_counts_more_than_a_day(layer: Layer) -> None:
    day = 24 * 3600

    assert Visit.of({"visit": str(VISIT), "seconds": 10**30}).seconds == day
    record(layer, day)
    assert record(layer, day, after=day) == day


def test_measuring_leaves_no_change_row_and_no_newer_layer(layer: Layer) -> None:
    before = Change.objects.count(), layer.version, layer.updated_at

    record(layer, 30)

    layer.refresh_from_db()
    assert (Change.objects.count(), layer.version, layer.updated_at) == before


def test_the_last_report_may_come_just_after_the_submission(layer: Layer, document: Document) -> None:
    assert layer.annotator is not None
    record(layer, 30)
    layers.submit_layer(user=layer.annotator, document=document, now=NOW + timedelta(seconds=10))
    layer.refresh_from_db()

    assert record(layer, 35, after=12) == 35
    with pytest.raises(WrongState):
        record(layer, 80, after=80)


def test_only_ones_own_layer_takes_time(layer: Layer) -> None:
    with pytest.raises(NotThere):
        record_active_time(user=make.user("ben"), layer=layer, visit=Visit(id=VISIT, seconds=3), now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"visit": "x", "seconds": 1},
        {"visit": str(VISIT)},
        {"visit": str(VISIT), "seconds": -1},
        {"visit": str(VISIT), "seconds": 1.5},
        {"visit": str(VISIT), "seconds": True},
        {"visit": str(VISIT), "seconds": "12"},
        {"visit": None, "seconds": 1},
    ],
)
def test_a_bad_report_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        Visit.of(body)


def test_the_route_stores_and_answers_what_counts(layer: Layer, document: Document, browser: Any) -> None:
    answer = put(browser("ann"), document, {"visit": str(VISIT), "seconds": 20})

    assert (answer.status_code, answer.json()) == (200, {"seconds": 20})


def test_without_a_layer_nothing_is_stored(document: Document, browser: Any) -> None:
    answer = put(browser("ann"), document, {"visit": str(VISIT), "seconds": 20})

    assert answer.status_code == 204
    assert not Layer.objects.exists() and not ActiveTime.objects.exists()


def test_the_route_refuses_what_is_not_so(layer: Layer, document: Document, browser: Any, client: Any) -> None:
    good = {"visit": str(VISIT), "seconds": 20}

    assert put(client, document, good).status_code == 401
    assert put(browser("ann"), document, good, **{"X-Page-User": "0"}).status_code == 401
    assert put(browser("outsider"), document, good).status_code == 404
    assert put(browser("ann"), document, {"visit": "x"}).status_code == 400
    assert browser("ann").get(f"/p/bridge/d/{document.pk}/time/").status_code == 405
    looked_at = f"/p/bridge/d/{document.pk}/time/?layer={layer.pk}"
    body = orjson.dumps(good)
    assert browser("curator").put(looked_at, body, content_type="application/json").status_code == 404
    assert not ActiveTime.objects.exists()


def submit(client: Any, document: Document, body: Any) -> Any:
    path = f"/p/bridge/d/{document.pk}/submit/"
    headers = {"Accept": "application/json"}
    return client.post(path, orjson.dumps(body), content_type="application/json", headers=headers)


def test_submitting_takes_the_time_along(layer: Layer, document: Document, browser: Any) -> None:
    body = {"visit": str(VISIT), "seconds": 77}

    assert submit(browser("ann"), document, {"visit": "x", "seconds": 1}).status_code == 400
    assert submit(browser("ann"), document, body).status_code == 200
    assert submit(browser("ann"), document, body).status_code == 200
    assert [time.seconds for time in ActiveTime.objects.all()] == [77]


def test_a_script_that_is_signed_out_is_told_so(layer: Layer, document: Document, client: Any, browser: Any) -> None:
    assert submit(client, document, {}).status_code == 401
    answer = client.post(f"/p/bridge/d/{document.pk}/submit/")
    assert answer["Location"] == f"/login/?next=/p/bridge/d/{document.pk}/"
    headers = {"Accept": "application/json", "X-Page-User": "0"}
    assert browser("ann").post(f"/p/bridge/d/{document.pk}/submit/", headers=headers).status_code == 401
    assert Layer.objects.get().status == "open"


def test_everybody_sees_their_own_time_and_curators_that_of_all(layer: Layer, document: Document, browser: Any) -> None:
    record(layer, 125)

    pages = {name: browser(name).get("/p/bridge/").content.decode() for name in ("ann", "ben")}
    team = browser("curator").get(PEOPLE).content.decode()

    assert "my active time" in pages["ann"] and "2 min" in pages["ann"]
    assert "2 min" not in pages["ben"] and "active time" not in pages["ben"].lower()
    assert "2 min" in browser("ann").get(PEOPLE).content.decode()
    assert "2 min" not in browser("ben").get(PEOPLE).content.decode()
    assert ">ann</a>" in team and "2 min" in team and ACTIVE_TIME in team


def test_in_a_blind_round_a_colleagues_time_is_hidden_from_who_has_not_finished(
    layer: Layer, document: Document, browser: Any
) -> None:
    record(layer, 125)
    make.claim(make.user("curator"), document, CLOSURE)

    assert "2 min" not in browser("curator").get(PEOPLE).content.decode()


def test_the_layer_in_the_api_says_its_time_and_the_export_does_not(layer: Layer, document: Document) -> None:
    from annotate.formats import FORMATS, Selection, delivered
    from tests.api.client import Api

    record(layer, 125)

    own = Api(layer.annotator).send("GET", f"/api/v1/documents/{document.pk}/").json()
    assert own["layer"]["active_seconds"] == 125
    selection = Selection(project=layer.project, user=make.user("manager"), layers="all")
    assert b"active" not in b"".join(delivered(FORMATS["documents-jsonl"], selection))


@pytest.mark.parametrize(("seconds", "words"), [(40, "40 s"), (60, "1 min"), (3599, "59 min"), (11_130, "3 h 05 min")])
def test_times_are_said_as_people_say_them(seconds: int, words: str) -> None:
    assert time_words(seconds) == words
