"""Gaps counted in the database are those that submitting would name, one by one."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

import pytest

from annotate.actions.layers import layer_gaps
from annotate.models import Attribute, CodebookVersion, Label, Layer
from annotate.payloads.codebooks import forget_codebooks
from annotate.reports.gaps import count_gaps
from tests import make

pytestmark = pytest.mark.django_db
QUOTES = ("The closure is needed", "it will be short", "opposes the closure", "promised a ferry", "the fishers")
STANCE = {"target": {"name": "Closure of the bridge"}, "value": "support"}


def test_both_ways_of_counting_agree():
    project = make.project()
    version = strict(project.codebook.versions.get())
    document = make.document(project)
    speakers: tuple[Any, ...] = ([], [{"name": "Tor Lind"}])
    stances: tuple[Any, ...] = ([], [STANCE | {"value": None}], [STANCE, {"target": None, "value": "oppose"}])
    modes = (None, "direct", "narrated")
    answers: tuple[Any, ...] = ({}, {"tone": "sharp"}, {"tone": "mild"}, {"tone": "sharp", "why": "words"})
    for at, (speaker, stance, mode, found) in enumerate(itertools.product(speakers, stances, modes, answers)):
        quote, none = QUOTES[at % len(QUOTES)], not stance and bool(at % 2)
        person = make.member(project, f"annotator-{at % 3}")
        values = {"speakers": speaker, "stances": stance, "mode": mode, "attributes": found, "no_stance": none}
        make.claim(person, document, quote, **values)

    layers = {layer.pk: len(layer_gaps(layer)) for layer in Layer.objects.select_related("round")}

    assert len(layers) == 3 and min(layers.values()) > 20
    assert dict(count_gaps(Layer.objects.all(), "pk")) == layers
    assert dict(count_gaps(Layer.objects.all(), "document")) == {document.pk: sum(layers.values())}
    assert version.pk == Layer.objects.first().codebook_version_id


def test_counting_costs_the_same_for_few_and_many_layers(django_assert_num_queries):
    project = make.project()
    documents = [make.document(project, f"{make.TEXT} {number}") for number in range(6)]
    for person, document in itertools.product((make.user("manager"), make.member(project, "ann")), documents):
        make.claim(person, document, QUOTES[0], speakers=[])
    forget_codebooks()
    count_gaps(Layer.objects.all(), "pk")

    with django_assert_num_queries(3):
        assert sum(count_gaps(Layer.objects.all(), "annotator").values()) == 12


def strict(version: CodebookVersion) -> CodebookVersion:
    """Let the codebook ask for everything: flags, and required attributes of each scope, one of them conditional."""
    asked = {"requires_mode": True, "requires_proposition": True, "codes_narration": False}
    CodebookVersion.objects.filter(pk=version.pk).update(**asked)
    tone = attribute(version, "claim", "tone", "choice")
    sharp, _ = (Label.objects.create(id=uuid.uuid4(), attribute=tone, key=key, name=key) for key in ("sharp", "mild"))
    attribute(version, "claim", "why", "text", condition=sharp)
    attribute(version, "stance", "strength", "text")
    attribute(version, "document", "genre", "text")
    forget_codebooks()
    return version


def attribute(version: CodebookVersion, scope: str, key: str, kind: str, **values: Any) -> Attribute:
    return Attribute.objects.create(
        version=version, scope=scope, key=key, name=key, kind=kind, is_required=True, **values
    )
