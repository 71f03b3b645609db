"""Talk on the pages: threads, the unsure list, returned readings; with and without scripts, and bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.actions import returns
from annotate.models import Layer, Project, Remark
from corpus.models import Document
from tests import make
from tests.make import NOW

if TYPE_CHECKING:
    from tests.web.conftest import SignIn
else:
    SignIn = Any

CLOSURE = "The closure is needed"


@pytest.fixture
def document(project: Project) -> Document:
    return make.document(project)


@pytest.fixture
def layer(document: Document) -> Layer:
    """Ann's submitted layer."""
    return make.layer(make.user("ann"), document)


def path(document: Document, query: str = "") -> str:
    return f"/p/bridge/d/{document.pk}/talk/{query}"


def test_a_remark_is_written_and_read_without_scripts(layer: Layer, document: Document, browser: SignIn) -> None:
    claim = layer.claims.get()
    sent = {"text": "Who speaks?\n\nSee above.", "layer": layer.pk, "claim": claim.pk}

    answer = browser("curator").post(path(document), sent)

    remark = Remark.objects.get()
    assert answer["Location"] == f"{path(document)}?layer={layer.pk}&claim={claim.pk}#r-{remark.pk}"
    page = browser("ann").get(path(document)).content.decode()
    assert "Who speaks?" in page and CLOSURE in page and f"?round={layer.round_id}#c-{claim.pk}" in page
    assert "Who speaks?" not in browser("ben").get(path(document)).content.decode()


def test_the_fragment_holds_the_talk_alone(layer: Layer, document: Document, browser: SignIn) -> None:
    fragment = f"{path(document)}?layer={layer.pk}&fragment=1"

    shown = browser("ann").get(fragment).content.decode()
    written = browser("ann").post(fragment, {"text": "I was unsure here.", "layer": layer.pk})

    assert "<html" not in shown and 'id="talk"' in shown
    assert written.status_code == 200 and "I was unsure here." in written.content.decode()


@pytest.mark.parametrize(("text", "said"), [("", "The remark is empty"), ("x" * 10_001, "at most 10,000")])
def test_a_refused_remark_is_said_and_kept(
    layer: Layer, document: Document, browser: SignIn, text: str, said: str
) -> None:
    answer = browser("ann").post(path(document), {"text": text, "layer": layer.pk})

    assert answer.status_code == 400 and said in answer.content.decode() and text in answer.content.decode()


@pytest.mark.parametrize("name", ["layer", "claim"])
def test_what_names_nothing_is_not_there(layer: Layer, document: Document, browser: SignIn, name: str) -> None:
    assert browser("ann").get(path(document, f"?{name}=x")).status_code == 404
    sent = {"text": "Why?", "layer": str(layer.pk)} | {name: "x"}
    assert browser("ann").post(path(document), sent).status_code == 404
    assert browser("ben").get(path(document, f"?layer={layer.pk}")).status_code == 404
    assert browser("ben").post(path(document), {"text": "Why?", "layer": layer.pk}).status_code == 404
    assert browser("ann").post(path(document), {"text": "Why?"}).status_code == 403


def test_a_thread_is_settled_opened_and_withdrawn(layer: Layer, document: Document, browser: SignIn) -> None:
    remark, ann = make.remark(make.user("ann"), layer), browser("ann")
    change = f"/p/bridge/remarks/{remark.pk}/"

    assert ann.post(change, {"do": "settle"}).status_code == 302
    assert "settled" in ann.get(path(document)).content.decode()
    assert ann.post(change, {"do": "reopen"}).status_code == 302
    assert ann.post(change, {"do": "shout"}).status_code == 400
    assert browser("curator").post(change, {"do": "withdraw"}).status_code == 409
    assert ann.get(change).status_code == 405
    assert ann.post(f"{change}?fragment", {"do": "withdraw"}).status_code == 200
    assert not Remark.objects.exists()


def test_threads_are_listed_by_state_and_by_whose(layer: Layer, document: Document, browser: SignIn) -> None:
    make.remark(make.user("curator"), document, "to everybody")
    settled = make.remark(make.user("ann"), layer, "from ann")
    browser("ann").post(f"/p/bridge/remarks/{settled.pk}/", {"do": "settle"})

    def listed(who: str, query: str) -> list[bool]:
        page = browser(who).get(f"/p/bridge/talk/{query}").content.decode()
        return ["to everybody</p>" in page, "from ann</p>" in page]

    assert listed("ann", "") == [True, False]
    assert listed("ann", "?state=settled") == [False, True]
    assert listed("curator", "?state=all") == [True, True]
    assert listed("ann", "?state=all&whose=mine") == [False, True]
    assert listed("ben", "?state=all") == [True, False]


def test_an_annotator_reads_the_same_talk_with_and_without_a_colleagues(
    layer: Layer, document: Document, browser: SignIn
) -> None:
    ben = browser("ben")
    paths = ["/p/bridge/talk/?state=all", "/p/bridge/talk/?show=unsure", path(document), "/p/bridge/layers/"]
    paths += ["/p/bridge/progress/", "/p/bridge/progress/?by=person", "/p/bridge/progress/?by=document"]
    paths += ["/p/bridge/progress.csv?by=document", "/p/bridge/layers/?annotator=ann", "/p/bridge/"]

    def everything() -> list[bytes]:
        found = [ben.get(one) for one in paths]
        return [b"".join(one.streaming_content) if one.streaming else without_token(one.content) for one in found]

    before = everything()
    make.remark(make.user("ann"), layer, "secret", claim_key=layer.claims.get().pk)
    layer.claims.update(is_unsure=True, note="secret")
    returns.return_layer(user=make.user("curator"), layer=layer, now=NOW, remark="secret")
    assert everything() == before


def without_token(page: bytes) -> bytes:
    import re

    return re.sub(rb'(csrf" content=|CSRFToken":|csrfmiddlewaretoken" value=)"\w+"', b"", page)


def test_unsure_claims_stand_in_their_sentence(layer: Layer, document: Document, browser: SignIn) -> None:
    layer.claims.update(is_unsure=True, note="Who is meant?")

    mine = browser("ann").get("/p/bridge/talk/?show=unsure").content.decode()
    teams = browser("curator").get("/p/bridge/talk/?show=unsure&annotator=ann&kind=unsure").content.decode()

    assert f"“<mark>{CLOSURE}</mark>,” he said, “and it will be short.”" in mine and "Who is meant?" in mine
    assert f"<mark>{CLOSURE}</mark>" in teams and f"?layer={layer.pk}#c-" in teams
    assert CLOSURE not in browser("curator").get("/p/bridge/talk/?show=unsure&annotator=ben").content.decode()
    assert CLOSURE not in browser("ben").get("/p/bridge/talk/?show=unsure").content.decode()
    assert browser("ann").get("/p/bridge/talk/?show=unsure&round=x").status_code == 404


def test_lists_ask_a_bounded_number_of_queries(project: Project, browser: SignIn) -> None:
    client = browser("curator")

    def n_queries(query: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/p/bridge/talk/{query}").status_code == 200
        return len(asked)

    counts = []
    for number in range(2, 10, 7):
        for one in range(number):
            layer = make.layer(make.user("ann"), make.document(project, f"{make.TEXT} {number} {one}"), unsure=True)
            make.remark(make.user("curator"), layer, claim_key=layer.claims.get().pk)
        counts.append((n_queries(""), n_queries("?show=unsure")))
    assert counts[0] == counts[1] and max(counts[1]) <= 14


def test_the_reader_shows_why_a_reading_was_returned(layer: Layer, document: Document, browser: SignIn) -> None:
    reader = f"/p/bridge/d/{document.pk}/"
    assert "Return with remarks" in browser("curator").get(f"{reader}?layer={layer.pk}").content.decode()

    answer = browser("curator").post(f"/p/bridge/layers/{layer.pk}/return/", {"text": "The last quotation."})

    assert answer.status_code == 302
    assert "Returned by curator:</b> The last quotation." in browser("ann").get(reader).content.decode()
    assert "The last quotation." in browser("ann").get("/p/bridge/").content.decode()
    assert "Returned to you" not in browser("ben").get("/p/bridge/").content.decode()
    page = browser("curator").get(f"/p/bridge/layers/{layer.pk}/return/").content.decode()
    assert "Take the return back" in page
    assert browser("curator").post(f"/p/bridge/layers/{layer.pk}/return/", {"do": "undo"}).status_code == 302
    assert Layer.objects.get().status == "submitted"
    assert "Returned by" not in browser("ann").get(reader).content.decode()


def test_a_return_without_words_is_refused_on_the_page(layer: Layer, browser: SignIn) -> None:
    answer = browser("curator").post(f"/p/bridge/layers/{layer.pk}/return/", {"text": "  "})

    assert answer.status_code == 400 and "The remark is empty" in answer.content.decode()
    assert Layer.objects.get().status == "submitted"
    assert browser("ann").post(f"/p/bridge/layers/{layer.pk}/return/", {"text": "x"}).status_code == 403


def test_a_claim_in_the_list_leads_to_its_talk(layer: Layer, document: Document, browser: SignIn) -> None:
    claim = layer.claims.get()
    make.remark(make.user("curator"), layer, claim_key=claim.pk)

    page = browser("ann").get(f"/p/bridge/d/{document.pk}/").content.decode()

    assert f'href="talk/?layer={layer.pk}&amp;claim={claim.pk}" data-run="talk">1 remark, open</a>' in page


def test_who_left_goes_by_the_pseudonym(layer: Layer, document: Document, project: Project, browser: SignIn) -> None:
    make.remark(make.user("ann"), layer, "from ann")
    member = project.members.get(user__username="ann")
    project.members.filter(pk=member.pk).update(left_at=NOW)

    page = browser("curator").get("/p/bridge/talk/").content.decode()

    assert f"<b>{member.pseudonym}</b>" in page and ">ann<" not in page
    assert CLOSURE[:5] and browser("curator").get(f"/p/bridge/layers/?annotator={member.pseudonym}").content.count(
        b"?layer="
    )
