"""The words that annotators linked to speakers: what may become an alias."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from annotate.models import Span, SpanRole
from annotate.permissions import AnyUser
from annotate.records.families import families
from annotate.records.naming import curated_claims
from corpus.models import Speaker
from corpus.text.names import InvalidName, check_name, fold_name
from corpus.text.words import words

# Words that stand for anybody: pronouns and the like, in the languages that are met most.
ANYBODY = words(
    "i me we us you he him she her it they them who whom which that this these those one himself herself itself"
    " themselves his its their er sie es ihn ihm ihr wir uns ich mich mir man der die das dieser diese il elle ils"
    " elles lui leur on nous je celui celle él ella ellos ellas usted o ona oni on they both all others some many"
    " everyone everybody someone somebody nobody sources source officials official"
)
MAX_FORMS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """Words that were linked to a speaker, and in how many claims."""

    words: str
    n: int


def is_telling(words: str) -> bool:
    """Say whether words that were linked to a speaker can name one: no pronoun, no common word, no sentence."""
    folded = fold_name(words).split()
    bare = [word for word in folded if word not in ANYBODY and word not in ("the", "a", "an")]
    return bool(bare) and len(folded) <= 12 and any(char.isalpha() for word in bare for char in word)


def learnt_aliases(user: AnyUser, speaker: Speaker, *, most: int = 20) -> list[Learnt]:
    """Return what annotators linked to a speaker, or to one merged into it, and is no name of it yet. 4 queries."""
    members = families(Speaker, [speaker.pk])
    claims = curated_claims(user, speaker.corpus_id).order_by().values("pk")
    spans = Span.objects.filter(role=SpanRole.MENTION, claim_speaker__speaker__in=list(members), claim__in=claims)
    counted = spans.order_by().values_list("quote").annotate(n=Count("claim", distinct=True)).order_by("-n", "quote")
    known = {fold_name(name) for name in (speaker.name, *speaker.aliases.values_list("name", flat=True))}
    found: dict[str, Learnt] = {}
    for quote, n in counted[:MAX_FORMS]:
        shown = _as_name(quote)
        folded = fold_name(shown)
        if shown and folded not in known and is_telling(shown):
            old = found.get(folded)
            found[folded] = Learnt(words=old.words if old else shown, n=n + (old.n if old else 0))
    return sorted(found.values(), key=lambda item: (-item.n, item.words))[:most]


def _as_name(quote: str) -> str:
    """Return the words as a name, empty where they cannot be one."""
    try:
        return check_name(" ".join(quote.split()).strip(" ,;:.\u201c\u201d\"'’‘"), what="alias", max_length=300)
    except InvalidName:
        return ""
