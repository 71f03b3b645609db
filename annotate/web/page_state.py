"""What the scripts of the reader start from, written into the page as JSON."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import batched
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse

from annotate.models import Layer
from annotate.payloads.codebooks import CodebookView
from annotate.records import Registries, layer_answers, layer_marks
from annotate.web.answered import answers_of, names_of_answers
from annotate.web.outlines import outline_of, outline_state
from annotate.web.reading import Reading
from annotate.web.signs import GLYPHS
from corpus.models import Speaker, Target
from corpus.text.names import fold_name

# So many targets of the registry are looked at, and so many are offered, for an article that names them.
TARGETS_READ, TARGETS_OFFERED = 1000, 40
WORD = re.compile(r"\w{4,}")


def page_state(user: User, reading: Reading, found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the scripts start from."""
    document = reading.document
    path = reverse("reader", args=[reading.project.slug, document.pk])
    guidelines = reverse("guidelines", args=[reading.project.slug])
    source = document.source
    not_stated = Speaker.objects.filter(corpus=document.corpus_id, is_not_stated=True).first()
    found_outline = outline_of(document.text, document.language, document.title)
    names = {name for sentence in found_outline.sentences for name in sentence.names}
    return {
        "document": str(document.pk),
        "round": str(reading.round.pk) if reading.round else None,
        "path": path,
        "guidelines": f"{guidelines}?fragment=1&version={reading.codebook.version.number}",
        "entries": reverse("entry-options", args=[reading.project.slug, "speaker"]).removesuffix("speaker/"),
        "user": str(user.pk),
        "writable": reading.is_writable,
        "locked": _why_locked(reading),
        "claims": found,
        "names": names_of_answers(answers for claim in found for answers in answers_of(claim)),
        "stances": {
            key: {"name": label.name, "slot": label.slot, "glyph": GLYPHS[label.slot]}
            for key, label in reading.codebook.stances.items()
        },
        "asks": _asks(reading.codebook),
        "outline": outline_state(found_outline, _known_speakers(user, reading, names)),
        "outlet": _entry(source.speaker) if source else None,
        "notStated": _entry(not_stated),
        "targets": _named_targets(user, reading),
        "layer": layer_state(reading.layer),
    }


def _asks(codebook: CodebookView) -> dict[str, Any]:
    """Return what the codebook asks of a claim, of a stance and of the document, and what it demands."""
    version = codebook.version
    keys = {id: [spec.key, key] for spec in codebook.attributes.values() for key, id in spec.labels.items()}
    attributes = [
        {
            "scope": spec.scope,
            "key": spec.key,
            "kind": spec.kind,
            "name": spec.name,
            "required": spec.is_required,
            "condition": keys.get(spec.condition) if spec.condition else None,
        }
        for spec in codebook.attributes.values()
    ]
    return {
        "speaker": version.requires_speaker,
        "stance": version.requires_stance,
        "mode": version.requires_mode,
        "proposition": version.requires_proposition,
        "attributes": attributes,
    }


def _known_speakers(user: User, reading: Reading, names: set[str]) -> dict[str, dict[str, str]]:
    """Return the registry's entries for names that stand in the text, by folded name or alias. Two queries."""
    rows = Speaker.objects.visible_to(user).filter(corpus=reading.document.corpus_id).current()
    found: dict[str, dict[str, str]] = {}
    for wanted in batched(sorted(names)[:2000], 500):
        for id, name, alias in rows.filter(aliases__name__in=wanted).values_list("id", "name", "aliases__name"):
            found.setdefault(fold_name(alias), {"id": str(id), "name": name})
        for id, name in rows.filter(name__in=wanted).values_list("id", "name"):
            found[fold_name(name)] = {"id": str(id), "name": name}
    return found


@lru_cache(maxsize=48)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(fold_name(text)))


def _named_targets(user: User, reading: Reading) -> list[dict[str, Any]]:
    """Return targets of the registry whose longer words stand in the article, with those words. One query."""
    if not reading.is_writable:
        return []
    rows = Target.objects.visible_to(user).filter(corpus=reading.document.corpus_id).current()
    text = _words_of(reading.document.text)
    found = []
    for id, name in rows.order_by("-id").values_list("id", "name")[:TARGETS_READ]:
        words = set(WORD.findall(fold_name(name)))
        if words and 2 * len(words & text) >= len(words):
            found.append({"id": str(id), "name": name, "words": sorted(words & text)})
    return found[:TARGETS_OFFERED]


def _why_locked(reading: Reading) -> str:
    """Say why nothing can be marked here, for who tries."""
    if not reading.is_own:
        return "You are looking at another reading; it cannot be changed here."
    if reading.layer is not None and not reading.layer.is_writable:
        return f"Your reading is {reading.layer.status}. Reopen it to change it."
    return "Nothing can be marked here: the round is closed, or it hands out its documents with “Start”."


def layer_state(layer: Layer | None) -> dict[str, Any]:
    if layer is None:
        return {"nothing_to_code": False, "attributes": {}, "names": {}, "no_claim": []}
    answers = layer_answers([layer], Registries())[layer.pk]
    return {
        "nothing_to_code": layer.has_nothing_to_code,
        "attributes": answers,
        "names": names_of_answers([answers]),
        "no_claim": layer_marks([layer]).get(layer.pk, []),
    }


def _entry(speaker: Speaker | None) -> dict[str, str] | None:
    return {"id": str(speaker.pk), "name": speaker.name} if speaker else None
