"""A project in which three annotators read the same documents."""

from __future__ import annotations

from typing import Any

from annotate.models import Adjudication, Member
from annotate.reports.desk import Desk, load_desk
from tests import make

NAMES = ("ann", "ben", "cem")


class Team:
    """Three annotators and a curator, with shortcuts for what the tests do again and again."""

    def __init__(self) -> None:
        self.project = make.project()
        self.people = {name: make.member(self.project, name, "annotator") for name in NAMES}
        self.curator = make.member(self.project, "curator", "curator")
        self.other = make.member(self.project, "other", "curator")

    def desk(self, document: Any) -> Desk:
        return load_desk(Adjudication.objects.select_related("project").get(project=self.project, document=document))

    def leave(self, name: str) -> None:
        Member.objects.filter(project=self.project, user=self.people[name]).update(left_at=make.NOW)
