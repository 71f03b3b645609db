"""A new codebook, published as its version 1."""

from __future__ import annotations

from datetime import datetime

from annotate.actions.batch import Batch
from annotate.actions.codebook.rows import own_values, write_rows
from annotate.models import Codebook, CodebookVersion
from annotate.payloads.codebook_files import file_dict
from annotate.payloads.codebook_templates import DEFAULT, TEMPLATES, Template
from annotate.payloads.problems import FieldError, Invalid


def template_of(raw: object) -> Template:
    """Return the template of that name. Raises Invalid."""
    if isinstance(raw, str) and raw in TEMPLATES:
        return TEMPLATES[raw]
    detail = f"{str(raw)[:60]!r} is no template; choose from {', '.join(TEMPLATES)}."
    raise Invalid.of([FieldError(pointer="/template", detail=detail)])


def make_codebook(*, name: str, template: object = DEFAULT, batch: Batch, now: datetime) -> CodebookVersion:
    """Make a codebook from a template, published as version 1."""
    file = template_of(template).codebook
    codebook = Codebook.objects.create(name=name, created_at=now)
    version = CodebookVersion.objects.create(codebook=codebook, number=1, created_at=now, **own_values(file))
    write_rows(version, file)
    version.published_at = now
    version.save(update_fields=["published_at"])
    batch.add("codebook", codebook.pk, before=None, after={"name": name})
    state = file_dict(file) | {"name": name, "number": 1}
    batch.add("codebook_version", version.pk, before=None, after=state | {"codebook": str(codebook.pk)})
    return version
