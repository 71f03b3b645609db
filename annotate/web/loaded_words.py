"""The list of loaded words of a corpus: what is on it, with advice; new ones, and those taken off."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from annotate.actions.loaded_words import remove_loaded_word, set_loaded_word
from annotate.payloads.problems import NotThere, Problem
from annotate.permissions import Action
from annotate.web.access import Place, Request, answer, page, place_of
from corpus.models import LoadedWord


@page("GET", "POST")
def registry_words(request: Request, slug: str) -> HttpResponse:
    """Show the list; POST adds or changes a word, or takes one off."""
    place = place_of(request, slug, Action.EDIT_REGISTRIES)
    if request.method == "GET":
        return _page(request, place)
    try:
        _change(request, place)
    except NotThere:
        raise
    except Problem as problem:
        return _page(request, place, refused=problem.detail, status=problem.status)
    return redirect("registry-words", place.project.slug)


def _change(request: Request, place: Place) -> None:
    corpus, sent = place.project.corpus, request.POST
    if sent.get("do") == "remove":
        number = sent.get("number", "")
        is_number = number.isascii() and number.isdecimal() and len(number) < 19
        remove_loaded_word(user=request.user, corpus=corpus, word_id=int(number) if is_number else 0)
    else:
        set_loaded_word(user=request.user, corpus=corpus, word=sent.get("word", ""), advice=sent.get("advice", ""))


def _page(request: Request, place: Place, *, refused: str = "", status: int = 200) -> HttpResponse:
    words = LoadedWord.objects.visible_to(request.user).filter(corpus=place.project.corpus_id).order_by("word", "id")
    context = {"place": place, "words": words, "refused": refused, "sent": request.POST if refused else {}}
    return answer(request, "annotate/registry_words.html", "words", context, status=status)
