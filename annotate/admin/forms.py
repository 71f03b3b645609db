"""Form fields that change nothing on the way, and forms that show what an action refuses."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.fields import InvalidJSONInput

from annotate.payloads.problems import Problem
from corpus.readers.documents import MAX_METADATA_BYTES

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[models.Model]
else:
    ModelForm = forms.ModelForm


class ExactField(forms.CharField):
    """A text as it was typed: nothing is stripped, and the line ends that browsers send are turned back."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("allow_unicode", None)  # of slugs, which the action checks
        super().__init__(**(kwargs | {"strip": False}))

    def to_python(self, value: Any) -> str | None:
        found = super().to_python(value)
        return found.replace("\r\n", "\n") if isinstance(found, str) else found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.to_python(initial), data)


class ExactJSONField(forms.JSONField):
    """JSON whose depth and numbers cannot break the parser."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > MAX_METADATA_BYTES:
            raise ValidationError(f"This has {len(value)} characters; the limit is {MAX_METADATA_BYTES}.")
        try:
            return super().to_python(value)
        except (RecursionError, ValueError):
            raise ValidationError("This is nested too deep or has a number that is too long.") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what was sent, also where it is no JSON, so that it can be corrected."""
        try:
            return super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return InvalidJSONInput(data)


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


# How the fields of models appear in the panel's forms.
FORM_FIELDS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.CharField: {"form_class": ExactField},
    models.SlugField: {"form_class": ExactField},
    models.URLField: {"form_class": ExactField, "widget": AdminTextInputWidget},
    models.DateField: {"widget": DayInput},
    models.TextField: {"form_class": ExactField},
    models.JSONField: {"form_class": ExactJSONField},
}


class RefusalsMixin:
    """Shows the Problem that an action raised for this submission, and refuses what was based on an older state."""

    problem: ClassVar[Problem | None] = None
    # Fields of an action's input that stand under another name in the form.
    pointers: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)

    @property
    def stamp(self: Any) -> str:
        """Return a digest of what is stored now, which the page sends back."""
        if self.instance._state.adding:
            return ""
        stored = repr([(name, self.initial.get(name)) for name in sorted(self.fields)])
        return hashlib.sha256(stored.encode("utf-8", "surrogatepass")).hexdigest()

    def clean(self: Any) -> Any:
        cleaned = super().clean()  # type: ignore[misc]  # of the form it is mixed into
        sent = self.data.get("stamp", "")
        if sent and sent != self.stamp:
            self.add_error(None, f"Somebody changed this meanwhile. Stored now: {self._stored()}. Check, then save.")
        if self.problem is not None:
            self._show(self.problem)
        return cleaned

    def _stored(self: Any) -> str:
        names = [name for name in self.changed_data if name in self.initial]
        return "; ".join(f"{self.fields[name].label or name} “{self.initial[name]}”" for name in names) or "the same"

    def _show(self: Any, problem: Problem) -> None:
        for error in problem.errors:
            key = error.pointer.strip("/").split("/")[0]
            name = self.pointers.get(key, key)
            self.add_error(name if name in self.fields else None, error.detail)
        if not problem.errors:
            self.add_error(None, problem.detail)


class PanelForm(RefusalsMixin, ModelForm):
    """The form of every page that can be changed."""
