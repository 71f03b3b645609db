"""Annotations leave in a foreign format, come into an empty project with the same documents, and leave again."""

from __future__ import annotations

import pytest

from annotate.formats import FORMATS
from annotate.models import Claim
from tests import make
from tests.formats.folders import imported, members, plain, shown, twin

pytestmark = pytest.mark.django_db
TEXT = "🙂 Ferry news\n\n“The ferry,” said Tor 👩‍👩‍👧 Lind,\n“will run\non Monday.” ‏הגשר ייסגר‏ cafe\u0301 closes."


def dataset():
    project = make.project()
    ann, ben = make.member(project, "ann"), make.member(project, "ben")
    first = make.document(project, source="Bay Courier", language="en", external_id="one")
    second = make.document(project, TEXT)
    make.claim(
        ann,
        first,
        "The closure is needed",
        "it will be short",
        cue=[make.span(first.text, "he said")],
        speakers=[
            {
                "name": "Tor Lind",
                "represents": {"name": "Port authority"},
                "mention": [make.span(first.text, "spokesman Tor Lind")],
            },
            {"name": "Port authority"},
        ],
        reported_by=[{"name": "Agency A"}],
        mode="direct",
        proposition={"text": "The closure is avoidable.", "relation": "denies"},
        attributes={"type": "evaluation"},
        note="+1 for\nthis \u2028 line",
        detected={"rule": "frames-1", "fields": ["mode", "cue"]},
    )
    mention = make.span(TEXT, "Tor 👩‍👩‍👧 Lind")
    speaker = {"name": "Tor Lind", "mention": [mention]}
    make.claim(ann, second, "The ferry", "will run\non Monday", speakers=[speaker], cue=[make.span(TEXT, "said")])
    make.claim(ann, second, "run\non Monday", stances=[], no_stance=True, unsure=True)
    make.claim(ben, second, "הגשר ייסגר", speakers=[{"name": "İpek Ağa"}], mode="narrated")
    two = [{"target": {"name": "Ferry"}, "value": "oppose"}, {"holder": {"name": "League"}, "target": {"name": "Café"}}]
    make.claim(ben, second, "cafe\u0301 closes", speakers=[], stances=two)
    return project


@pytest.mark.parametrize("key", ["w3c", "brat", "label-studio", "spacy", "cas-xmi"])
def test_what_comes_in_leaves_as_it_came(key):
    if FORMATS[key].library:
        pytest.importorskip(FORMATS[key].library, reason="comes with the group “foreign”")
    project = dataset()
    out = members(project, key)
    other = twin(project)

    created, known, refused = imported(other, key, out)

    assert (created, known, [str(one) for one in refused]) == (5, 0, [])
    assert plain(shown(members(other, key))) == plain(shown(out))
    assert imported(other, key, out)[:2] == (0, 5) and Claim.objects.count() == 10
