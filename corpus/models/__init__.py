"""Documents, the registries shared by all work on them, and the record of every change."""

from corpus.models.changes import Change
from corpus.models.documents import Corpus, Document, Source
from corpus.models.entries import Entry
from corpus.models.propositions import Proposition
from corpus.models.speakers import Speaker, SpeakerAlias
from corpus.models.targets import Target

__all__ = ["Change", "Corpus", "Document", "Entry", "Proposition", "Source", "Speaker", "SpeakerAlias", "Target"]
