"""Who may call a route. Every route says one of these; there is no default."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Jwt:
    """Holders of a token of ours: with one of the scopes, or any where none is named."""

    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Custom:
    """Callers that the Lambda authorizer of this name lets through."""

    authorizer: str


@dataclass(frozen=True)
class Public:
    """Everyone, for the reason given."""

    reason: str


Access = Jwt | Custom | Public
