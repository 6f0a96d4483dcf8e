"""The resources of the platform: one module per domain, named like the domain's folder in `handlers/`.

A domain's module has `wire`, which creates the resources; its arguments are the platform and the resources
of other domains that it uses. `DECLARED` is data: the domain's scopes, routes, tables and event types.
Importing a domain's module does not import Pulumi.
"""
