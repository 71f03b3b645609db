"""A codebook in the browser: written in the editor, and answered in the reader."""

from __future__ import annotations

from typing import Any

import pytest

from tests import make
from tests.browser.hands import choose, saved

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(project: Any) -> Any:
    from annotate.actions import codebook

    make.member(project, "ann")
    curator = make.member(project, "curator", "curator")
    return codebook.start_draft(user=curator, project=project, file=whole(), now=make.NOW)


def whole() -> dict[str, Any]:
    """Return every kind of question, one of the stance and one of the document asked after another."""
    body = make.codebook_document()
    yes = [{"key": "yes", "name": "Yes"}, {"key": "no", "name": "No"}]
    after = {"attribute": "force", "label": "strong"}
    body["attributes"].append(
        {"key": "backed", "name": "Backed", "kind": "choice", "scope": "stance", "labels": yes, "condition": after}
    )
    after = {"attribute": "genre", "label": "opinion"}
    body["attributes"].append(
        {
            "key": "signed",
            "name": "Signed",
            "kind": "boolean",
            "scope": "document",
            "condition": after,
            "required": True,
        }
    )
    return body


def opened(visit: Any, who: str, path: str) -> Any:
    return visit(make.user(who)).open(path)


def test_typing_is_saved_by_itself_and_keys_stay_with_their_labels(project: Any, draft: Any, visit: Any) -> None:
    page = opened(visit, "curator", "/p/bridge/codebook/draft/?open=question-0")
    for name, key in (("Call", "call"), ("Appeal", "appeal")):
        page.locator("#label-0-name").fill(name)
        page.locator("#label-0-key").fill(key)
        page.get_by_text("All changes saved").wait_for()
    page.locator("#to-publish").click()
    page.wait_for_url("**/publish/")

    found = draft.attributes.get(key="deadline")
    assert (found.condition.key, found.condition.name) == ("appeal", "Appeal")


def test_a_button_pressed_while_typing_loses_nothing(project: Any, draft: Any, visit: Any) -> None:
    page = opened(visit, "curator", "/p/bridge/codebook/draft/?open=stances")
    page.locator("[name=label-2-definition]").fill("On no side.")
    page.locator("#label-add").click()
    page.locator("#label-3-name").wait_for()

    assert draft.stance_labels.get(key="neutral").definition == "On no side."


def test_guidelines_are_shown_as_they_will_look_while_typing(project: Any, draft: Any, visit: Any) -> None:
    page = opened(visit, "curator", "/p/bridge/codebook/draft/?open=guidelines")
    page.locator("#id_guidelines").fill("# Title\n\nSome **bold** words.")

    page.locator("#preview strong", has_text="bold").wait_for()


def test_a_colour_is_chosen_by_its_sample(project: Any, draft: Any, visit: Any) -> None:
    page = opened(visit, "curator", "/p/bridge/codebook/draft/?open=stances")
    page.locator("#label-0 .slot > summary").click()
    page.locator("#label-0 .swatches label", has_text="plum").click()
    page.get_by_text("All changes saved").wait_for()

    assert page.locator("#label-0 .slot > summary .swatch.plum").count() == 1
    assert draft.stance_labels.get(key="support").slot == "plum"


def test_every_kind_of_question_is_answered_in_the_reader(project: Any, draft: Any, visit: Any) -> None:
    from annotate.actions import codebook, projects, registries
    from annotate.models import Claim, Layer
    from annotate.records import claim_dict, layer_dicts
    from corpus.models import Speaker

    manager = make.user("manager")
    codebook.publish_draft(user=manager, version=draft, now=make.NOW)
    first = project.rounds.get()
    closed = projects.read_round({"status": "closed"}, current=projects.settings_of(first))
    projects.update_round(user=manager, round=first, settings=closed)
    projects.create_round(user=manager, project=project, settings=projects.read_round({"name": "Two"}), now=make.NOW)
    document = make.document(project)
    body = registries.create_entry(user=manager, project=project, model=Speaker, values={"name": "Port authority"})
    page = opened(visit, "ann", f"/p/bridge/d/{document.pk}/")
    page.locator(".s.here").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator(".card").wait_for()
    choose(page, ".card [data-field=speaker] input", "Tor Lind")
    choose(page, ".card [data-combo=target] input", "The closure")
    page.keyboard.press("x")  # the letter of “Oppose”, for the lit field
    page.keyboard.press("d")  # and of “Demand”
    assert page.locator(".lit").get_attribute("data-field") == "attribute:deadline"
    page.locator("[data-attribute=deadline] input").fill("On Monday")
    page.locator("[data-attribute=strength] input").fill("4")
    page.locator("[data-attribute=new] label", has_text="Yes").click()
    page.locator("[data-attribute=grounds] label", has_text="Ground_0").click()
    page.locator("[data-attribute=grounds] label", has_text="Ground_9").click()
    choose(page, ".card [data-attribute=addressee] input", "Port authority")
    assert page.locator("[data-stance-attribute=backed]").is_hidden()
    page.locator("[data-stance-attribute=force] label", has_text="Strong").click()
    page.locator("[data-stance-attribute=backed] label", has_text="No").click()
    assert page.locator("[data-document-attribute=signed]").is_hidden()
    page.locator("[data-document-attribute=genre] label", has_text="Opinion").click()
    page.locator("[data-document-attribute=signed] label", has_text="Yes").click()
    saved(page)

    claim = claim_dict(Claim.objects.get().pk)
    assert claim["attributes"] == {
        "addressee": {"id": str(body.pk)},
        "form": "demand",
        "deadline": "On Monday",
        "strength": 4,
        "new": True,
        "grounds": ["ground_0", "ground_9"],
    }
    (stance,) = claim["stances"]
    assert stance["value"] == "oppose" and stance["attributes"] == {"force": "strong", "backed": "no"}
    assert layer_dicts([Layer.objects.get()])[0]["attributes"] == {"genre": "opinion", "signed": True}
