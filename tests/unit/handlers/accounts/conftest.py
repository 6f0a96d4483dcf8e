"""A fake of the user pool: the operations that change a sign-in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from handlers.kit import aws as kit

POOL = "us-east-1_Test"
OPERATIONS = (
    "AdminDeleteUser",
    "AdminDisableUser",
    "AdminEnableUser",
    "AdminUserGlobalSignOut",
    "ListUsers",
)


class HttpResponse(NamedTuple):
    """The part of an HTTP response that the SDK reads."""

    status_code: int


@dataclass
class Pool:
    """A user pool.

    Attributes:
        users: whether each user may sign in, by user name.
        usernames: the user names by subject.
        calls: the operations that changed a user, in order.
        failures: the error codes of the next changes, in order.
        before_change: what happens elsewhere just before the next change.
    """

    users: dict[str, bool] = field(default_factory=dict)
    usernames: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    before_change: list[Callable[[], object]] = field(default_factory=list)

    def add(self, subject: str, username: str | None = None) -> None:
        """Add the user of a subject, which is the user name unless one is given."""
        self.usernames[subject] = username or subject
        self.users[username or subject] = True

    def respond(self, model: Any, params: dict[str, Any], **_: Any) -> tuple[HttpResponse, dict[str, Any]]:
        """Return the response to a call."""
        request = json.loads(params["body"])
        assert request.pop("UserPoolId") == POOL
        if model.name == "ListUsers":
            return HttpResponse(200), self._list(request)
        if self.before_change:
            self.before_change.pop(0)()
        return self._change(model.name, request["Username"])

    def _list(self, request: dict[str, Any]) -> dict[str, Any]:
        names = [
            name for subject, name in self.usernames.items() if request["Filter"] == f'sub = "{subject}"'
        ]
        return {"Users": [{"Username": name} for name in names if name in self.users]}

    def _change(self, operation: str, username: str) -> tuple[HttpResponse, dict[str, Any]]:
        code = self.failures.pop(0) if self.failures else ""
        if code or username not in self.users:
            return HttpResponse(400), {"Error": {"Code": code or "UserNotFoundException"}}
        self.calls.append(operation)
        if operation == "AdminDeleteUser":
            del self.users[username]
        elif operation != "AdminUserGlobalSignOut":
            self.users[username] = operation == "AdminEnableUser"
        return HttpResponse(200), {}


@pytest.fixture
def pool(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """An empty user pool."""
    del aws
    monkeypatch.setenv("USER_POOL_ID", POOL)
    monkeypatch.setenv("DEAD_LETTERS_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/dead-letters")
    events, fake = kit.client("cognito-idp").meta.events, Pool()
    for operation in OPERATIONS:
        events.register(f"before-call.cognito-identity-provider.{operation}", fake.respond)
    yield fake
    for operation in OPERATIONS:
        events.unregister(f"before-call.cognito-identity-provider.{operation}", fake.respond)
