"""The mails' texts."""

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


def filled(part: str, data: dict[str, str]) -> str:
    """The part as SES fills it: each placeholder once, and nothing escaped."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: data[found[1]], part)


@pytest.mark.parametrize(
    ("template", "data"),
    [(WELCOME, templates.welcome(user())), (DIGEST, templates.digest("2026-11-20", [user()]))],
)
def test_data_is_what_the_template_asks_for(template: Template, data: dict[str, str]) -> None:
    """SES sends nothing where a placeholder has no value."""
    assert placeholders(template) == set(data)
    assert template in TEMPLATES.values()


@pytest.mark.parametrize("template", TEMPLATES.values())
def test_html_is_filled_with_escaped_values_alone(template: Template) -> None:
    """Of two forms of a value the HTML part takes the escaped one, and the others the plain one."""
    twice = {name for name in placeholders(template) if f"{name}Html" in placeholders(template)}

    assert placeholders(Template("", "", template.html)) & twice == set()
    assert not [name for name in placeholders(template._replace(html="")) if name.endswith("Html")]


def test_no_subject_says_what_somebody_chose() -> None:
    """Names and addresses stay out of what a mailbox lists."""
    assert placeholders(Template(WELCOME.subject + DIGEST.subject, "", "")) == {"count", "date"}


def test_hostile_name_does_no_harm_to_a_welcome() -> None:
    """Markup and placeholders in a name are shown as they are."""
    data = templates.welcome(user(HOSTILE))

    assert data == {"nameHtml": ESCAPED, "name": HOSTILE}
    assert filled(WELCOME.text, data).startswith(f"Hello {HOSTILE},\n")
    assert filled(WELCOME.html, data).startswith(f"<p>Hello {ESCAPED},</p>")


def test_hostile_name_does_no_harm_to_a_digest() -> None:
    """In a list as well."""
    data = templates.digest("2026-11-20", [user(HOSTILE), user(number=1)])

    assert data == {
        "date": "2026-11-20",
        "count": "2",
        "users": f"{HOSTILE} <ada0@example.org>\nAda <ada1@example.org>",
        "usersHtml": f"{ESCAPED} &lt;ada0@example.org&gt;\nAda &lt;ada1@example.org&gt;",
    }


@pytest.mark.parametrize(("number", "last"), [(50, "Ada <ada49@example.org>"), (51, "and 1 more")])
def test_digest_lists_fifty_and_counts_all(number: int, last: str) -> None:
    """A busy day's digest stays short."""
    data = templates.digest("2026-11-20", [user(number=index) for index in range(number)])

    lines = data["users"].split("\n")
    assert (data["count"], len(lines), lines[-1]) == (str(number), number, last)
