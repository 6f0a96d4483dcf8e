"""The sections of the stack config as pydantic models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from settings.environments import Environment
from settings.secret_text import SecretText

Scope = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,23}$")]
RetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]
"""The retention periods that CloudWatch Logs supports (PutRetentionPolicy)."""


class Section(BaseModel):
    """A part of the stack config: camelCase keys, no unknown keys, no type conversion."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=to_camel, validate_default=True
    )


class Throttle(Section):
    """An API Gateway throttle (token bucket).

    Attributes:
        rate_limit: requests per second.
        burst_limit: requests accepted at once, before the rate applies.
    """

    rate_limit: float = Field(gt=0, le=10_000)
    burst_limit: int = Field(ge=1, le=5_000)


class Api(Section):
    """The HTTP API.

    Attributes:
        throttle: the throttle of every route.
        routes: throttles of single routes, by route key such as `POST /users`.
    """

    throttle: Throttle
    routes: dict[str, Throttle] = {}


class GoogleProvider(Section):
    """Google as an identity provider.

    Attributes:
        client_id: the OAuth client id that the provider issued.
        client_secret: the secret of that client.
    """

    client_id: str = Field(min_length=1)
    client_secret: SecretText


class IdentityProviders(Section):
    """Identity providers besides the user pool, which state whether an email address is verified.

    Attributes:
        google: sign-in with Google.
    """

    google: GoogleProvider | None = None


class Auth(Section):
    """The Cognito user pool.

    Attributes:
        mfa: whether users sign in with a second factor (an authenticator app), which `required` makes them
            set up at their first sign-in.
        session_hours: hours after a sign-in until the person must sign in again; in `production` at most 24.
        mail: who sends the mails of sign-up and of forgotten passwords: `ses` from `mail.sender`, at a domain
            that SES has verified; or `cognito`, about 50 a day.
        deletion_protection: whether AWS refuses to delete the user pool; `production` requires it.
        groups: the scopes that members of a group get in their tokens, by group; by default the group
            `admins` gets every scope.
        machine_clients: the scopes of clients that sign in with a client secret, by client name.
        identity_providers: identity providers besides the user pool.
    """

    mfa: Literal["off", "optional", "required"]
    # Cognito refuses a refresh token that expires before the access token: a program's is valid an hour.
    session_hours: int = Field(ge=2, le=720)
    mail: Literal["cognito", "ses"]
    deletion_protection: bool
    groups: dict[Name, tuple[Scope, ...]]
    machine_clients: dict[Name, Annotated[tuple[Scope, ...], Field(min_length=1)]] = {}
    identity_providers: IdentityProviders = IdentityProviders()


class Asynchronous(Section):
    """Retries of failed asynchronous Lambda invocations.

    Attributes:
        retries: the number of retries after the first attempt.
        maximum_age: seconds after the event during which Lambda retries.
    """

    retries: int = Field(default=2, ge=0, le=2)
    maximum_age: int = Field(default=3_600, ge=60, le=21_600)


class Functions(Section):
    """Settings of every Lambda function.

    Attributes:
        memory: memory in MB.
        timeout: timeout in seconds; a single AWS call may take 4.5, and API Gateway waits at most 29.
        log_level: the lowest level that handlers log.
        log_retention_days: days for which CloudWatch Logs keeps log events, and S3 the buckets' access logs.
        tracing: whether X-Ray traces invocations.
        snap_start: whether functions that callers wait for start from a snapshot (Python 3.12 or later).
        consumer_concurrency: batches that the consumer of one queue handles at once; all functions of an
            account share its quota of concurrent executions.
        asynchronous: retries of failed asynchronous invocations.
    """

    memory: int = Field(default=512, ge=128, le=10_240)
    timeout: int = Field(default=10, ge=6, le=29)
    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"] = "INFO"
    log_retention_days: RetentionDays
    tracing: bool
    snap_start: bool
    consumer_concurrency: int = Field(ge=2, le=1_000)
    asynchronous: Asynchronous = Asynchronous()


class Data(Section):
    """Protection of the DynamoDB tables.

    Attributes:
        deletion_protection: whether AWS refuses to delete tables; `production` requires it.
        point_in_time_recovery: whether tables can be restored to any second of the last 35 days;
            `production` requires it.
    """

    deletion_protection: bool
    point_in_time_recovery: bool


class Buckets(Section):
    """Settings of every S3 bucket.

    Attributes:
        old_version_days: days for which objects that were overwritten, deleted or expired can be restored.
    """

    old_version_days: int = Field(ge=1)


class Delivery(Section):
    """Delivery of selected events to an HTTPS endpoint.

    Attributes:
        url: the endpoint; `http://` only on the embedded cloud.
        events: the types of event to deliver.
        rate_limit: requests per second, at most.
        header: the request header that carries the API key.
        key: the API key.
    """

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+(/\S*)?$")]
    events: Annotated[tuple[str, ...], Field(min_length=1)]
    rate_limit: int = Field(default=10, ge=1, le=300)
    header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")] = "X-Api-Key"
    key: SecretText


class Events(Section):
    """The event bus.

    Attributes:
        archive_days: days for which the archive keeps events for replay.
        deliveries: deliveries of events to endpoints outside AWS, by name.
    """

    archive_days: int = Field(ge=1, le=3_653)
    # The URLs of all dead-letter queues share one environment variable; Lambda allows 4 KB for all variables.
    deliveries: Annotated[dict[Name, Delivery], Field(max_length=10)] = {}


class Site(Section):
    """The distribution that serves the app and the APIs.

    Attributes:
        price_class: the edge locations that serve requests, which have different prices; `PriceClass_100` are
            those in North America, Europe and Israel.
        countries: the only countries that are served, as ISO 3166-1 alpha-2 codes such as `DE`; every country
            by default.
        keep_releases_days: days for which a release of the app stays after it was last in use, so that tabs
            that were opened before still load.
    """

    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"]
    countries: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...] = ()
    keep_releases_days: int = Field(default=30, ge=1, le=3_650)


class Mail(Section):
    """Email through SES.

    Attributes:
        sender: the address that emails are sent from; SES must have verified it or its domain.
    """

    sender: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class Notifications(Section):
    """Notifications to users.

    Attributes:
        sms_countries: the beginnings of the telephone numbers that users can verify and to which SMS messages
            are sent, such as `+44`; none by default. Carriers drop messages to US numbers without a sender
            that is registered with AWS.
    """

    sms_countries: tuple[Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,6}$")], ...] = ()


class Audit(Section):
    """The lifecycle of the audit trail's objects in S3.

    Attributes:
        cold_after_days: days until an object moves to cheaper storage.
        expire_after_days: days until an object is deleted; more than `coldAfterDays`.
        lock_days: days for which S3 refuses to delete an object (Object Lock); at most `expireAfterDays`.
    """

    cold_after_days: int = Field(ge=1)
    expire_after_days: int = Field(ge=2)
    lock_days: int | None = Field(default=None, ge=1)


class Alarms(Section):
    """Alarm notifications.

    Attributes:
        emails: the addresses that alarms are sent to; `production` requires at least one.
    """

    emails: tuple[Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = ()


class Domain(Section):
    """The public host names; without a domain, the distribution's own name serves.

    Attributes:
        name: the public host name, such as `app.example.com`.
        zone: the public hosted zone in Route 53 that contains the host names, such as `example.com`; without
            it, `certificate` is required, and the DNS records are made by hand.
        create_zone: whether the stack creates the zone; otherwise it exists in the account.
        redirects: host names that redirect to `name`, such as `www.example.com`.
        previews: host names that can show another release of the app than `name`.
        certificate: the ARN of a certificate in us-east-1 for all the host names; by default the stack
            requests one and validates it through `zone`.
    """

    name: str | None = None
    zone: str | None = None
    create_zone: bool = False
    redirects: tuple[str, ...] = ()
    previews: tuple[str, ...] = ()
    certificate: (
        Annotated[str, StringConstraints(pattern=r"^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[a-f0-9-]+$")]
        | None
    ) = None

    @property
    def address(self) -> str | None:
        """The public address; None without a domain."""
        return None if self.name is None else f"https://{self.name}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every public host name, `name` first; empty without a domain."""
        return () if self.name is None else (self.name, *self.redirects, *self.previews)


class Firewall(Section):
    """The web application firewall (AWS WAF) in front of the distribution.

    Attributes:
        enabled: whether there is one.
        mode: whether a request that matches a rule is blocked, or only counted.
        rate_limit: requests that one IP address may send within five minutes.
    """

    enabled: bool
    mode: Literal["block", "count"] = "block"
    # People behind one office's address share the limit.
    rate_limit: int = Field(default=10_000, ge=10, le=2_000_000_000)


class StackConfig(Section):
    """The whole config of a stack.

    Attributes:
        environment: the environment class.
        region: the AWS region.
        endpoint: the loopback address of the embedded cloud, one for all services; only with `ephemeral`.
        url: the public address, to which sign-in redirects, if it is neither that of `domain.name` nor
            that of the distribution.
        version: the version that `GET /api/health` returns.
        permissions_boundary: the ARN of the policy that limits every role of the stack.
    """

    environment: Environment
    region: str
    endpoint: str | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+$")] | None = None
    version: str = Field(default="0.1.0", min_length=1, max_length=64)
    api: Api
    auth: Auth
    functions: Functions
    data: Data
    buckets: Buckets
    events: Events
    site: Site
    mail: Mail
    notifications: Notifications
    audit: Audit
    alarms: Alarms
    domain: Domain
    firewall: Firewall
    permissions_boundary: (
        Annotated[str, StringConstraints(pattern=r"^arn:aws:iam::\d{12}:policy/.+$")] | None
    ) = None

    @property
    def production(self) -> bool:
        """Whether the stack holds production data."""
        return self.environment is Environment.PRODUCTION
