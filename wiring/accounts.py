"""Accounts: the sign-in in Cognito follows the status and the deletion of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wiring.users import ACCESS_CHANGED

if TYPE_CHECKING:
    from wiring.platform import Platform
    from wiring.users import Users


def wire(platform: Platform, people: Users) -> None:
    """Create the consumer that changes sign-ins."""
    platform.consume(
        "accounts",
        "accounts.follow",
        ACCESS_CHANGED,
        *people.use_access(),
        people.identities.use("UpdateItem"),
        platform.auth.use_accounts(),
    )
