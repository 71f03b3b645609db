"""What keys of an answer are called: in the version that asks now, and in those before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotate.models import CodebookVersion, Recheck
from annotate.payloads.codebooks import CodebookView, load_codebook
from corpus.models import Speaker

YES_NO = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionWords:
    """The versions of a codebook by number, newest first, and the names of speakers that were answers."""

    views: list[CodebookView]
    speakers: dict[str, str]

    @classmethod
    def of(cls, rows: list[Recheck]) -> VersionWords:
        """Return what the answers of these rows need. Two queries, and those of versions not in memory."""
        books = {row.version.codebook_id for row in rows}
        ids = CodebookVersion.objects.filter(codebook__in=books, published_at__isnull=False).order_by("-number")
        named = [row.old["id"] for row in rows if isinstance(row.old, dict) and "id" in row.old]
        found = Speaker.objects.filter(pk__in=named).values_list("pk", "name") if named else []
        speakers = {str(id): name for id, name in found}
        return cls(views=[load_codebook(id) for id in ids.values_list("pk", flat=True)], speakers=speakers)

    def question(self, version: CodebookVersion, field: str, scope: str, claim: dict[str, Any] | None) -> str:
        """Return what was asked."""
        if "attributes/" in field:
            key = field.rpartition("/")[2]
            specs = (view.attributes.get((scope, key)) for view in self._until(version.number))
            return next((spec.name for spec in specs if spec is not None), key)
        index = int(field.split("/")[1]) if field.endswith("/value") else -1
        stances = claim["stances"] if claim is not None else []
        target = stances[index]["target"] if 0 <= index < len(stances) else None
        return f"Stance on {target['name']}" if target is not None else "Stance"

    def answer(self, version: CodebookVersion, field: str, scope: str, old: Any) -> str:
        """Return an answer of an earlier version in words."""
        if isinstance(old, bool):
            return YES_NO[old]
        if isinstance(old, dict):
            return self.speakers.get(str(old.get("id")), "") or self._label(version.number, "value", str(old["value"]))
        if not isinstance(old, str):
            return str(old)
        return self._label(version.number, scope if "attributes/" in field else "value", old)

    def option(self, version: CodebookVersion, field: str, scope: str, option: str) -> str:
        """Return what may stand for an answer now: a label, or an attribute that goes on for another."""
        view = next(view for view in self.views if view.version.pk == version.pk)
        if "/" in option:
            spec = view.attributes.get((scope, option.rpartition("/")[2]))
            return spec.name if spec is not None else option
        if "attributes/" not in field:
            return view.stances[option].name if option in view.stances else option
        spec = view.attributes.get((scope, field.rpartition("/")[2]))
        names = {label.key: label.name for label in view.labels.get(spec.id, ())} if spec is not None else {}
        return names.get(option, option)

    def _until(self, number: int) -> Iterator[CodebookView]:
        return (view for view in self.views if view.version.number <= number)

    def _label(self, number: int, scope: str, key: str) -> str:
        """Return the name of a label in the newest version before that has it; a text is its own name."""
        for view in (*self._until(number - 1), *self.views):
            if scope == "value" and key in view.stances:
                return view.stances[key].name
            for spec in view.of_scope(scope):
                for label in view.labels.get(spec.id, ()):
                    if label.key == key:
                        return label.name
        return key
