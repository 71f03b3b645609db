"""The methods paragraph of a release: sentences made of its figures, with no figure that is not in the files."""

from __future__ import annotations

from collections.abc import Iterator

from annotate.releases.facts import Facts, RoundFacts
from annotate.releases.selecting import listed, said_of
from annotate.releases.settings import SPLIT_NAMES

KINDS = {
    "settled by itself": "agreed on by all readings",
    "accepted from one reading": "as one reading has it",
    "accepted from several readings": "put together from several readings",
    "edited": "edited",
    "joined": "joined from several claims",
    "created": "added",
    "rejected": "rejected as no claim",
}


def methods(facts: Facts) -> str:
    """Return the paragraph, in plain text."""
    return " ".join(_sentences(facts))


def _sentences(facts: Facts) -> Iterator[str]:
    counts = facts.counts
    yield _documents(facts)
    yield from _selection(facts)
    books = listed([f"{name}, version {number}" for name, number in facts.codebooks])
    if counts["readings"]:
        yield (
            f"{amount(counts['annotators'], 'annotator')} submitted {amount(counts['readings'], 'reading')} with "
            f"{amount(counts['claims_of_annotators'], 'claim')}, following the codebook {books}."
        )
        if again := counts["submissions"] - counts["readings"]:
            yield f"{amount(again, 'reading')} {'was' if again == 1 else 'were'} submitted again; both states are kept."
    yield from (_round(found) for found in facts.rounds)
    yield from _agreement(facts)
    yield from _gold(facts)
    yield _splits(facts)
    yield (
        "The texts are included."
        if facts.settings.has_texts
        else f"The texts are not included: spans are offsets in code points {_quoted(facts)}, and each document has "
        "the SHA-256 of its text."
    )
    yield detected(facts)


def _quoted(facts: Facts) -> str:
    n = facts.settings.quote_characters
    return f"with the first {amount(n, 'character')} of the quote" if n else "without any quote"


def detected(facts: Facts) -> str:
    """Return how many claims hold values that a rule found in the text, and which rule."""
    found = facts.figures["detected"]
    named = {"claims": "gold claim", "claims_of_annotators": "claim"}
    said = [amount(sum(found[name].values()), word) for name, word in named.items() if found[name]]
    if not said:
        return "No value that a rule had found in the text was taken over; no statistical model was used."
    rules = sorted({rule for rules in found.values() for rule in rules})
    said[-1] += " of annotators" if found["claims_of_annotators"] else ""
    which = f"the rule{'s' if len(rules) > 1 else ''} {listed(rules)}"
    return (
        f"In {listed(said)} the annotator took over values that {which} "
        "found in the text (the field “detected”); no statistical model was used."
    )


def _documents(facts: Facts) -> str:
    counts, period = facts.counts, facts.figures["period"]
    n_outlets = sum(1 for found in facts.figures["outlets"] if found["outlet"])
    outlets = f" from {amount(n_outlets, 'outlet')}" if n_outlets else ""
    when = ""
    if period["from"]:
        same = period["from"] == period["to"]
        when = f", published on {period['from']}" if same else f", published from {period['from']} to {period['to']}"
    return (
        f"Release {facts.number} of “{facts.title}” holds {amount(counts['documents'], 'document')}{outlets}{when}, "
        f"with {amount(counts['claims'], 'gold claim')} and {amount(counts['stances'], 'stance')} in them."
    )


def _selection(facts: Facts) -> Iterator[str]:
    rule = facts.settings.selection
    if said := said_of(rule):
        undated = "; articles without a date are left out" if rule.first or rule.last else ""
        yield f"By rule it takes only articles {listed(said)}{undated}."


def _round(found: RoundFacts) -> str:
    who = "every annotator was to read every document"
    if found.is_follow_up:
        who = "each annotator was asked again about claims of an earlier round"
    elif found.overlap is not None:
        many = f"{amount(found.overlap, 'annotator')} {'was' if found.overlap == 1 else 'were'} to read"
        who = f"{many} each document"
        if found.share is not None:
            who = f"{many} each of {found.share}% of the documents, and 1 annotator each of the others"
    blind = "without seeing each other’s work" if found.is_blind else "seeing each other’s work"
    return f"In round {found.number} (“{found.name}”) {who}, {blind}."


def _agreement(facts: Facts) -> Iterator[str]:
    known = [found for found in facts.agreement if found["value"] is not None]
    if known:
        said = [f"{found['name']} {found['value']:.2f} ({found['statistic']}, n {found['n']:,})" for found in known]
        yield f"Agreement on first submissions{_under(facts)}: {'; '.join(said)}."
    elif facts.counts["readings"]:
        yield "Agreement is not defined: in no document did two annotators of one round leave claims to compare."


def _under(facts: Facts) -> str:
    number = facts.agreement_version
    return "" if number is None else f" under version {number} of the codebook (the others are in agreement.json)"


def _gold(facts: Facts) -> Iterator[str]:
    decisions = facts.figures["decisions"]
    if decisions:
        n = facts.counts["documents_with_gold"]
        said = [f"{decisions[name]:,} {words}" for name, words in KINDS.items() if name in decisions]
        yield (
            f"The gold layer of {amount(n, 'document')} rests on {amount(facts.counts['decisions'], 'decision')} on "
            f"units of aligned claims: {listed(said)}."
        )
    elif n := facts.counts["documents_with_gold"]:
        yield f"The gold layer of {amount(n, 'document')} rests on no recorded decision."
    elif facts.counts["readings"]:
        yield "No document has a finished gold layer yet; the readings of the annotators are the data."
    else:
        yield "Nothing was submitted or settled in them yet."


def _splits(facts: Facts) -> str:
    counts, rule = facts.splits["counts"], facts.settings.splits
    n = max(sum(counts.values()), 1)
    how = "by publication date, oldest first" if rule.by == "date" else "at random, from a seed"
    said = [
        f"{counts[name]:,} {name}, {counts[name] / n:.1%} where {getattr(rule, name)}% were asked for"
        for name in SPLIT_NAMES
    ]
    undated = facts.splits["undated"] if rule.by == "date" else 0
    are, their = ("is", "its") if undated == 1 else ("are", "their")
    by_hash = f" {amount(undated, 'document')} {are} placed by a hash, as the first of {their} story has no date."
    return (
        f"Documents are split {how} ({'; '.join(said)}); near-copies of one story are never divided."
        f"{by_hash if undated else ''}"
    )


def amount(n: int, word: str) -> str:
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"
