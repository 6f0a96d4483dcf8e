"""SES: who may send, what is sent, and what is told about it."""

from __future__ import annotations

from local.provider.base import ResourceType
from local.provider.ses.configuration_set import ConfigurationSet
from local.provider.ses.email_identity import EmailIdentity
from local.provider.ses.event_destination import ConfigurationSetEventDestination
from local.provider.ses.template import Template

TYPES: tuple[ResourceType, ...] = (
    EmailIdentity(),
    ConfigurationSet(),
    ConfigurationSetEventDestination(),
    Template(),
)
