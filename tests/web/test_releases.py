"""The pages of releases: the list with its form, one that is being made, and what a ready one shows."""

from __future__ import annotations

from typing import Any

import pytest

from annotate.actions import layers, releases
from annotate.actions.releases.places import tell_progress
from annotate.models import Project, Release, Span
from annotate.releases.settings import ReleaseSettings
from tests import make
from tests.web.conftest import HTMX, SignIn

PAGE = "/p/bridge/releases/"
CLOSURE = "The closure is needed"


def form(**values: str) -> dict[str, str]:
    """Return the form as a browser sends it when nothing was changed."""
    given = {"title": "", "note": "", "licence": "CC-BY-4.0", "texts": "quotes", "licence_texts": "Theirs."}
    given |= {"documents": "read", "gold": "finished", "quote_characters": "80", "splits_by": "date", "seed": "0"}
    return (
        given | {"train": "80", "validation": "10", "test": "10", "creators": "", "publisher": "", "doi": ""} | values
    )


@pytest.fixture
def gold(project: Project) -> Any:
    document = make.document(project, source="Bay <Courier>", published_on="2026-05-01")
    make.claim(make.user("ann"), document, CLOSURE)
    layers.submit_layer(user=make.user("ann"), document=document, now=make.NOW)
    made = make.gold_claim(document, CLOSURE)
    make.Layer.objects.filter(pk=made.layer_id).update(n_claims=1)
    return document


def test_a_manager_makes_a_release_and_sees_what_it_consists_of(project: Project, browser: SignIn, gold: Any) -> None:
    client = browser("manager")
    creators = "Lind, Tora; 0000-0002-1825-0097; Bay University\nOyelaran, Ife; ; Ferry Institute\nHarbour Board"
    sent = form(title="Harbour <b>stances</b>", note="The first.", creators=creators)

    response = client.post(PAGE, sent)

    found = Release.objects.get()
    assert response["Location"] == f"{PAGE}{found.pk}/"
    assert found.asked["creators"] == [
        {"name": "Lind", "given": "Tora", "orcid": "0000-0002-1825-0097", "affiliation": "Bay University"},
        {"name": "Oyelaran", "given": "Ife", "orcid": "", "affiliation": "Ferry Institute"},
        {"name": "Harbour Board", "given": "", "orcid": "", "affiliation": ""},
    ]
    page = client.get(response["Location"]).content.decode()
    for shown in (
        *("Harbour &lt;b&gt;stances&lt;/b&gt;", "1 gold claim", "Lind, Tora; Oyelaran, Ife; Harbour Board (2026)"),
        *(
            "Creative Commons Attribution 4.0",
            "Theirs.",
            "Bay &lt;Courier&gt;",
            "▲",
            "bridge-release-1/claims.csv",
        ),
        *(f"/api/v1/releases/{found.pk}/files/CITATION.cff", found.files[0]["sha256"], "Left out: offsets"),
    ):
        assert shown in page, shown
    assert "<b>stances" not in page
    listed = client.get(PAGE).content.decode()
    assert "Release 1" in listed and "Make the next release" in listed
    # The next one begins with the settings of this one, but for what was new in it.
    assert "Oyelaran, Ife; ; Ferry Institute" in listed and "The first." not in listed
    second = client.post(PAGE, form(), headers=HTMX)
    newest = Release.objects.get(number=2)
    assert second["HX-Redirect"] == f"{PAGE}{newest.pk}/"
    assert "Since release 1" in client.get(f"{PAGE}{newest.pk}/").content.decode()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"train": "90"}, "The splits add up to 110 percent"),
        ({"creators": "Lind, Tora; 12; Bay"}, "is no ORCID"),
        ({"licence": "none"}, "Select a valid choice"),
        ({"quote_characters": "many"}, "Enter a whole number"),
        ({"title": "a\u202eb"}, "no plain text"),
    ],
)
def test_a_bad_form_is_refused_in_both_ways(
    project: Project, browser: SignIn, values: dict[str, str], said: str
) -> None:
    page = browser("manager").post(PAGE, form(**values))
    fragment = browser("manager").post(PAGE, form(**values), headers=HTMX)

    assert page.status_code == fragment.status_code == 400
    assert said in page.content.decode() and fragment.content.strip().startswith(b'<div id="release-list">')
    assert not Release.objects.exists()


def test_outlets_and_days_are_chosen_on_the_form_and_stay_in_sight(
    project: Project, browser: SignIn, gold: Any
) -> None:
    make.document(project, make.TEXT + " Elsewhere.", source="Quay Post", published_on="2026-05-02")
    client = browser("manager")
    client.post(PAGE, form())
    page = client.get(PAGE).content.decode()
    assert 'value="Bay &lt;Courier&gt;"' in page and '<details class="group" open>' not in page

    refused = client.post(PAGE, form(first="2026-06-01"), headers=HTMX)
    response = client.post(PAGE, form(sources="Bay <Courier>", first="2026-05-01", last="2026-05-01"))

    assert refused.status_code == 400 and "the release would be empty" in refused.content.decode()
    made = Release.objects.get(number=2)
    rule = {"sources": ["Bay <Courier>"], "from": "2026-05-01", "to": "2026-05-01"}
    assert rule.items() <= made.asked["selection"].items()
    shown = client.get(response["Location"]).content.decode()
    assert "Release 1 took articles of all outlets and days; this one of the outlet “Bay &lt;Courier&gt;”" in shown
    listed = client.get(PAGE).content.decode()
    assert '<details class="group" open>' in listed and 'value="2026-05-01"' in listed


def test_one_that_is_being_made_shows_how_far_it_is(project: Project, browser: SignIn) -> None:
    asked = {"user": make.user("manager"), "project": project, "settings": ReleaseSettings(), "now": make.NOW}
    waiting = releases.create_release(**asked)
    page = browser("curator").get(f"{PAGE}{waiting.pk}/").content.decode()
    assert "still waiting for the task worker" in page and 'hx-trigger="every 1s"' in page and "refresh" in page
    Release.objects.filter(pk=waiting.pk).update(status="running")
    with releases.places.alone(waiting.pk):
        tell_progress(waiting.pk, releases.Progress(done=3, of=9, now="decisions"))

    fragment = browser("curator").get(f"{PAGE}{waiting.pk}/", headers=HTMX).content.decode()

    assert fragment.strip().startswith('<div id="release-body"') and "Writing decisions: 3 of 9" in fragment
    assert "One is being made just now" in browser("manager").get(PAGE).content.decode()
    assert browser("manager").post(PAGE, form()).status_code == 409
    releases.make_release(release_id=waiting.pk, now=make.NOW)
    assert "every 1s" not in browser("curator").get(f"{PAGE}{waiting.pk}/", headers=HTMX).content.decode()


def test_one_that_failed_or_was_withdrawn_says_why(project: Project, browser: SignIn, gold: Any) -> None:
    made = make.release(project)
    releases.withdraw_releases([made])
    page = browser("curator").get(f"{PAGE}{made.pk}/").content.decode()
    assert "a document in it was purged" in page and made.sha256 in page and "Download all files" not in page


def test_who_reads_blind_is_told_when_it_opens(project: Project, browser: SignIn, gold: Any) -> None:
    made = make.release(project)
    make.claim(make.user("curator"), gold, CLOSURE)
    page = browser("curator").get(f"{PAGE}{made.pk}/").content.decode()
    assert "unfinished reading in a blind round" in page and "Methods" not in page


def test_why_one_failed_is_not_told_to_who_still_reads_blind(project: Project, browser: SignIn, gold: Any) -> None:
    Span.objects.filter(claim__layer__kind="gold").update(quote="what somebody marked")
    with pytest.raises(Exception, match="what somebody marked"):
        make.release(project)
    failed = Release.objects.get(status="failed")
    paths = [f"{PAGE}{failed.pk}/", PAGE, f"/admin/annotate/release/{failed.pk}/change/"]
    paths += [f"/api/v1/releases/{failed.pk}/", "/api/v1/projects/bridge/releases/"]
    make.claim(make.user("curator"), gold, CLOSURE)

    pages = [browser("curator").get(path) for path in paths]
    assert all(page.status_code == 200 and b"somebody marked" not in page.content for page in pages)
    assert all(b"could not be made" in pages[at].content for at in (0, 2, 3, 4))

    layers.submit_layer(user=make.user("curator"), document=gold, now=make.NOW)
    pages = [browser("curator").get(path) for path in paths]
    assert [b"somebody marked" in page.content for page in pages] == [True, False, True, True, True]


def test_only_managers_get_the_form_and_only_known_methods_work(project: Project, browser: SignIn, client: Any) -> None:
    assert b"release-form" in browser("manager").get(PAGE).content
    curator = browser("curator").get(PAGE)
    assert curator.status_code == 200 and b"release-form" not in curator.content
    assert (
        browser("manager").put(PAGE).status_code == browser("manager").post(f"{PAGE}{project.pk}/").status_code == 405
    )
    assert client.get(PAGE)["Location"].startswith("/login/")
    assert browser("manager").get(f"{PAGE}{project.pk}/").status_code == 404


def test_the_list_costs_the_same_for_many(
    project: Project, browser: SignIn, gold: Any, django_assert_max_num_queries: Any
) -> None:
    client = browser("manager")
    make.release(project)
    with django_assert_max_num_queries(12):
        client.get(PAGE)
    make.release(project)
    with django_assert_max_num_queries(12):
        client.get(PAGE)
