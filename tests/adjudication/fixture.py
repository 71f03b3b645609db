"""Twenty units read by three annotators, and a document in which two typed names of their own."""

from __future__ import annotations

import uuid
from typing import Any

from annotate.actions import claims, layers
from annotate.payloads.preconditions import Precondition
from corpus.models import Document
from tests import make

PEOPLE = ("Mira Sand", "Tor Lind", "Ines Holm", "Bo Ek")
THINGS = ("ferry", "pier", "bridge", "market", "school")
SENTENCES = [
    f"{PEOPLE[n % 4]} told the council that the {THINGS[n % 5]} number {n} is kept open for good this winter."
    for n in range(20)
]
TEXT = "Town notes for the week\n\n" + "\n".join(SENTENCES)


def place(n: int, *, words: int = 0) -> dict[str, Any]:
    """Return the span of the nth claim, some words shorter."""
    start = TEXT.index(f"the {THINGS[n % 5]} number {n} is")
    end = TEXT.index(" this winter.", start)
    quote = TEXT[start:end].rsplit(" ", words)[0] if words else TEXT[start:end]
    return {"start": start, "end": start + len(quote), "quote": quote}


def claim(n: int, *, words: int = 0, speaker: str = "", value: str = "support", target: str = "") -> dict[str, Any]:
    return {
        "spans": [place(n, words=words)],
        "speakers": [{"name": speaker or PEOPLE[n % 4]}],
        "stances": [{"target": {"name": target or f"The {THINGS[n % 5]}"}, "value": value}],
    }


def save(person: Any, document: Document, bodies: list[dict[str, Any]]) -> None:
    for body in bodies:
        claims.put_claim(
            user=person,
            claim_id=uuid.uuid4(),
            body=body | {"document": str(document.pk)},
            precondition=Precondition(),
            now=make.NOW,
        )
    layers.submit_layer(user=person, document=document, now=make.NOW)


# What one or two of the three say differently: by unit, by annotator. None: they did not mark it.
DIFFERENT: dict[int, dict[str, dict[str, Any] | None]] = {
    1: {"cem": {"words": 3}},
    4: {"ben": {"words": 2}, "cem": {"words": 4}},
    6: {"ann": {"speaker": "Bo Ek"}},
    8: {"ann": {"speaker": "Bo Ek"}, "ben": {"speaker": "Ines Holm"}},
    11: {"ben": {"value": "oppose"}},
    13: {"ben": {"value": "oppose"}, "cem": {"value": "neutral"}},
    15: {"ben": None, "cem": None},
    18: {"ann": None},
}
N_AGREED = 20 - len(DIFFERENT)


def twenty_units(people: dict[str, Any], document: Document) -> None:
    """Let ann, ben and cem read and submit; 12 units agree, 8 differ in boundary, speaker, stance or existence."""
    for name, person in people.items():
        bodies = []
        for n in range(20):
            own = DIFFERENT.get(n, {}).get(name, {})
            if own is not None:
                bodies.append(claim(n, **own))
        save(person, document, bodies)


def expected_gold() -> list[tuple[str, str, str]]:
    """Return (words, speaker, stance) of the gold claims that the scripted curator decides on."""
    chosen = {4: claim(4, words=2), 8: claim(8), 13: claim(13, value="neutral"), 15: None}
    found = [chosen.get(n, claim(n)) for n in range(20)]
    return [
        (body["spans"][0]["quote"], body["speakers"][0]["name"], body["stances"][0]["value"])
        for body in found
        if body is not None
    ]


OWN_NAMES = {
    "Mira Sand": "M. Sand",
    "Tor Lind": "Councillor Lind",
    "The ferry": "Ferry service",
    "The pier": "Keeping the pier",
    "The market": "Market hall",
}


def own_names(people: dict[str, Any], document: Document) -> None:
    """Let ann and ben mark the same twenty claims; ben types names of his own, and differs in some stances."""
    for name, person in people.items():
        bodies = []
        for n in range(20):
            speaker, target = PEOPLE[n % 4], f"The {THINGS[n % 5]}"
            value = "oppose" if name == "ben" and n % 3 == 0 else "support"
            if name == "ben":
                speaker, target = OWN_NAMES.get(speaker, speaker), OWN_NAMES.get(target, target)
            body = claim(n, speaker=speaker, target=target, value=value)
            text = f"The {THINGS[n % 5]} stays open." if name == "ann" else f"{THINGS[n % 5].title()}: no closing"
            bodies.append(body | {"proposition": {"text": text, "relation": "affirms"}})
        save(person, document, bodies)
