"""A project with two annotators, gold, a decision, merged entries and somebody who left: all that a release tells."""

from __future__ import annotations

from typing import Any

from annotate.actions import layers, leaving, registries
from annotate.actions.releases import folder_of
from annotate.models import Claim, Layer, Member, Project, Release
from corpus.models import Document, Target
from tests import make

CLOSURE, SHORT, OPPOSES = "The closure is needed", "it will be short", "opposes the closure"
# Names of accounts that stand in no article and are no part of any word.
PEOPLE = {"zzquillan": "annotator", "zzbrenthor": "annotator", "zzcuramund": "curator"}
MANAGER = "zzmanavar"


class World:
    def __init__(self) -> None:
        self.project: Project = make.project(manager=make.user(MANAGER, first_name="Zzfirst", last_name="Zzlast"))
        for name, role in PEOPLE.items():
            make.member(self.project, name, role)
        self.ann, self.ben, self.curator = (make.user(name) for name in PEOPLE)
        self.one = self.document("", source="Bay Courier", published_on="2026-05-01", external_id="a-1")
        self.copy = self.document("", source="The Gazette", published_on="2026-05-09")  # the same text, elsewhere
        self.two = self.document(" Second.", source="The Gazette", published_on="2026-05-14", language="en")
        self.unread = self.document(" Nobody reads this.")
        self.claims = [make.claim(person, self.one, CLOSURE) for person in (self.ann, self.ben)]
        for person in (self.ann, self.ben):
            layers.submit_layer(user=person, document=self.one, now=make.NOW)
        make.claim(self.ann, self.two, OPPOSES, stances=[], no_stance=True)
        layers.submit_layer(user=self.ann, document=self.two, now=make.NOW)
        self.gold = self.gold_claim(self.one, CLOSURE, attributes={"type": "evaluation"})
        make.decision(self.one, *self.claims, gold_claim=self.gold, decided_by=self.curator)
        self.merge("Closing of the bridge", "Closure of the bridge")
        leaving.remove_member(user=make.user(MANAGER), member=self.member(self.ben), now=make.NOW)

    def document(self, more: str, **values: Any) -> Document:
        return make.document(self.project, make.TEXT + more, **values)

    def gold_claim(self, document: Document, *quotes: str, **values: Any) -> Claim:
        made = make.gold_claim(document, *quotes, **values)
        Layer.objects.filter(pk=made.layer_id).update(n_claims=Claim.objects.filter(layer=made.layer_id).count())
        return made

    def member(self, person: Any) -> Member:
        return Member.objects.get(project=self.project, user=person)

    def merge(self, name: str, into: str) -> None:
        entry = make.entry(self.project, Target, name)
        target = Target.objects.get(corpus=self.project.corpus, name=into)
        registries.merge_entry(user=make.user(MANAGER), entry=entry, into=target)

    def again(self) -> None:
        """Have an annotator reopen a reading, add a claim and submit it again."""
        layers.reopen_layer(user=self.ann, document=self.one, now=make.LATER)
        make.claim(self.ann, self.one, SHORT)
        layers.submit_layer(user=self.ann, document=self.one, now=make.LATER)

    def release(self, **asked: Any) -> Release:
        return make.release(self.project, **asked)


def read(release: Release) -> dict[str, bytes]:
    """Return the files of a release by their paths."""
    folder = folder_of(release.pk)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
