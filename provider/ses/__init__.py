"""SES: who may send, what is sent, and what is told about it."""

from __future__ import annotations

from provider.base import ResourceType
from provider.ses.configuration_set import ConfigurationSet
from provider.ses.email_identity import EmailIdentity
from provider.ses.event_destination import ConfigurationSetEventDestination
from provider.ses.template import Template

TYPES: tuple[ResourceType, ...] = (
    EmailIdentity(),
    ConfigurationSet(),
    ConfigurationSetEventDestination(),
    Template(),
)
