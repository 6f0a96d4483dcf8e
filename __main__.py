"""Strata, wired: what there is, who may ask what of it, and what each answer is allowed to touch."""

import json

import pulumi

from components.access import Jwt, Public
from components.api import Api
from components.auth import Auth
from components.bundle import PYTHON
from components.data import Index, Table
from components.runtime import Runtime
from handlers.openapi.document import Route, build
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

USERS = {"USERS_TABLE": users.table_name}
IDENTITIES = {"IDENTITIES_TABLE": identities.table_name}
IDEMPOTENCY = {"IDEMPOTENCY_TABLE": idempotency.table_name}

api.route(
    "POST /users",
    "handlers.users.create:handler",
    env=USERS | IDENTITIES | IDEMPOTENCY,
    grants=[users.grant("PutItem"), identities.grant("PutItem"), idempotency.grant("PutItem")],
)
api.route(
    "GET /users",
    "handlers.users.list:handler",
    env=USERS,
    grants=[users.grant("Query", index="by-creation"), users.grant("Query", index="by-email")],
)
api.route("GET /users/{userId}", "handlers.users.read:handler", env=USERS, grants=[users.grant("GetItem")])
api.route(
    ["PATCH /users/{userId}", "POST /users/{userId}"],
    "handlers.users.change:handler",
    env=USERS | IDENTITIES,
    grants=[users.grant("GetItem", "UpdateItem"), identities.grant("PutItem", "DeleteItem")],
)
api.route(
    "DELETE /users/{userId}",
    "handlers.users.delete:handler",
    env=USERS | IDENTITIES,
    grants=[users.grant("GetItem", "DeleteItem"), identities.grant("DeleteItem")],
)
for key, handler in {
    "GET /me": "handlers.me.read:handler",
    "PATCH /me": "handlers.me.change:handler",
}.items():
    api.route(
        key,
        handler,
        env=USERS | IDENTITIES,
        grants=[users.grant("GetItem", "PutItem", "UpdateItem"), identities.grant("GetItem", "PutItem")],
    )
api.route("GET /health", "handlers.health.read:handler", env={"VERSION": settings.version})
api.route("$default", "handlers.fallback.not_found:handler")

OPENAPI = {"GET /openapi.json": "handlers.openapi.read:handler"}
answers = api.handlers | OPENAPI
contract = build(
    [
        Route(key, answers[key], getattr(access, "scopes", None))
        for key, access in ACCESS.items()
        if key in answers
    ],
    title="Strata",
    version=settings.version,
)
for key, handler in OPENAPI.items():
    api.route(key, handler, files={"handlers/openapi/openapi.json": json.dumps(contract)})
api.deploy()

for output, value in {
    "url": settings.url or api.endpoint,
    "apiUrl": api.url,
    "userPoolId": auth.pool_id,
    "clientId": auth.client_id,
    "machineClients": auth.machine_clients,
    "issuer": auth.issuer,
    "loginUrl": auth.login_url,
}.items():
    pulumi.export(output, value)
