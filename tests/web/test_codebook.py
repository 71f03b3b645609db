"""The codebook in the browser: versions, what changed, and the editor of the draft, which works without scripts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import make
from tests.web.drafts import DRAFT, document, fields_of, keys, press, types


@pytest.fixture
def curator(project: Any, browser: Any) -> Any:
    """A curator's browser, and a draft with every kind of question that follows version 1."""
    from annotate.actions import codebook

    draft = codebook.start_draft(user=make.user("curator"), project=project, now=make.NOW)
    body = make.codebook_document()
    body["attributes"].insert(0, types(project))
    codebook.save_draft(user=make.user("curator"), version=draft, body=body)
    return browser("curator")


def test_versions_are_listed_and_drafts_to_editors_alone(curator: Any, browser: Any) -> None:
    mine, theirs = (client.get("/p/bridge/codebook/").content.decode() for client in (curator, browser("ann")))

    assert "Version 2" in mine and "Draft" in mine and DRAFT in mine
    assert (
        "Version 1" in theirs and "Version 2" not in theirs and "draft" not in theirs.split("<main")[1].split("lead")[0]
    )
    assert browser("ann").get("/p/bridge/codebook/2/file/").status_code == 404
    assert browser("ann").get("/p/bridge/codebook/compare/?new=2").status_code == 404
    assert browser("ann").get("/p/bridge/codebook/99999999999999999999/file/").status_code == 404


@pytest.mark.parametrize("asked", ["?new=x", "?old=0", "?old=²", "?new=99999999999"])
def test_a_version_that_is_not_there_cannot_be_compared(curator: Any, asked: str) -> None:
    assert curator.get(f"/p/bridge/codebook/compare/{asked}").status_code == 404


def test_two_versions_are_compared_in_words(curator: Any) -> None:
    page = curator.get("/p/bridge/codebook/compare/").content.decode()

    assert "From version 1 to 2" in page
    assert "Asked now of each claim, required." in page and "(mixed) is removed" in page
    assert "<ins" in page and "<del" in page


def test_a_version_is_downloaded_as_a_file_that_starts_a_draft_elsewhere(curator: Any, browser: Any) -> None:
    found = curator.get("/p/bridge/codebook/2/file/")
    other = make.project("other")
    file = SimpleUploadedFile("codebook.json", found.content, "application/json")
    started = browser("manager").post("/p/other/codebook/", {"do": "file", "file": file})

    assert found["Content-Disposition"] == 'attachment; filename="bridge-codebook-v2.json"'
    assert found["X-Content-Type-Options"] == "nosniff"
    assert started.status_code == 302
    assert document(other) == json.loads(found.content) | {"name": "Other"}


@pytest.mark.parametrize(
    ("content", "words"), [(b"{", "no JSON"), (b"{}", "no codebook file"), (None, "No file was chosen")]
)
def test_a_bad_file_starts_nothing(project: Any, browser: Any, content: Any, words: str) -> None:
    file = {} if content is None else {"file": SimpleUploadedFile("codebook.json", content)}
    answer = browser("curator").post("/p/bridge/codebook/", {"do": "file"} | file)

    assert answer.status_code == 400 and words in answer.content.decode()
    assert project.codebook.versions.count() == 1


def test_a_draft_is_started_from_the_newest_version_or_a_template(project: Any, browser: Any) -> None:
    assert browser("curator").post("/p/bridge/codebook/", {})["Location"] == DRAFT
    assert keys(document(project)["attributes"]) == ["type"]
    assert browser("curator").post("/p/bridge/codebook/", {}).status_code == 409
    make.project("other")
    assert browser("manager").post("/p/other/codebook/", {"template": "political"}).status_code == 302


def test_without_a_draft_the_editor_leads_to_the_versions(project: Any, browser: Any) -> None:
    for path in (DRAFT, f"{DRAFT}publish/"):
        assert browser("curator").get(path)["Location"] == "/p/bridge/codebook/"


def test_the_draft_is_seen_by_those_who_edit_alone(curator: Any, browser: Any) -> None:
    for name in ("ann", "outsider"):
        for path in (DRAFT, f"{DRAFT}publish/"):
            assert browser(name).get(path).status_code == 404
        for path in (DRAFT, f"{DRAFT}publish/", f"{DRAFT}preview/", f"{DRAFT}discard/"):
            assert browser(name).post(path, {"revision": "1"}).status_code == 404
    assert browser("curator").put(DRAFT).status_code == 405
    assert browser("curator").get(f"{DRAFT}discard/").status_code == 405


@pytest.mark.parametrize("opened", ["guidelines", "scope", "stances", *(f"question-{n}" for n in range(9))])
def test_a_section_sent_as_it_is_changes_nothing(project: Any, curator: Any, opened: str) -> None:
    before = document(project)
    answer = press(curator, opened, "save")

    assert answer.status_code == 302 and answer["Location"] == f"{DRAFT}?open={opened}#open"
    assert document(project) == before
    assert project.codebook.versions.get(number=2).revision == 2


def test_guidelines_are_saved_with_plain_line_ends_and_previewed_without_saving(project: Any, curator: Any) -> None:
    shown = press(curator, "guidelines", "preview", guidelines="**Bold** <b>not</b>")
    assert "<strong>Bold</strong> &lt;b&gt;" in shown.content.decode()
    assert "harbour" in document(project)["guidelines"]
    press(curator, "guidelines", "close", guidelines="One\r\ntwo")
    assert document(project)["guidelines"] == "One\ntwo"


def test_the_preview_answers_markdown_and_nothing_else(curator: Any) -> None:
    answer = curator.post(
        f"{DRAFT}preview/", {"guidelines": "# A\n\n<script>alert(1)</script> [x](javascript:alert(1))"}
    )

    assert "<h1>A</h1>" in answer.content.decode()
    assert "<script" not in answer.content.decode() and "href" not in answer.content.decode()


def test_the_scope_is_saved(project: Any, curator: Any) -> None:
    press(
        curator, "scope", "save", whose_claims=" Parties. ", nesting="others", requires=["speaker"], codes_headline="on"
    )

    found = document(project)
    assert (found["whose_claims"], found["nesting"], found["requires"]) == ("Parties.", "others", ["speaker"])
    assert found["codes_headline"] is True


def test_every_button_saves_what_was_typed_first(project: Any, curator: Any) -> None:
    answer = press(curator, "question-1", "open:stances", definition="What it is.")

    assert answer["Location"] == f"{DRAFT}?open=stances#open"
    assert document(project)["attributes"][1]["definition"] == "What it is."


def test_a_question_is_added_moved_and_removed(project: Any, curator: Any) -> None:
    values = {"new-name": "Über die Brücke", "new-scope": "document", "new-kind": "scale"}
    answer = press(curator, "", "question-add", **values)
    assert answer["Location"] == f"{DRAFT}?open=question-9#open"
    made = document(project)["attributes"][9]
    assert (made["key"], made["scope"], made["kind"]) == ("uber_die_brucke", "document", "scale")
    press(curator, "question-9", "question-up:9", minimum="1", maximum="2,5")
    assert document(project)["attributes"][8] == made | {"minimum": 1, "maximum": 2.5}
    assert press(curator, "", "question-remove:8").status_code == 302
    assert "uber_die_brucke" not in keys(document(project)["attributes"])


def test_a_question_that_others_wait_for_is_not_removed(project: Any, curator: Any) -> None:
    answer = press(curator, "question-1", "question-remove:1", definition="Typed.")

    assert answer.status_code == 400
    assert "No question “form” is asked" in answer.content.decode()
    assert fields_of(answer)["definition"] == "Typed."
    assert document(project)["attributes"][1]["key"] == "form"


def test_labels_are_added_moved_and_removed(project: Any, curator: Any) -> None:
    assert press(curator, "question-1", "label-add")["Location"] == f"{DRAFT}?open=question-1#label-3"
    press(curator, "question-1", "label-up:3", **{"label-3-name": "Protest"})
    assert keys(document(project)["attributes"][1]["labels"]) == ["demand", "promise", "protest", "remark"]
    press(curator, "question-1", "label-remove:2")
    assert keys(document(project)["attributes"][1]["labels"]) == ["demand", "promise", "remark"]


def test_a_published_key_that_is_renamed_is_kept_among_what_is_taken_over(project: Any, curator: Any) -> None:
    press(curator, "question-0", "save", **{"label-1-key": "call", "label-1-name": "Call"})
    assert document(project)["attributes"][0]["labels"][1]["replaces"] == ["demand"]
    press(curator, "question-0", "save", **{"label-1-key": "appeal"}, key="sort")
    found = document(project)["attributes"][0]
    assert found["replaces"] == ["type"] and found["labels"][1]["replaces"] == ["demand"]


def test_conditions_follow_renamed_keys(project: Any, curator: Any) -> None:
    press(curator, "question-1", "save", **{"label-0-key": "call", "key": "shape"})

    assert document(project)["attributes"][2]["condition"] == {"attribute": "shape", "label": "call"}


def test_a_label_is_merged_into_another(project: Any, curator: Any) -> None:
    press(curator, "question-0", "label-merge:1", **{"label-1-into": "position"})

    labels = document(project)["attributes"][0]["labels"]
    assert "demand" not in keys(labels)
    assert next(one for one in labels if one["key"] == "position")["replaces"] == ["position", "demand"]


def test_merging_into_nothing_says_what_to_do(project: Any, curator: Any) -> None:
    answer = press(curator, "question-0", "label-merge:1", **{"label-2-name": "Typed"})

    assert answer.status_code == 400 and "Choose the label that takes over" in answer.content.decode()
    assert fields_of(answer)["label-2-name"] == "Typed"


def test_a_label_is_split_in_two_that_share_its_answers(project: Any, curator: Any) -> None:
    press(curator, "question-0", "label-split:1")

    labels = document(project)["attributes"][0]["labels"]
    assert [(one["key"], one["replaces"]) for one in labels[1:3]] == [("demand", ["demand"]), ("demand_2", ["demand"])]


def test_a_ready_made_scale_is_put_in_place(project: Any, curator: Any) -> None:
    press(curator, "stances", "scale", scale="five")

    assert [one["score"] for one in document(project)["stances"]] == [1, 0.5, 0, -0.5, -1]


def test_what_breaks_a_rule_is_shown_beside_what_was_typed(project: Any, curator: Any) -> None:
    answer = press(curator, "stances", "close", **{"label-0-score": "3", "label-1-key": "support", "label-2-name": ""})
    page = answer.content.decode()

    assert answer.status_code == 400
    assert "3.0 lies outside" in page and "is empty; give at least one character" in page
    assert page.count('aria-invalid="true"') == 2 and 'href="#label-0-score"' in page
    assert fields_of(answer)["label-1-key"] == "support"
    assert document(project)["stances"][0]["score"] == 1


def test_a_key_mended_after_a_refusal_is_followed_from_what_was_stored(project: Any, curator: Any) -> None:
    refused = press(curator, "question-1", "save", **{"label-0-key": "Call!"})
    sent = fields_of(refused) | {"label-0-key": "call", "do": "save"}

    assert refused.status_code == 400
    assert curator.post(DRAFT, sent).status_code == 302
    assert document(project)["attributes"][2]["condition"]["label"] == "call"


def test_two_windows_lose_nothing(project: Any, curator: Any) -> None:
    old = fields_of(curator.get(f"{DRAFT}?open=question-1"))
    press(curator, "guidelines", "save", guidelines="From another window.")
    press(curator, "", "question-up:1")
    answer = curator.post(DRAFT, old | {"definition": "From this one.", "do": "save"})
    again = fields_of(answer)

    assert answer.status_code == 412 and "changed meanwhile" in answer.content.decode()
    assert (again["section"], again["definition"], again["revision"]) == ("question-0", "From this one.", "4")
    assert curator.post(DRAFT, again | {"do": "save"}).status_code == 302
    found = document(project)
    assert found["guidelines"] == "From another window."
    assert found["attributes"][0]["definition"] == "From this one."


def test_a_question_removed_elsewhere_comes_back_with_what_was_typed(project: Any, curator: Any) -> None:
    old = fields_of(curator.get(f"{DRAFT}?open=question-4"))
    press(curator, "", "question-remove:4")
    answer = curator.post(DRAFT, old | {"definition": "Still here.", "do": "save"})

    assert answer.status_code == 412
    assert curator.post(DRAFT, fields_of(answer) | {"do": "save"}).status_code == 302
    assert document(project)["attributes"][-1]["definition"] == "Still here."


def test_the_draft_discarded_elsewhere_leads_to_the_versions(project: Any, curator: Any) -> None:
    sent = fields_of(curator.get(f"{DRAFT}?open=scope"))
    curator.post(f"{DRAFT}discard/", {"revision": sent["revision"]})

    assert curator.post(DRAFT, sent | {"do": "save"})["Location"] == "/p/bridge/codebook/"
    assert project.codebook.versions.count() == 1


def test_scripts_save_in_place_and_are_told_the_keys(curator: Any) -> None:
    sent = fields_of(curator.get(f"{DRAFT}?open=question-0")) | {"label-1-key": "call", "do": "save"}
    saved = curator.post(DRAFT, sent, headers={"Accept": "application/json"})
    stale = curator.post(DRAFT, sent | {"label-1-key": "other"}, headers={"Accept": "application/json"})
    refused = curator.post(DRAFT, sent | {"revision": "3", "name": ""}, headers={"Accept": "application/json"})

    assert saved.json()["revision"] == 3
    assert saved.json()["fields"]["label-1-was"] == "call" and saved.json()["fields"]["label-1-replaces"] == "demand"
    assert stale.status_code == 412 and refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("values", [{"revision": "x"}, {}, {"revision": "²"}, {"revision": "9" * 40}])
def test_a_form_that_makes_no_sense_is_refused_and_nothing_changes(project: Any, curator: Any, values: Any) -> None:
    assert curator.post(DRAFT, values | {"section": "question-77", "do": "label-up:9"}).status_code == 412
    assert project.codebook.versions.get(number=2).revision == 2


@pytest.mark.parametrize(
    "do", ["", "label-up:99", "label-up:x", "label-merge", "open:nowhere", "question-up:-1", "what"]
)
def test_a_button_that_does_not_exist_only_saves(project: Any, curator: Any, do: str) -> None:
    assert press(curator, "question-1", do, definition="Kept.").status_code in (302, 400)
    assert document(project)["attributes"][2]["key"] == "deadline"


def test_publishing_shows_the_differences_and_takes_a_note(project: Any, curator: Any, browser: Any) -> None:
    assert press(curator, "scope", "publish")["Location"] == f"{DRAFT}publish/"
    page = curator.get(f"{DRAFT}publish/")
    assert "Asked now of each claim, required." in page.content.decode()
    assert "1 open round keeps the version that it has" in page.content.decode()
    revision = project.codebook.versions.get(number=2).revision
    done = curator.post(f"{DRAFT}publish/", {"revision": str(revision), "note": "More questions."})
    assert done["Location"] == "/p/bridge/codebook/"
    assert "More questions." in browser("ann").get("/p/bridge/codebook/").content.decode()


def test_an_incomplete_draft_is_not_published(project: Any, curator: Any) -> None:
    press(curator, "", "question-add", **{"new-name": "Tone", "new-kind": "choice"})
    assert "is a choice without labels" in curator.get(f"{DRAFT}publish/").content.decode()
    refused = curator.post(f"{DRAFT}publish/", {"revision": "3", "note": "Mine."})
    assert refused.status_code == 400 and "Mine." in refused.content.decode()
    assert curator.post(f"{DRAFT}publish/", {"revision": "1", "note": ""}).status_code == 412
    assert project.codebook.versions.get(number=2).published_at is None


def test_an_outdated_window_does_not_discard(project: Any, curator: Any) -> None:
    assert curator.post(f"{DRAFT}discard/", {"revision": "1"}).status_code == 412
    assert curator.post(f"{DRAFT}discard/", {}).status_code == 412
    assert project.codebook.versions.count() == 2


def test_a_new_project_chooses_its_codebook(project: Any, browser: Any) -> None:
    client = browser("ann")
    assert "Political claims" in client.get("/projects/new/").content.decode()
    assert client.post("/projects/new/", {"name": "Own", "template": "stance"}).status_code == 302
    assert client.post("/projects/new/", {"name": "Own", "template": "best"}).status_code == 400
    assert "Only" not in client.get("/p/own/guidelines/").content.decode()


@pytest.mark.parametrize("opened", ["", "question-1", "guidelines"])
def test_the_editor_asks_the_database_the_same_for_any_codebook(
    curator: Any, django_assert_max_num_queries: Any, opened: str
) -> None:
    curator.get(DRAFT)
    with django_assert_max_num_queries(18):
        curator.get(f"{DRAFT}?open={opened}")
    with django_assert_max_num_queries(12):
        curator.get("/p/bridge/codebook/")


def test_the_link_that_closes_a_part_promises_nothing_that_scripts_do_not_keep(curator: Any) -> None:
    page = curator.get(f"{DRAFT}?open=guidelines").content.decode()
    assert "Close without saving" not in page
