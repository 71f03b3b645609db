"""Nothing that a person did is lost: no connection, a closed tab, a killed server, a lost answer, two windows, another
sign-in. Each test ends with the database against what the screen had."""

from __future__ import annotations

import json
import os
import time

import pytest
from django.contrib.sessions.models import Session

from annotate.models import Claim, Layer, NoClaimMark, Span, SpanRole
from annotate.records import claim_dict
from tests import make
from tests.browser.hands import drag, saved
from tests.commands.site import answers, free_port, run, start, wait_for

pytestmark = [pytest.mark.once(on="postgres"), pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ONE, TWO, THREE = "The closure is needed", "it will be short", "promised a ferry"
CLAIMS = "**/claims/**"
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "status of 5")
OUTBOX = """() => new Promise((resolve) => {
  const request = indexedDB.open("standpoint", 1);
  request.onupgradeneeded = () => request.transaction.abort();
  request.onerror = () => resolve([]);
  request.onsuccess = () => {
    const all = request.result.transaction("outbox").objectStore("outbox").getAll();
    all.onsuccess = () => { request.result.close(); resolve(all.result); };
  };
})"""


# A store of its own in the page, as the page makes it.
STORE = """async (span) => {
  const base = "/static/annotate/js/reader/";
  const { Store, newClaim, newId } = await import(`${base}store.js`);
  const { state } = await import(`${base}net.js`);
  const store = (window.other ??= new Store(state));
  await store.ready;
  const claim = () => newClaim(newId(), [span]);
  const found = ACT;
  const pause = () => new Promise((go) => setTimeout(go, 50));
  for (let left = 100; left && store.status().kind !== "saved"; left -= 1) await pause();
  return [found?.kind ?? null, found?.changes?.length ?? 0, store.status().kind];
}"""


@pytest.fixture
def ann(project):
    return make.member(project, "ann")


@pytest.fixture
def document(project):
    return make.document(project)


@pytest.fixture
def path(project, document):
    return f"/p/{project.slug}/d/{document.pk}/"


@pytest.fixture
def visit(visit):
    """Windows whose last words (the time spent) reach the server before the database is emptied; what the console says
    about a connection that a test cut is no problem."""
    visitors = []

    def make_visitor(user):
        visitors.append(visit(user))
        return visitors[-1]

    yield make_visitor
    for found in visitors:
        for page in found.context.pages:
            page.goto("about:blank")
            page.wait_for_timeout(250)
        found.context.close()
        found.problems[:] = [problem for problem in found.problems if not any(word in problem for word in EXPECTED)]


@pytest.fixture
def visitor(visit, ann):
    return visit(ann)


def stored():
    """What the database holds: quote and "unsure" of every claim."""
    return sorted(Span.objects.filter(role=SpanRole.CONTENT).values_list("quote", "claim__is_unsure"))


def kept(page):
    """What the outbox of this browser holds, of everybody."""
    found = [(entry["user"], entry["body"] or {}) for entry in page.evaluate(OUTBOX)]
    return [(user, body.get("spans", [{}])[0].get("quote")) for user, body in found]


def until(page, condition, seconds=10):
    """Wait for something outside the page, while the page's requests are still attended to."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        page.wait_for_timeout(40)


def in_outbox(page, n):
    until(page, lambda: len(page.evaluate(OUTBOX)) == n)


def open_first(page):
    page.locator("#claim-list .c > button").first.click()
    page.locator(".card").wait_for()


def make_claim(page, quote):
    """Drag over words, and wait until the page shows the claim: that takes no answer of the server."""
    items = page.locator("#claim-list .c")
    n_before = items.count()
    drag(page, quote)
    items.nth(n_before).wait_for()


def mark_unsure(page):
    page.locator(".card [data-unsure]").check()


def bad(page):
    page.locator("#saved[data-state=bad]").wait_for()


def let_through_once(page, method):
    """Let the next request of this method reach the server, and lose its answer."""
    lost = []

    def handle(route):
        if route.request.method != method or lost:
            route.fallback()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route(CLAIMS, handle)
    return lost


# --- no connection, and pages that are closed


HEADER = """() => {
  const words = document.querySelector("#saved .words");
  return [document.querySelector(".top").offsetHeight, words.scrollWidth > words.clientWidth];
}"""


def test_without_a_connection_the_page_says_so_and_sends_later(visitor, path):
    page = visitor.open(path)
    saved(page)
    height, _ = page.evaluate(HEADER)
    visitor.context.set_offline(True)

    make_claim(page, ONE)
    make_claim(page, TWO)
    mark_unsure(page)
    bad(page)
    assert page.evaluate(HEADER) == [height, False]  # said in full, and the header is no higher for it
    assert stored() == []
    visitor.context.set_offline(False)
    saved(page)

    assert stored() == [(ONE, False), (TWO, True)]
    assert kept(page) == []


def test_a_tab_closed_before_the_answer_is_made_up_by_the_next(visitor, path):
    page = visitor.open(path)
    page.route(CLAIMS, lambda route: None)
    make_claim(page, ONE)
    in_outbox(page, 1)
    page.close()
    assert stored() == []

    page = visitor.open(path)
    until(page, lambda: stored() == [(ONE, False)])
    saved(page)

    assert page.locator("#claim-list .c").count() == 1
    assert kept(page) == []


def test_a_change_and_a_deletion_of_a_closed_tab_are_shown_and_sent_by_the_next(visitor, path, ann, document):
    make.claim(ann, document, ONE)
    make.claim(ann, document, TWO)
    page = visitor.open(path)
    page.route(CLAIMS, lambda route: route.abort())
    open_first(page)
    mark_unsure(page)
    page.locator("#text mark", has_text=TWO).click()
    page.locator(".card [data-do=delete]").click()
    in_outbox(page, 2)
    page.close()
    assert stored() == [(ONE, False), (TWO, False)]

    page = visitor.open(path)
    until(page, lambda: stored() == [(ONE, True)])
    saved(page)

    assert page.locator("#claim-list .c").count() == 1


def test_another_article_sends_what_a_closed_one_left(visitor, path, project):
    other = make.document(project, "Another article.\n\nThe ferry will run, said Tor Lind.")
    page = visitor.open(path)
    page.route(CLAIMS, lambda route: None)
    make_claim(page, ONE)
    in_outbox(page, 1)
    page.close()

    page = visitor.open(f"/p/{project.slug}/d/{other.pk}/")
    until(page, lambda: stored() == [(ONE, False)])
    saved(page)

    assert page.locator("#claim-list .c").count() == 0
    assert Claim.objects.get().layer.document_id != other.pk


@pytest.mark.parametrize("pause", ["0", "1", "Math.random() * 40"])
def test_many_quick_changes_end_in_the_last_one_without_a_dispute(visitor, path, document, pause):
    page = visitor.open(path)
    asked = f"""await (async () => {{
      const made = claim();
      let disputes = 0;
      store.addEventListener("conflict", () => (disputes += 1));
      for (let i = 0; i < 60; i += 1) {{
        store.put({{...store.claims.get(made.id) ?? made, note: `${{i}}`}});
        await new Promise((go) => setTimeout(go, {pause}));
      }}
      return {{kind: disputes}};
    }})()"""
    found = page.evaluate(STORE.replace("ACT", asked), make.span(document.text, ONE))
    saved(page)

    assert found == [0, 0, "saved"]
    assert [claim.note for claim in Claim.objects.all()] == ["59"]
    assert kept(page) == []


def test_what_is_said_of_the_whole_article_is_kept_like_a_claim(visitor, path):
    page = visitor.open(path)
    visitor.context.set_offline(True)
    page.locator("#nothing").check()
    bad(page)
    in_outbox(page, 1)
    page.close()
    visitor.context.set_offline(False)

    page = visitor.open(path)
    until(page, lambda: Layer.objects.filter(has_nothing_to_code=True).exists())
    saved(page)
    assert page.locator("#nothing").is_checked()
    make_claim(page, ONE)
    saved(page)

    assert stored() == [(ONE, False)] and not Layer.objects.get().has_nothing_to_code
    assert kept(page) == []


def test_undo_and_redo_take_a_group_in_one_step_through_the_same_queue(visit, ann, path, document):
    page = visit(ann).open(path)
    mark = make.span(document.text, TWO)

    def act(code):
        return page.evaluate(STORE.replace("ACT", code), make.span(document.text, ONE))

    def found():
        layer = Layer.objects.get()
        return Claim.objects.count(), NoClaimMark.objects.count(), layer.has_nothing_to_code

    act(f"store.putLayer({{nothing_to_code: true, no_claim: [{json.dumps(mark)}]}})")
    assert found() == (0, 1, True)
    act("store.group(() => { store.put(claim()); store.put(claim()); store.putLayer({no_claim: []}); })")
    assert found() == (2, 0, False)

    assert act("store.undo()") == ["layer", 4, "saved"]
    assert found() == (0, 1, True)
    assert act("store.redo()") == ["layer", 4, "saved"]
    assert found() == (2, 0, False)
    act("store.undo()")
    assert act("store.undo()") == ["layer", 1, "saved"]
    assert found() == (0, 0, False)
    assert act("store.undo()") == [None, 0, "saved"]


# --- an answer that is lost after the server stored


def test_a_lost_answer_to_a_new_claim(visitor, path):
    page = visitor.open(path)
    lost = let_through_once(page, "PUT")
    make_claim(page, ONE)
    until(page, lambda: lost == [201])
    mark_unsure(page)
    saved(page)

    assert stored() == [(ONE, True)]
    assert not page.locator("#conflict").is_visible()


def test_a_lost_answer_to_a_change_that_is_changed_again(visitor, path, ann, document):
    make.claim(ann, document, ONE)
    page = visitor.open(path)
    lost = let_through_once(page, "PUT")
    open_first(page)
    page.locator(".card .seg input[value=oppose]").check()
    until(page, lambda: lost == [200])
    mark_unsure(page)
    saved(page)

    claim = claim_dict(Claim.objects.get().pk)
    assert (claim["stances"][0]["value"], claim["unsure"], claim["version"]) == ("oppose", True, 3)
    assert not page.locator("#conflict").is_visible()


def test_a_lost_answer_to_a_deletion(visitor, path, ann, document):
    make.claim(ann, document, ONE)
    page = visitor.open(path)
    lost = let_through_once(page, "DELETE")
    open_first(page)
    page.locator(".card [data-do=delete]").click()
    until(page, lambda: lost == [200])
    bad(page)
    saved(page)

    assert stored() == []
    page.locator("#text mark").wait_for(state="detached")


def test_a_claim_deleted_while_the_answer_to_its_making_was_lost(visitor, path):
    page = visitor.open(path)
    lost = let_through_once(page, "PUT")
    make_claim(page, ONE)
    until(page, lambda: lost == [201])
    page.locator(".card [data-do=delete]").click()
    saved(page)

    assert stored() == []
    assert page.locator("#claim-list .c").count() == 0


def test_a_lost_deletion_that_is_undone(visitor, path, ann, document):
    made = make.claim(ann, document, ONE)
    page = visitor.open(path)
    lost = let_through_once(page, "DELETE")
    open_first(page)
    page.locator(".card [data-do=delete]").click()
    until(page, lambda: lost == [200])
    page.locator("#toast button").click()
    saved(page)

    assert [str(claim.pk) for claim in Claim.objects.all()] == [made["id"]]
    assert not page.locator("#conflict").is_visible()


def test_a_lost_answer_and_a_closed_tab(visitor, path):
    page = visitor.open(path)
    lost = let_through_once(page, "PUT")
    make_claim(page, ONE)
    until(page, lambda: lost == [201])
    visitor.context.set_offline(True)
    mark_unsure(page)
    until(page, lambda: any(entry["body"]["unsure"] for entry in page.evaluate(OUTBOX)))
    page.close()
    visitor.context.set_offline(False)

    page = visitor.open(path)
    until(page, lambda: stored() == [(ONE, True)])
    saved(page)

    assert not page.locator("#conflict").is_visible()


# --- refusals


def test_an_answer_that_is_no_claim_is_no_confirmation(visitor, path):
    page = visitor.open(path)
    welcome = {"status": 200, "content_type": "text/html", "body": "<h1>Welcome to our Wi-Fi</h1>"}
    page.route(CLAIMS, lambda route: route.fulfill(**welcome))
    make_claim(page, ONE)
    bad(page)
    assert stored() == [] and len(kept(page)) == 1

    page.unroute_all()
    saved(page)
    assert stored() == [(ONE, False)]


def test_a_busy_server_is_given_the_time_it_asks_for(visitor, path):
    page = visitor.open(path)
    asked = []

    def busy(route):
        asked.append(route.request.method)
        route.fulfill(status=503, headers={"Retry-After": "3"}, body="later")

    page.route(CLAIMS, busy)
    make_claim(page, ONE)
    bad(page)
    mark_unsure(page)
    page.wait_for_timeout(1500)
    assert len(asked) == 1
    page.unroute_all()
    saved(page)

    assert stored() == [(ONE, True)]


def test_a_refused_claim_does_not_hold_up_the_others_and_is_kept(visitor, path):
    page = visitor.open(path)
    refused = {"type": "about:blank", "title": "Bad", "status": 400, "detail": "Not like this."}

    def refuse(route):
        if ONE in (route.request.post_data or ""):
            route.fulfill(status=400, content_type="application/problem+json", body=json.dumps(refused))
        else:
            route.fallback()

    page.route(CLAIMS, refuse)
    make_claim(page, ONE)
    page.locator("#toast", has_text="Not like this.").wait_for()
    make_claim(page, TWO)
    until(page, lambda: stored() == [(TWO, False)])
    bad(page)
    until(page, lambda: [quote for _, quote in kept(page)] == [ONE])
    page.close()

    page = visitor.open(path)
    until(page, lambda: stored() == [(ONE, False), (TWO, False)])
    saved(page)


def test_a_refused_claim_can_be_discarded(visitor, path):
    page = visitor.open(path)
    refused = {"type": "about:blank", "title": "Bad", "status": 400, "detail": "Not like this."}
    page.route(
        CLAIMS,
        lambda route: route.fulfill(status=400, content_type="application/problem+json", body=json.dumps(refused)),
    )
    make_claim(page, ONE)
    page.locator("#toast", has_text="Not like this.").wait_for()
    page.locator("#toast button").click()
    saved(page)

    in_outbox(page, 0)
    assert page.locator("#claim-list .c").count() == 0 and stored() == []


# --- several windows


def test_the_same_person_in_two_browsers_sees_both_versions(visit, visitor, ann, path, document):
    make.claim(ann, document, ONE)
    one, two = visitor.open(path), visit(ann).open(path)
    open_first(one)
    one.locator(".card .seg input[value=oppose]").check()
    saved(one)

    open_first(two)
    mark_unsure(two)
    dialog = two.locator("#conflict")
    dialog.wait_for()
    bad(two)
    assert "oppose" in dialog.locator("[data-theirs]").inner_text()
    assert len(kept(two)) == 1
    dialog.locator("button[value=both]").click()
    saved(two)

    two.locator("#n-claims").get_by_text("2").wait_for()
    found = {(claim_dict(c.pk)["stances"][0]["value"], c.is_unsure) for c in Claim.objects.all()}
    assert found == {("oppose", False), ("support", True)}
    assert kept(two) == []


def test_two_disputes_are_asked_one_after_the_other(visit, visitor, ann, path, document):
    make.claim(ann, document, ONE)
    make.claim(ann, document, TWO)
    here, there = visitor.open(path), visit(ann).open(path)
    for quote in (ONE, TWO):
        there.locator("#claim-list .c > button", has_text=quote).click()
        there.locator(".card .seg input[value=oppose]").check()
        saved(there)
        here.locator("#claim-list .c > button", has_text=quote).click()
        if quote == ONE:
            visitor.context.set_offline(True)
        mark_unsure(here)
    visitor.context.set_offline(False)

    for _ in range(2):
        here.locator("#conflict button[value=mine]").click()
    saved(here)

    assert stored() == [(ONE, True), (TWO, True)]
    in_outbox(here, 0)


@pytest.mark.parametrize(("choice", "expected"), [("mine", ("support", True)), ("theirs", ("oppose", False))])
def test_a_dispute_survives_a_reload_and_is_settled_as_chosen(visit, visitor, ann, path, document, choice, expected):
    make.claim(ann, document, ONE)
    one, two = visitor.open(path), visit(ann).open(path)
    open_first(one)
    one.locator(".card .seg input[value=oppose]").check()
    saved(one)
    open_first(two)
    mark_unsure(two)
    two.locator("#conflict").wait_for()

    two.on("dialog", lambda dialog: dialog.accept())
    two.reload()
    two.locator("#conflict").wait_for()
    two.locator(f"#conflict button[value={choice}]").click()
    saved(two)

    claim = Claim.objects.get()
    assert (claim_dict(claim.pk)["stances"][0]["value"], claim.is_unsure) == expected
    in_outbox(two, 0)


def test_two_tabs_of_a_browser_know_of_each_other(visitor, ann, path, document):
    make.claim(ann, document, ONE)
    one, two = visitor.open(path), visitor.open(path)
    open_first(one)
    one.locator(".card .seg input[value=oppose]").check()
    saved(one)

    open_first(two)
    two.locator(".card .seg input[value=oppose]:checked").wait_for()
    mark_unsure(two)
    saved(two)

    claim = claim_dict(Claim.objects.get().pk)
    assert (claim["stances"][0]["value"], claim["unsure"]) == ("oppose", True)
    assert not two.locator("#conflict").is_visible()


def test_two_tabs_without_a_connection_build_on_each_other(visitor, ann, path, document):
    make.claim(ann, document, ONE)
    one, two = visitor.open(path), visitor.open(path)
    visitor.context.set_offline(True)
    open_first(one)
    one.locator(".card .seg input[value=oppose]").check()
    bad(one)
    in_outbox(one, 1)
    two.locator("#saved:not([data-state=good])").wait_for()

    open_first(two)
    two.locator(".card .seg input[value=oppose]:checked").wait_for()
    mark_unsure(two)
    visitor.context.set_offline(False)
    saved(one)
    saved(two)

    claim = claim_dict(Claim.objects.get().pk)
    assert (claim["stances"][0]["value"], claim["unsure"]) == ("oppose", True)


def test_undo_never_overwrites_what_another_window_changed(visitor, ann, path, document):
    make.claim(ann, document, ONE)
    one, two = visitor.open(path), visitor.open(path)
    open_first(one)
    mark_unsure(one)
    saved(one)
    open_first(two)
    two.locator(".card .seg input[value=oppose]").check()
    saved(two)

    one.wait_for_timeout(300)
    one.keyboard.press("Escape")
    one.keyboard.press("u")
    one.locator("#conflict").wait_for()
    one.locator("#conflict button[value=theirs]").click()
    saved(one)

    claim = claim_dict(Claim.objects.get().pk)
    assert (claim["stances"][0]["value"], claim["unsure"]) == ("oppose", True)


# --- who is signed in


def sign_in(page, name):
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", make.PASSWORD)
    page.click("form.form button")


def owners():
    found = Span.objects.filter(role=SpanRole.CONTENT)
    return sorted(found.values_list("claim__layer__annotator__username", "quote"))


def test_a_session_that_ended_keeps_the_work_until_the_next_sign_in(visitor, path):
    page = visitor.open(path)
    page.on("dialog", lambda dialog: dialog.accept())
    Session.objects.all().delete()
    make_claim(page, ONE)
    bad(page)
    assert stored() == []

    in_outbox(page, 1)
    page.goto(f"{visitor.server.url}/login/?next={path}")
    sign_in(page, "ann")
    page.wait_for_url(f"**{path}**")
    until(page, lambda: stored() == [(ONE, False)])
    saved(page)

    assert kept(page) == []


def test_signing_in_again_in_another_tab_is_enough(visitor, path):
    page = visitor.open(path)
    Session.objects.all().delete()
    make_claim(page, ONE)
    bad(page)

    other = visitor.open("/login/")
    sign_in(other, "ann")
    other.wait_for_url("**/")
    make_claim(page, TWO)
    saved(page)

    assert stored() == [(ONE, False), (TWO, False)]


def test_work_of_one_person_is_neither_shown_nor_sent_as_anothers(visitor, project, path, ann):
    make.member(project, "ben")
    page = visitor.open(path)
    page.on("dialog", lambda dialog: dialog.accept())
    page.route(CLAIMS, lambda route: route.abort())
    make_claim(page, ONE)
    in_outbox(page, 1)
    visitor.context.clear_cookies()
    page.unroute_all()

    page.goto(f"{visitor.server.url}/login/?next={path}")
    sign_in(page, "ben")
    page.wait_for_url(f"**{path}**")
    make_claim(page, TWO)
    saved(page)
    assert page.locator("#claim-list .c").count() == 1
    assert ONE not in page.locator("#claim-list").inner_text()
    assert owners() == [("ben", TWO)]
    assert kept(page) == [(str(ann.pk), ONE)]

    visitor.context.clear_cookies()
    page.goto(f"{visitor.server.url}/login/?next={path}")
    sign_in(page, "ann")
    page.wait_for_url(f"**{path}**")
    until(page, lambda: Claim.objects.filter(layer__annotator=ann).exists())
    saved(page)
    assert owners() == [("ann", ONE), ("ben", TWO)]
    assert kept(page) == []


def test_a_page_left_open_while_somebody_else_signs_in_sends_nothing_as_them(visitor, project, path):
    make.member(project, "ben")
    page = visitor.open(path)
    visitor.context.clear_cookies()
    other = visitor.open("/login/")
    sign_in(other, "ben")
    other.wait_for_url("**/")

    make_claim(page, ONE)
    bad(page)
    other.reload()

    assert stored() == [] and not Layer.objects.exists()
    assert len(kept(page)) == 1


# --- a browser that keeps nothing


def test_without_indexeddb_the_work_is_saved_and_leaving_asks(visitor, path):
    visitor.context.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    page = visitor.open(path)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    visitor.context.set_offline(True)
    make_claim(page, ONE)
    bad(page)
    page.close(run_before_unload=True)
    until(page, lambda: asked == ["beforeunload"])

    visitor.context.set_offline(False)
    saved(page)
    assert stored() == [(ONE, False)]


# --- a server that is killed


class Site:
    """A site of its own on SQLite, on a port and a data directory that stay the same."""

    def __init__(self, data):
        self.data, self.port, self.process = data, free_port(), None

    def start(self):
        """Start, and again where a killed one still holds its data directory."""
        wait_for(self._starts)

    def _starts(self):
        self.process = start(self.data, "up", "--port", str(self.port), STANDPOINT_DEMO_PASSWORD=make.PASSWORD)
        wait_for(lambda: self.process.poll() is not None or answers(self.port))
        if self.process.poll() is None:
            return True
        print(self.process.communicate()[1])
        return False

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
        wait_for(lambda: not answers(self.port), 30)

    def quotes(self, *wanted):
        """Return which of these are the words of claims, and how often."""
        found = run(self.data, "export_dataset", "demo", "--format", "jsonl", "--layers", "annotators").stdout
        quotes = [json.loads(line)["spans"][0]["quote"] for line in found.splitlines()]
        return [quotes.count(quote) for quote in wanted]


@pytest.fixture
def site(tmp_path):
    found = Site(tmp_path)
    yield found
    found.kill()


@pytest.mark.skipif(os.environ.get("STANDPOINT_TEST_DATABASE") != "sqlite", reason="once is enough")
def test_a_killed_server_loses_nothing_and_the_page_goes_on_by_itself(chromium, site):
    site.start()
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.port}/login/")
    sign_in(page, "ann")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/d/**")
    n_before = page.locator("#claim-list .c").count()
    one, two, three = (" ".join(words.split()[-4:-1]) for words in page.locator("#text > *").all_inner_texts()[1:4])

    make_claim(page, one)
    saved(page)
    make_claim(page, two)
    site.kill()
    make_claim(page, three)
    mark_unsure(page)
    bad(page)
    site.start()
    saved(page)

    assert page.locator("#claim-list .c").count() == n_before + 3
    assert site.quotes(one, two, three) == [1, 1, 1]
    assert kept(page) == []
    context.close()
