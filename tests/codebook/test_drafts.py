"""A draft is started, edited, published and frozen, or discarded; nothing else changes a codebook."""

from __future__ import annotations

from typing import Any

import pytest

from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Any:
    found = make.project()
    make.member(found, "curator", "curator")
    make.member(found, "ann")
    return found


def actions() -> Any:
    from annotate.actions import codebook

    return codebook


def started(project: Any, **values: Any) -> Any:
    return actions().start_draft(user=make.user("curator"), project=project, now=make.NOW, **values)


def document(version: Any) -> dict[str, Any]:
    from annotate.payloads.codebook_files import codebook_dict
    from annotate.payloads.codebooks import load_codebook

    return codebook_dict(load_codebook(version.pk))


def save(version: Any, body: Any, revision: int | None = None, who: str = "curator") -> Any:
    return actions().save_draft(user=make.user(who), version=version, body=body, revision=revision)


def publish(version: Any, **values: Any) -> Any:
    return actions().publish_draft(user=make.user("curator"), version=version, now=make.NOW, **values)


def test_a_new_project_has_the_default_codebook_published(project: Any) -> None:
    from annotate.payloads.codebook_templates import TEMPLATES

    version = project.codebook.versions.get()

    assert version.published_at is not None and version.number == 1
    assert document(version) == TEMPLATES["exhaustive"].document() | {"name": "Bridge", "number": 1}


def test_a_new_project_may_choose_its_template() -> None:
    from annotate.actions import projects
    from annotate.payloads.problems import Invalid

    user = make.user("manager")
    made = projects.create_project(user=user, slug="two", name="Two", template="political", now=make.NOW)
    with pytest.raises(Invalid) as refused:
        projects.create_project(user=user, slug="three", name="Three", template="best", now=make.NOW)

    asked = [found["key"] for found in document(made.codebook.versions.get())["attributes"]]
    assert asked == ["form", "addressee", "grounds", "genre"]
    assert refused.value.errors[0].pointer == "/template"


def test_a_draft_is_a_copy_of_the_newest_version_that_takes_over_nothing_else(project: Any) -> None:
    first = started(project, file=make.codebook_document())
    body = document(first)
    body["stances"][0]["replaces"] = ["neutral"]
    published = publish(save(first, body))
    copy = started(project)

    assert published.number == 2 and copy.number == 3
    body["stances"][0]["replaces"] = []
    assert document(copy) == body | {"number": 3, "note": ""}


@pytest.mark.parametrize("values", [{}, {"template": "stance"}, {"file": make.codebook_document()}])
def test_a_codebook_has_one_draft(project: Any, values: Any) -> None:
    from annotate.payloads.problems import WrongState

    started(project)
    with pytest.raises(WrongState, match="has a draft already"):
        started(project, **values)


def test_a_file_takes_over_only_what_the_newest_version_has(project: Any) -> None:
    stances = [{"key": "pro", "name": "Pro", "replaces": ["support", "elsewhere"]}]
    draft = started(project, file=make.codebook_document(stances=stances))

    assert document(draft)["stances"][0]["replaces"] == ["support"]


def test_a_draft_travels_as_a_file_into_another_project(project: Any) -> None:
    raw = document(started(project, file=make.codebook_document()))
    other = make.project("other")
    copy = actions().start_draft(user=make.user("manager"), project=other, now=make.NOW, file=raw)

    assert document(copy) == raw | {"name": "Other"}


def test_saving_replaces_the_whole_draft_and_says_what_changed(project: Any) -> None:
    from corpus.models import Change

    draft = started(project)
    saved = save(draft, make.codebook_document(), revision=1)

    assert saved.revision == 2
    expected = {"name": "Bridge", "number": 2}
    assert document(saved)["attributes"][1]["condition"] == {"attribute": "form", "label": "demand"}
    assert document(saved) == document(saved) | make_whole() | expected
    row = Change.objects.get(action="codebook.edit")
    assert row.actor == make.user("curator") and row.project_id == project.pk
    assert (
        set(row.before)
        == set(row.after)
        == {*("guidelines", "whose_claims", "codes_headline", "stances", "attributes")}
    )


def make_whole() -> dict[str, Any]:
    from annotate.payloads.codebook_files import file_dict
    from annotate.payloads.codebook_reader import parse_codebook

    return file_dict(parse_codebook(make.codebook_document()))


def test_the_same_document_again_changes_nothing(project: Any) -> None:
    from corpus.models import Change

    draft = save(started(project), make.codebook_document())
    again = save(draft, make.codebook_document(), revision=1)

    assert again.revision == 2
    assert Change.objects.filter(action="codebook.edit").count() == 1


def test_an_outdated_edit_is_refused_with_both_documents(project: Any) -> None:
    from annotate.payloads.problems import PreconditionFailed

    draft = started(project)
    save(draft, make.codebook_document(), revision=1)
    with pytest.raises(PreconditionFailed) as refused:
        save(draft, make.codebook_document(guidelines="Mine."), revision=1)

    assert refused.value.extra["sent"]["guidelines"] == "Mine."
    assert refused.value.extra["current"]["guidelines"].startswith("# Guidelines")
    assert document(draft)["guidelines"].startswith("# Guidelines")


def test_what_takes_over_an_unknown_key_is_refused(project: Any) -> None:
    from annotate.payloads.problems import Invalid

    draft = started(project)
    body = document(draft)
    body["attributes"][0]["labels"][0]["replaces"] = ["nothing"]
    with pytest.raises(Invalid) as refused:
        save(draft, body)

    assert refused.value.errors[0].pointer == "/attributes/0/labels/0/replaces/0"


def test_publishing_freezes_the_draft_as_the_next_version(project: Any) -> None:
    from annotate.payloads.problems import WrongState
    from corpus.models import Change

    draft = publish(started(project), note="Two labels are new.")

    assert (draft.number, draft.note, draft.published_at) == (2, "Two labels are new.", make.NOW)
    assert Change.objects.get(action="codebook.publish").after["state"] == "published"
    for act in (
        lambda: save(draft, make.codebook_document()),
        lambda: publish(draft),
        lambda: actions().discard_draft(user=make.user("curator"), version=draft),
    ):
        with pytest.raises(WrongState, match="frozen"):
            act()


def test_what_a_version_lacks_keeps_it_from_being_published(project: Any) -> None:
    from annotate.payloads.problems import Invalid

    empty = {"key": "tone", "name": "Tone", "kind": "choice"}
    draft = save(started(project), make.codebook_document(stances=[], attributes=[empty]))
    with pytest.raises(Invalid) as refused:
        publish(draft)

    assert [error.pointer for error in refused.value.errors] == ["/stances", "/attributes/0/labels"]
    draft.refresh_from_db()
    assert draft.published_at is None


def test_discarding_keeps_the_draft_in_its_change_row_alone(project: Any) -> None:
    from corpus.models import Change

    draft = save(started(project), make.codebook_document())
    actions().discard_draft(user=make.user("curator"), version=draft)

    assert project.codebook.versions.count() == 1
    assert Change.objects.get(action="codebook.discard").before["attributes"][0]["key"] == "form"
    assert started(project).number == 2


def test_an_outdated_view_neither_publishes_nor_discards(project: Any) -> None:
    from annotate.payloads.problems import PreconditionFailed

    draft = save(started(project), make.codebook_document())
    with pytest.raises(PreconditionFailed):
        publish(draft, revision=1)
    with pytest.raises(PreconditionFailed):
        actions().discard_draft(user=make.user("curator"), version=draft, revision=1)


def test_annotators_and_outsiders_change_nothing(project: Any) -> None:
    from django.core.exceptions import PermissionDenied

    draft = started(project)
    for name in ("ann", "outsider"):
        user = make.user(name)
        with pytest.raises(PermissionDenied):
            save(draft, make.codebook_document(), who=name)
        with pytest.raises(PermissionDenied):
            actions().publish_draft(user=user, version=draft, now=make.NOW)
        with pytest.raises(PermissionDenied):
            actions().discard_draft(user=user, version=draft)
        with pytest.raises(PermissionDenied):
            actions().start_draft(user=user, project=project, now=make.NOW)


def test_drafts_are_seen_by_those_who_edit_alone(project: Any) -> None:
    started(project)
    counts = {
        name: actions().visible_versions(make.user(name)).count() for name in ("manager", "curator", "ann", "outsider")
    }

    assert counts == {"manager": 2, "curator": 2, "ann": 1, "outsider": 0}


def test_rounds_keep_their_version_and_new_ones_take_the_newest_published(project: Any) -> None:
    from annotate.actions import projects

    publish(started(project))
    started(project)
    settings = projects.read_round({"name": "Second"})
    second = projects.create_round(user=make.user("manager"), project=project, settings=settings, now=make.NOW)

    assert project.rounds.get(number=1).codebook_version.number == 1
    assert second.codebook_version.number == 2
