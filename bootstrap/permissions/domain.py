"""Access to hosted zones, records, certificates and web ACLs, which are outside the stack's region."""

from __future__ import annotations

from bootstrap.permissions.access import (
    GENERATED_ID,
    Access,
    Scope,
    request_tags,
    request_tags_if_untagged,
    resource_tags,
)
from components.iam import Condition
from settings import CLOUDFRONT_REGION

ZONE, RECORD = "aws:route53/zone:Zone", "aws:route53/record:Record"
CERTIFICATES = ("aws:acm/certificate:Certificate", "aws:acm/certificateValidation:CertificateValidation")
WEB_ACL = "aws:wafv2/webAcl:WebAcl"

ANY_ZONE = "arn:aws:route53:::hostedzone/*"
ANY_CERTIFICATE = f"arn:aws:acm:{CLOUDFRONT_REGION}:{{account}}:certificate/*"
ZONES = "AWS generates a zone's id, and IAM knows neither the tags nor the stack of a zone"
RECORD_TYPES = ("A", "AAAA", "CNAME")


def _types_of_records(_: Scope) -> Condition:
    """Return the condition that protects mail, verification and delegation: MX, TXT, NS and others."""
    return {"ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": RECORD_TYPES}}


DOMAIN = (
    Access(
        (ZONE, RECORD),
        ANY_ZONE,
        read=("route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"),
        reason=ZONES,
    ),
    Access(
        (ZONE, RECORD),
        "*",
        read=("route53:ListHostedZones",),
        reason="a zone is looked up by its name, and a list has no resource-level permissions",
    ),
    # A branch could change the records of production: stacks of pull requests have no domain.
    Access(
        (RECORD,),
        ANY_ZONE,
        write=("route53:ChangeResourceRecordSets",),
        reason=ZONES,
        condition=_types_of_records,
        lasting=True,
    ),
    Access(
        (ZONE, RECORD),
        "arn:aws:route53:::change/*",
        write=("route53:GetChange",),
        reason="AWS generates the id of a change, which a deployment waits for",
        lasting=True,
    ),
    Access(
        (ZONE,),
        "*",
        write=("route53:CreateHostedZone",),
        reason="a zone has no ARN before it is created, and takes no tags at its creation",
        lasting=True,
    ),
    Access(
        (ZONE,),
        ANY_ZONE,
        write=("route53:ChangeTagsForResource", "route53:UpdateHostedZoneComment"),
        reason=ZONES,
        lasting=True,
    ),
    # Route 53 refuses to delete a zone with records.
    Access(
        (ZONE,), ANY_ZONE, write=("route53:DeleteHostedZone",), reason=ZONES, lasting=True, disposable=True
    ),
    Access(
        CERTIFICATES,
        ANY_CERTIFICATE,
        read=("acm:DescribeCertificate", "acm:ListTagsForCertificate"),
        write=("acm:AddTagsToCertificate", "acm:DeleteCertificate", "acm:RemoveTagsFromCertificate"),
        reason=GENERATED_ID,
        condition=resource_tags,
    ),
    Access(
        CERTIFICATES,
        "*",
        write=("acm:RequestCertificate",),
        reason="a certificate has no ARN before it is requested",
        condition=request_tags,
    ),
    Access(
        CERTIFICATES,
        ANY_CERTIFICATE,
        write=("acm:AddTagsToCertificate",),
        reason="a certificate is tagged when it is requested; AWS generates its id",
        condition=request_tags_if_untagged,
    ),
    Access(
        (WEB_ACL,),
        f"arn:aws:wafv2:{CLOUDFRONT_REGION}:{{account}}:global/webacl/{{names}}/*",
        read=("wafv2:GetWebACL", "wafv2:ListTagsForResource"),
        write=(
            "wafv2:CreateWebACL",
            "wafv2:DeleteWebACL",
            "wafv2:TagResource",
            "wafv2:UntagResource",
            "wafv2:UpdateWebACL",
        ),
    ),
    Access(
        (WEB_ACL,),
        f"arn:aws:wafv2:{CLOUDFRONT_REGION}:{{account}}:global/managedruleset/*/*",
        write=("wafv2:CreateWebACL", "wafv2:UpdateWebACL"),
        reason="the rule groups of AWS that a web ACL applies; AWS generates their ids",
    ),
)
