"""The forms of the pages. Rules live in the actions; what they refuse is shown at the field it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.core.files.uploadedfile import UploadedFile

from annotate.formats.texts import MAX_QUOTE
from annotate.payloads.codebook_templates import DEFAULT, TEMPLATES
from annotate.payloads.problems import Problem
from annotate.permissions import Role
from corpus.readers import READERS

ROLES = [(role.value, role.value.capitalize()) for role in Role]
ENCODINGS = (
    ("", "Recognise it"),
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("windows-1252", "Windows-1252, Western European"),
    ("iso-8859-1", "Latin-1"),
    ("iso-8859-2", "Latin-2, Central European"),
    ("windows-1251", "Windows-1251, Cyrillic"),
    ("koi8-r", "KOI8-R"),
    ("windows-1253", "Windows-1253, Greek"),
    ("windows-1254", "Windows-1254, Turkish"),
    ("windows-1256", "Windows-1256, Arabic"),
    ("shift_jis", "Shift JIS"),
    ("gb18030", "GB 18030"),
    ("euc-kr", "EUC-KR"),
)
FORMATS = [("", "By the name of each file")] + [(key, reader.description) for key, reader in READERS.items()]
ACCEPT = ",".join(extension for reader in READERS.values() for extension in reader.extensions)
LANGUAGE_HELP = "A tag such as en or pt-BR."


def add_problem(form: forms.Form, problem: Problem) -> None:
    """Show what an action refused, at its fields where the form has them."""
    for error in problem.errors:
        name = error.pointer.strip("/").split("/")[0].replace("files", "file")
        form.add_error(name if name in form.fields else None, error.detail)
    if not problem.errors:
        form.add_error(None, problem.detail)


def _autocomplete(what: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": what})


class ProjectForm(forms.Form):
    name = forms.CharField(
        max_length=300,
        help_text="What you call it, for example “Town council 2026”.",
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    slug = forms.CharField(
        label="Short name",
        required=False,
        max_length=100,
        help_text="For addresses and files: lower-case letters, digits, hyphens. Left empty, it is made from the name.",
    )
    description = forms.CharField(
        required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}), help_text="For those who join you."
    )
    template = forms.ChoiceField(
        label="Codebook",
        required=False,
        choices=[(key, f"{found.name}: {found.about}") for key, found in TEMPLATES.items()],
        initial=DEFAULT,
        help_text="What to start from; you can change all of it.",
    )

    def clean_template(self) -> str:
        return self.cleaned_data["template"] or DEFAULT


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each checked by itself."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        return [super(FilesField, self).clean(file, initial) for file in data or [None]]


class UploadForm(forms.Form):
    file = FilesField(
        label="Files, as many as you like",
        help_text="At most 200 MB and 2,000 files at once, 10 MB for one article.",
        widget=ManyFiles(attrs={"accept": ACCEPT, "multiple": True}),
        allow_empty_file=True,
        error_messages={"required": "No file was chosen; choose at least one."},
    )
    source = forms.CharField(required=False, max_length=300, help_text="The outlet, for articles that name none.")
    language = forms.CharField(required=False, max_length=35, help_text=LANGUAGE_HELP)
    format = forms.ChoiceField(required=False, choices=FORMATS)
    encoding = forms.ChoiceField(required=False, choices=ENCODINGS)


class PasteForm(forms.Form):
    """One article. The text is never stripped: offsets count in it as it was given."""

    text = forms.CharField(
        label="Article",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "paste", "spellcheck": "false"}),
        help_text="With its headline, exactly as it should be stored.",
        error_messages={"required": "There is no text; paste the article."},
    )
    title = forms.CharField(required=False, max_length=1000, help_text="Left empty: the first line of the article.")
    source = forms.CharField(required=False, max_length=300, help_text="The outlet.")
    url = forms.CharField(label="URL", required=False, max_length=2000)
    published_on = forms.CharField(
        label="Published on", required=False, max_length=40, widget=forms.DateInput(attrs={"type": "date"})
    )
    language = forms.CharField(required=False, max_length=35, help_text=LANGUAGE_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # It stands beside UploadForm: with ids of its own, each label leads to its own field.
        super().__init__(*args, **{"auto_id": "id_paste_%s"} | kwargs)


class MemberForm(forms.Form):
    username = forms.CharField(max_length=150, label="User name", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=ROLES)


class InvitationForm(forms.Form):
    """A link that lets people join; fields are named as in the API."""

    HOURS = ((1, "1 hour"), (24, "1 day"), (72, "3 days"), (168, "7 days"), (336, "14 days"), (720, "30 days"))
    roles = forms.MultipleChoiceField(
        choices=ROLES, initial=["annotator"], widget=forms.CheckboxSelectMultiple, label="They join as"
    )
    max_uses = forms.IntegerField(min_value=1, max_value=1000, initial=1, label="How many people may join by it")
    hours = forms.TypedChoiceField(choices=HOURS, coerce=int, initial=168, label="It works for")
    note = forms.CharField(required=False, max_length=300, help_text="For managers: whom the link is for.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_invite_%s"} | kwargs)


class SignUpForm(forms.Form):
    """An account of one's own, made by invitation."""

    username = forms.CharField(
        max_length=150,
        label="User name",
        help_text="Letters, digits and @ . + - _; how you sign in, and how managers know you.",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    new_password1 = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html(),
    )
    new_password2 = forms.CharField(
        label="The password again", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("new_password1") != values.get("new_password2"):
            self.add_error("new_password2", "The two passwords differ; type the same one twice.")
        return values


class ProfileForm(forms.Form):
    first_name = forms.CharField(required=False, max_length=150, widget=_autocomplete("given-name"))
    last_name = forms.CharField(required=False, max_length=150, widget=_autocomplete("family-name"))
    email = forms.CharField(
        label="E-mail",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="Shown to nobody but whoever runs this site; nothing is mailed.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_profile_%s"} | kwargs)


class RolesForm(forms.Form):
    username = forms.CharField(max_length=150, strip=False, widget=forms.HiddenInput)
    roles = forms.MultipleChoiceField(required=False, choices=ROLES)


class TokenForm(forms.Form):
    name = forms.CharField(required=False, max_length=100, label="Name", help_text="Where you will use it.")


class DocumentListForm(forms.Form):
    """What the list of documents asks for; every filter of the search holds in its address, too."""

    STATUSES = (
        ("", "All"),
        ("new", "Not begun by me"),
        ("open", "Open"),
        ("returned", "Returned"),
        ("submitted", "Submitted"),
        ("withdrawn", "Withdrawn"),
    )
    q = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search", "dir": "auto"}))
    source = forms.CharField(required=False, max_length=300)
    status = forms.ChoiceField(required=False, choices=STATUSES, label="My reading")
    after = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)

    def values(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


class ExportForm(forms.Form):
    format = forms.ChoiceField(required=False)
    layers = forms.ChoiceField(required=False)
    text = forms.ChoiceField(required=False, choices=[("yes", "yes"), ("no", "no")])
    quote_length = forms.IntegerField(required=False, min_value=0, max_value=MAX_QUOTE)

    def __init__(self, *args: Any, formats: Sequence[str], layers: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, keys in (("format", formats), ("layers", layers)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(key, key) for key in keys]


class PageForm(forms.Form):
    """Where a page of a list starts: after the row with this number."""

    after = forms.IntegerField(required=False, min_value=0, max_value=2**62)

    def start(self) -> int:
        """Return the number, 0 where there is none or a bad one."""
        return int(self.cleaned_data.get("after") or 0) if self.is_valid() else 0
