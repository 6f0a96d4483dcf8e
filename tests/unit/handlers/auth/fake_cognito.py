"""A fake of Cognito: its token endpoint over HTTP, and the SDK's operations on refresh tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, override
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.unit.handlers.fake_service import HttpResponse

CLIENT, SECRET = "client1", "s3cr3t+s3cr3t+s3cr3t+s3cr3t"
ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool"
URL = "https://strata.example.com"
ADA = "5f3c9d1e-0b7a-4c55-9c3b-ada"


def encoded(value: Any) -> str:
    """Return JSON in base64url."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


class FakeCognito:
    """A user pool with one person, who has signed in at the hosted login.

    Attributes:
        url: the address of the token endpoint.
        claims: replaced claims of the next ID token.
        access: replaced claims of the next access token.
        status: the status of the token endpoint's next responses, instead of its own; `error` likewise.
        refreshed: the refresh tokens that were used, in order.
        revoked: the refresh tokens that were revoked.
        signed_out: the user names that were signed out everywhere.
        failure: the error code of the next SDK calls.
        delay: the seconds that a refresh takes.
    """

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.access: dict[str, Any] = {}
        self.status, self.error = 0, ""
        self.refreshed: list[str] = []
        self.revoked: list[str] = []
        self.signed_out: list[str] = []
        self.failure = ""
        self.delay = 0.0
        self._codes: dict[str, dict[str, str]] = {}
        self._current = ""
        self._concurrent = threading.Semaphore(1)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop the token endpoint."""
        self._server.shutdown()
        self._server.server_close()

    def authorize(self, location: str) -> dict[str, str]:
        """Sign the person in at the hosted login; return the parameters of the callback."""
        query = dict(parse_qsl(urlsplit(location).query))
        code = secrets.token_urlsafe(8)
        self._codes[code] = query
        return {"code": code, "state": query["state"]}

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Return the response of the token endpoint."""
        if self.status:
            return self.status, {"error": self.error}
        pair = f"{CLIENT}:{SECRET.replace('+', '%2B')}"
        if authorization != f"Basic {base64.b64encode(pair.encode()).decode()}":
            return 400, {"error": "invalid_client"}
        query = self._codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if query is None or challenge.decode().rstrip("=") != query["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if form["redirect_uri"] != query["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        self._current = "refresh-0"
        tokens = {"id_token": self._id_token(query["nonce"]), "refresh_token": self._current}
        return 200, {**tokens, "access_token": self._access_token(), "expires_in": 300}

    def respond(self, model: Any, params: dict[str, Any], **_: Any) -> tuple[HttpResponse, dict[str, Any]]:
        """Return the response to a call of the SDK."""
        if self.failure:
            return HttpResponse(400), {"Error": {"Code": self.failure, "Message": "no"}}
        body = json.loads(params["body"])
        if model.name == "AdminUserGlobalSignOut":
            self.signed_out.append(body["Username"])
            return HttpResponse(200), {}
        assert (body["ClientId"], body["ClientSecret"]) == (CLIENT, SECRET)
        if model.name == "RevokeToken":
            self.revoked.append(body["Token"])
            return HttpResponse(200), {}
        return self._refresh(body["RefreshToken"])

    def _refresh(self, token: str) -> tuple[HttpResponse, dict[str, Any]]:
        assert self._concurrent.acquire(blocking=False), "two requests used a refresh token at once"
        time.sleep(self.delay)
        self._concurrent.release()
        if token != self._current:
            return HttpResponse(400), {"Error": {"Code": "RefreshTokenReuseException", "Message": "used"}}
        self.refreshed.append(token)
        self._current = f"refresh-{len(self.refreshed)}"
        result = {"AccessToken": self._access_token(), "RefreshToken": self._current, "ExpiresIn": 300}
        return HttpResponse(200), {"AuthenticationResult": result}

    def _id_token(self, nonce: str) -> str:
        claims = {"iss": ISSUER, "sub": ADA, "aud": CLIENT, "token_use": "id", "nonce": nonce}
        return self._signed({**claims, "exp": int(time.time()) + 300, **self.claims})

    def _access_token(self) -> str:
        own = {"sub": ADA, "username": "ada", "token_use": "access", "client_id": CLIENT}
        profile = {"scope": "openid users/read", "email": "ada@example.org", "name": "Ada"}
        times = {"exp": int(time.time()) + 300, "origin_jti": "origin-1", "jti": secrets.token_hex(4)}
        return self._signed({**own, **profile, **times, **self.access})

    @staticmethod
    def _signed(claims: dict[str, Any]) -> str:
        present = {name: value for name, value in claims.items() if value is not None}
        return f"{encoded({'alg': 'RS256'})}.{encoded(present)}.signature"


def _handler(fake: FakeCognito) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(content).items()}
            status, body = fake.token(form, self.headers["Authorization"])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        @override
        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
