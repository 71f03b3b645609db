"""Stories: near-copies put together by curators and taken apart; found ones are those of corpus.copies."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.checking import invalid
from annotate.payloads.problems import WrongState
from annotate.permissions import Action
from corpus import copies
from corpus.copies.stories import Moved, as_changes
from corpus.models import Corpus, Document, Story

MOST = 200


@transaction.atomic
def join_documents(*, user: User, documents: Sequence[Document]) -> Story:
    """Make documents of one corpus a story, with all others of their stories. Raises Invalid."""
    ids = list(dict.fromkeys(document.pk for document in documents))
    if not 2 <= len(ids) <= MOST:
        raise invalid("/documents", f"{len(ids)} documents make no story; name from 2 to {MOST} different ones.")
    if len({document.corpus_id for document in documents}) > 1:
        raise invalid("/documents", "The documents are of several corpora; a story is within one.")
    corpus = _locked(user, documents[0])
    _write("story.join", user, corpus, copies.join_documents(corpus, ids))
    return Story.objects.get(documents=ids[0])


@transaction.atomic
def part_document(*, user: User, document: Document) -> Document:
    """Take a document out of its story, for good: no import puts it back. Raises WrongState."""
    corpus = _locked(user, document)
    document = Document.objects.defer("text").get(pk=document.pk)
    if document.story_id is None:
        raise WrongState("The document is in no story; there is nothing to part it from.")
    _write("story.part", user, corpus, copies.part_document(document))
    document.refresh_from_db(fields=["story"])
    return document


def _locked(user: User, document: Document) -> Corpus:
    permissions.require_in_corpus(user, Action.EDIT_DOCUMENTS, document.corpus_id)
    return Corpus.objects.select_for_update().get(pk=document.corpus_id)


def _write(action: str, user: User, corpus: Corpus, moved: list[Moved]) -> None:
    batch = Batch(action=action, actor=user, corpus_id=corpus.pk)
    for id, before, after in as_changes(moved):
        batch.add("document", id, before=before, after=after)
    batch.write()
