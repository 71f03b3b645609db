"""What can go wrong with a request, in the terms of RFC 9457; each error names value, rule and remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One bad field; `pointer` is a JSON pointer into the body (RFC 6901)."""

    pointer: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        return {"pointer": f"#{self.pointer}", "detail": self.detail}


class Problem(Exception):
    """A refusal with the HTTP status that says why."""

    status = 400
    title = "Invalid"

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = (), extra: dict[str, object] | None = None):
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)
        self.extra = extra or {}

    def as_dict(self) -> dict[str, object]:
        body: dict[str, object] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [error.as_dict() for error in self.errors]
        return body | self.extra


class Invalid(Problem):
    """400: the input breaks a rule."""

    @classmethod
    def of(cls, errors: Sequence[FieldError]) -> Invalid:
        detail, n_more = errors[0].detail, len(errors) - 1
        more = f" (and {n_more} more)" if n_more else ""
        return cls(f"{detail[:-1]}{more}." if more and detail.endswith(".") else f"{detail}{more}", errors=errors)


class SignedOut(Problem):
    """401: nobody, or somebody else, is signed in."""

    status = 401
    title = "Sign in"


class NotThere(Problem):
    """404: it does not exist, or the caller may not see it."""

    status = 404
    title = "Not found"


class WrongState(Problem):
    """409: the thing is in a state that does not allow this."""

    status = 409
    title = "Conflict"


class PreconditionFailed(Problem):
    """412: what the caller saw is not what is stored. `extra` carries both versions."""

    status = 412
    title = "Changed meanwhile"


class TooLarge(Problem):
    """413: over a limit, which the detail names."""

    status = 413
    title = "Too large"


class PreconditionRequired(Problem):
    """428: an update must say which version it is based on."""

    status = 428
    title = "If-Match is missing"
