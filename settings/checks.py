"""The rules of the stack config beyond the types of its fields: one function a rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from settings.domain_rules import domain_problems
from settings.environments import Environment
from settings.messages import NAMESPACE, one_of, problem
from settings.secret_text import secret_paths
from settings.sections import StackConfig

LOOPBACK = ("127.0.0.1", "localhost")
PRODUCTION_SESSION_HOURS = 24
REGION = r"^(?!cn-)[a-z]{2}-[a-z]+-\d+$"
"""The regions of the partition `aws`. Others begin with cn or with eusc, or have one more part."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """The names that a stack file may refer to, and the context that its values depend on.

    Attributes:
        routes: every route key of the API.
        scopes: every OAuth scope.
        events: every type of event.
        python: the Python version that Lambda runs, such as `3.11`.
        encrypted: the config keys with encrypted values, such as `strata:auth`.
    """

    routes: Collection[str]
    scopes: Collection[str]
    events: Collection[str]
    python: str
    encrypted: Collection[str]


Check = Callable[[StackConfig, Program], Iterator[str]]


def region_is_in_the_standard_partition(config: StackConfig, _: Program) -> Iterator[str]:
    """Yield a region of another partition: its ARNs and domain names differ. Other text is not a region."""
    if not re.match(REGION, config.region):
        expectation = (
            "expected a region of the partition aws, such as us-east-1 (not China, GovCloud or another)"
        )
        yield problem("region", config.region, expectation, namespace="aws")


def production_is_protected(config: StackConfig, _: Program) -> Iterator[str]:
    """Yield the protections that a production stack switches off."""
    protections = {
        "data.deletionProtection": config.data.deletion_protection,
        "data.pointInTimeRecovery": config.data.point_in_time_recovery,
        "auth.deletionProtection": config.auth.deletion_protection,
    }
    for key, on in protections.items():
        if config.production and not on:
            yield problem(key, value=False, expectation="expected true: production keeps its data")


def second_factor_can_be_set_up(config: StackConfig, _: Program) -> Iterator[str]:
    """Yield an optional second factor: Cognito's login offers to set one up only if it is required.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
    """
    if config.auth.mfa == "optional":
        expectation = "expected off or required: the login does not offer to set up an optional second factor"
        yield problem("auth.mfa", "optional", expectation)


def production_sessions_are_short(config: StackConfig, _: Program) -> Iterator[str]:
    """Yield sessions of production that last longer than a day: a browser keeps their cookie."""
    hours = config.auth.session_hours
    if config.production and hours > PRODUCTION_SESSION_HOURS:
        expectation = f"expected at most {PRODUCTION_SESSION_HOURS}: a stolen cookie works for as long"
        yield problem("auth.sessionHours", hours, expectation)


def production_alarms_are_sent(config: StackConfig, _: Program) -> Iterator[str]:
    """Yield an empty list of the addresses that the alarms of a production stack notify."""
    if config.production and not config.alarms.emails:
        yield problem("alarms.emails", [], "expected at least one address: production's alarms notify it")


def secrets_are_encrypted(config: StackConfig, program: Program) -> Iterator[str]:
    """Yield the secrets that the stack file holds in plain text."""
    if config.endpoint:  # The embedded cloud decrypts nothing, and its secrets protect nothing.
        return
    for path in secret_paths(config):
        if f"{NAMESPACE}:{path[0]}" not in program.encrypted:
            expectation = "expected an encrypted value (pulumi config set --secret --path)"
            yield problem(".".join(path), "(in plain text)", expectation)


def address_uses_https(config: StackConfig, _: Program) -> Iterator[str]:
    """Yield a public address without `https://`, unless it is local and the stack is not production."""
    url = config.url or ""
    if config.production and url.startswith("http://"):
        yield problem("url", config.url, "expected https://: production has a certificate")
    elif url.startswith("http://") and urlsplit(url).hostname not in LOOPBACK:
        expectation = "expected https://: Cognito redirects to http:// on localhost only"
        yield problem("url", url, expectation)


def domain_can_be_served(config: StackConfig, _: Program) -> Iterator[str]:
    """Yield what keeps the public host names from being served."""
    yield from domain_problems(config)


def snap_start_is_supported(config: StackConfig, program: Program) -> Iterator[str]:
    """Yield SnapStart on a Python version that does not support it."""
    if config.functions.snap_start and tuple(map(int, program.python.split("."))) < (3, 12):
        expectation = (
            f"expected false: SnapStart needs Python 3.12 or later, and Lambda runs {program.python}"
        )
        yield problem("functions.snapStart", value=True, expectation=expectation)


def embedded_cloud_is_ephemeral(config: StackConfig, _: Program) -> Iterator[str]:
    """Yield another environment class than `ephemeral` on the embedded cloud."""
    if config.endpoint and config.environment is not Environment.EPHEMERAL:
        expectation = "expected ephemeral: aws:endpoints names the embedded cloud, which keeps no data"
        yield problem("environment", config.environment.value, expectation)


def audit_expires_after_cold(config: StackConfig, _: Program) -> Iterator[str]:
    """Yield an expiry of the audit trail that is not after its move to cheaper storage."""
    audit = config.audit
    if audit.expire_after_days <= audit.cold_after_days:
        expectation = f"expected more than coldAfterDays, which is {audit.cold_after_days}"
        yield problem("audit.expireAfterDays", audit.expire_after_days, expectation)


def audit_is_not_locked_after_expiry(config: StackConfig, _: Program) -> Iterator[str]:
    """Yield a lock of the audit trail's objects that ends after they expire."""
    audit = config.audit
    if audit.lock_days and audit.lock_days > audit.expire_after_days:
        expectation = f"expected at most expireAfterDays, which is {audit.expire_after_days}"
        yield problem("audit.lockDays", audit.lock_days, expectation)


def deliveries_use_https(config: StackConfig, _: Program) -> Iterator[str]:
    """Yield deliveries without `https://` on AWS."""
    for name, delivery in config.events.deliveries.items():
        if delivery.url.startswith("http://") and not config.endpoint:
            expectation = "expected https://: events must be encrypted in transit"
            yield problem(f"events.deliveries.{name}.url", delivery.url, expectation)


def throttled_routes_exist(config: StackConfig, program: Program) -> Iterator[str]:
    """Yield throttles of routes that the API does not have."""
    for key, throttle in config.api.routes.items():
        if key not in program.routes:
            shown = throttle.model_dump(by_alias=True)
            yield problem(f"api.routes.{key}", shown, one_of(key, program.routes))


def scopes_exist(config: StackConfig, program: Program) -> Iterator[str]:
    """Yield scopes of groups and machine clients that no domain declares."""
    for key, holders in {
        "auth.groups": config.auth.groups,
        "auth.machineClients": config.auth.machine_clients,
    }.items():
        for name, scopes in holders.items():
            for scope in scopes:
                if scope not in program.scopes:
                    yield problem(f"{key}.{name}", scope, one_of(scope, program.scopes))


def delivered_events_exist(config: StackConfig, program: Program) -> Iterator[str]:
    """Yield types of event in deliveries that the catalogue does not have."""
    for name, delivery in config.events.deliveries.items():
        for event in delivery.events:
            if event not in program.events:
                yield problem(f"events.deliveries.{name}.events", event, one_of(event, program.events))


CHECKS: tuple[Check, ...] = (
    region_is_in_the_standard_partition,
    production_is_protected,
    second_factor_can_be_set_up,
    production_sessions_are_short,
    production_alarms_are_sent,
    secrets_are_encrypted,
    address_uses_https,
    domain_can_be_served,
    snap_start_is_supported,
    embedded_cloud_is_ephemeral,
    audit_expires_after_cold,
    audit_is_not_locked_after_expiry,
    deliveries_use_https,
    throttled_routes_exist,
    scopes_exist,
    delivered_events_exist,
)


def failures(config: StackConfig, program: Program) -> list[str]:
    """Return the problems that all rules find, one line each."""
    return [line for check in CHECKS for line in check(config, program)]
