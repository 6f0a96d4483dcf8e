"""The routes as the wiring declares them."""

from __future__ import annotations

from handlers.openapi.document import Route

READ, WRITE = ("users/read",), ("users/write",)
ROUTES = (
    Route("POST /users", "handlers.users.create:handler", WRITE),
    Route("GET /users", "handlers.users.list:handler", READ),
    Route("GET /users/{userId}", "handlers.users.read:handler", READ),
    Route("PATCH /users/{userId}", "handlers.users.change:handler", WRITE),
    Route("POST /users/{userId}", "handlers.users.change:handler", WRITE),
    Route("DELETE /users/{userId}", "handlers.users.delete:handler", WRITE),
    Route("GET /me", "handlers.me.read:handler", ()),
    Route("PATCH /me", "handlers.me.change:handler", ()),
    Route("GET /me/preferences", "handlers.me.preferences_read:handler", ()),
    Route("PATCH /me/preferences", "handlers.me.preferences_change:handler", ()),
    Route("POST /realtime/ticket", "handlers.realtime.ticket:handler", ()),
    Route("POST /partners/{partner}/events", "handlers.partners.accept:handler", None, "partners"),
    Route("POST /webhooks/{provider}", "handlers.webhooks.receive:handler", None),
    Route("GET /health", "handlers.health.read:handler", None),
    Route("GET /openapi.json", "handlers.openapi.read:handler", None),
    Route("$default", "handlers.fallback.not_found:handler", None),
)
