"""Access to SES identities, configuration sets and templates."""

from __future__ import annotations

from bootstrap.permissions.access import Access, request_tags, request_tags_if_untagged, resource_tags

IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"
IDENTITIES = "arn:aws:ses:{region}:{account}:identity/*"

MAIL = (
    Access(
        (
            "aws:sesv2/configurationSet:ConfigurationSet",
            "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination",
        ),
        "arn:aws:ses:{region}:{account}:configuration-set/{names}",
        read=(
            "ses:GetConfigurationSet",
            "ses:GetConfigurationSetEventDestinations",
            "ses:ListTagsForResource",
        ),
        write=(
            "ses:CreateConfigurationSet",
            "ses:CreateConfigurationSetEventDestination",
            "ses:DeleteConfigurationSet",
            "ses:DeleteConfigurationSetEventDestination",
            "ses:PutConfigurationSetDeliveryOptions",
            "ses:PutConfigurationSetReputationOptions",
            "ses:TagResource",
            "ses:UntagResource",
            "ses:UpdateConfigurationSetEventDestination",
        ),
    ),
    Access(
        (IDENTITY,),
        IDENTITIES,
        read=("ses:GetEmailIdentity", "ses:ListTagsForResource"),
        write=("ses:DeleteEmailIdentity", "ses:TagResource", "ses:UntagResource"),
        reason="an identity has the name of its domain; the condition limits the tags",
        condition=resource_tags,
    ),
    Access(
        (IDENTITY,),
        IDENTITIES,
        write=("ses:CreateEmailIdentity",),
        reason="an identity has the name of its domain; the condition limits the new tags",
        condition=request_tags,
    ),
    Access(
        (IDENTITY,),
        IDENTITIES,
        write=("ses:TagResource",),
        reason="an identity is tagged on creation, and has the name of its domain",
        condition=request_tags_if_untagged,
    ),
    Access(
        ("aws:ses/template:Template",),
        "*",
        read=("ses:GetTemplate",),
        write=("ses:CreateTemplate", "ses:DeleteTemplate", "ses:UpdateTemplate"),
        reason="the provider's API for templates has no resource-level permissions",
    ),
)
