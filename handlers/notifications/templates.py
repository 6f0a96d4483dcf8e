"""The email templates, and the data for their placeholders.

SES replaces each placeholder once and does not escape HTML. Each value is therefore passed twice: as it is,
and escaped under its name with the suffix `Html`. Subjects contain no text that a user has chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from handlers.users.models import User

MAX_LISTED = 50
"""The maximum number of users that a digest lists."""

_BRACES = str.maketrans({"{": "&#123;", "}": "&#125;"})


class Template(NamedTuple):
    """An email template with `{{placeholders}}` in SES's syntax."""

    subject: str
    text: str
    html: str


WELCOME = Template(
    subject="Welcome to Strata",
    text="Hello {{name}},\n\nyour account is ready. You can choose at any time how we may reach you.\n",
    html=(
        "<p>Hello {{nameHtml}},</p>"
        "<p>your account is ready. You can choose at any time how we may reach you.</p>"
    ),
)
DIGEST = Template(
    subject="New users on {{date}}: {{count}}",
    text="New users on {{date}} (UTC): {{count}}\n\n{{users}}\n",
    html='<p>New users on {{date}} (UTC): {{count}}</p><p style="white-space: pre-line">{{usersHtml}}</p>',
)
TEMPLATES: Mapping[str, Template] = {"welcome": WELCOME, "digest": DIGEST}
"""All templates by name; the wiring creates them in SES."""


def welcome(user: User) -> dict[str, str]:
    """Return the data for `WELCOME`."""
    return _plain_and_escaped("name", user.name)


def digest(date: str, users: Sequence[User]) -> dict[str, str]:
    """Return the data for `DIGEST`, which counts all users and lists the first `MAX_LISTED`."""
    lines = [f"{user.name} <{user.email}>" for user in users[:MAX_LISTED]]
    if len(users) > MAX_LISTED:
        lines.append(f"and {len(users) - MAX_LISTED} more")
    return {"date": date, "count": str(len(users)), **_plain_and_escaped("users", "\n".join(lines))}


def _plain_and_escaped(name: str, value: str) -> dict[str, str]:
    return {f"{name}Html": escape(value).translate(_BRACES), name: value}
