"""What a new codebook can start from: templates, and ready-made stance scales, each as a codebook document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotate.payloads.codebook_files import AttributeFile, CodebookFile, LabelFile, file_dict

GUIDELINES = """\
# Guidelines

Mark every **claim**: what somebody asserts, demands, promises, predicts or rejects in the article.

1. Select the words in which the claim is made, without the frame (“…, she said”). A quotation may be
   taken with its marks or without.
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

POLITICAL = """\
# Guidelines

Mark **political claims**: words or acts by which somebody publicly demands, proposes, criticises or supports something
that others may decide. Two to five in an article are usual; leave out what only describes.

1. Select the words in which the claim is made, without the frame (“…, she said”).
2. Name the **speaker**: who makes the claim. If a person speaks for a body, the body stands under *on behalf of*.
3. Choose the **target**, worded in the positive (“Sunday opening”), and where the speaker **stands** toward it.
4. Choose the **form** in which the claim is made. If it is a demand, name the **addressee**: who should act.
5. If the speaker gives a reason, choose what it appeals to under **grounds**; several may be chosen.

The outlet's own voice and the headline are not coded. You record what is said and by whom, never whether it is true.
"""

STANCE_ONLY = """\
# Guidelines

Mark each place in which a **speaker takes a side** on something, and nothing else.

1. Select the words that show it, without the frame (“…, she said”).
2. Name the **speaker**.
3. Choose the **target**, worded in the positive and neutrally, and the **stance** toward it. *Neutral* is for speakers
   who expressly take no side.

You record what is said and by whom, never whether it is true.
"""


def _labels(*rows: tuple[str, str, str, str]) -> tuple[LabelFile, ...]:
    """Make labels of (key, name, slot, definition)."""
    return tuple(LabelFile(key=key, name=name, slot=slot, definition=text) for key, name, slot, text in rows)


def _scale(*rows: tuple[str, str, float | None, str, str]) -> tuple[LabelFile, ...]:
    """Make a stance scale of (key, name, score, slot, definition)."""
    return tuple(
        LabelFile(key=key, name=name, score=score, slot=slot, definition=text) for key, name, score, slot, text in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceScale:
    name: str
    labels: tuple[LabelFile, ...]


STANCE_SCALES: dict[str, StanceScale] = {
    "support": StanceScale(
        name="support, oppose, neutral, mixed, unclear",
        labels=_scale(
            ("support", "Support", 1.0, "azure", "The speaker is for the target."),
            ("oppose", "Oppose", -1.0, "rust", "The speaker is against the target."),
            ("neutral", "Neutral", 0.0, "stone", "The speaker expressly takes no side."),
            ("mixed", "Mixed", None, "plum", "The speaker is for the target in one respect and against it in another."),
            ("unclear", "Unclear", None, "ash", "The speaker takes a side, but the text does not let you tell which."),
        ),
    ),
    "favour": StanceScale(
        name="favour, against, none",
        labels=_scale(
            ("favour", "Favour", 1.0, "azure", "The text lets you infer that the speaker is for the target."),
            ("against", "Against", -1.0, "rust", "The text lets you infer that the speaker is against the target."),
            ("none", "None", None, "stone", "Neither can be inferred."),
        ),
    ),
    "rumour": StanceScale(
        name="support, deny, query, comment",
        labels=_scale(
            ("support", "Support", 1.0, "azure", "The speaker says that it is so."),
            ("deny", "Deny", -1.0, "rust", "The speaker says that it is not so."),
            ("query", "Query", None, "plum", "The speaker asks for evidence or doubts it."),
            ("comment", "Comment", None, "stone", "The speaker says something about it, but not whether it is so."),
        ),
    ),
    "five": StanceScale(
        name="five points, −1 to +1",
        labels=_scale(
            ("strongly_for", "Strongly for", 1.0, "azure", "For the target without reservation."),
            ("rather_for", "Rather for", 0.5, "teal", "For the target with reservations."),
            ("between", "In between", 0.0, "stone", "Expressly on neither side."),
            ("rather_against", "Rather against", -0.5, "ochre", "Against the target with reservations."),
            ("strongly_against", "Strongly against", -1.0, "rust", "Against the target without reservation."),
        ),
    ),
}

TYPE = AttributeFile(
    scope="claim",
    key="type",
    name="Type",
    kind="choice",
    definition="What kind of claim; the first that fits.",
    labels=_labels(
        ("commitment", "Commitment", "azure", "The speaker will act."),
        ("demand", "Demand", "rust", "Someone should act; also “expects X to …”."),
        ("prediction", "Prediction", "plum", "Something will or may happen."),
        ("position", "Position", "moss", "Only supports, protests or rejects."),
        ("evaluation", "Evaluation", "ochre", "Something is good or bad, right or wrong."),
        ("causal", "Causal", "teal", "Something leads to something else."),
        ("assertion", "Assertion", "stone", "Something is or was the case."),
    ),
)

FORM = AttributeFile(
    scope="claim",
    key="form",
    name="Form",
    kind="choice",
    definition="In which form the claim is made; the first that fits.",
    required=True,
    labels=_labels(
        ("decision", "Decision", "azure", "A body decides, enacts or rules."),
        ("demand", "Demand", "rust", "Somebody should act."),
        ("proposal", "Proposal", "plum", "The speaker offers or plans to act."),
        ("protest", "Protest", "ochre", "A petition, strike, demonstration or the like."),
        ("statement", "Statement", "stone", "Words only: support, criticism, a judgement."),
    ),
)
ADDRESSEE = AttributeFile(
    scope="claim",
    key="addressee",
    name="Addressee",
    kind="entity",
    definition="Who should act.",
    condition=("form", "demand"),
)
GROUNDS = AttributeFile(
    scope="claim",
    key="grounds",
    name="Grounds",
    kind="choice",
    multiple=True,
    definition="What the reasons given appeal to.",
    labels=_labels(
        ("interest", "Interest", "teal", "Costs, benefits, safety, efficiency."),
        ("value", "Value", "moss", "Fairness, rights, freedom and other principles."),
        ("identity", "Identity", "rose", "Who “we” are, tradition, belonging."),
        ("law", "Law", "indigo", "Rules, treaties, procedures."),
    ),
)
GENRE = AttributeFile(
    scope="document",
    key="genre",
    name="Genre",
    kind="choice",
    definition="What kind of article it is.",
    labels=_labels(
        ("news", "News", "stone", "A report."),
        ("opinion", "Opinion", "plum", "A comment, column or editorial."),
        ("interview", "Interview", "teal", "Questions and answers."),
        ("other", "Other", "ash", "Anything else."),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Something to start from; `about` says in a few words whom it suits."""

    name: str
    about: str
    codebook: CodebookFile

    def document(self) -> dict[str, Any]:
        return file_dict(self.codebook)


DEFAULT = "exhaustive"
TEMPLATES: dict[str, Template] = {
    "exhaustive": Template(
        name="Exhaustive",
        about="every claim in the article, with speaker, stance and type",
        codebook=CodebookFile(
            guidelines=GUIDELINES,
            whose_claims="Everyone whom the article cites.",
            codes_headline=True,
            requires=("speaker", "stance"),
            stances=STANCE_SCALES["support"].labels,
            attributes=(TYPE,),
        ),
    ),
    "political": Template(
        name="Political claims",
        about="two to five an article: demands, decisions, criticism, with form, addressee and grounds",
        codebook=CodebookFile(
            guidelines=POLITICAL,
            whose_claims="Everyone who takes part in public debate; not the outlet itself.",
            codes_narration=False,
            nesting="others",
            requires=("speaker", "stance"),
            stances=STANCE_SCALES["support"].labels,
            attributes=(FORM, ADDRESSEE, GROUNDS, GENRE),
        ),
    ),
    "stance": Template(
        name="Stance only",
        about="speaker, target and stance, and no further question",
        codebook=CodebookFile(
            guidelines=STANCE_ONLY,
            whose_claims="Everyone whom the article cites.",
            requires=("speaker", "stance"),
            stances=STANCE_SCALES["support"].labels,
        ),
    ),
}
