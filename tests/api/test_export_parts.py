"""Parts of an export: filters, compressed files, and going on behind a line."""

from __future__ import annotations

import gzip
import json

import pytest

from annotate.actions import layers, registries
from annotate.models import Claim
from annotate.records import claim_dicts
from corpus.models import Speaker, Target
from tests import make
from tests.api.client import lines

WHERE = "projects/bridge/export/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(project, manager):
    """Three documents of two sources; two annotators; one layer submitted; a target merged as the opposite."""
    ann, ben = make.member(project, "ann"), make.member(project, "ben")
    texts = ("The closure is needed, he said. It is short.", "The ferry will run.", "Nobody knows.")
    documents = [
        make.document(project, text=text, source=source, published_on=day)
        for text, source, day in zip(
            texts, ("Courier", "Courier", "Post"), ("2026-05-01", "2026-05-02", "2026-06-01"), strict=True
        )
    ]
    closure, opening = {"name": "Closure"}, {"name": "Opening"}
    make.claim(ann, documents[0], "The closure is needed", speakers=[{"name": "Tor Lind"}],
               stances=[{"target": closure, "value": "support"}])  # fmt: skip
    make.claim(ann, documents[0], "It is short", speakers=[{"name": "T. Lind"}],
               stances=[{"target": opening, "value": "oppose"}])  # fmt: skip
    make.claim(ben, documents[1], "The ferry will run", speakers=[], stances=[{"target": opening, "value": "support"}])
    make.claim(ben, documents[2], "Nobody knows", speakers=[], stances=[], no_stance=True)
    layers.submit_layer(user=ann, document=documents[0], now=make.NOW)
    user = make.user("manager")
    by_name = {found.name: found for found in Speaker.objects.all()}
    registries.merge_entry(user=user, entry=by_name["T. Lind"], into=by_name["Tor Lind"])
    targets = {found.name: found for found in Target.objects.all()}
    registries.merge_entry(user=user, entry=targets["Opening"], into=targets["Closure"], is_inverted=True)
    return documents


def quotes(manager, query: str) -> list[str]:
    return [line["spans"][0]["quote"] for line in lines(manager.get(f"{WHERE}?layers=all&{query}"))]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("round=7", "There is no round '7' here. Known: 1, Round 1."),
        ("source=Nowhere", "There is no source 'Nowhere' here. Known: Courier, Post."),
        ("stance=hates", "There is no stance 'hates' here. Known: support, oppose"),
        ("attribute=tone:harsh", "There is no attribute 'tone' here. Known: type."),
        ("attribute=type:harsh", "There is no label of type 'harsh' here. Known: "),
        ("annotator=zoe", "There is no annotator 'zoe' here. Known: ann, ben"),
        ("language=xx", "There is no language 'xx' here."),
        ("target=Tunnel", "There is no target 'Tunnel' here; give its id or its exact name."),
    ],
)
def test_a_value_that_names_nothing_is_refused_with_what_there_is(world, manager, query, why):
    answer = manager.get(f"{WHERE}?{query}")
    assert answer.status_code == 400 and answer.json()["detail"].startswith(why)


def test_an_export_without_any_layer_says_why(world, manager):
    empty, full = manager.get(WHERE), manager.get(f"{WHERE}?layers=annotators")
    assert lines(empty) == [] and len(lines(full)) == 4  # read to the end, so that the next export has its place
    note = empty.headers["X-Standpoint-Note"]
    assert "No gold layer fits" in note and "layers=annotators" in note
    assert "X-Standpoint-Note" not in full.headers


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("source=Courier", 3),
        ("from=2026-05-02", 2),
        ("from=2026-05-02&to=2026-05-31", 1),
        ("annotator=ben", 2),
        ("status=submitted", 2),
        ("round=1", 4),
        ("speaker=Tor%20Lind", 2),
        ("speaker=T.%20Lind", 2),
        ("target=Closure", 3),
        ("stance=support&target=Closure", 2),
        ("stance=oppose", 1),
        ("annotator=ben&source=Courier", 1),
        ("annotator=ben&speaker=Tor%20Lind", 0),
        ("source=&from=&round=", 4),
    ],
)
def test_a_filter_leaves_what_fits(world, manager, query, found):
    assert len(quotes(manager, query)) == found


def test_documents_that_fit_hold_the_layers_and_claims_that_fit(world, manager):
    found = lines(manager.get(f"{WHERE}?format=documents-jsonl&layers=all&source=Courier&annotator=ann&stance=support"))

    assert [len(document["layers"]) for document in found] == [1, 0]
    quoted = {claim["spans"][0]["quote"] for claim in found[0]["layers"][0]["claims"]}
    assert quoted == {"The closure is needed", "It is short"}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("from=tomorrow", "tomorrow"),
        ("status=new", "new"),
        ("status=done", "done"),
        ("sourse=Courier", "sourse"),
        ("unsure=maybe", "maybe"),
        ("after=7", "after"),
        ("after=00000000-0000-4000-8000-000000000000", "begin again"),
        ("format=csv&after=00000000-0000-4000-8000-000000000000", "cannot be resumed"),
        ("compress=rar", "compress"),
        ("source=%00", "source"),
    ],
)
def test_a_bad_value_is_400_and_named(world, manager, query, named):
    answer = manager.get(f"{WHERE}?{query}")

    assert answer.status_code == 400 and named in answer.content.decode()


@pytest.mark.parametrize("format", ["jsonl", "documents-jsonl"])
@pytest.mark.parametrize("filters", ["", "&source=Courier"])
def test_an_export_goes_on_behind_any_line(world, manager, format, filters):
    where = f"{WHERE}?format={format}&layers=all{filters}"
    whole = b"".join(manager.get(where).streaming_content).splitlines()

    for number, line in enumerate(whole, start=1):
        rest = b"".join(manager.get(f"{where}&after={json.loads(line)['id']}").streaming_content)
        assert rest.splitlines() == whole[number:]


def test_a_file_is_compressed_as_it_is_or_on_its_way(world, manager):
    plain = b"".join(manager.get(f"{WHERE}?layers=all").streaming_content)
    file = manager.get(f"{WHERE}?layers=all&compress=gzip")
    way = manager.get(f"{WHERE}?layers=all", headers={**manager.headers, "Accept-Encoding": "br, gzip;q=0.5"})
    not_so = manager.get(f"{WHERE}?layers=all", headers={**manager.headers, "Accept-Encoding": "gzip;q=0"})

    packed = b"".join(file.streaming_content)
    assert gzip.decompress(packed) == plain and file["Content-Type"] == "application/gzip"
    assert file["Content-Disposition"].endswith('.jsonl.gz"') and "Content-Encoding" not in file
    assert way["Content-Encoding"] == "gzip" and gzip.decompress(b"".join(way.streaming_content)) == plain
    assert "Content-Encoding" not in not_so and b"".join(not_so.streaming_content) == plain


def test_the_page_offers_filters_and_its_line_follows(world, client):
    client.force_login(make.user("manager"))

    page = client.get("/p/bridge/export/?layers=all&source=Courier&status=submitted&speaker=").content.decode()
    bad = client.get("/p/bridge/export/?from=tomorrow").content.decode()

    assert (
        "layers=all&amp;source=Courier&amp;status=submitted&quot;" in page
        or "source=Courier&amp;status=submitted" in page
    )
    assert "<details" in page and "open>" in page and "speaker=&" not in page
    assert "# &#x27;tomorrow&#x27; is no day" in bad


def test_a_line_says_of_a_claim_what_every_other_read_says(world, manager):
    by_id = {claim["id"]: claim for claim in claim_dicts(Claim.objects.all())}

    for line in lines(manager.get(f"{WHERE}?layers=all")):
        own = by_id.pop(line["id"])
        assert [name for name in line if name in own] == list(own)
        assert {name: line[name] for name in own} | {"document": line["document"]["id"]} == own
    assert not by_id


@pytest.mark.parametrize("where", [WHERE, "projects/bridge/documents/", "projects/bridge/claims/"])
def test_a_filter_that_is_given_twice_is_refused_for_only_the_last_would_count(world, manager, where):
    answer = manager.get(f"{where}?source=Courier&source=Post")
    assert answer.status_code == 400
    assert "source='Courier' stands there 2 times" in answer.json()["detail"]
