"""What every operation says of itself in the OpenAPI schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers as s

from annotate.api.pagination import DEFAULT_PAGE, MAX_PAGE
from annotate.api.problems import MEDIA_TYPE
from annotate.api.serializers import ProblemSerializer

WHY = {
    400: "The input breaks a rule; `errors` points to each bad field.",
    401: "Not signed in.",
    403: "Your role does not allow this.",
    404: "It does not exist, or you may not see it.",
    409: "The state of the thing does not allow this; the text says what to do.",
    412: "Changed meanwhile: `current` is what is stored, `sent` what came.",
    413: "Larger than a limit, which the text names.",
    415: "The body's Content-Type is not read here.",
    428: "If-Match is missing.",
    503: "Busy, or the database is away; try again after Retry-After seconds.",
}


def paging(most: int) -> list[OpenApiParameter]:
    """Return the parameters of a list that is answered in pages of at most so many."""
    size = {"type": "integer", "minimum": 1, "maximum": most, "default": DEFAULT_PAGE}
    return [
        OpenApiParameter("cursor", str, description="Where to go on; follow `next` and `previous`, and make none."),
        OpenApiParameter("page_size", size, description=f"1 to {most}; {DEFAULT_PAGE} unless given."),
    ]


PAGING = paging(MAX_PAGE)
ROUND = OpenApiParameter("round", {"type": "string", "format": "uuid"}, description="Chooses among several rounds.")
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description='The version that you saw, as ETag: `"3"`.'
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="An ETag (answers 304), or `*` (only if new)."
)


def operation(
    *,
    id: str,
    tag: str,
    summary: str,
    method: str = "GET",
    detail: str = "",
    answers: Mapping[Any, Any],
    errors: Sequence[int] = (),
    body: Any = None,
    parameters: Sequence[OpenApiParameter] = (),
    examples: Sequence[OpenApiExample] = (),
) -> Callable[[Any], Any]:
    """Describe one method of a view. 401, 404 and 503 are added; 400 and 415 too where there is a body."""
    problems = {401, 404, 503, *errors} | ({400, 415} if body is not None else set())
    responses: dict[Any, Any] = dict(answers)
    for status in sorted(problems):
        responses[(status, MEDIA_TYPE)] = OpenApiResponse(ProblemSerializer, description=WHY[status])
    return extend_schema(
        methods=[method],
        operation_id=id,
        tags=[tag],
        summary=summary,
        description=detail or summary,
        request=body,
        responses=responses,
        parameters=list(parameters),
        examples=list(examples),
    )


def page_of(name: str, item: type[s.Serializer[Any]]) -> Any:
    """Return the shape of one page of a list."""
    return inline_serializer(
        f"{name}Page",
        {
            "next": s.URLField(allow_null=True),
            "previous": s.URLField(allow_null=True),
            "results": item(many=True),
        },
    )


def sent(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "annotate.api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Made with `create_token USERNAME`."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "annotate.api.auth.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "The signed-in browser."}
