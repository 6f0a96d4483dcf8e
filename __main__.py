"""Strata: one line a domain; what a domain uses of another domain is its argument."""

import pulumi

from components.bundle import PYTHON
from settings import Settings
from wiring import (
    accounts,
    audit,
    events,
    fallback,
    foundation,
    health,
    me,
    notifications,
    openapi,
    operations,
    partners,
    realtime,
    releases,
    site,
    users,
    webhooks,
)
from wiring.declared import union

DECLARED = union(
    foundation, users, me, realtime, partners, webhooks, notifications, health, openapi, fallback
)
settings = Settings.load(
    routes=DECLARED.routes, scopes=DECLARED.scopes, events=DECLARED.events, python=PYTHON
)
site_files = site.read()
platform = foundation.build(settings, DECLARED)

people = users.wire(platform)
me.wire(platform, people)
accounts.wire(platform, people)
partners.wire(platform)
webhooks.wire(platform)
audit.wire(platform)
notifications.wire(platform, people)
gateway = realtime.wire(platform, people)
events.wire(platform)
operations.wire(platform)
health.wire(platform)
openapi.wire(platform)
fallback.wire(platform)
front = site.wire(platform, site_files, gateway)
releases.wire(platform, front)

for name, value in platform.close().items():
    pulumi.export(name, value)
