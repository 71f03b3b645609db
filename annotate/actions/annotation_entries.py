"""Entries and answers of imported claims, put as the API takes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from annotate.payloads.codebooks import CodebookView
from corpus.models import Entry, Proposition, Speaker, Target

TRUE, FALSE = ("true", "yes"), ("false", "no")


class KnownEntries:
    """Entries that a file names by id and name: by its id where that is the same entry here, else by its exact name.

    What the annotator does not see, a colleague's provisional entry, is taken by its name too, as if it were typed.
    """

    def __init__(self, corpus_id: UUID, person: User) -> None:
        self._corpus_id, self._person = corpus_id, person
        self._names: dict[tuple[type[Entry], str], str | None] = {}

    def known(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the claim with each entry by id or by name."""
        found = dict(body)
        found["speakers"] = [self._speaker(one) for one in body.get("speakers", ())]
        found["reported_by"] = [self._ref(Speaker, one) for one in body.get("reported_by", ())]
        found["stances"] = [self._stance(one) for one in body.get("stances", ())]
        if body.get("attributes"):
            found["attributes"] = self._answers(body["attributes"])
        if isinstance(body.get("proposition"), dict):
            found["proposition"] = self._ref(Proposition, body["proposition"], key="text")
        return found

    def _speaker(self, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        found = self._ref(Speaker, {name: raw[name] for name in ("id", "name") if name in raw})
        if raw.get("represents"):
            found["represents"] = self._ref(Speaker, raw["represents"])
        return found | {"mention": raw.get("mention", [])}

    def _stance(self, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        models: dict[str, type[Entry]] = {"holder": Speaker, "target": Target}
        found = raw | {name: self._ref(model, raw[name]) for name, model in models.items() if raw.get(name)}
        return found | ({"attributes": self._answers(raw["attributes"])} if raw.get("attributes") else {})

    def _answers(self, answers: Any) -> Any:
        """Return answers with those that are entries by id or by name, as the speakers are."""
        return {
            key: self._ref(Speaker, value) if isinstance(value, dict) and value.get("name") else value
            for key, value in answers.items()
        }

    def _ref(self, model: type[Entry], raw: Any, key: str = "name") -> Any:
        if not isinstance(raw, dict) or "id" not in raw or key not in raw:
            return raw
        id, name = str(raw["id"]), raw[key]
        rest = {own: value for own, value in raw.items() if own not in ("id", key)}
        return rest | ({"id": id} if self._name(model, id) == name else {key: name})

    def _name(self, model: type[Entry], id: str) -> str | None:
        if (model, id) not in self._names:
            try:
                rows = model._default_manager.visible_to(self._person).filter(pk=UUID(id), corpus=self._corpus_id)
            except ValueError:
                return None
            self._names[model, id] = rows.values_list("name", flat=True).first()
        return self._names[model, id]


def fitted_answers(body: dict[str, Any], codebook: CodebookView) -> dict[str, Any]:
    """Return the claim with answers in the JSON type of their attribute: files that hold only texts have no other."""
    stances = [
        one | {"attributes": _fitted(one["attributes"], "stance", codebook)} if one.get("attributes") else one
        for one in body["stances"]
    ]
    return body | {"attributes": _fitted(body.get("attributes") or {}, "claim", codebook), "stances": stances}


def _fitted(raw_answers: dict[str, Any], scope: str, codebook: CodebookView) -> dict[str, Any]:
    answers = dict(raw_answers)
    for key, raw in answers.items():
        spec = codebook.attributes.get((scope, key))
        if spec is None or not isinstance(raw, str):
            continue
        if spec.kind == "choice" and spec.is_multiple:
            answers[key] = [raw]
        elif spec.kind == "boolean" and raw.lower() in TRUE + FALSE:
            answers[key] = raw.lower() in TRUE
        elif spec.kind == "scale":
            answers[key] = _number(raw)
    return answers


def _number(raw: str) -> object:
    try:
        return int(raw) if raw.lstrip("-").isdigit() else float(raw)
    except ValueError:
        return raw
