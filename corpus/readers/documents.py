"""Check the fields of one incoming document, the same for the API and for every file format."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from corpus.readers.base import RowError, row_error, split_error
from corpus.text.names import InvalidName, check_characters, check_name
from corpus.text.normalise import TextError, TextTooLarge, normalise_text, refuse_unstorable

MAX_TITLE = 1000
MAX_NAME = 300
MAX_URL = 2000
MAX_LANGUAGE = 35
MAX_DEPTH = 10
MAX_METADATA_BYTES = 64_000
MAX_NUMBER = 2**53  # beyond it, JavaScript and JSON readers that use doubles change the number

# BCP 47 has no language of more than three letters; older versions kept whatever looked like a tag.
LANGUAGE = re.compile(r"([A-Za-z]{2,3}|[iIxX](?=-))(-[A-Za-z0-9]{1,8})*")
OLDER_LANGUAGE = re.compile(r"[A-Za-z]{4,8}(-[A-Za-z0-9]{1,8})*")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?", re.ASCII)
LINE_BREAKS = re.compile("\\s*[\t\n\v\f\r\x85\u2028\u2029]\\s*")
NOT_IN_URL = re.compile(r'[\s<>"\\^`{|}]')


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanDocument:
    """A document that can be stored as it is."""

    title: str
    text: str
    source: str
    url: str
    published_on: date | None
    language: str
    external_id: str
    metadata: dict[str, object] = field(default_factory=dict)


class DocumentErrors(ValueError):
    """Everything that is wrong with a document; `is_too_large` tells the API to answer 413."""

    def __init__(self, errors: list[RowError], *, is_too_large: bool = False) -> None:
        super().__init__(" ".join(str(error) for error in errors))
        self.errors = errors
        self.is_too_large = is_too_large


class FieldError(ValueError):
    """What is wrong with one field."""

    def __init__(self, error: RowError) -> None:
        super().__init__(str(error))
        self.error = error


def clean_document(values: Mapping[str, object], *, extra: Literal["refuse", "metadata"] = "refuse") -> CleanDocument:
    """Check every field; unknown ones are refused by name or go into the metadata.

    Raises:
        DocumentErrors: all errors at once; a RowError's `field` is a path such as metadata/page.
    """
    errors: list[RowError] = []
    is_too_large = False
    given = _with_extra(values, extra, errors)
    clean: dict[str, Any] = {}
    for name, check in CHECKS.items():
        try:
            clean[name] = check(given.get(name))
        except FieldError as error:
            errors.append(error.error)
            is_too_large |= isinstance(error.__cause__, TextTooLarge)
    if errors:
        raise DocumentErrors(errors, is_too_large=is_too_large)
    return CleanDocument(**clean)


def _with_extra(values: Mapping[str, object], extra: str, errors: list[RowError]) -> dict[str, object]:
    """Refuse unknown fields, or move them into the metadata."""
    unknown = {name: value for name, value in values.items() if name not in CHECKS}
    given = {name: value for name, value in values.items() if name in CHECKS}
    if not unknown:
        return given
    metadata = given.get("metadata") or {}
    if extra == "refuse":
        remedy = "put it into metadata; the fields are " + ", ".join(CHECKS)
        errors.extend(row_error(name, "unknown field", remedy, _path(name)) for name in unknown)
    elif isinstance(metadata, dict):
        twice = [name for name in unknown if name in metadata]
        errors.extend(row_error(n, "is a field and also in the metadata", "rename one", _path(n)) for n in twice)
        given["metadata"] = metadata | unknown
    return given


def _title(value: object) -> str:
    """Answer a title on one line."""
    title = LINE_BREAKS.sub(" ", _string(value, "title")).strip()
    if len(title) > MAX_TITLE:
        raise _error(value, f"has {len(title)} characters, the limit is {MAX_TITLE}", "shorten it", "title")
    try:
        check_characters(title, what="Title", allow_joiners=True)
    except InvalidName as error:
        raise FieldError(split_error(error, field="title")) from error
    return title


def _text(value: object) -> str:
    """Answer the text in its stored form."""
    if value is None:
        raise FieldError(RowError(value="", rule="the text is missing", remedy="give the article's text", field="text"))
    try:
        return normalise_text(_string(value, "text"))
    except TextError as error:
        raise FieldError(split_error(error, field="text")) from error


def _name(value: object, field: str) -> str:
    """Answer a name that may be empty."""
    name = _string(value, field)
    if not name.strip():
        return ""
    try:
        return check_name(name, what=field, max_length=MAX_NAME)
    except InvalidName as error:
        raise FieldError(split_error(error, field=field)) from error


def _source(value: object) -> str:
    return _name(value, "source")


def _external_id(value: object) -> str:
    """Answer an id as a string; a whole number is one too."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if is_whole and abs(cast(int, value)) > MAX_NUMBER:
        raise _error(value, "is a number beyond 2**53", "write it as a string", "external_id")
    return _name(str(value) if is_whole else value, "external_id")


def _url(value: object) -> str:
    """Answer an http or https address."""
    url = _string(value, "url").strip()
    if not url:
        return ""
    if len(url) > MAX_URL:
        raise _error(url, f"has {len(url)} characters, the limit is {MAX_URL}", "shorten it", "url")
    try:
        check_characters(url, what="URL")
    except InvalidName as error:
        raise FieldError(split_error(error, field="url")) from error
    if not url.lower().startswith(("http://", "https://")):
        raise _error(url, "is not an http or https address", "start it with http:// or https://", "url")
    if NOT_IN_URL.search(url):
        raise _error(url, "has a character that a URL may not have", "percent-encode it", "url")
    if not _is_web_address(url):
        raise _error(url, "is not an http or https address with a host", "write https://host/path", "url")
    return url


def _is_web_address(url: str) -> bool:
    """Say whether scheme, host and port are those of a web page."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _published_on(value: object) -> date | None:
    """Answer the date of an ISO date or time, as written: a time is not moved to another zone."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    written = _string(value, "published_on").strip()
    try:
        if ISO_DATE.fullmatch(written):
            return datetime.fromisoformat(written).date()
    except ValueError:
        pass  # A date that looks right and does not exist gets the same answer.
    raise _error(value, "is not an ISO date", "write it as 2024-05-31", "published_on")


def _language(value: object) -> str:
    """Answer a language tag."""
    tag = _string(value, "language").strip()
    if tag and (len(tag) > MAX_LANGUAGE or not LANGUAGE.fullmatch(tag)):
        raise _error(value, "is not a language tag", "write a BCP 47 tag such as en or pt-BR", "language")
    return tag


def is_older_language(value: object) -> bool:
    """Say whether an earlier version kept this language, such as “english”: what it wrote is still restored."""
    return isinstance(value, str) and len(value) <= MAX_LANGUAGE and OLDER_LANGUAGE.fullmatch(value) is not None


def _metadata(value: object) -> dict[str, object]:
    """Answer an object that any JSON reader keeps unchanged."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _error(value, f"is {_kind(value)}", "give a JSON object", "metadata")
    _check_json(value, "metadata", 1)
    n_bytes = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    if n_bytes > MAX_METADATA_BYTES:
        raise _error(value, f"has {n_bytes} bytes, the limit is {MAX_METADATA_BYTES}", "keep less", "metadata")
    return value


def _check_json(value: object, path: str, depth: int) -> None:
    """Raise FieldError at the first value that is not plain, storable JSON."""
    if isinstance(value, str):
        try:
            refuse_unstorable(value, what="The value")
        except TextError as error:
            raise FieldError(split_error(error, field=path)) from error
    elif isinstance(value, dict | list):
        _check_container(value, path, depth)
    elif isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > MAX_NUMBER:
            raise _error(value, "is not a number within ±2**53", "write it as a string", path)
    elif value is not None:
        raise _error(value, f"is {_kind(value)}, which JSON does not have", "write it as a string", path)


def _check_container(value: dict[str, object] | list[object], path: str, depth: int) -> None:
    """Check the depth, the keys and the members of an object or list."""
    if depth > MAX_DEPTH:
        raise _error(value, f"is nested more than {MAX_DEPTH} deep", "flatten it", path)
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        if isinstance(value, dict):
            if not isinstance(key, str):
                raise _error(key, "is not a string", "use strings as names", path)
            _check_json(key, path, depth)
        _check_json(member, f"{path}/{_path(str(key))}", depth + 1)


def _string(value: object, field: str) -> str:
    """Answer the string, "" for nothing; refuse every other type."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _error(value, f"is {_kind(value)}", "give a string", field)
    return value


def _kind(value: object) -> str:
    """Name a value's type in JSON's words."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), f"of type {type(value).__name__}")


def _path(name: str) -> str:
    """Escape one step of a path as JSON Pointer does (RFC 6901), shortened."""
    return name[:MAX_NAME].replace("~", "~0").replace("/", "~1")


def _error(value: object, rule: str, remedy: str, field: str) -> FieldError:
    return FieldError(row_error(value, rule, remedy, field))


CHECKS: dict[str, Callable[[object], object]] = {
    "title": _title,
    "text": _text,
    "source": _source,
    "url": _url,
    "published_on": _published_on,
    "language": _language,
    "external_id": _external_id,
    "metadata": _metadata,
}
FIELDS = tuple(CHECKS)
