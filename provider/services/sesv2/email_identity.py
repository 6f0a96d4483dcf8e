"""Email identities."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties
from provider.fields import Block, Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.sesv2 import SERVICE


class EmailIdentity(Resource):
    """An email address or a domain to send from, verified at once by the embedded cloud; its ID is itself."""

    token = "aws:sesv2/emailIdentity:EmailIdentity"
    service = SERVICE
    noun = "email_identity"
    key: ClassVar[Names] = {"emailIdentity": "EmailIdentity"}
    id_format = "{emailIdentity}"
    fields: ClassVar[Fields] = {"configurationSetName": "ConfigurationSetName"}
    outputs: ClassVar[Fields] = {
        **pascal_names("identityType", "verificationStatus", "verifiedForSendingStatus"),
        # They include the tokens that the domain's DNS must publish.
        "dkimSigningAttributes": Block("DkimAttributes"),
    }
    inputs = frozenset({*key, *fields, "tags"})
    replace_on = frozenset(key)
    arn = "arn:aws:ses:{region}:{account}:identity/{emailIdentity}"

    @override
    def update_request(self, old: Properties, new: Properties) -> Properties:
        # The embedded cloud neither stores nor changes the default configuration set.
        return {}
