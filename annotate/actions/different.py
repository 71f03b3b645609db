"""Pairs of entries that curators declared different: they are not offered as doubles again."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.checking import invalid
from annotate.models import NotSame
from annotate.payloads.problems import NotThere
from annotate.permissions import Action
from annotate.records.naming import MODELS
from corpus.models import Corpus


@transaction.atomic
def declare_different(*, user: User, corpus: Corpus, registry: str, first: UUID, second: UUID) -> NotSame:
    """Keep two entries of a registry ("speaker", "target", "proposition") from being offered as one.

    In any order; a repeat changes nothing. Raises Invalid where they are no two entries of the corpus.
    """
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, corpus.pk)
    if registry not in MODELS:
        raise invalid("/registry", f"“{registry[:60]}” is no registry; choose from {', '.join(MODELS)}.")
    low, high = sorted((first, second))
    if MODELS[registry]._default_manager.filter(corpus=corpus, pk__in={low, high}).count() != 2:
        raise invalid("/second", f"{low} and {high} are no two {registry}s of this corpus; choose listed ones.")
    found, is_new = NotSame.objects.get_or_create(
        corpus=corpus, first=low, second=high, defaults={"registry": registry, "made_by": user}
    )
    if is_new:
        _record(user, found, "entry.different", before=None, after=_state(found))
    return found


@transaction.atomic
def take_back_different(*, user: User, corpus: Corpus, first: UUID, second: UUID) -> None:
    """Let two entries be offered as one again. Raises NotThere where nobody declared them different."""
    permissions.require_in_corpus(user, Action.EDIT_REGISTRIES, corpus.pk)
    low, high = sorted((first, second))
    found = NotSame.objects.select_for_update().filter(corpus=corpus, first=low, second=high).first()
    if found is None:
        raise NotThere("These two are not declared different, or that was taken back already.")
    _record(user, found, "entry.maybe_same", before=_state(found), after=None)
    found.delete()


def _record(user: User, pair: NotSame, action: str, *, before: object, after: object) -> None:
    batch = Batch(action=action, actor=user, corpus_id=pair.corpus_id)
    batch.add("not_same", pair.pk, before=before, after=after)
    batch.write()


def _state(pair: NotSame) -> dict[str, str]:
    return {"registry": pair.registry, "first": str(pair.first), "second": str(pair.second)}
