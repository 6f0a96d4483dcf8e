"""The wiring: one module a domain, named as its folder in `handlers/`.

A module has `DECLARED`, pure data that imports no Pulumi (scopes, routes, tables, event types), and `wire`,
which takes the platform and what the domain uses of other domains, and creates the resources.
"""
