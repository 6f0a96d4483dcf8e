"""Strata, wired: what there is, who may ask what of it, and what each answer is allowed to touch."""

import pulumi

from components.access import Jwt, Public
from components.api import Api
from components.auth import Auth
from components.bundle import PYTHON
from components.data import Index, Table
from components.runtime import Runtime
from handlers.openapi.document import build
from settings import Settings

SCOPES = {
    "users/read": "See users",
    "users/write": "Create, change and delete users",
}
ACCESS = {
    "POST /users": Jwt(("users/write",)),
    "GET /users": Jwt(("users/read",)),
    "GET /users/{userId}": Jwt(("users/read",)),
    "PATCH /users/{userId}": Jwt(("users/write",)),
    "POST /users/{userId}": Jwt(("users/write",)),
    "DELETE /users/{userId}": Jwt(("users/write",)),
    "GET /me": Jwt(),
    "PATCH /me": Jwt(),
    "GET /health": Public("a load balancer or a monitor asks without a token"),
    "GET /openapi.json": Public("the contract is no secret"),
    "$default": Public("what is not there is told to everyone alike"),
}

settings = Settings.load(routes=ACCESS, scopes=SCOPES, python=PYTHON)
runtime = Runtime("runtime", settings)

users = Table(
    "users",
    settings,
    key="id",
    indexes={"by-creation": Index("listing", sort="id"), "by-email": Index("emailKey")},
)
identities = Table("identities", settings, key="identity")
idempotency = Table("idempotency", settings, key="key", ttl="expiresAt")

auth = Auth("auth", settings, runtime=runtime, scopes=SCOPES, trigger="handlers.auth.pre_token:handler")
api = Api("api", settings, access=ACCESS, auth=auth, runtime=runtime)
