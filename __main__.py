"""Strata, wired: what there is, who may ask what of it, and what each answer is allowed to touch."""

import json

import pulumi

from components.access import Custom, Jwt, Public
from components.api import Api
from components.audit import Audit
from components.auth import Auth
from components.bundle import PYTHON
from components.data import Index, Table
from components.events import EventBus
from components.function import Function
from components.iam import Grant
from components.key import Key
from components.mail import EVENT_TYPES, Mail
from components.queue import Queue
from components.realtime import Realtime
from components.runtime import Runtime
from components.schedule import Schedule
from components.secret import Secret
from components.stream import Stream
from components.topic import Topic
from handlers.events.catalogue import CATALOGUE, SOURCES
from handlers.notifications.templates import TEMPLATES
from handlers.openapi.document import Route, build
from settings import Settings

SCOPES = {
    "users/read": "See users",
    "users/write": "Create, change and delete users",
    "events/read": "Be told of everything",
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
    "GET /me/preferences": Jwt(),
    "PATCH /me/preferences": Jwt(),
    "POST /realtime/ticket": Jwt(),
    "POST /partners/{partner}/events": Custom("partners"),
    "POST /webhooks/{provider}": Public("the sender proves itself by signing what it sends"),
    "GET /health": Public("a load balancer or a monitor asks without a token"),
    "GET /openapi.json": Public("the contract is no secret"),
    "$default": Public("what is not there is told to everyone alike"),
}
EVERYTHING = {"source": [{"prefix": ""}]}
EFFECTS_DAYS = 14
"""What came of an event is remembered for longer than the archive keeps it: as long as queues may."""

settings = Settings.load(routes=ACCESS, scopes=SCOPES, events=CATALOGUE, python=PYTHON)

# What everything else stands on: where alarms ring, what functions share, the bus.

key = Key("topics", settings)
alarms = Topic("alarms", key=key, publishers=["cloudwatch.amazonaws.com"])
for address in settings.alarms.emails:
    alarms.subscribe_email(address)
runtime = Runtime("runtime", settings, alarms=alarms.arn)
bus = EventBus("events", runtime=runtime, catalogue=SOURCES)

users = Table(
    "users",
    settings,
    key="id",
    indexes={"by-creation": Index("listing", sort="id"), "by-email": Index("emailKey")},
    stream=True,
)
identities = Table("identities", settings, key="identity")
idempotency = Table("idempotency", settings, key="key", ttl="expiresAt")
effects = Table("effects", settings, key="id", ttl="expiresAt")
addresses = Table("addresses", settings, key="address")
partners = Table("partners", settings, key="partner", sort="keyId")
tickets = Table("tickets", settings, key="ticket", ttl="expiresAt")
connections = Table("connections", settings, key="audience", sort="connectionId", ttl="expiresAt")
feed = Table("feed", settings, key="audience", sort="position", ttl="expiresAt")

USERS = {"USERS_TABLE": users.table_name}
IDENTITIES = {"IDENTITIES_TABLE": identities.table_name}
IDEMPOTENCY = {"IDEMPOTENCY_TABLE": idempotency.table_name}
EFFECTS = {
    "EFFECTS_TABLE": effects.table_name,
    "EFFECTS_DAYS": str(settings.events.archive_days + EFFECTS_DAYS),
}
ADDRESSES = {"ADDRESSES_TABLE": addresses.table_name}
CONNECTIONS = {"CONNECTIONS_TABLE": connections.table_name}
TICKETS = {"TICKETS_TABLE": tickets.table_name}
FEED = {"FEED_TABLE": feed.table_name}
EVENTS = {"EVENT_BUS": bus.bus_name}

auth = Auth("auth", settings, runtime=runtime, scopes=SCOPES, trigger="handlers.auth.pre_token:handler")
api = Api("api", settings, access=ACCESS, auth=auth, runtime=runtime)

# What people and programs ask.

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
    grants=[users.grant("GetItem", "UpdateItem", "DeleteItem"), identities.grant("DeleteItem")],
)
for route, handler in {
    "GET /me": "handlers.me.read:handler",
    "PATCH /me": "handlers.me.change:handler",
    "GET /me/preferences": "handlers.me.preferences_read:handler",
    "PATCH /me/preferences": "handlers.me.preferences_change:handler",
}.items():
    api.route(
        route,
        handler,
        env=USERS | IDENTITIES,
        grants=[users.grant("GetItem", "PutItem", "UpdateItem"), identities.grant("GetItem", "PutItem")],
    )
api.route("GET /health", "handlers.health.read:handler", env={"VERSION": settings.version})
api.route("$default", "handlers.fallback.not_found:handler")

# What comes onto the bus: changes of users, partners' events, what others call us for.

Stream(
    "users-publish",
    users,
    "handlers.users.publish:handler",
    runtime=runtime,
    env=EVENTS,
    grants=[bus.grant_publish("strata.users")],
)
api.authorizer(
    "partners",
    "handlers.partners.authorize:handler",
    cache_seconds=60,  # a key that was revoked works that much longer, at most
    env={"PARTNERS_TABLE": partners.table_name},
    grants=[partners.grant("GetItem")],
)
api.route(
    "POST /partners/{partner}/events",
    "handlers.partners.accept:handler",
    env=EVENTS,
    grants=[bus.grant_publish("partner.*")],
)
stripe = Secret("webhook-stripe", settings, description="What Stripe signs its webhook's deliveries with")
api.route(
    "POST /webhooks/{provider}",
    "handlers.webhooks.receive:handler",
    env=EVENTS | IDEMPOTENCY | {"WEBHOOK_SECRET": stripe.arn},
    grants=[
        bus.grant_publish("webhook.stripe"),
        idempotency.grant("PutItem", "DeleteItem"),
        stripe.grant_read(),
    ],
)

# Who is told: the audit trail of everything, new users, browsers, and whoever outside the stack file names.

audit = Audit("audit", runtime=runtime)
recorded = Queue("audit-events", runtime=runtime)
recorded.consumer(
    "handlers.audit.record:handler",
    env={"AUDIT_STREAM": audit.stream_name},
    grants=[audit.grant_put()],
)
bus.subscribe("audit", EVERYTHING, recorded)

mail = Mail("mail", runtime=runtime, key=key, sender=settings.mail.sender, templates=TEMPLATES)
MAIL = {"MAIL_SENDER": mail.sender, "MAIL_CONFIGURATION_SET": mail.configuration_set}
notifications = Queue("notifications", runtime=runtime)
notifications.consumer(
    "handlers.notifications.send:handler",
    env=USERS | ADDRESSES | EFFECTS | MAIL | {"MAIL_TEMPLATE": mail.template_names["welcome"]},
    grants=[
        users.grant("GetItem"),
        addresses.grant("GetItem"),
        effects.grant("PutItem", "UpdateItem"),
        mail.grant_send("welcome"),
        Grant(("sns:Publish",), ("*",), "a telephone number is no resource"),
    ],
)
bus.subscribe(
    "notifications",
    {"source": ["strata.users"], "detail-type": ["user.created", "user.updated"]},
    notifications,
)
feedback = Queue("mail-feedback", runtime=runtime)
feedback.consumer(
    "handlers.notifications.feedback:handler",
    env=ADDRESSES | EFFECTS,
    grants=[addresses.grant("PutItem"), effects.grant("UpdateItem")],
)
mail.topic.subscribe(feedback, filter={"eventType": list(EVENT_TYPES)})

realtime = Realtime(
    "realtime",
    settings,
    runtime=runtime,
    authorizer="handlers.realtime.authorizer:handler",
    env=TICKETS,
    grants=[tickets.grant("DeleteItem")],
)
api.route(
    "POST /realtime/ticket",
    "handlers.realtime.ticket:handler",
    env=TICKETS,
    grants=[tickets.grant("PutItem")],
)
realtime.route(
    "$connect", "handlers.realtime.connect:handler", env=CONNECTIONS, grants=[connections.grant("PutItem")]
)
realtime.route(
    "$disconnect",
    "handlers.realtime.disconnect:handler",
    env=CONNECTIONS,
    grants=[connections.grant("DeleteItem")],
)
realtime.route("ping", "handlers.realtime.ping:handler", env=realtime.env, grants=[realtime.grant_post()])
realtime.route(
    "resume",
    "handlers.realtime.resume:handler",
    env=realtime.env | FEED,
    grants=[feed.grant("Query"), realtime.grant_post()],
)
realtime.route(
    "$default", "handlers.realtime.unknown:handler", env=realtime.env, grants=[realtime.grant_post()]
)
realtime.deploy()
pushes = Queue("realtime-events", runtime=runtime)
pushes.consumer(
    "handlers.realtime.push:handler",
    env=realtime.env | CONNECTIONS | FEED | EFFECTS,
    grants=[
        connections.grant("Query", "DeleteItem"),
        feed.grant("PutItem"),
        effects.grant("PutItem", "ConditionCheckItem"),
        realtime.grant_post(),
    ],
)
bus.subscribe("realtime", EVERYTHING, pushes)

for name, delivery in settings.events.deliveries.items():
    bus.deliver(
        name,
        {"source": [{"prefix": ""}], "detail-type": list(delivery.events)},
        url=delivery.url,
        rate_limit=delivery.rate_limit,
        header=delivery.header,
        key=delivery.key,
    )

# What is done at its time.

digest = Function(
    "notifications-digest",
    "handlers.notifications.digest:handler",
    runtime=runtime,
    asynchronous=True,
    timeout=29,
    env=USERS
    | ADDRESSES
    | EFFECTS
    | MAIL
    | {
        "MAIL_TEMPLATE": mail.template_names["digest"],
        "USER_POOL_ID": auth.pool_id,
        "ADMIN_GROUP": "admins",
    },
    grants=[
        users.grant("Query", index="by-creation"),
        addresses.grant("GetItem"),
        effects.grant("PutItem", "UpdateItem"),
        mail.grant_send("digest"),
        Grant(("cognito-idp:ListUsersInGroup",), (auth.pool.arn,)),
    ],
)
Schedule("daily-digest", digest, runtime=runtime, expression="cron(0 3 * * ? *)", flexible_minutes=15)
waiting = dict(runtime.inventory.dead_letters)
depth = Function(
    "operations-dead-letters",
    "handlers.operations.dead_letters:handler",
    runtime=runtime,
    asynchronous=True,
    env={
        "STACK": pulumi.get_stack(),
        "DEAD_LETTERS": pulumi.Output.json_dumps({name: each.url for name, each in waiting.items()}),
    },
    grants=[
        Grant(("sqs:GetQueueAttributes",), tuple(each.arn for each in waiting.values())),
        Grant(
            ("cloudwatch:PutMetricData",),
            ("*",),
            "CloudWatch knows no resource for this action",
            {"StringEquals": {"cloudwatch:namespace": "Strata"}},
        ),
    ],
)
Schedule("dead-letter-depth", depth, runtime=runtime, expression="rate(1 hour)")

# The contract, made of what answers.

OPENAPI = {"GET /openapi.json": "handlers.openapi.read:handler"}
answers = api.handlers | OPENAPI
contract = build(
    [
        Route(key, answers[key], getattr(access, "scopes", None), getattr(access, "authorizer", None))
        for key, access in ACCESS.items()
        if key in answers
    ],
    title="Strata",
    version=settings.version,
)
for route, handler in OPENAPI.items():
    api.route(route, handler, files={"handlers/openapi/openapi.json": json.dumps(contract)})
api.deploy()

for output, value in {
    "url": settings.url or api.endpoint,
    "apiUrl": api.url,
    "webSocketUrl": realtime.url,
    "userPoolId": auth.pool_id,
    "clientId": auth.client_id,
    "machineClients": auth.machine_clients,
    "issuer": auth.issuer,
    "loginUrl": auth.login_url,
    "eventBus": bus.bus_name,
    "eventArchive": bus.archive_arn,
    "auditBucket": audit.bucket_name,
    "partnersTable": partners.table_name,
    "webhookSecret": stripe.arn,
    **runtime.inventory.outputs(),
}.items():
    pulumi.export(output, value)
