"""The mail layer: SES identity, templates, and delivery events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pulumi
import pulumi_aws as aws

from components import limits
from components.base import Component
from components.iam import Grant
from components.key import SES, Key
from components.runtime import Runtime
from components.topic import Topic
from components.use import Use
from settings import Environment, Settings

EVENTS = ("SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE")
"""The events that SES publishes about an email."""

EVENT_TYPES = ("Send", "Delivery", "Bounce", "Complaint", "Reject", "Rendering Failure")
"""The same as named in messages. A subscription filters by them: SES's test message is not JSON."""


class Template(Protocol):
    """An email with `{{placeholders}}`."""

    @property
    def subject(self) -> str:
        """The subject line."""
        ...

    @property
    def text(self) -> str:
        """The body as plain text."""
        ...

    @property
    def html(self) -> str:
        """The body as HTML."""
        ...


class Mail(Component):
    """The sender identity, the templates, and a configuration set that publishes events about every email.

    Example:
        from handlers.notifications.templates import TEMPLATES

        mail = Mail("mail", "no-reply@example.com", TEMPLATES, key, runtime)
        Function("welcome", handler, runtime, uses=[mail.use("welcome")])

    Args:
        sender: the address in From; its domain is the identity.
        templates: the templates by name.
        key: the key that encrypts the topic.

    Attributes:
        sender: the same.
        configuration_set: the configuration set's name.
        topic: the topic of SES's events about emails.
    """

    name_limit = 64

    def __init__(
        self,
        name: str,
        sender: str,
        templates: Mapping[str, Template],
        key: Key,
        runtime: Runtime,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.sender = sender
        self.topic = Topic(f"{name}-feedback", key, publishers=[SES], opts=self.child())
        self._templates = {given: self._template(given, parts) for given, parts in templates.items()}
        configuration_set = self._configuration_set()
        self.configuration_set = configuration_set.configuration_set_name
        self._configuration_set_arn = configuration_set.arn
        self._identity_arn = self._identity(runtime.settings)
        self._publish_events()
        self.register_outputs({"configurationSet": self.configuration_set})

    def use(self, template: str) -> Use:
        """Allow sending one template from the sender's address, and pass what a send needs.

        Raises:
            ValueError: for a template that does not exist.
        """
        if template not in self._templates:
            known = ", ".join(sorted(self._templates))
            raise ValueError(f"mail {self.name}: no template {template!r}: expected one of {known}")
        sent = self._templates[template]
        # SES requires the second action for every send of a template, whichever operation sends it.
        grant = Grant(
            ("ses:SendEmail", "ses:SendTemplatedEmail"),
            (self._identity_arn, self._configuration_set_arn, sent.arn),
            condition={"StringEquals": {"ses:FromAddress": self.sender}},
        )
        variables = {
            "MAIL_SENDER": self.sender,
            "MAIL_CONFIGURATION_SET": self.configuration_set,
            "MAIL_TEMPLATE": sent.name,
        }
        return Use((grant,), variables)

    def for_cognito(self) -> aws.cognito.UserPoolEmailConfigurationArgsDict:
        """Let a user pool send from the sender's address, through the configuration set.

        Cognito refuses a pool whose domain SES has not verified. The identity needs no policy for Cognito: a
        pool that sends through SES does so with a service-linked role of the account. The identity may be in
        the pool's region, which is the only one that a stack has:
        https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html
        """
        return {
            "email_sending_account": "DEVELOPER",
            "source_arn": self._identity_arn,
            "from_email_address": self.sender,
            "configuration_set": self.configuration_set,
        }

    def _template(self, name: str, parts: Template) -> aws.ses.Template:
        full = f"{self.name}-{name}"
        project, stack = self.tags["project"], self.tags["stack"]
        limits.check_name(f"template {full}", full, self.name_limit, project=project, stack=stack)
        return aws.ses.Template(
            full,
            subject=parts.subject,
            text=parts.text,
            html=parts.html,
            opts=self.child(),
        )

    def _configuration_set(self) -> aws.sesv2.ConfigurationSet:
        return aws.sesv2.ConfigurationSet(
            self.name,
            configuration_set_name=f"{pulumi.get_project()}-{pulumi.get_stack()}-{self.name}",
            delivery_options={"tls_policy": "REQUIRE"},
            reputation_options={"reputation_metrics_enabled": True},
            tags=self.tags,
            opts=self.child(),
        )

    def _identity(self, settings: Settings) -> pulumi.Output[str]:
        """Return the ARN of the sender's domain.

        An identity belongs to the account, and its DNS records are made by hand: an ephemeral stack on AWS
        uses an existing identity.
        """
        domain = self.sender.partition("@")[2]
        if settings.environment is Environment.EPHEMERAL and not settings.endpoint:
            return self._configuration_set_arn.apply(
                lambda arn: f"{arn.partition(':configuration-set/')[0]}:identity/{domain}"
            )
        identity = aws.sesv2.EmailIdentity(
            self.name,
            email_identity=domain,
            tags=self.tags,
            # A new identity has other DKIM tokens, and sends nothing until its DNS records are set.
            opts=self.child(protect=settings.production),
        )
        return identity.arn

    def _publish_events(self) -> None:
        aws.sesv2.ConfigurationSetEventDestination(
            self.name,
            configuration_set_name=self.configuration_set,
            event_destination_name=self.topic.name,
            event_destination={
                "enabled": True,
                "matching_event_types": list(EVENTS),
                "sns_destination": {"topic_arn": self.topic.arn},
            },
            # SES publishes a test message when the destination is created.
            opts=self.child(depends_on=[self.topic.policy]),
        )
