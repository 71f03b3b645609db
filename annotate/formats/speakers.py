"""Which kind of speaker an entry is, for formats that keep people and bodies apart."""

from __future__ import annotations

from annotate.formats.base import Selection
from corpus.database.bulk import Key, uuid_text
from corpus.models import Speaker
from corpus.models.speakers import SpeakerKind

BODIES = frozenset(
    (SpeakerKind.AUTHORITY, SpeakerKind.ORGANISATION, SpeakerKind.GROUP, SpeakerKind.DOCUMENT, SpeakerKind.OUTLET)
)


def speaker_kinds(selection: Selection) -> dict[str, str]:
    """Return the kinds of the corpus's speakers by id, those not sorted left out. One query."""
    rows = Speaker.objects.filter(corpus=selection.project.corpus_id).exclude(kind="").order_by()
    found = rows.values_list(Key("id"), "kind").iterator(chunk_size=5000)
    return {uuid_text(key): kind for key, kind in found}
