"""The `operation` decorator: a typed function as a Lambda entry point behind an HTTP API.

    @operation(201, headers=("ETag", "Location"), raises=(EmailTaken,))
    def handler(headers: CreateHeaders, body: CreateUser) -> Response[User]:
        '''Create a user.'''

Each parameter receives the part of the request that has its name:

    path, query, headers, body   a struct, parsed before the call; a body may be a union of tagged structs
    content                      the body's bytes, annotated with the shape that the API's document shows
    claims, authorizer           the token's claims, or the Lambda authorizer's context, as text
    cookies                      the cookies by name
    method, target               the method, and the path without the stage

The function's signature and docstring are its contract, from which the API's document is generated.
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
CONTEXT = ("claims", "authorizer", "cookies", "method", "target")

GatewayResponse = dict[str, Any]
"""The response in API Gateway's format: `statusCode`, `headers`, and if there are any, `cookies` as the lines
of Set-Cookie and `body` as text."""


class Contract(msgspec.Struct, frozen=True):
    """An operation's request and response types.

    Attributes:
        text: the docstring: a summary line and a description.
        status: the status of a successful response.
        parts: the type of each part of the request that the function takes, by the part's name.
        context: which names of `CONTEXT` the function takes.
        response: the type of a successful response's body; `type(None)` for no body.
        headers: the headers of a successful response, besides the correlation id.
        reads: the names of the cookies that the function reads.
        sets: the names of the cookies that a successful response sets or deletes.
        raises: the refusals that the function raises; `refusals` adds those of parsing.
        accepts: the media types of the body.
        limit: the maximum size of the body in bytes.
    """

    text: str
    status: int
    parts: Mapping[str, Any]
    context: tuple[str, ...]
    response: Any
    headers: tuple[str, ...]
    reads: tuple[str, ...]
    sets: tuple[str, ...]
    raises: tuple[type[Refusal], ...]
    accepts: tuple[str, ...]
    limit: int

    @property
    def body(self) -> Any:
        """The shape of the request's body, parsed or raw; None for an operation without a body."""
        if "content" in self.parts:
            return get_args(self.parts["content"])[1]
        return self.parts.get("body")

    @property
    def refusals(self) -> tuple[type[Refusal], ...]:
        """Every kind of refusal that the operation can return, including those of parsing."""
        parsing: list[type[Refusal]] = []
        if self.parts:
            parsing.append(InvalidRequest)
        if self.body is not None:
            parsing += [ContentTooLarge, UnsupportedMediaType]
        return (*parsing, *self.raises)


class Operation:
    """The Lambda entry point: returns a response for every event and logs one line."""

    def __init__(
        self, function: Callable[..., Response[Any]], contract: Contract, authorize: Callable[[Request], None]
    ) -> None:
        self.function = function
        self.contract = contract
        self.authorize = authorize

    def __call__(self, event: Mapping[str, Any], context: Context) -> GatewayResponse:
        """Return the response to a request; no request makes this raise."""
        request = Request.from_event(event)
        correlation_id = correlation.accepted(request.headers.get(correlation.HEADER.lower()))
        actor = request.claims.get("sub")
        with Invocation(context, correlation_id, actor=actor, route=request.route) as invocation:
            response = self._response(request, invocation)
            response["headers"][correlation.HEADER] = correlation_id
            if request.method == "HEAD":  # Its responses have no content (RFC 9110, 9.3.2).
                response.pop("body", None)
            invocation.note(status=response["statusCode"])
            return response

    def _response(self, request: Request, invocation: Invocation) -> GatewayResponse:
        try:
            self.authorize(request)
            response = self.function(**self._arguments(request))
            return _response(
                self.contract.status,
                JSON,
                # Responses may contain personal data: caches must not store them.
                {"Cache-Control": "no-store", **response.headers},
                None if response.body is None else msgspec.json.encode(response.body),
                response.cookies,
            )
        except Refusal as refusal:
            invocation.note(problem=problem.type_of(type(refusal)))
            return _problem(
                problem.from_refusal(refusal),
                {"Cache-Control": "no-store", **problem.headers(refusal)},
                problem.cookies(refusal),
            )
        except Exception as error:  # noqa: BLE001 - every error becomes a response, and its traceback is logged
            invocation.failed(error)
            return _problem(problem.internal_error(invocation.correlation_id), {"Cache-Control": "no-store"})

    def _arguments(self, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = {name: getattr(request, name) for name in self.contract.context}
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
    reads: tuple[str, ...] = (),
    sets: tuple[str, ...] = (),
    raises: tuple[type[Refusal], ...] = (),
    accepts: tuple[str, ...] = (JSON,),
    limit: int = BODY_LIMIT_BYTES,
    authorize: Callable[[Request], None] = lambda _: None,
) -> Callable[[Callable[..., Response[Any]]], Operation]:
    """Return a decorator that makes a function a Lambda entry point.

    Args:
        status: the status of a successful response.
        headers: the headers of a successful response.
        reads: the cookies that the function reads.
        sets: the cookies that a successful response sets or deletes.
        raises: the refusals that the function, or code that it calls, may raise.
        accepts: the media types of the body.
        limit: the maximum size of the body in bytes.
        authorize: raises a refusal if the caller may not send this request; called before parsing.
    """

    def decorate(function: Callable[..., Response[Any]]) -> Operation:
        contract = Contract(
            **_signature(function),
            status=status,
            headers=headers,
            reads=reads,
            sets=sets,
            raises=raises,
            accepts=accepts,
            limit=limit,
        )
        return Operation(function, contract, authorize)

    return decorate


def _signature(function: Callable[..., Response[Any]]) -> dict[str, Any]:
    """Return the fields of a contract that a function's docstring and annotations give."""
    hints = get_type_hints(function, include_extras=True)
    (response,) = get_args(hints["return"])
    return {
        "text": function.__doc__ or "",
        "parts": {part: hints[part] for part in PARTS if part in hints},
        "context": tuple(name for name in CONTEXT if name in hints),
        "response": response,
    }


def _problem(
    details: problem.Problem, headers: dict[str, str], cookies: tuple[str, ...] = ()
) -> GatewayResponse:
    return _response(details.status, problem.MEDIA_TYPE, headers, msgspec.json.encode(details), cookies)


def _response(
    status: int, content_type: str, headers: dict[str, str], body: bytes | None, cookies: tuple[str, ...]
) -> GatewayResponse:
    response: GatewayResponse = {"statusCode": status, "headers": headers}
    if body is not None:
        response |= {"headers": {"Content-Type": content_type, **headers}, "body": body.decode()}
    if cookies:
        response["cookies"] = list(cookies)
    return response
