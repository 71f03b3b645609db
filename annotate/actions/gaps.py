"""What a layer still lacks before it can be submitted, as its codebook demands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotate.actions.scope import scope_gaps
from annotate.payloads.codebooks import CodebookView


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One missing answer; `claim` is the claim's id, empty for a gap of the document."""

    claim: str
    field: str
    pointer: str
    detail: str


def gaps_of(reading: dict[str, Any], codebook: CodebookView, headline: tuple[int, int] | None = None) -> list[Gap]:
    """Return the gaps of a whole layer, in the order of its text; `headline` is where claims may not lie."""
    claims = sorted(enumerate(reading["claims"]), key=lambda pair: pair[1]["spans"][0]["start"])
    outside: dict[str, list[str]] = {}
    for id, detail in scope_gaps(reading["claims"], codebook, headline):
        outside.setdefault(id, []).append(detail)
    found = []
    for index, claim in claims:
        found += claim_gaps(claim, codebook, f"/claims/{index}")
        for detail in outside.get(claim["id"], ()):
            words = f"Claim {_quoted(claim)} {detail}"
            found.append(Gap(claim=claim["id"], field="spans", pointer=f"/claims/{index}/spans", detail=words))
    for field, detail in _unanswered(codebook, "document", reading["attributes"]):
        found.append(Gap(claim="", field=field, pointer=f"/attributes/{field}", detail=f"The document {detail}"))
    return found


def claim_gaps(claim: dict[str, Any], codebook: CodebookView, pointer: str = "") -> list[Gap]:
    """Return the gaps of one claim, in the order in which the reader asks."""
    quote = _quoted(claim)
    return [
        Gap(claim=claim["id"], field=field, pointer=f"{pointer}/{field}", detail=f"Claim {quote} {detail}")
        for field, detail in _claim_gaps(claim, codebook)
    ]


def _quoted(claim: dict[str, Any]) -> str:
    words = claim["spans"][0]["quote"]
    return f"“{words[:40]}…”" if len(words) > 40 else f"“{words}”"


def _claim_gaps(claim: dict[str, Any], codebook: CodebookView) -> Iterator[tuple[str, str]]:
    version = codebook.version
    if version.requires_speaker and not claim["speakers"]:
        yield "speakers", "has no speaker; name one, or choose “Not stated”."
    yield from _stance_gaps(claim, codebook)
    if version.requires_mode and not claim["mode"]:
        yield "mode", "has no mode; choose one."
    if version.requires_proposition and not claim["proposition"]:
        yield "proposition", "has no proposition; choose or write one."
    if claim["mode"] == "narrated" and not version.codes_narration:
        yield "mode", "is narrated by the outlet, which this codebook does not code; delete it or change the mode."
    yield from _unanswered(codebook, "claim", claim["attributes"])


def _stance_gaps(claim: dict[str, Any], codebook: CodebookView) -> Iterator[tuple[str, str]]:
    if codebook.version.requires_stance and not claim["stances"] and not claim["no_stance"]:
        yield "stances", "has no stance; choose target and stance, or “no stance”."
    for index, stance in enumerate(claim["stances"]):
        if stance["target"] is None:
            yield f"stances/{index}/target", "has a stance without a target; choose one."
        elif stance["value"] is None:
            yield f"stances/{index}/value", f"has no stance on “{stance['target']['name']}” yet; choose one."
        yield from _unanswered(codebook, "stance", stance.get("attributes", {}))


def _unanswered(codebook: CodebookView, scope: str, answers: dict[str, Any]) -> Iterator[tuple[str, str]]:
    chosen = {id for spec in codebook.of_scope(scope) for id in _chosen(spec.labels, answers.get(spec.key))}
    for spec in codebook.of_scope(scope):
        applies = spec.condition is None or spec.condition in chosen
        if spec.is_required and applies and spec.key not in answers:
            yield spec.key, f"has no answer to “{spec.name}”; give one."


def _chosen(labels: Any, answer: Any) -> list[Any]:
    keys = answer if isinstance(answer, list) else [answer]
    return [labels[key] for key in keys if isinstance(key, str) and key in labels]
