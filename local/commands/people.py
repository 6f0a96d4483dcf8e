"""The people of the embedded cloud: who they are, how they come to be, and how they sign in.

Signing in is what a browser does: the hosted login with the authorization code flow and PKCE. A
machine client gets its token with client_credentials.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, override
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from local.machine.errors import LocalError
from provider.cloud import Cloud
from provider.shapes import unless_gone

Outputs = Mapping[str, Any]
"""The stack's outputs; used here are `userPoolId`, `clientId` and `machineClients` (name to client id)."""

TIMEOUT = 30.0
"""Seconds for one answer; the first sign-in waits for the trigger's cold start."""


@dataclass(frozen=True)
class Person:
    """Someone who can sign in.

    Attributes:
        groups: the user pool's groups that the person is in.
    """

    email: str
    password: str
    name: str
    groups: tuple[str, ...] = ()


PEOPLE: Mapping[str, Person] = {
    "admin": Person("admin@example.com", "Admin-on-this-laptop-1", "Ada Admin", ("admins",)),
    "person": Person("person@example.com", "Person-on-this-laptop-1", "Pat Person"),
}
"""By the name that `--user` takes. The passwords are no secret: they open nothing but this laptop's cloud."""


@dataclass(frozen=True)
class Tokens:
    """What a sign-in gives.

    Attributes:
        id: the id token; empty where the client may not ask for the scope `openid`.
        expires_in: the access token's life in seconds.
    """

    access: str = field(repr=False)
    id: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int


def seed(cloud: Cloud, outputs: Outputs) -> list[str]:
    """Make those of the `PEOPLE` who are not all there; answer their names, none when nothing was to do.

    Raises:
        LocalError: when the pool lacks a group that one of them is to be in.
    """
    return [name for name, person in PEOPLE.items() if _seed(cloud, outputs["userPoolId"], person)]


def token(cloud: Cloud, outputs: Outputs, *, user: str = "admin", client: str | None = None) -> str:
    """A new access token of a person, or of a machine client where one is named.

    Raises:
        LocalError: when nobody has that name, or Cognito refuses.
    """
    return client_token(cloud, outputs, client) if client else sign_in(cloud, outputs, user).access


def sign_in(cloud: Cloud, outputs: Outputs, user: str) -> Tokens:
    """Sign one of the `PEOPLE` in through the hosted login, with every scope that the browser's client has.

    Raises:
        LocalError: when nobody has that name, the pool demands a second factor, or Cognito refuses.
    """
    person = _named("person", user, PEOPLE)
    _refuse_second_factor(cloud, outputs["userPoolId"])
    client = _app_client(cloud, outputs["userPoolId"], outputs["clientId"])
    verifier = secrets.token_urlsafe(48)
    code = _authorization_code(cloud, client, verifier, person)
    answer = _tokens(
        cloud,
        {
            "grant_type": "authorization_code",
            "client_id": client["ClientId"],
            "redirect_uri": _redirect_uri(client),
            "code": code,
            "code_verifier": verifier,
        },
    )
    return Tokens(
        answer["access_token"], answer.get("id_token", ""), answer["refresh_token"], answer["expires_in"]
    )


def client_token(cloud: Cloud, outputs: Outputs, name: str) -> str:
    """An access token of a machine client, with every scope that it has.

    Raises:
        LocalError: when no machine client has that name, or Cognito refuses.
    """
    client_id = _named("machine client", name, outputs.get("machineClients") or {})
    client = _app_client(cloud, outputs["userPoolId"], client_id)
    # RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
    credentials = f"{quote(client_id, safe='')}:{quote(client['ClientSecret'], safe='')}"
    basic = base64.b64encode(credentials.encode()).decode()
    form = {"grant_type": "client_credentials", "scope": " ".join(client["AllowedOAuthScopes"])}
    answer: str = _tokens(cloud, form, Authorization=f"Basic {basic}")["access_token"]
    return answer


def _seed(cloud: Cloud, pool_id: str, person: Person) -> bool:
    cognito = cloud.client("cognito-idp")
    who = {"UserPoolId": pool_id, "Username": person.email}
    user: Any = unless_gone(cognito.admin_get_user, "UserNotFoundException", **who)
    if user is None:
        _create(cognito, who, person)
    missing = set(person.groups) - _groups(cognito, who) if person.groups else set[str]()
    for group in missing:
        _join(cognito, who, group)
    # The password is last: who is confirmed had all the rest.
    confirmed = user is not None and user["UserStatus"] == "CONFIRMED"
    if not confirmed:
        cognito.admin_set_user_password(**who, Password=person.password, Permanent=True)
    return bool(missing) or not confirmed


def _create(cognito: Any, who: Mapping[str, str], person: Person) -> None:
    attributes = {"email": person.email, "email_verified": "true", "name": person.name}
    cognito.admin_create_user(
        **who,
        TemporaryPassword=person.password,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
    )


def _groups(cognito: Any, who: Mapping[str, str]) -> set[str]:
    return {group["GroupName"] for group in cognito.admin_list_groups_for_user(**who)["Groups"]}


def _join(cognito: Any, who: Mapping[str, str], group: str) -> None:
    joined = unless_gone(cognito.admin_add_user_to_group, "ResourceNotFoundException", **who, GroupName=group)
    if joined is None:
        raise LocalError(
            f"the user pool has no group {group!r}, which {who['Username']} is to be in: "
            "keep it in auth.groups, or change PEOPLE in local/commands/people.py"
        )


def _named[Value](kind: str, name: str, known: Mapping[str, Value]) -> Value:
    if name not in known:
        names = ", ".join(sorted(known)) or "there are none in this stack"
        raise LocalError(f"no {kind} is called {name!r}; known: {names}")
    return known[name]


def _refuse_second_factor(cloud: Cloud, pool_id: str) -> None:
    # Asked first: the emulator's hosted login would let people in without it, as AWS never does.
    mfa: Any = cloud.client("cognito-idp").get_user_pool_mfa_config(UserPoolId=pool_id)
    if mfa["MfaConfiguration"] == "ON":
        raise LocalError(
            "the user pool demands a second factor (auth.mfa: required), and this sign-in does not do TOTP: "
            "set auth.mfa to optional or off in this stack's config"
        )


def _app_client(cloud: Cloud, pool_id: str, client_id: str) -> Any:
    describe = cloud.client("cognito-idp").describe_user_pool_client
    return describe(UserPoolId=pool_id, ClientId=client_id)["UserPoolClient"]


def _redirect_uri(client: Any) -> str:
    return client.get("DefaultRedirectURI") or client["CallbackURLs"][0]


def _authorization_code(cloud: Cloud, client: Any, verifier: str, person: Person) -> str:
    challenge = hashlib.sha256(verifier.encode()).digest()
    state = secrets.token_urlsafe(16)
    query = {
        "response_type": "code",
        "client_id": client["ClientId"],
        "redirect_uri": _redirect_uri(client),
        "scope": " ".join(client["AllowedOAuthScopes"]),
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    page = _LoginPage.of(_ask(cloud, "GET", f"/oauth2/authorize?{urlencode(query)}"))
    credentials = {"username": person.email, "password": person.password}
    answer = _ask(cloud, "POST", page.action, {**page.fields, **credentials})
    returned = answer.redirected_with
    if returned.get("state") != state or "code" not in returned:
        reason = returned.get("error_description") or _LoginPage.of(answer).complaint
        raise LocalError(f"the hosted login refuses {person.email}: {reason}")
    return returned["code"]


def _tokens(cloud: Cloud, form: Mapping[str, str], **headers: str) -> Any:
    answer = _ask(cloud, "POST", "/oauth2/token", form, **headers)
    if answer.status != http.client.OK:
        raise LocalError(f"the token endpoint refuses {form['grant_type']}: {answer.body}")
    return json.loads(answer.body)


@dataclass(frozen=True)
class _Answer:
    status: int
    location: str
    body: str

    @property
    def redirected_with(self) -> dict[str, str]:
        """The query that the redirect hands back to the application."""
        return dict(parse_qsl(urlsplit(self.location).query))


def _ask(
    cloud: Cloud, method: str, path: str, form: Mapping[str, str] | None = None, **headers: str
) -> _Answer:
    address = urlsplit(cloud.endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT)
    try:
        headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, urlencode(form or {}), headers)
        response = connection.getresponse()
        return _Answer(response.status, response.headers.get("Location", ""), response.read().decode())
    finally:
        connection.close()


class _LoginPage(HTMLParser):
    """The hosted login's page: where its form goes, what is filled in already, what it complains of."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.complaint = ""
        self._complains = False

    @classmethod
    def of(cls, answer: _Answer) -> _LoginPage:
        """The page in an answer.

        Raises:
            LocalError: when there is no form in it.
        """
        page = cls()
        page.feed(answer.body)
        if not page.action:
            reason = answer.redirected_with.get("error_description") or answer.body
            raise LocalError(f"the hosted login answers {answer.status}: {reason}")
        return page

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = urljoin("/oauth2/authorize", attributes["action"])
        elif tag == "input":
            self.fields[attributes["name"]] = attributes.get("value", "")
        self._complains = attributes.get("class") == "error"

    @override
    def handle_endtag(self, tag: str) -> None:
        self._complains = False

    @override
    def handle_data(self, data: str) -> None:
        if self._complains:
            self.complaint += data
