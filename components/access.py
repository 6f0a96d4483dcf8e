"""Who may call a route. Every route declares one of these; there is no default."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Jwt:
    """Callers with an access token that has one of the scopes, or any access token if none is named."""

    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Custom:
    """Callers that the Lambda authorizer of this name allows."""

    authorizer: str


@dataclass(frozen=True)
class Public:
    """Everyone, for the reason given."""

    reason: str


Access = Jwt | Custom | Public
