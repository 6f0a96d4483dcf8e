"""The mails' texts, and what fills them.

SES fills a template once and escapes nothing: what stands in an HTML part is escaped here, and each value
comes twice, the escaped one under its name with `Html`. No subject holds what somebody chose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from handlers.users.models import User

MOST_LISTED = 50
"""How many users a digest names."""

_BRACES = str.maketrans({"{": "&#123;", "}": "&#125;"})


class Template(NamedTuple):
    """A mail with `{{placeholders}}`, as SES fills them."""

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
    subject="{{count}} new on {{date}}",
    text="New users on {{date}} (UTC): {{count}}\n\n{{users}}\n",
    html='<p>New users on {{date}} (UTC): {{count}}</p><p style="white-space: pre-line">{{usersHtml}}</p>',
)
TEMPLATES: Mapping[str, Template] = {"welcome": WELCOME, "digest": DIGEST}
"""Every template by its name; the wiring gives them to SES."""


def welcome(user: User) -> dict[str, str]:
    """What fills `WELCOME`."""
    return _twice("name", user.name)


def digest(date: str, users: Sequence[User]) -> dict[str, str]:
    """What fills `DIGEST`; all are counted, and the first of them listed."""
    lines = [f"{user.name} <{user.email}>" for user in users[:MOST_LISTED]]
    if len(users) > MOST_LISTED:
        lines.append(f"and {len(users) - MOST_LISTED} more")
    return {"date": date, "count": str(len(users)), **_twice("users", "\n".join(lines))}


def _twice(name: str, value: str) -> dict[str, str]:
    return {f"{name}Html": escape(value).translate(_BRACES), name: value}
