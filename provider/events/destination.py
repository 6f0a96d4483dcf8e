"""The world outside: API destinations, and the connections that say how to sign in there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, ProviderError
from provider.events.blocks import Block, found, sent
from provider.events.named import Named

AUTH_PARAMETERS = {
    "apiKey": Block("ApiKeyAuthParameters", {"key": "ApiKeyName", "value": "ApiKeyValue"}),
    "basic": Block("BasicAuthParameters", {"username": "Username", "password": "Password"}),
}


class EventConnection(Named):
    """How API destinations sign in. AWS never tells a secret: it reads as what is known of it."""

    token = "aws:cloudwatch/eventConnection:EventConnection"
    inputs = frozenset({"name", "description", "authorizationType", "authParameters"})
    autoname = AutoName("name", 64)
    noun = "connection"
    arn_key = "ConnectionArn"
    defaults: ClassVar[Properties] = {"description": ""}

    @override
    def arguments(self, settings: Properties) -> Properties:
        authentication = _sent(settings["authParameters"])
        return {**super().arguments(settings), "AuthParameters": authentication}

    @override
    def settings(self, answer: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
        authentication = _told(answer.get("AuthParameters", {}), known.get("authParameters", {}))
        return {**super().settings(answer, known), "authParameters": authentication}


class EventApiDestination(Named):
    """An HTTPS endpoint that events are sent to, at most so many a second."""

    token = "aws:cloudwatch/eventApiDestination:EventApiDestination"
    inputs = frozenset(
        {
            "name",
            "description",
            "connectionArn",
            "httpMethod",
            "invocationEndpoint",
            "invocationRateLimitPerSecond",
        }
    )
    autoname = AutoName("name", 64)
    noun = "api_destination"
    arn_key = "ApiDestinationArn"
    defaults: ClassVar[Properties] = {"description": "", "invocationRateLimitPerSecond": 300}


def _sent(parameters: Mapping[str, Any]) -> Properties:
    unknown = sorted(parameters.keys() - AUTH_PARAMETERS.keys())
    if unknown:
        known = ", ".join(AUTH_PARAMETERS)
        raise ProviderError(f"authParameters: unknown {', '.join(unknown)}; known are {known}")
    return sent(parameters, AUTH_PARAMETERS)


def _told(parameters: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
    told = found(parameters, AUTH_PARAMETERS)
    return {key: {**known.get(key, {}), **value} for key, value in told.items()}
