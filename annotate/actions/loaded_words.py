"""The list of loaded words of a corpus: kept by curators; what holds one gets a warning, never a refusal."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.checking import invalid
from annotate.payloads.problems import NotThere, TooLarge
from annotate.permissions import Action
from corpus.models import Corpus, LoadedWord
from corpus.text.names import InvalidName, check_name

MAX_WORDS = 1000


@transaction.atomic
def set_loaded_word(*, user: User, corpus: Corpus, word: str, advice: str = "") -> LoadedWord:
    """Put a word on the list, or give the one that is there another advice. Raises Invalid."""
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, corpus.pk)
    word = " ".join(_checked(word, "word", 100).split())
    advice = _checked(advice, "advice", 300) if advice.strip() else ""
    if not any(char.isalnum() for char in word):
        raise invalid("/word", f"“{word}” holds no letter or digit; give a word.")
    rows = LoadedWord.objects.filter(corpus=corpus)
    found = next((row for row in rows.select_for_update() if row.word.casefold() == word.casefold()), None)
    before = _state(found) if found is not None else None
    if found is None and rows.count() >= MAX_WORDS:
        raise TooLarge(f"The list has {MAX_WORDS} words, which is the limit; take one away first.")
    if found is None:
        found = LoadedWord(corpus=corpus)
    found.word, found.advice = word, advice
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:  # somebody added it in this moment
        raise invalid("/word", f"“{word}” is on the list already; change it there.") from None
    if before != _state(found):
        _record(user, found, before=before, after=_state(found))
    return found


@transaction.atomic
def remove_loaded_word(*, user: User, corpus: Corpus, word_id: int) -> None:
    """Take a word off the list. Raises NotThere."""
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, corpus.pk)
    found = LoadedWord.objects.select_for_update().filter(corpus=corpus, pk=word_id).first()
    if found is None:
        raise NotThere("The word is not on the list; somebody may have taken it off.")
    _record(user, found, before=_state(found), after=None)
    found.delete()


def _checked(raw: str, what: str, length: int) -> str:
    try:
        return check_name(raw, what=what, max_length=length)
    except InvalidName as error:
        raise invalid(f"/{what}", str(error)) from error


def _record(user: User, word: LoadedWord, *, before: object, after: object) -> None:
    batch = Batch(action="word.change", actor=user, corpus_id=word.corpus_id)
    batch.add("loaded_word", word.pk, before=before, after=after)
    batch.write()


def _state(word: LoadedWord) -> dict[str, str]:
    return {"word": word.word, "advice": word.advice}
