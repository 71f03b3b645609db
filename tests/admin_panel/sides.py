"""Two projects that share nothing, each with a curator, a manager, documents, readings and registry entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from annotate.actions import layers, registries
from annotate.models import Layer, Project
from corpus.models import Document, Proposition, Speaker, Target
from tests import make


@dataclass(slots=True, kw_only=True)
class Side:
    """One project; every name in it contains `word`."""

    word: str
    project: Project
    manager: User
    curator: User
    annotator: User
    document: Document
    layer: Layer
    speaker: Speaker
    claim: dict[str, Any]

    def objects(self) -> list[Any]:
        """Return one row of every kind that a curator may open."""
        corpus = self.project.corpus
        version = self.project.codebook.versions.get()
        return [
            corpus,
            self.document,
            self.document.source,
            self.speaker,
            Target.objects.filter(corpus=corpus).first(),
            Proposition.objects.filter(corpus=corpus).first(),
            self.project,
            self.project.rounds.get(),
            self.project.codebook,
            version,
            self.layer,
            self.layer.claims.get(),
            self.project.members.get(user=self.curator),
        ]


def make_side(word: str) -> Side:
    project = make.project(word.lower(), manager=make.user(f"{word}-manager"))
    curator = make.member(project, f"{word}-curator", "curator")
    annotator = make.member(project, f"{word}-annotator")
    text = f"{word} opens\n\n“{word} is needed,” said {word} Lind. {word} people agreed."
    document = make.document(project, text, title=f"{word} opens", source=f"{word} Courier", external_id=f"{word}-1")
    claim = make.claim(
        annotator,
        document,
        f"{word} is needed",
        speakers=[{"name": f"{word} Lind"}],
        stances=[{"target": {"name": f"{word} opening"}, "value": "support"}],
        proposition={"text": f"{word} has to open.", "relation": "affirms"},
        note=f"{word} note",
    )
    layers.submit_layer(user=annotator, document=document, now=make.NOW)
    return Side(
        word=word,
        project=project,
        manager=project.members.get(is_manager=True).user,
        curator=curator,
        annotator=annotator,
        document=document,
        layer=Layer.objects.get(document=document),
        speaker=Speaker.objects.get(name=f"{word} Lind"),
        claim=claim,
    )


def entry(side: Side, model: Any, name: str, **values: Any) -> Any:
    values = {"name": name, "disambiguation": ""} | values
    return registries.create_entry(user=side.curator, project=side.project, model=model, values=values)
