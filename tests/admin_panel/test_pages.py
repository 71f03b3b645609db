"""Every page of the panel: strict CSP, nothing unescaped, a bounded number of queries."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.actions import layers
from annotate.actions.tokens import create_token
from annotate.models import Claim, DocumentImport, Layer, Member, Project, Round
from corpus.models import Change, Document, Proposition, Source, Speaker, Target
from tests import make
from tests.admin_panel.pages import MODELS, adding, listing, page, press, run
from tests.admin_panel.sides import entry, make_side

CANARY = "<img src=x onerror=alert(1)>'\"&"


class InlineFinder(HTMLParser):
    """Collects what a strict content security policy refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        is_data = names.get("type") == "application/json"
        if tag == "style" or (tag == "script" and not names.get("src") and not is_data):
            self.found.append(f"<{tag}>")
        self.found += [f"<{tag} {name}>" for name in names if name == "style" or name.startswith("on")]
        for name in ("src", "href", "action"):
            value = names.get(name) or ""
            if value.startswith(("//", "javascript:", "data:")) or ("://" in value and "example" not in value):
                self.found.append(f"{name}={value}")


def inline_parts(text: str) -> list[str]:
    finder = InlineFinder()
    finder.feed(text)
    return finder.found


def all_pages(client, side, root):
    """Yield every kind of page with its text."""
    token, _ = create_token(user=root, name="laptop")
    made = DocumentImport.objects.create(project=side.project, user=side.manager, files=[{"name": "a.txt"}])
    objects = [*side.objects(), token, made, make.release(side.project), side.manager, Change.objects.last()]
    addresses = ["/admin/", "/admin/corpus/", "/admin/annotate/", "/admin/auth/"]
    addresses += [listing(model) for model in MODELS]
    addresses += [f"{listing(model)}?q=nothing-like-it" for model in MODELS]
    addresses += [page(obj) for obj in objects]
    addresses += [page(obj, "history") for obj in side.objects()[1:10]]
    addresses += [adding(model) for model in (Speaker, Target, Proposition, Project, Member, Round, type(root))]
    addresses += [f"/admin/corpus/speaker/merge/?id={side.speaker.pk}&q=a"]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        yield address, answer
    for address, answer in (
        ("refused form", client.post(page(side.speaker), {"name": ""})),
        ("messages", run(client, Speaker, "unmerge_entries", side.speaker)),
        ("reset link", press(client, side.annotator, "make_reset_link")),
    ):
        yield address, answer


def test_no_page_has_inline_script_style_or_handlers(bridge, root, as_user):
    for address, answer in all_pages(as_user(root), bridge, root):
        assert inline_parts(answer.text) == [], address
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]


def test_names_titles_and_notes_are_escaped_on_every_page(root, as_user):
    side = make_side("Bridge")
    client = as_user(root)
    speaker = entry(side, Speaker, CANARY, note=CANARY, aliases=[CANARY], external_id=CANARY, disambiguation=CANARY)
    for model in (Target, Proposition):
        entry(side, model, CANARY, note=CANARY)
    document = make.document(side.project, f"{CANARY} text", title=CANARY, source=CANARY, metadata={CANARY: CANARY})
    claim = make.claim(
        side.annotator,
        document,
        CANARY,
        speakers=[
            {"id": str(speaker.pk), "represents": {"name": CANARY + "2"}, "mention": [make.span(document.text, CANARY)]}
        ],
        stances=[{"target": {"name": CANARY}, "value": "support", "holder": {"name": CANARY + "3"}}],
        proposition={"text": CANARY, "relation": "denies"},
        cue=[make.span(document.text, "text")],
        note=CANARY,
    )
    Project.objects.update(name=CANARY, description=CANARY)
    Round.objects.update(name=CANARY)
    side.project.codebook.versions.update(guidelines=CANARY, whose_claims=CANARY)
    side.project.corpus.name = CANARY
    side.project.corpus.save()
    type(root).objects.filter(pk=side.annotator.pk).update(first_name=CANARY, last_name=CANARY, username=CANARY)
    DocumentImport.objects.create(
        project=side.project, user=root, files=[{"name": CANARY}], report=[CANARY], message=CANARY
    )
    side.document, side.speaker = document, speaker
    side.layer = Layer.objects.get(document=document)
    assert claim["id"]

    pages = list(all_pages(client, side, root))
    pages.append(("search", client.get(listing(Speaker), {"q": CANARY})))
    pages.append(("filter", client.get(listing(Document), {"language": CANARY, "published_from": CANARY})))
    pages.append(("merge", client.get("/admin/corpus/speaker/merge/", {"id": speaker.pk, "q": CANARY})))
    pages.append(("refused", client.post(page(speaker), {"name": CANARY, "kind": CANARY, "note": CANARY})))
    for address, answer in pages:
        assert "<img src=x" not in answer.text, address
        assert inline_parts(answer.text) == [], address
    assert sum("&lt;img src=x" in answer.text for _, answer in pages) > 20


def fill(side, n):
    """Add n rows of every kind that lists show."""
    for i in range(n):
        word = f"{n}-{i}"
        person = make.member(side.project, f"member-{word}")
        document = make.document(side.project, f"“Text {word}” they said.", source=f"Source {word}")
        make.claim(
            person,
            document,
            f"Text {word}",
            speakers=[{"name": f"Speaker {word}", "represents": {"name": f"Body {word}"}}],
            stances=[{"target": {"name": f"Target {word}"}, "value": "support"}],
            proposition={"text": f"Proposition {word}", "relation": "affirms"},
        )
        layers.submit_layer(user=person, document=document, now=make.NOW)
        DocumentImport.objects.create(project=side.project, user=person, files=[{"name": word}])
        version = side.layer.codebook_version
        Round.objects.create(
            project=side.project, number=100 * n + i, name=word, codebook_version=version, status="closed"
        )


def n_queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(captured), len(answer.context["cl"].result_list)


@pytest.mark.parametrize("role", ["curator", "root"])
def test_lists_take_the_same_number_of_queries_for_5_and_for_50_rows(bridge, root, as_user, role):
    client = as_user(root if role == "root" else bridge.curator)
    models = (Document, Source, Speaker, Target, Proposition, Member, Round, Layer, Claim, Change, DocumentImport)
    fill(bridge, 5)
    few = {model: n_queries(client, listing(model)) for model in models}

    fill(bridge, 40)

    for model in models:
        n, rows = n_queries(client, listing(model))
        assert rows > 40 and n <= few[model][0], (model, few[model], n)
        assert n <= 25, (model, n)


def test_lists_do_not_read_the_texts(bridge, as_user):
    client = as_user(bridge.curator)

    for model in (Document, Layer, Claim):
        with CaptureQueriesContext(connection) as captured:
            client.get(listing(model))
        assert not [q["sql"] for q in captured if '"corpus_document"."text"' in q["sql"].split(" FROM ")[0]], model


def test_only_the_first_10000_rows_are_counted(bridge, as_user, monkeypatch):
    monkeypatch.setattr("annotate.admin.paging.MAX_ROWS", 3)
    for i in range(5):
        entry(bridge, Target, f"Target {i}")

    answer = as_user(bridge.curator).get(listing(Target))

    assert "3 or more targets" in answer.text


def test_a_page_read_writes_nothing(bridge, root, as_user):
    client = as_user(root)
    before = Change.objects.count(), Claim.objects.count()

    for _ in all_pages(client, bridge, root):
        pass

    made = ("user.reset_link", "token.create", "release.create", "release.freeze")
    assert Change.objects.exclude(action__in=made).count() == before[0]
    assert Claim.objects.count() == before[1]


def test_static_files_of_the_panel_exist(bridge, root, as_user):
    from django.contrib.staticfiles import finders

    for address, answer in all_pages(as_user(root), bridge, root):
        for name in re.findall(r'(?:src|href)="/static/([^"]+)"', answer.text):
            assert finders.find(name), (address, name)


@pytest.mark.parametrize(
    "address", ["", "?p=0", "?p=x", "?p=99999999999999999999", "?o=99.-1.x", "?all=", "?q=%00", "?_popup=1"]
)
def test_odd_list_parameters_do_no_harm(bridge, as_user, address):
    answer = as_user(bridge.curator).get(f"{listing(Speaker)}{address}", follow=True)

    assert answer.status_code == 200


def test_the_name_in_the_header_leads_back_to_the_projects(bridge, as_user):
    assert '<a id="site-name" href="/">' in as_user(bridge.curator).get("/admin/").text
