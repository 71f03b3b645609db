"""What comes in is taken or listed as refused: nothing of a file is overwritten, mixed or passed over."""

from __future__ import annotations

import json

import pytest

from annotate.models import Claim, Span
from tests import make
from tests.formats.folders import imported, members, twin
from tests.formats.test_round_trips import dataset

pytestmark = pytest.mark.django_db
TEXT = "The bridge closes. The cafe stays open, said Tor Lind."
MAP = ["Premise=claim", "Says=cue", "says=cue"]


@pytest.fixture
def project():
    found = make.project()
    make.member(found, "ann")
    make.document(found, TEXT, external_id="one")
    return found


def brat(*lines):
    return {"x/one.txt": TEXT.encode(), "x/one.ann": "".join(f"{line}\n" for line in lines).encode()}


def mark(quote, key="T1", label="Premise"):
    start = TEXT.index(quote)
    return f"{key}\t{label} {start} {start + len(quote)}\t{quote}"


def stored():
    return [span.quote for span in Span.objects.filter(role="content").order_by("start")]


def docbin(text, groups=None, ents=()):
    """Return a DocBin of another program: spans by character as (start, end, label), all with one entity's id."""
    spacy = pytest.importorskip("spacy", reason="comes with the group “foreign”")
    from spacy.tokens import DocBin

    doc = spacy.blank("en")(text)
    for name, spans in (groups or {}).items():
        doc.spans[name] = [doc.char_span(*span, span_id="Q1") for span in spans]
    doc.ents = [doc.char_span(*span, span_id="Q1") for span in ents]
    return {"one.spacy": DocBin(docs=[doc], store_user_data=True).to_bytes()}


def test_spans_that_share_an_entity_and_entities_beside_groups_are_all_read(project):
    files = docbin(TEXT, {"sc": [(0, 10, "Premise"), (11, 17, "Premise")]}, [(0, 10, "Premise"), (19, 27, "Premise")])
    assert imported(project, "spacy", files, username="ann", mapping=MAP) == (3, 0, [])
    assert stored() == ["The bridge", "closes", "The cafe"]


def test_a_second_mark_with_a_known_key_is_refused(project):
    files = brat(mark("The bridge"), mark("The cafe"))
    created, _, (refused,) = imported(project, "brat", files, username="ann", mapping=MAP)
    assert created == 1 and stored() == ["The bridge"]
    assert refused.at == "line 2" and "'T1'" in refused.rule

    entities = [{"id": 1, "start_offset": 0, "end_offset": 10, "label": "Premise"}] * 2
    files = {"all.jsonl": json.dumps({"text": TEXT, "entities": entities}).encode()}
    _, known, (refused,) = imported(project, "doccano", files, username="ann", mapping=MAP)
    assert known == 1 and "another mark has the key '1'" in refused.rule
