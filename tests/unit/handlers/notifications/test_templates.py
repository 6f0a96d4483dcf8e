"""The email templates."""

from __future__ import annotations

import re

import pytest

from handlers.notifications import templates
from handlers.notifications.templates import DIGEST, TEMPLATES, WELCOME, Template
from handlers.users.models import User

HOSTILE = '{{count}}<b>"A" & {{{name}}}</b>'
ESCAPED = (
    "&#123;&#123;count&#125;&#125;&lt;b&gt;&quot;A&quot; &amp; "
    "&#123;&#123;&#123;name&#125;&#125;&#125;&lt;/b&gt;"
)


def user(name: str = "Ada", number: int = 0) -> User:
    return User(
        id=f"019c1a2b-3c4d-7e5f-8a6b-{number:012}",
        email=f"ada{number}@example.org",
        name=name,
        created_at="2026-11-20T09:30:00.123Z",
        updated_at="2026-11-20T09:30:00.123Z",
    )


def placeholders(template: Template) -> set[str]:
    return {name for part in template for name in re.findall(r"\{\{(.*?)\}\}", part)}


def rendered(part: str, data: dict[str, str]) -> str:
    """Return the part as SES renders it: each placeholder is replaced once, and nothing is escaped."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: data[found[1]], part)


@pytest.mark.parametrize(
    ("template", "data"),
    [(WELCOME, templates.welcome(user())), (DIGEST, templates.digest("2026-11-20", [user()]))],
)
def test_data_has_every_placeholder(template: Template, data: dict[str, str]) -> None:
    """SES does not send an email if a placeholder has no value."""
    assert placeholders(template) == set(data)
    assert template in TEMPLATES.values()


@pytest.mark.parametrize("template", TEMPLATES.values())
def test_html_contains_only_escaped_values(template: Template) -> None:
    """The HTML part uses the escaped form of each value, and the other parts the plain form."""
    twice = {name for name in placeholders(template) if f"{name}Html" in placeholders(template)}

    assert placeholders(Template("", "", template.html)) & twice == set()
    assert not [name for name in placeholders(template._replace(html="")) if name.endswith("Html")]


def test_subjects_contain_no_user_text() -> None:
    """Subjects contain neither names nor addresses."""
    assert placeholders(Template(WELCOME.subject + DIGEST.subject, "", "")) == {"count", "date"}


def test_welcome_escapes_a_hostile_name() -> None:
    """Markup and placeholders in a name are displayed literally."""
    data = templates.welcome(user(HOSTILE))

    assert data == {"nameHtml": ESCAPED, "name": HOSTILE}
    assert rendered(WELCOME.text, data).startswith(f"Hello {HOSTILE},\n")
    assert rendered(WELCOME.html, data).startswith(f"<p>Hello {ESCAPED},</p>")


def test_digest_escapes_a_hostile_name() -> None:
    """Markup and placeholders in a listed name are displayed literally."""
    data = templates.digest("2026-11-20", [user(HOSTILE), user(number=1)])

    assert data == {
        "date": "2026-11-20",
        "count": "2",
        "users": f"{HOSTILE} <ada0@example.org>\nAda <ada1@example.org>",
        "usersHtml": f"{ESCAPED} &lt;ada0@example.org&gt;\nAda &lt;ada1@example.org&gt;",
    }


@pytest.mark.parametrize(("number", "last"), [(50, "Ada <ada49@example.org>"), (51, "and 1 more")])
def test_digest_lists_50_users_and_counts_all(number: int, last: str) -> None:
    """Further users are only counted."""
    data = templates.digest("2026-11-20", [user(number=index) for index in range(number)])

    lines = data["users"].split("\n")
    assert (data["count"], len(lines), lines[-1]) == (str(number), number, last)
