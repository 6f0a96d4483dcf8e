"""What mail is sent from, what it says, and where SES tells what became of it."""

from __future__ import annotations

from bootstrap.permissions.access import Access, tagged, tagging, tagging_unclaimed

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
        reason="an identity is named by its domain; the condition on its tags says whose it is",
        held_by=tagged,
    ),
    Access(
        (IDENTITY,),
        IDENTITIES,
        write=("ses:CreateEmailIdentity",),
        reason="an identity is named by its domain; the condition says whose it becomes",
        held_by=tagging,
    ),
    Access(
        (IDENTITY,),
        IDENTITIES,
        write=("ses:TagResource",),
        reason="an identity is tagged as it is made, and named by its domain",
        held_by=tagging_unclaimed,
    ),
    Access(
        ("aws:ses/template:Template",),
        "*",
        read=("ses:GetTemplate",),
        write=("ses:CreateTemplate", "ses:DeleteTemplate", "ses:UpdateTemplate"),
        reason="the API that the provider makes templates by knows no resource for these actions",
    ),
)
