"""Nothing that a person did is lost: no connection, a closed tab, a browser that keeps nothing, a killed server.

Each test of this folder ends with the database against what the screen had.
"""

from __future__ import annotations

import json

import pytest

from annotate.models import Claim, Layer, NoClaimMark
from tests import make
from tests.browser.hands import saved
from tests.browser.nothing_lost.outbox import (
    CLAIMS,
    ONE,
    TWO,
    bad,
    in_outbox,
    kept,
    make_claim,
    mark_unsure,
    open_first,
    sign_in,
    stored,
    until,
)
from tests.commands.site import answers, free_port, run, start, wait_for

pytestmark = [pytest.mark.once(on="postgres"), pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
