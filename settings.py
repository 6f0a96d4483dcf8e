"""The stack config as typed, validated values; every problem is one line, before anything is registered.

A stack file (`Pulumi.<stack>.yaml`) says only where its stack differs from what its environment class
gives. Unknown keys, wrong types and impossible combinations stop the program.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, cast
from urllib.parse import urlsplit

import pulumi
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

NAMESPACE = "strata"
OTHERS = ("aws", "pulumi")
"""Namespaces that the program leaves to the provider and to Pulumi."""
LOOPBACK = ("127.0.0.1", "localhost")

Scope = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,23}$")]
RetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]
"""What CloudWatch Logs takes (PutRetentionPolicy)."""


class SettingsError(pulumi.RunError):
    """The stack config cannot be used; one line a problem."""

    def __init__(self, problems: Collection[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class Environment(StrEnum):
    """The environment class: it decides every default."""

    EPHEMERAL = "ephemeral"
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Section(BaseModel):
    """A part of the stack config: camelCase keys, none unknown, no value converted."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=to_camel, validate_default=True
    )


class Throttle(Section):
    """API Gateway's token bucket: `rate_limit` requests a second, `burst_limit` at once."""

    rate_limit: float = Field(gt=0, le=10_000)
    burst_limit: int = Field(ge=1, le=5_000)


class Api(Section):
    """The HTTP API: throttling of every route, and of single routes by their key."""

    throttle: Throttle
    routes: dict[str, Throttle] = {}


class GoogleProvider(Section):
    """Google as an identity provider; the secret comes from the stack's secret config."""

    client_id: str = Field(min_length=1)
    client_secret: str = Field(min_length=1, repr=False)


class FacebookProvider(GoogleProvider):
    """Facebook as an identity provider; the secret comes from the stack's secret config."""

    api_version: Annotated[str, StringConstraints(pattern=r"^v\d+\.\d+$")] = "v21.0"


class IdentityProviders(Section):
    """Who else may sign people in."""

    google: GoogleProvider | None = None
    facebook: FacebookProvider | None = None

    @property
    def configured(self) -> tuple[str, ...]:
        """The names of those that this stack has."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is not None)


class Auth(Section):
    """Cognito: second factor, what groups may do, machine clients, identity providers."""

    mfa: Literal["off", "optional", "required"]
    deletion_protection: bool
    groups: dict[Name, tuple[Scope, ...]] = {"admins": ("users/read", "users/write", "events/read")}
    machine_clients: dict[Name, Annotated[tuple[Scope, ...], Field(min_length=1)]] = {}
    identity_providers: IdentityProviders = IdentityProviders()


class Asynchronous(Section):
    """Lambda's asynchronous invocations: how often, and for how many seconds, a failed one is tried again."""

    retries: int = Field(default=2, ge=0, le=2)
    maximum_age: int = Field(default=3_600, ge=60, le=21_600)


class Functions(Section):
    """Lambda: memory in MB, timeout in seconds (one call of AWS may take 4.5), and what all functions get."""

    memory: int = Field(default=512, ge=128, le=10_240)
    timeout: int = Field(default=10, ge=6, le=29)
    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"] = "INFO"
    log_retention_days: RetentionDays
    tracing: bool
    snap_start: bool = False
    asynchronous: Asynchronous = Asynchronous()


class Data(Section):
    """DynamoDB: how data is kept from harm."""

    deletion_protection: bool
    point_in_time_recovery: bool


class Delivery(Section):
    """Chosen events, sent to an address outside: at most `rate_limit` a second, with a key in `header`."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+(/\S*)?$")]
    events: Annotated[tuple[str, ...], Field(min_length=1)]
    rate_limit: int = Field(default=10, ge=1, le=300)
    header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")] = "X-Api-Key"
    key: str = Field(min_length=1, repr=False)


class Events(Section):
    """The event bus: how many days its archive keeps events, and who outside is told of which."""

    archive_days: int = Field(ge=1, le=3_653)
    # Each has a dead-letter queue, and the function that counts those is told of all in 4 KB.
    deliveries: Annotated[dict[Name, Delivery], Field(max_length=10)] = {}


class Mail(Section):
    """SES: the address that mail comes from; SES must know it, or its domain."""

    sender: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class Audit(Section):
    """The audit trail: when its objects move to cheaper storage, and when they go."""

    cold_after_days: int = Field(ge=1)
    expire_after_days: int = Field(ge=2)


class Alarms(Section):
    """Who is told by mail when something waits in a dead-letter queue."""

    emails: tuple[Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = ()


DEFAULTS: Mapping[Environment, Mapping[str, Mapping[str, Any]]] = {
    Environment.EPHEMERAL: {
        "api": {"throttle": {"rateLimit": 1_000.0, "burstLimit": 2_000}},
        "auth": {"mfa": "off", "deletionProtection": False},
        "functions": {"logRetentionDays": 3, "tracing": False},
        "data": {"deletionProtection": False, "pointInTimeRecovery": False},
        "events": {"archiveDays": 1},
        "mail": {"sender": "no-reply@example.com"},
        "audit": {"coldAfterDays": 30, "expireAfterDays": 120},
        "alarms": {},
    },
    Environment.DEVELOPMENT: {
        "api": {"throttle": {"rateLimit": 100.0, "burstLimit": 200}},
        "auth": {"mfa": "optional", "deletionProtection": False},
        "functions": {"logRetentionDays": 14, "tracing": True},
        "data": {"deletionProtection": False, "pointInTimeRecovery": True},
        "events": {"archiveDays": 14},
        "mail": {},
        "audit": {"coldAfterDays": 30, "expireAfterDays": 120},
        "alarms": {},
    },
    Environment.PRODUCTION: {
        "api": {"throttle": {"rateLimit": 1_000.0, "burstLimit": 2_000}},
        "auth": {"mfa": "optional", "deletionProtection": True},
        "functions": {"logRetentionDays": 365, "tracing": True, "snapStart": True},
        "data": {"deletionProtection": True, "pointInTimeRecovery": True},
        "events": {"archiveDays": 365},
        "mail": {},
        "audit": {"coldAfterDays": 90, "expireAfterDays": 2_555},
        "alarms": {},
    },
}
SECTIONS = tuple(DEFAULTS[Environment.EPHEMERAL])


class Settings(Section):
    """One stack's config, whole and valid.

    Attributes:
        environment: the environment class.
        url: the public address of the front door, where it is known before deployment.
        version: what `GET /api/health` says is deployed.
        endpoint: the embedded cloud's address; None on AWS.
        permissions_boundary: the policy that no role of ours may exceed, where the account demands one.
        region: the AWS region.
    """

    environment: Environment
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+$")] | None = None
    version: str = Field(default="0.1.0", min_length=1, max_length=64)
    api: Api
    auth: Auth
    functions: Functions
    data: Data
    events: Events
    mail: Mail
    audit: Audit
    alarms: Alarms
    permissions_boundary: (
        Annotated[str, StringConstraints(pattern=r"^arn:aws:iam::\d{12}:policy/.+$")] | None
    ) = None
    region: str
    endpoint: str | None = None

    @property
    def production(self) -> bool:
        """Whether losing this stack's data would harm someone."""
        return self.environment is Environment.PRODUCTION

    @classmethod
    def load(
        cls, routes: Collection[str], scopes: Collection[str], events: Collection[str], python: str
    ) -> Self:
        """The running stack's settings.

        Args:
            routes: every route key of the API: what a throttle may name.
            scopes: every OAuth scope: what a group or a machine client may be given.
            events: every type of event: what a delivery may choose.
            python: the version that Lambda runs, such as `3.13`.

        Raises:
            SettingsError: with one line a problem.
        """
        from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

        config: dict[str, Any] = {**get_config_env(), **CONFIG.get()}
        secrets = {key for key in config if is_config_secret(key)}
        settings = cls.parse(config)
        problems = [
            *settings.unprotected(),
            *settings.unencrypted(secrets),
            *settings.impossible(python),
            *settings.unknown(routes, scopes, events),
        ]
        if problems:
            raise SettingsError(problems)
        return settings

    @classmethod
    def parse(cls, config: Mapping[str, str]) -> Self:
        """The settings in a stack's whole config: `namespace:key` to text, objects as JSON."""
        given = _own_keys(config)
        given["region"] = config.get("aws:region")
        given["endpoint"] = _endpoint(config)
        environment = given.get("environment")
        if environment not in list(Environment):
            raise SettingsError(
                [_line("environment", environment, _expected_one_of(environment, Environment))]
            )
        for section, defaults in DEFAULTS[Environment(environment)].items():
            given[section] = _merged(defaults, given.get(section, {}))
        try:
            # As JSON: a stack file's lists are tuples here, and nothing else is converted.
            return cls.model_validate_json(json.dumps(given))
        except ValidationError as error:
            raise SettingsError([_problem(detail) for detail in error.errors()]) from None

    def unprotected(self) -> list[str]:
        """What production must have and this stack switches off."""
        if not self.production:
            return []
        guards = {
            "data.deletionProtection": self.data.deletion_protection,
            "data.pointInTimeRecovery": self.data.point_in_time_recovery,
            "auth.deletionProtection": self.auth.deletion_protection,
        }
        off = [key for key, on in guards.items() if not on]
        return [
            _line(key, value=False, expectation="expected true: production keeps its data") for key in off
        ]

    def unencrypted(self, secrets: Collection[str]) -> list[str]:
        """Secrets that stand in the stack file as plain text."""
        expectation = "expected an encrypted value (pulumi config set --secret --path)"
        if self.endpoint:  # nothing on this machine decrypts, and nothing that it knows is anybody's secret
            return []
        holders = {
            "auth": [
                f"identityProviders.{name}.clientSecret" for name in self.auth.identity_providers.configured
            ],
            "events": [f"deliveries.{name}.key" for name in self.events.deliveries],
        }
        return [
            _line(f"{section}.{key}", "(in plain text)", expectation)
            for section, keys in holders.items()
            if f"{NAMESPACE}:{section}" not in secrets
            for key in keys
        ]

    def impossible(self, python: str) -> list[str]:
        """Values that are each allowed and not together."""
        problems: list[str] = []
        if self.production and not (self.url or "").startswith("https://"):
            problems.append(_line("url", self.url, "expected an https:// address: production has a domain"))
        elif (self.url or "").startswith("http://") and urlsplit(self.url).hostname not in LOOPBACK:
            expectation = "expected https://: Cognito sends people back to plain http on this machine alone"
            problems.append(_line("url", self.url, expectation))
        if self.functions.snap_start and tuple(map(int, python.split("."))) < (3, 12):
            expectation = f"expected false: SnapStart begins at Python 3.12, and Lambda runs {python} here"
            problems.append(_line("functions.snapStart", value=True, expectation=expectation))
        if self.endpoint and self.environment is not Environment.EPHEMERAL:
            expectation = "expected ephemeral: aws:endpoints names the embedded cloud, where nothing lasts"
            problems.append(_line("environment", self.environment.value, expectation))
        if self.audit.expire_after_days <= self.audit.cold_after_days:
            expectation = f"expected more than coldAfterDays, which is {self.audit.cold_after_days}"
            problems.append(_line("audit.expireAfterDays", self.audit.expire_after_days, expectation))
        return problems + [
            _line(
                f"events.deliveries.{name}.url", delivery.url, "expected https://: events are no one else's"
            )
            for name, delivery in self.events.deliveries.items()
            if delivery.url.startswith("http://") and not self.endpoint
        ]

    def unknown(self, routes: Collection[str], scopes: Collection[str], events: Collection[str]) -> list[str]:
        """Names of routes, scopes and events that the program does not have."""
        holders = {
            **{f"auth.groups.{name}": given for name, given in self.auth.groups.items()},
            **{f"auth.machineClients.{name}": given for name, given in self.auth.machine_clients.items()},
        }
        return (
            [
                _line(f"api.routes.{key}", throttle.model_dump(by_alias=True), _expected_one_of(key, routes))
                for key, throttle in self.api.routes.items()
                if key not in routes
            ]
            + [
                _line(holder, scope, _expected_one_of(scope, scopes))
                for holder, given in holders.items()
                for scope in given
                if scope not in scopes
            ]
            + [
                _line(f"events.deliveries.{name}.events", event, _expected_one_of(event, events))
                for name, delivery in self.events.deliveries.items()
                for event in delivery.events
                if event not in events
            ]
        )


def _own_keys(config: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for full, text in config.items():
        namespace, _, key = full.partition(":")
        if namespace == NAMESPACE:
            given[key] = _object(key, text) if key in SECTIONS else text
        elif namespace not in OTHERS:
            expectation = _expected_one_of(namespace, (NAMESPACE, *OTHERS))
            raise SettingsError([f"{full}: {text!r}: namespace {expectation}"])
    return given


def _object(key: str, text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if not isinstance(value, dict):
        raise SettingsError([_line(key, value, "expected an object of settings")])
    return cast("Any", value)


def _endpoint(config: Mapping[str, str]) -> str | None:
    """The one loopback address that every service of `aws:endpoints` names."""
    text = config.get("aws:endpoints")
    if text is None:
        return None
    try:
        addresses: set[str] = {url for services in json.loads(text) for url in services.values()}
        (address,) = addresses
        host = urlsplit(address).hostname
    except (ValueError, AttributeError, TypeError):
        address, host = text, None
    if host not in LOOPBACK:
        expected = "expected one loopback address for every service: AWS itself needs no endpoints"
        raise SettingsError([f"aws:endpoints: {address!r}: {expected}"])
    return address


def _merged(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults with what was given laid over them, key by key."""
    merged = dict(defaults)
    for key, value in given.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(cast("Any", below), cast("Any", value)) if both else value
    return merged


def _problem(detail: ErrorDetails) -> str:
    path = [str(part) for part in detail["loc"]]
    key = ".".join(path)
    match detail["type"]:
        case "extra_forbidden":
            expectation = _expected_one_of(path[-1], _known_keys(path[:-1]))
            return _line(key, _shown(key, detail["input"]), expectation)
        case "missing":
            return _line(key, None, "expected a value")
        case "string_pattern_mismatch":
            pattern = detail.get("ctx", {}).get("pattern")
            return _line(key, _shown(key, detail["input"]), f"expected text that matches {pattern}")
        case _ if path == ["region"]:
            return "aws:region: missing: expected an AWS region, such as us-east-1"
        case _:
            expectation = detail["msg"].replace("Input should be", "expected")
            return _line(key, _shown(key, detail["input"]), expectation)


def _known_keys(path: list[str]) -> list[str]:
    """The keys of the section at `path`, as a stack file spells them."""
    section: Any = Settings
    for part in path:
        field = next((f for name, f in section.model_fields.items() if to_camel(name) == part), None)
        if field is None:  # a name that the stack file chose, such as a route's: what it stands for is known
            continue
        options = [field.annotation, *getattr(field.annotation, "__args__", ())]
        section = next(o for o in options if isinstance(o, type) and issubclass(o, BaseModel))
    hidden = {"region", "endpoint"} if section is Settings else set[str]()
    return [to_camel(name) for name in section.model_fields if name not in hidden]


def _expected_one_of(given: str | None, known: Collection[str]) -> str:
    expected = f"expected one of {', '.join(sorted(known))}"
    if given is None:
        return expected
    near = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    return f"unknown; did you mean {near[0]}? {expected}" if near else f"unknown; {expected}"


def _shown(key: str, value: Any) -> Any:
    # Whatever stands there may be a secret under a misspelt key.
    return "(hidden)" if "identityProviders" in key or "deliveries" in key else value


def _line(key: str, value: Any, expectation: str) -> str:
    shown = "missing" if value is None else json.dumps(value, default=str)
    return f"{NAMESPACE}:{key}: {shown}: {expectation}"
