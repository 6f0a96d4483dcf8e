"""A typed function as a Lambda entry point behind an HTTP API, and its contract as data.

    @operation(201, headers=("ETag", "Location"), raises=(EmailTaken,))
    def handler(headers: Once, body: CreateUser) -> Response[User]:
        '''Create a user.'''

The parameters' names say which part of the request they want: `path`, `query`, `headers`, `body` (each
a struct, parsed before the function is called; a body may be one of several, told apart by a tag),
`content` (the body's bytes as they are, annotated with the shape that they have), and `claims` and
`authorizer` (what the token, or the route's Lambda authorizer, says of the caller, as text). The docstring
is what the API's document says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args, get_type_hints

import msgspec

from handlers.http import parse, problem
from handlers.http.request import BODY_LIMIT_BYTES, Request
from handlers.http.response import Response
from handlers.kit import correlation
from handlers.kit.errors import (
    ContentTooLarge,
    Fault,
    InvalidRequest,
    Refusal,
    UnsupportedMediaType,
)
from handlers.kit.invocation import Context, Invocation

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
PARTS = ("path", "query", "headers", "body", "content")
CALLER = ("claims", "authorizer")

GatewayResponse = dict[str, Any]
"""What API Gateway takes: `statusCode`, `headers` and, unless there is none, `body` as text."""


class Contract(msgspec.Struct, frozen=True):
    """What an operation takes and gives.

    Attributes:
        text: the docstring: a summary line, and what else there is to say.
        status: the status of a success.
        parts: the type of each part of the request that is read, by the part's name.
        caller: what is read of what the gateway says of the caller.
        response: the type of a success's body; `type(None)` for none.
        headers: the headers of a success, besides the correlation id.
        raises: how the operation itself may refuse; parsing adds its own.
        accepts: the media types of the body.
        limit: how many bytes of a body are taken.
    """

    text: str
    status: int
    parts: Mapping[str, Any]
    caller: tuple[str, ...]
    response: Any
    headers: tuple[str, ...]
    raises: tuple[type[Refusal], ...]
    accepts: tuple[str, ...]
    limit: int

    @property
    def body(self) -> Any:
        """The shape of the body, be it parsed or handed on as it is; None where there is none."""
        if "content" in self.parts:
            return get_args(self.parts["content"])[1]
        return self.parts.get("body")

    @property
    def refusals(self) -> tuple[type[Refusal], ...]:
        """Every way in which a request may be refused."""
        parsing: list[type[Refusal]] = []
        if self.parts:
            parsing.append(InvalidRequest)
        if self.body is not None:
            parsing += [ContentTooLarge, UnsupportedMediaType]
        return (*parsing, *self.raises)


class Operation:
    """Lambda's entry point: answers every event, and logs one line for each."""

    def __init__(
        self, function: Callable[..., Response[Any]], contract: Contract, authorize: Callable[[Request], None]
    ) -> None:
        self.function = function
        self.contract = contract
        self.authorize = authorize

    def __call__(self, event: Mapping[str, Any], context: Context) -> GatewayResponse:
        """Answer a request; nothing that a caller sends makes this raise."""
        request = Request.of(event)
        correlation_id = correlation.accepted(request.headers.get(correlation.HEADER.lower()))
        actor = request.claims.get("sub")
        with Invocation(context, correlation_id, actor=actor, route=request.route) as invocation:
            response = self._response(request, invocation)
            response["headers"][correlation.HEADER] = correlation_id
            invocation.note(status=response["statusCode"])
            return response

    def _response(self, request: Request, invocation: Invocation) -> GatewayResponse:
        try:
            self.authorize(request)
            answer = self.function(**self._arguments(request))
            return _response(
                self.contract.status,
                JSON,
                # What is said of a person is for the one who asked, and not for a cache.
                {"Cache-Control": "no-store", **answer.headers},
                None if answer.body is None else msgspec.json.encode(answer.body),
            )
        except Refusal as refusal:
            invocation.note(problem=problem.type_of(type(refusal)))
            return _problem(
                problem.refused(refusal), {"Cache-Control": "no-store", **problem.headers(refusal)}
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and the log the traceback
            invocation.failed(error)
            return _problem(problem.unexpected(invocation.correlation_id), {"Cache-Control": "no-store"})

    def _arguments(self, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = {name: getattr(request, name) for name in self.contract.caller}
        faults: list[Fault] = []
        for part, shape in self.contract.parts.items():
            try:
                arguments[part] = self._parsed(part, shape, request)
            except InvalidRequest as invalid:
                faults += invalid.faults
        if faults:
            raise InvalidRequest(faults)
        return arguments

    def _parsed(self, part: str, shape: Any, request: Request) -> Any:
        match part:
            case "body":
                return parse.body(shape, request.body(self.contract.accepts, self.contract.limit))
            case "content":
                return request.body(self.contract.accepts, self.contract.limit)
            case "headers":
                return parse.headers(shape, request.headers)
            case "path":
                return parse.parameters(shape, request.path)
            case _:
                return parse.parameters(shape, request.query)


def operation(
    status: int,
    *,
    headers: tuple[str, ...] = (),
    raises: tuple[type[Refusal], ...] = (),
    accepts: tuple[str, ...] = (JSON,),
    limit: int = BODY_LIMIT_BYTES,
    authorize: Callable[[Request], None] = lambda _: None,
) -> Callable[[Callable[..., Response[Any]]], Operation]:
    """Make an entry point of a function that answers with `status`.

    Args:
        status: the status of a success.
        headers: the headers that its answers carry.
        raises: the refusals that the function, or code that it calls, may raise.
        accepts: the media types of its body.
        limit: how many bytes of a body are taken.
        authorize: raises a refusal where the caller may not ask at all, before anything is parsed.
    """

    def decorate(function: Callable[..., Response[Any]]) -> Operation:
        hints = get_type_hints(function, include_extras=True)
        (response,) = get_args(hints["return"])
        contract = Contract(
            text=function.__doc__ or "",
            status=status,
            parts={part: hints[part] for part in PARTS if part in hints},
            caller=tuple(name for name in CALLER if name in hints),
            response=response,
            headers=headers,
            raises=raises,
            accepts=accepts,
            limit=limit,
        )
        return Operation(function, contract, authorize)

    return decorate


def _problem(told: problem.Problem, headers: dict[str, str]) -> GatewayResponse:
    return _response(told.status, problem.MEDIA_TYPE, headers, msgspec.json.encode(told))


def _response(status: int, content_type: str, headers: dict[str, str], body: bytes | None) -> GatewayResponse:
    if body is None:
        return {"statusCode": status, "headers": headers}
    return {
        "statusCode": status,
        "headers": {"Content-Type": content_type, **headers},
        "body": body.decode(),
    }
