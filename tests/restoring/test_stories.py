"""Stories after a restore: the search for near-copies starts anew there, and leaves what people did as it is."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from annotate.actions import stories
from corpus.copies import find_copies
from corpus.models import Change, Corpus, Document, KeptApart, Sketch, Story
from tests import make
from tests.restoring.test_restoring import empty_everything, restore
from tests.restoring.test_whole import export

pytestmark = pytest.mark.django_db

PLACES = ("harbour", "quay", "market", "bridge")


def article(place):
    return " ".join(f"{place}{n} {place[0]}{n * 7} {place[:3]}{n * n}" for n in range(100)) + "."


def search():
    for corpus in Corpus.objects.all():
        for _ in find_copies(corpus):
            pass


def groups():
    """Return the stories by their ids, each as the external ids in it."""
    rows = Document.objects.exclude(story=None).order_by("external_id")
    return {
        story: [one.external_id for one in rows if one.story_id == story]
        for story in rows.values_list("story", flat=True)
    }


def test_a_search_after_a_restore_parts_nothing_that_was_joined_and_joins_nothing_that_was_parted(tmp_path):
    project = make.project("harbour")
    manager = make.user("manager")
    found = {}
    for place in PLACES:
        for copy in "ab":
            text = article(place) + (" A last word." if copy == "b" else "")
            found[place + copy] = make.document(project, text, external_id=place + copy, source=f"Paper {copy}")
    search()
    assert sorted(groups().values()) == [[f"{place}a", f"{place}b"] for place in sorted(PLACES)]
    stories.part_document(user=manager, document=found["harboura"])
    stories.join_documents(user=manager, documents=[found["harboura"], found["marketa"]])
    stories.part_document(user=manager, document=found["bridgeb"])
    before, kept = groups(), set(KeptApart.objects.values_list("first", "second"))
    assert sorted(before.values()) == [["harboura", "marketa", "marketb"], ["quaya", "quayb"]] and len(kept) == 2
    export(tmp_path / "one.zip")
    empty_everything()

    assert restore(tmp_path / "one.zip", "project")[0] == 0
    assert not Sketch.objects.exists()
    search()
    assert Sketch.objects.count() == len(found)
    assert groups() == before and set(KeptApart.objects.values_list("first", "second")) == kept
    assert Story.objects.count() == 2 and not Change.objects.filter(action="story.find").exists()

    User.objects.filter(username="manager").update(is_active=True)
    late = make.document(make.Project.objects.get(), article("harbour") + " Late.", external_id="late", source="Late")
    search()
    late.refresh_from_db()
    assert late.story is not None
    one, other = (Document.objects.get(external_id=name).story_id for name in ("harboura", "harbourb"))
    assert one != other and Document.objects.get(external_id="bridgeb").story is None
