"""Filters with a small form, for values that are typed and not chosen from a list."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.admin.filters import ListFilter
from django.db.models import QuerySet
from django.http import HttpRequest


class TypedFilter(ListFilter):
    """A filter with a small form: the values are typed, not chosen from a list."""

    template = "admin/typed_filter.html"
    # (parameter, label, type of the input)
    inputs: ClassVar[tuple[tuple[str, str, str], ...]] = ()

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.names():
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(name for name, _, _ in cls.inputs)

    def expected_parameters(self) -> list[str | None]:
        return list(self.names())

    def has_output(self) -> bool:
        return True

    def value(self, name: str) -> str:
        return str(self.used_parameters.get(name, "")).replace("\0", "")[:100]

    def choices(self, changelist: Any) -> Any:
        """Yield the inputs, then the parameters to keep."""
        for name, label, kind in self.inputs:
            yield {"name": name, "label": label, "type": kind, "value": self.value(name)}
        for name, value in changelist.params.items():
            if name not in self.names():
                yield {"name": name, "type": "hidden", "value": value}


class PublishedFilter(TypedFilter):
    title = "published"
    inputs = (("published_from", "From", "date"), ("published_to", "To", "date"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for name, lookup in (("published_from", "published_on__gte"), ("published_to", "published_on__lte")):
            if not (typed := self.value(name)):
                continue
            try:
                queryset = queryset.filter(**{lookup: date.fromisoformat(typed)})
            except ValueError:
                return queryset.none()
        return queryset


class LanguageFilter(TypedFilter):
    title = "language"
    inputs = (("language", "Tag, for example en", "text"),)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        typed = self.value("language").strip()
        return queryset.filter(language=typed) if typed else queryset
