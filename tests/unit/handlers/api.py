"""The API's routes, as the domains declare them."""

from __future__ import annotations

from wiring.declared import every
from wiring.openapi import document_routes

ROUTES = document_routes(every())
