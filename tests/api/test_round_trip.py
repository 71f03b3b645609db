"""Two hundred random claims of two people come back from the API and from the export as they were sent."""

from __future__ import annotations

import random

import pytest

from tests import make
from tests.api.client import lines

pytestmark = pytest.mark.django_db
NAMES = ["Tor Lind", "Port authority", "Ms. Oyelaran", "Fishers’ league", "李雷", "İpek Ağa"]
MODES = [None, "direct", "indirect", "mixed", "reported", "narrated"]
DETECTED = [["cue", "mode"], ["cue", "mention", "mode", "speakers"]]
TYPES = ["commitment", "demand", "prediction", "position", "evaluation", "causal", "assertion"]


def random_claim(dice: random.Random, text: str) -> dict:
    """Return a claim on whole words: overlapping others, nested, discontinuous, with joint speakers."""
    words = [(at, at + len(word)) for word in set(text.split()) for at in [text.index(word)]]
    words.sort()

    def span():
        start, end = dice.choice(words)
        return {"start": start, "end": end, "quote": text[start:end]}

    def spans(most):
        found, last = [], -1
        for one in sorted((span() for _ in range(dice.randint(0, most))), key=lambda one: one["start"]):
            if one["start"] >= last:
                found.append(one)
                last = one["end"]
        return found

    speakers = dice.sample(NAMES, dice.randint(0, 3))
    others = [name for name in NAMES if name not in speakers]
    targets = dice.sample(["Closure", "Ferry", "Repairs"], dice.randint(0, 2))
    return {
        "spans": spans(4) or [span()],
        "cue": spans(1),
        "speakers": [
            {
                "name": name,
                "represents": {"name": dice.choice(NAMES)} if dice.random() < 0.3 else None,
                "mention": spans(2),
            }
            for name in speakers
        ],
        "reported_by": [{"name": name} for name in dice.sample(others, dice.randint(0, 2))],
        "mode": dice.choice(MODES),
        "proposition": {
            "text": dice.choice(["It closes.", "It opens."]),
            "relation": dice.choice(["affirms", "denies"]),
        }
        if dice.random() < 0.5
        else None,
        "stances": [
            {"holder": None, "target": {"name": target}, "value": dice.choice(["support", "oppose", "unclear", None])}
            for target in targets
        ],
        "no_stance": not targets and dice.random() < 0.5,
        "attributes": {"type": dice.choice(TYPES)} if dice.random() < 0.7 else {},
        "unsure": dice.random() < 0.2,
        "note": dice.choice(["", "zażółć 👩‍👩‍👧", "two\nlines"]),
        **({"detected": {"rule": "frames-1", "fields": dice.choice(DETECTED)}} if dice.random() < 0.3 else {}),
    }


def without_ids(value):
    """Return a claim with entries named as they were sent."""
    if isinstance(value, dict):
        return {key: without_ids(found) for key, found in value.items() if key not in ("id", "kind")}
    return [without_ids(found) for found in value] if isinstance(value, list) else value


def test_200_random_claims_survive_api_and_export(ann, ben, manager, project):
    dice = random.Random(20260514)
    document = make.document(project, text=f"{make.TEXT}\n\nEmoji 👩‍👩‍👧 and a no-break\u00a0space, “curly”, e\u0301.")
    stored = {}
    for number in range(200):
        client = (ann, ben)[number % 2]
        claim = random_claim(dice, document.text)
        answer = client.post(f"documents/{document.pk}/claims/", claim)
        assert answer.status_code == 201, (claim, answer.json())
        found = answer.json()
        assert {key: without_ids(found[key]) for key in claim} == claim
        assert client.get(answer["Location"]).json() == found
        if number % 4 < 2:
            assert client.put(f"claims/{found['id']}/", found).status_code == 200
        stored[found["id"]] = (client.user.username, found)

    exported = {line["id"]: line for line in lines(manager.get("projects/bridge/export/?layers=annotators"))}
    assert exported.keys() == stored.keys()
    for id, (name, claim) in stored.items():
        assert exported[id]["annotator"] == name and exported[id]["document"]["id"] == claim["document"]
        assert all(exported[id][key] == value for key, value in claim.items() if key != "document")
    (line,) = lines(manager.get("projects/bridge/export/?layers=annotators&format=documents-jsonl"))
    whole = {claim["id"]: claim for layer in line["layers"] for claim in layer["claims"]}
    assert whole == {id: claim for id, (_, claim) in stored.items()}
