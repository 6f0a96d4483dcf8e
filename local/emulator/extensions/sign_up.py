"""The hosted login's page for a new account, `/signup`, which the emulator does not have.

It takes the parameters of `/oauth2/authorize`. Cognito sends a code to the email address before it signs the
person in; here the address counts as verified, because no mail leaves this machine. Source:
https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from html import escape
from typing import Any
from urllib.parse import parse_qs

from ministack import app as emulated_app
from ministack.services import cognito as emulated

from local.emulator.extensions.patch import private, replace

app: Any = emulated_app
cognito: Any = emulated
"""Typed as Any: the emulator is untyped."""

PATH = "/signup"
HTML = {"Content-Type": "text/html; charset=utf-8"}

FORM = """{error}<form method="POST" action="{path}">{hidden}
<label for="name">Name</label>
<input type="text" id="name" name="name" value="{name}" autocomplete="name" required autofocus>
<label for="username">Email address</label>
<input type="text" id="username" name="username" value="{username}" autocomplete="username" required>
<label for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="new-password" required>
<button type="submit">Sign up</button>
</form>"""

Response = tuple[int, dict[str, str], bytes]
Handle = Callable[..., Awaitable[Response | None]]
_get: Handle = app._handle_cognito_get_request
_post: Handle = app._handle_cognito_body_request


def install() -> None:
    """Add the page to the emulator's requests of the hosted login."""
    for name in ("_sign_up", "_resolve_user", "_issue_auth_code_redirect", "_page_shell"):
        private(cognito, name)
    replace(app, "_handle_cognito_get_request", get)
    replace(app, "_handle_cognito_body_request", post)


async def get(
    method: str, path: str, headers: dict[str, str], query_params: dict[str, list[str]]
) -> Response | None:
    """Show the form; has the signature of the emulator's function."""
    if path != PATH or method != "GET":
        return await _get(method, path, headers, query_params)
    # The checks of client, redirect URI, scopes and PKCE are the same as for signing in.
    checked: Response = cognito.handle_oauth2_authorize(method, path, headers, query_params)
    if checked[0] != 200:
        return checked
    return _page({name: values[0] for name, values in query_params.items()})


async def post(
    method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, list[str]]
) -> Response | None:
    """Create the account and sign in; has the signature of the emulator's function."""
    if path != PATH or method != "POST":
        return await _post(method, path, headers, body, query_params)
    fields = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
    return _sign_up({name: values[0] for name, values in fields.items()})


def _sign_up(form: dict[str, str]) -> Response:
    email = form.get("username", "")
    attributes = [{"Name": "email", "Value": email}, {"Name": "name", "Value": form.get("name", "")}]
    created: Response = cognito._sign_up(
        {
            "ClientId": form.get("client_id"),
            "Username": email,
            "Password": form.get("password", ""),
            "UserAttributes": attributes,
        }
    )
    if created[0] != 200:
        return _page(form, json.loads(created[2]).get("message", "The account was not created."))
    pool, pool_id = cognito._pool_for_client(form["client_id"])
    user: dict[str, Any] = cognito._resolve_user(pool, email)[0]
    user["UserStatus"] = "CONFIRMED"
    user["Attributes"].append({"Name": "email_verified", "Value": "true"})
    request = cognito._extract_oauth_form_params(form)
    del request["response_type"]
    return cognito._issue_auth_code_redirect(pool_id=pool_id, username=user["Username"], **request)


def _page(given: dict[str, str], error: str = "") -> Response:
    request: dict[str, str] = cognito._extract_oauth_form_params(given)
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in request.items()
    )
    form = FORM.format(
        path=PATH,
        hidden=hidden,
        error=f'<div class="error" role="alert">{escape(error)}</div>' if error else "",
        name=escape(given.get("name", "")),
        username=escape(given.get("username", "")),
    )
    return 200, HTML, cognito._page_shell("Sign up", "Sign up", form).encode()
