"""The export page and the guidelines."""

from __future__ import annotations

import pytest

from annotate.models import CodebookVersion, Project
from annotate.web.guidelines import markdown
from tests import make
from tests.web.conftest import HTMX, SignIn

EXPORT = "/p/bridge/export/"


def test_without_gold_the_annotators_layers_are_chosen(project: Project, browser: SignIn) -> None:
    document = make.document(project)
    make.claim(make.user("ann"), document, "The closure is needed,")

    page = browser("manager").get("/p/bridge/export/").content.decode()

    assert 'value="annotators" checked' in page
    assert "1 reading by annotators, 0 of them submitted" in page
    assert "/api/v1/projects/bridge/export/?format=jsonl&amp;layers=annotators" in page


def test_the_form_leads_to_the_dataset(project: Project, browser: SignIn) -> None:
    document = make.document(project)
    make.claim(make.user("ann"), document, "The closure is needed,")

    response = browser("manager").get("/api/v1/projects/bridge/export/", {"format": "jsonl", "layers": "annotators"})

    lines = b"".join(response.streaming_content).splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 1 and b"The closure is needed," in lines[0]


def test_a_choice_changes_the_line_for_the_shell(project: Project, browser: SignIn) -> None:
    response = browser("curator").get("/p/bridge/export/?format=csv&layers=all", headers=HTMX)

    assert response.content.strip().startswith(b"<pre")
    assert b"format=csv&amp;layers=all" in response.content


def test_without_the_texts_quotes_are_as_long_as_chosen(project: Project, browser: SignIn) -> None:
    document = make.document(project)
    make.claim(make.user("ann"), document, "The closure is needed,")
    client = browser("manager")
    page = client.get(EXPORT).content.decode()
    assert 'name="text" value="yes" checked' in page and "text=no" not in page

    chosen = "format=documents-jsonl&layers=annotators&text=no&quote_length=11"
    shown = client.get(f"{EXPORT}?{chosen}", headers=HTMX).content.decode()
    response = client.get(f"{EXPORT}?{chosen}&source=&download=1", follow=True)

    assert f"/api/v1/projects/bridge/export/?{chosen}".replace("&", "&amp;") in shown
    line = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert b'"The closure"' in line and document.text.encode() not in line and b'"text"' not in line


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("format=brat&text=no", "“brat” cannot be written without the texts; choose from jsonl"),
        ("text=no&quote_length=201", "Characters of each quote: Ensure this value is less than or equal to 200."),
        ("text=no&quote_length=many", "Characters of each quote: Enter a whole number."),
        ("from=soon", "&#x27;soon&#x27; is no day"),
    ],
)
def test_what_cannot_be_downloaded_is_said_on_the_page(
    project: Project, browser: SignIn, query: str, said: str
) -> None:
    refused = browser("manager").get(f"{EXPORT}?{query}&download=1")
    looked = browser("manager").get(f"{EXPORT}?{query}", headers=HTMX)

    assert refused.status_code == 400 and 'role="alert"' in refused.content.decode()
    assert said in refused.content.decode() and said in looked.content.decode()
    assert looked.status_code == 200
    assert browser("manager").post(EXPORT).status_code == 405


def test_a_filter_that_names_nothing_keeps_what_else_was_filled_in(project: Project, browser: SignIn) -> None:
    make.document(project, source="Courier")
    page = browser("manager").get(f"{EXPORT}?source=Currier&from=2026-05-01&download=1").content.decode()

    assert "There is no source &#x27;Currier&#x27; here. Known: Courier." in page
    assert 'name="source" value="Currier"' in page and 'name="from" value="2026-05-01"' in page


@pytest.mark.parametrize("query", ["format=exe", "layers=everything", "format=%00", "layers=annotators&layers=x"])
def test_odd_choices_fall_back(project: Project, browser: SignIn, query: str) -> None:
    assert browser("curator").get(f"/p/bridge/export/?{query}").status_code == 200


def test_guidelines_show_text_and_labels(project: Project, browser: SignIn) -> None:
    page = browser("ann").get("/p/bridge/guidelines/").content.decode()

    for shown in (">Guidelines</h1>", "The speaker expressly takes no side.", "Commitment", "▲"):
        assert shown in page


def test_guidelines_keep_the_glyphs_to_the_stance_scale(project: Project, browser: SignIn) -> None:
    page = browser("ann").get("/p/bridge/guidelines/").content.decode()

    before, stances, *others = page.split("<h2>")[1:]
    assert stances.startswith("Stance") and "▲" in stances
    assert others and not any('class="sign' in section for section in (before, *others))


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,hi)",
        "[x](//example.org)",
        "<javascript:alert(1)>",
        "![x](https://example.org/x.png)",
        '[x](https://example.org "><script>)',
    ],
)
def test_guidelines_hold_no_markup_of_their_own(source: str) -> None:
    shown = markdown(source)

    assert "<script" not in shown and "<img" not in shown
    assert 'href="javascript' not in shown.lower() and 'href="data' not in shown and 'href="//' not in shown


@pytest.mark.parametrize("address", ["https://example.org/a?b=c", "http://example.org", "mailto:a@example.org"])
def test_guidelines_may_link_to_web_and_mail(address: str) -> None:
    assert f'href="{address}"' in markdown(f"[x]({address})")


def test_guidelines_are_those_of_the_open_round(project: Project, browser: SignIn) -> None:
    version = project.rounds.get().codebook_version
    CodebookVersion.objects.create(codebook=version.codebook, number=2, guidelines="A draft")

    assert b"A draft" not in browser("ann").get("/p/bridge/guidelines/").content
