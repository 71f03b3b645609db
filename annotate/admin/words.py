"""The lists of loaded words, corpus by corpus."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.db.models import QuerySet
from django.http import HttpRequest

from annotate.actions.loaded_words import remove_loaded_word, set_loaded_word
from annotate.admin.base import Panel
from annotate.admin.filters import CorpusFilter
from annotate.admin.scope import reach
from annotate.admin.site import register
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from corpus.models import LoadedWord


@register(LoadedWord)
class LoadedWordPanel(Panel):
    """Words that take sides: names that hold one get a warning."""

    adds = changes = Action.EDIT_REGISTRIES
    object_type = "loaded_word"
    list_display = ("word", "advice", "corpus")
    list_filter = (CorpusFilter,)
    list_select_related = ("corpus",)
    search_fields = ("word", "advice")
    autocomplete_fields = ("corpus",)
    actions = ("take_off",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("corpus", "word", "advice")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The word stays: another one is another row of the list."""
        return () if obj is None else ("corpus", "word")

    def store(self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool) -> Any:
        user: Any = request.user
        corpus, word = (obj.corpus, obj.word) if change else (values["corpus"], values["word"])
        return set_loaded_word(user=user, corpus=corpus, word=word, advice=values.get("advice", ""))

    @admin.action(
        permissions=["change"],
        description="Take off the list",
        location=[ActionLocation.CHANGE_LIST],
    )
    def take_off(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        user: Any = request.user
        where = reach(request, Action.EDIT_REGISTRIES)
        chosen = [word for word in self.chosen(request, rows.select_related("corpus")) if word.corpus_id in where]
        try:
            for word in chosen:
                remove_loaded_word(user=user, corpus=word.corpus, word_id=word.pk)
        except Problem as problem:
            self.message_user(request, problem.detail, messages.ERROR)
            return
        self.message_user(request, f"{len(chosen)} taken off the list.", messages.SUCCESS)
