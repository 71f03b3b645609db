"""Documents, the registries shared by all work on them, and the record of every change."""

from corpus.models.changes import Change
from corpus.models.documents import Corpus, Document, Source
from corpus.models.entries import Entry
from corpus.models.propositions import Proposition
from corpus.models.speakers import Affiliation, Speaker, SpeakerAlias
from corpus.models.stories import Band, KeptApart, Sketch, Story
from corpus.models.targets import Target
from corpus.models.words import LoadedWord

__all__ = [
    "Affiliation",
    "Band",
    "Change",
    "Corpus",
    "Document",
    "Entry",
    "KeptApart",
    "LoadedWord",
    "Proposition",
    "Sketch",
    "Source",
    "Speaker",
    "SpeakerAlias",
    "Story",
    "Target",
]
