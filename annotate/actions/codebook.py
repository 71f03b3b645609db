"""Codebooks: the default one, and publishing."""

from __future__ import annotations

from datetime import datetime

from annotate.actions.batch import Batch
from annotate.models import Attribute, Codebook, CodebookVersion, Label, StanceLabel

GUIDELINES = """\
# Guidelines

Mark every **claim**: what somebody asserts, demands, promises, predicts or rejects in the article.

1. Select the words in which the claim is made, without the frame (“…, she said”). A quotation is taken with its marks.
2. Name the **speaker**: the person or body the article attributes the words to. If a spokesperson speaks for a body,
   the spokesperson is the speaker and the body stands under *on behalf of*.
3. Say where the speaker **stands**: choose the target and the stance. If the claim takes no side on anything, choose
   *no stance*. *Neutral* is for speakers who expressly take no side.
4. Word targets in the positive and neutrally: “Sunday opening”, not “ban on Sunday opening”; whoever is against it
   opposes it.
5. If the claim affirms or denies something that others speak about too, name that as its **proposition**, one neutral
   sentence in the positive, and choose *affirms*, *denies* or *leaves open*.
6. **Mode**: *direct* in quotation marks, *indirect* in a clause of its own, *mixed*, *reported* for the act only
   (“expressed regret”), *narrated* for the outlet's own voice; the speaker is then the outlet. The **cue** is the words
   that attribute (“she said”).
7. If the claim reached the outlet through others, name them under *reported by*, the outermost first.

You record what is said and by whom, never whether it is true.
"""

# key, name, score, slot, definition
STANCES: tuple[tuple[str, str, float | None, str, str], ...] = (
    ("support", "Support", 1.0, "azure", "The speaker is for the target."),
    ("oppose", "Oppose", -1.0, "rust", "The speaker is against the target."),
    ("neutral", "Neutral", 0.0, "stone", "The speaker expressly takes no side."),
    ("mixed", "Mixed", None, "plum", "The speaker is for the target in one respect and against it in another."),
    ("unclear", "Unclear", None, "ash", "The speaker takes a side, but the text does not let you tell which."),
)

# key, name, slot, definition: the first that fits
TYPES: tuple[tuple[str, str, str, str], ...] = (
    ("commitment", "Commitment", "azure", "The speaker will act."),
    ("demand", "Demand", "rust", "Someone should act; also “expects X to …”."),
    ("prediction", "Prediction", "plum", "Something will or may happen."),
    ("position", "Position", "moss", "Only supports, protests or rejects."),
    ("evaluation", "Evaluation", "ochre", "Something is good or bad, right or wrong."),
    ("causal", "Causal", "teal", "Something leads to something else."),
    ("assertion", "Assertion", "stone", "Something is or was the case."),
)


def make_default_codebook(*, name: str, batch: Batch, now: datetime) -> CodebookVersion:
    """Make a codebook with the default stance scale and the attribute `type`, published as version 1."""
    codebook = Codebook.objects.create(name=name, created_at=now)
    version = CodebookVersion.objects.create(
        codebook=codebook, number=1, guidelines=GUIDELINES, published_at=now, created_at=now
    )
    StanceLabel.objects.bulk_create(
        StanceLabel(version=version, key=key, name=label, score=score, slot=slot, definition=text, position=i)
        for i, (key, label, score, slot, text) in enumerate(STANCES)
    )
    attribute = Attribute.objects.create(
        version=version, key="type", name="Type", kind="choice", definition="What kind of claim; the first that fits."
    )
    Label.objects.bulk_create(
        Label(attribute=attribute, key=key, name=label, slot=slot, definition=text, position=i)
        for i, (key, label, slot, text) in enumerate(TYPES)
    )
    batch.add("codebook", codebook.pk, before=None, after={"name": name})
    batch.add("codebook_version", version.pk, before=None, after={"codebook": str(codebook.pk), "number": 1})
    return version
