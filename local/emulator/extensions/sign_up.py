"""The sign-up of the hosted login, which the emulator lacks: `/signup`, then a code, then the callback.

Both pages are the emulator's login page with other fields. The emulator accepts any code.
Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-app-integration.html
"""

from __future__ import annotations

import html
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from ministack import app as emulated_app
from ministack.services import cognito as emulated

from local.emulator.extensions.patch import replace

cognito: Any = emulated
"""Typed as Any: the emulator is untyped."""
app: Any = emulated_app

SIGN_UP, CONFIRM = "/signup", "/confirmUser"
UNCONFIRMED = "UNCONFIRMED"
OAUTH = (
    *("client_id", "redirect_uri", "scope", "state", "response_type"),
    *("code_challenge", "code_challenge_method", "nonce"),
)
"""The parameters that each page passes on, in the order of the emulator's login page."""
SUBMIT = '<button type="submit">Sign in</button>'
CODE = """<label for="code">Code</label>
<input type="text" id="code" name="code" autocomplete="one-time-code" required autofocus>
<button type="submit">Confirm</button>"""

Route = Callable[..., Awaitable[Any]]
_get: Route = app._handle_cognito_get_request
_post: Route = app._handle_cognito_body_request


def install() -> None:
    """Add the pages to the emulator's hosted login."""
    replace(app, "_handle_cognito_get_request", get)
    replace(app, "_handle_cognito_body_request", post)


async def get(method: str, path: str, headers: Any, query_params: Any) -> Any:
    """Return the page of the sign-up; has the signature of the emulator's function."""
    if (method, path) != ("GET", SIGN_UP):
        return await _get(method, path, headers, query_params)
    checked = cognito.handle_oauth2_authorize(method, path, headers, query_params)
    form = {name: values[0] for name, values in query_params.items()}
    return _page(_sign_up_page(form, "")) if checked[0] == 200 else checked


async def post(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
    """Handle the form of a page; has the signature of the emulator's function."""
    if method != "POST" or path not in (SIGN_UP, CONFIRM):
        return await _post(method, path, headers, body, query_params)
    form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    return _sign_up(form) if path == SIGN_UP else _confirm(form)


def _sign_up(form: dict[str, str]) -> Any:
    """Create the account, and return the page that asks for the code of the mail."""
    email = form.get("username", "")
    account = {"ClientId": form.get("client_id"), "Username": email, "Password": form.get("password", "")}
    created = cognito._sign_up({**account, "UserAttributes": [{"Name": "email", "Value": email}]})
    return _page(_code_page(form) if created[0] == 200 else _sign_up_page(form, _message(created)))


def _confirm(form: dict[str, str]) -> Any:
    """Confirm the account, and redirect to the callback as after a sign-in."""
    client_id, username = form.get("client_id", ""), form.get("username", "")
    pool_id, pool, _ = cognito._find_pool_by_client_id(client_id)
    user, _ = cognito._resolve_user(pool, username) if pool else (None, None)
    if user is None or user.get("UserStatus") != UNCONFIRMED:
        return cognito._oauth2_error("invalid_request", "No sign-up is to be confirmed.")
    code = {"ClientId": client_id, "Username": username, "ConfirmationCode": form.get("code", "")}
    confirmed = cognito._confirm_sign_up(code)
    if confirmed[0] != 200:
        return _page(_code_page(form))
    # The code proves the address, which Cognito then marks as verified; the emulator does not.
    proved = [{"Name": f"{name}_verified", "Value": "true"} for name in pool["AutoVerifiedAttributes"]]
    key = {"UserPoolId": pool_id, "Username": user["Username"]}
    cognito._admin_update_user_attributes({**key, "UserAttributes": proved})
    given = [form.get(name, "") for name in ("nonce", "code_challenge", "code_challenge_method", "state")]
    return cognito._issue_auth_code_redirect(
        client_id, pool_id, form.get("redirect_uri", ""), form.get("scope", ""), user["Username"], *given
    )


def _login_page(form: dict[str, str], error: str) -> str:
    return cognito._login_page_html(*(form.get(name, "") for name in OAUTH), error_message=error)


def _sign_up_page(form: dict[str, str], error: str) -> str:
    page = _login_page(form, error).replace('action="/login"', f'action="{SIGN_UP}"')
    return page.replace("current-password", "new-password").replace("Sign in", "Sign up")


def _code_page(form: dict[str, str]) -> str:
    page = _login_page(form, "").replace('action="/login"', f'action="{CONFIRM}"')
    before, _, rest = page.partition('<label for="username">')
    username = f'<input type="hidden" name="username" value="{html.escape(form.get("username", ""))}">\n'
    return before + username + CODE + rest.partition(SUBMIT)[2]


def _message(response: Any) -> str:
    return json.loads(response[2]).get("message", "The account was not created.")


def _page(content: str) -> Any:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, content.encode()
