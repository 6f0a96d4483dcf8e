"""The people of the embedded cloud: their accounts and their access tokens.

A person signs in like a browser, through the hosted login, and the code is exchanged as the backend does it,
with PKCE and the client's secret. A machine client gets its token with the client credentials flow.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, override
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from botocore.exceptions import ClientError

from local.machine.errors import LocalError
from provider.cloud import Cloud
from provider.shapes import unless_gone

Outputs = Mapping[str, Any]
"""The stack's outputs. Used are `userPoolId`, `clientId` and `machineClients` (client ids by name)."""

GONE = "ResourceNotFoundException"

RENEWAL_SECONDS = 120.0
"""How long `Renewed` returns the same token; a person's is valid for five minutes."""

TIMEOUT = 30.0
"""Seconds for one response; the first sign-in waits for the cold start of the trigger."""


@dataclass(frozen=True)
class Person:
    """A person who can sign in.

    Attributes:
        email: the email address, which is the user name.
        password: the password.
        name: the full name.
        groups: the person's groups in the user pool.
    """

    email: str
    password: str
    name: str
    groups: tuple[str, ...] = ()


PEOPLE: Mapping[str, Person] = {
    "admin": Person("admin@example.com", "Admin-on-this-laptop-1", "Ada Admin", ("admins",)),
    "person": Person("person@example.com", "Person-on-this-laptop-1", "Pat Person"),
}
"""The people by the name for `--user`. The passwords are not secret: they are valid on this machine only."""


@dataclass(frozen=True)
class Tokens:
    """The tokens of a sign-in.

    Attributes:
        access: the access token.
        id: the id token; empty if the client does not have the scope `openid`.
        refresh: the refresh token.
        expires_in: the access token's validity in seconds.
    """

    access: str = field(repr=False)
    id: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int


def seed(cloud: Cloud, outputs: Outputs) -> list[str]:
    """Create or complete the accounts of `PEOPLE`, and return the names of those that were changed.

    Raises:
        LocalError: if the user pool does not have a group of one of them.
        OutdatedError: if the outputs are not those of what is deployed.
    """
    with matching(outputs):
        return [name for name, person in PEOPLE.items() if _seed(cloud, outputs["userPoolId"], person)]


class OutdatedError(LocalError):
    """The stack's outputs name something that does not exist: it was changed outside these commands."""


@contextmanager
def matching(outputs: Outputs) -> Generator[None]:
    """Report that outputs are outdated instead of the error that this causes."""
    try:
        yield
    except (KeyError, ClientError) as error:
        if isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") != GONE:
            raise
        pool = outputs.get("userPoolId")
        problem = (
            f"the user pool {pool} or its client does not exist" if pool else "the stack has no user pool"
        )
        raise OutdatedError(
            f"{problem}: run make up, or make engine-up if the Pulumi engine deployed it"
        ) from error


def token(cloud: Cloud, outputs: Outputs, *, user: str = "admin", client: str | None = None) -> str:
    """Return a new access token of a machine client if one is named, else of a person.

    Raises:
        LocalError: if the name is unknown, or Cognito rejects the request.
        OutdatedError: if the outputs are not those of what is deployed.
    """
    with matching(outputs):
        return client_token(cloud, outputs, client) if client else sign_in(cloud, outputs, user).access


@dataclass
class Renewed:
    """An access token for longer than one is valid: a call returns one that is valid for some minutes more.

    Attributes:
        user: the name of one of `PEOPLE`.
        client: the name of a machine client, instead of a person's.
    """

    cloud: Cloud
    outputs: Outputs
    user: str = "admin"
    client: str | None = None
    _token: str = field(default="", init=False, repr=False)
    _until: float = field(default=0.0, init=False)

    def __call__(self) -> str:
        """Return the token, after a new sign-in if it is old."""
        if time.monotonic() > self._until:
            self._token = token(self.cloud, self.outputs, user=self.user, client=self.client)
            self._until = time.monotonic() + RENEWAL_SECONDS
        return self._token


def sign_in(cloud: Cloud, outputs: Outputs, user: str) -> Tokens:
    """Sign in one of `PEOPLE` through the hosted login, with all scopes of the client.

    Raises:
        LocalError: if the name is unknown, the pool requires a second factor, or Cognito rejects the request.
    """
    person = _named("person", user, PEOPLE)
    _refuse_second_factor(cloud, outputs["userPoolId"])
    client = _app_client(cloud, outputs["userPoolId"], outputs["clientId"])
    verifier = secrets.token_urlsafe(48)
    code = _authorization_code(cloud, client, verifier, person)
    tokens = _tokens(
        cloud,
        {
            "grant_type": "authorization_code",
            "client_id": client["ClientId"],
            "redirect_uri": _redirect_uri(client),
            "code": code,
            "code_verifier": verifier,
        },
        **_authentication(client),
    )
    return Tokens(
        tokens["access_token"], tokens.get("id_token", ""), tokens["refresh_token"], tokens["expires_in"]
    )


def client_token(cloud: Cloud, outputs: Outputs, name: str) -> str:
    """Return an access token of a machine client, with all its scopes.

    Raises:
        LocalError: if the name is unknown, or Cognito rejects the request.
    """
    client_id = _named("machine client", name, outputs.get("machineClients") or {})
    client = _app_client(cloud, outputs["userPoolId"], client_id)
    form = {"grant_type": "client_credentials", "scope": " ".join(client["AllowedOAuthScopes"])}
    access: str = _tokens(cloud, form, **_authentication(client))["access_token"]
    return access


def _authentication(client: Any) -> dict[str, str]:
    """Return the header that authenticates a client at the token endpoint."""
    # RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
    credentials = f"{quote(client['ClientId'], safe='')}:{quote(client['ClientSecret'], safe='')}"
    return {"Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}


def _seed(cloud: Cloud, pool_id: str, person: Person) -> bool:
    cognito = cloud.client("cognito-idp")
    key = {"UserPoolId": pool_id, "Username": person.email}
    user: Any = unless_gone(cognito.admin_get_user, "UserNotFoundException", **key)
    if user is None:
        _create(cognito, key, person)
    missing = set(person.groups) - _groups(cognito, key) if person.groups else set[str]()
    for group in missing:
        _join(cognito, key, group)
    # The password is set last: an account that is confirmed is complete.
    confirmed = user is not None and user["UserStatus"] == "CONFIRMED"
    if not confirmed:
        cognito.admin_set_user_password(**key, Password=person.password, Permanent=True)
    return bool(missing) or not confirmed


def _create(cognito: Any, key: Mapping[str, str], person: Person) -> None:
    attributes = {"email": person.email, "email_verified": "true", "name": person.name}
    cognito.admin_create_user(
        **key,
        TemporaryPassword=person.password,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
    )


def _groups(cognito: Any, key: Mapping[str, str]) -> set[str]:
    return {group["GroupName"] for group in cognito.admin_list_groups_for_user(**key)["Groups"]}


def _join(cognito: Any, key: Mapping[str, str], group: str) -> None:
    joined = unless_gone(cognito.admin_add_user_to_group, "ResourceNotFoundException", **key, GroupName=group)
    if joined is None:
        raise LocalError(
            f"the user pool has no group {group!r}, a group of {key['Username']}: "
            "add it to auth.groups, or change PEOPLE in local/deployment/people.py"
        )


def _named[Value](kind: str, name: str, known: Mapping[str, Value]) -> Value:
    if name not in known:
        names = f"expected one of: {', '.join(sorted(known))}" if known else "this stack has none"
        raise LocalError(f"unknown {kind} {name!r}: {names}")
    return known[name]


def _refuse_second_factor(cloud: Cloud, pool_id: str) -> None:
    # Checked first: the emulator's hosted login does not ask for the second factor, unlike AWS.
    mfa: Any = cloud.client("cognito-idp").get_user_pool_mfa_config(UserPoolId=pool_id)
    if mfa["MfaConfiguration"] == "ON":
        raise LocalError(
            "the user pool requires a second factor (auth.mfa: required), and this sign-in supports none: "
            "set auth.mfa to off in the stack's config"
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
    page = _LoginPage.of(_request(cloud, "GET", f"/oauth2/authorize?{urlencode(query)}"))
    credentials = {"username": person.email, "password": person.password}
    response = _request(cloud, "POST", page.action, {**page.fields, **credentials})
    returned = response.redirect_parameters
    if returned.get("state") != state or "code" not in returned:
        reason = returned.get("error_description") or _LoginPage.of(response).error
        raise LocalError(f"the hosted login rejected {person.email}: {reason}")
    return returned["code"]


def _tokens(cloud: Cloud, form: Mapping[str, str], **headers: str) -> Any:
    response = _request(cloud, "POST", "/oauth2/token", form, **headers)
    if response.status != http.client.OK:
        raise LocalError(f"the token endpoint rejected {form['grant_type']}: {response.body}")
    return json.loads(response.body)


@dataclass(frozen=True)
class _Response:
    status: int
    location: str
    body: str

    @property
    def redirect_parameters(self) -> dict[str, str]:
        """The query parameters of the redirect to the application."""
        return dict(parse_qsl(urlsplit(self.location).query))


def _request(
    cloud: Cloud, method: str, path: str, form: Mapping[str, str] | None = None, **headers: str
) -> _Response:
    address = urlsplit(cloud.endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT)
    try:
        headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, urlencode(form or {}), headers)
        response = connection.getresponse()
        return _Response(response.status, response.headers.get("Location", ""), response.read().decode())
    finally:
        connection.close()


class _LoginPage(HTMLParser):
    """The hosted login's page: the form's address, its filled fields, and its error message."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.error = ""
        self._in_error = False

    @classmethod
    def of(cls, response: _Response) -> _LoginPage:
        """Parse a response.

        Raises:
            LocalError: if it does not contain a form.
        """
        page = cls()
        page.feed(response.body)
        if not page.action:
            reason = response.redirect_parameters.get("error_description") or response.body
            raise LocalError(f"the hosted login returned {response.status}: {reason}")
        return page

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = urljoin("/oauth2/authorize", attributes["action"])
        elif tag == "input":
            self.fields[attributes["name"]] = attributes.get("value", "")
        self._in_error = attributes.get("class") == "error"

    @override
    def handle_endtag(self, tag: str) -> None:
        self._in_error = False

    @override
    def handle_data(self, data: str) -> None:
        if self._in_error:
            self.error += data
