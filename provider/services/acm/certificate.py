"""Certificates."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.acm import SERVICE


class Certificate(Resource):
    """A certificate that ACM issues after a validation by DNS, here at once; its ID is its ARN."""

    token = "aws:acm/certificate:Certificate"
    service = SERVICE
    noun = "certificate"
    create_call = "request_{noun}"
    read_call = "describe_{noun}"
    member = "Certificate"
    key: ClassVar[Names] = {"id": "CertificateArn"}
    id_from = "CertificateArn"
    fields: ClassVar[Fields] = pascal_names("domainName", "subjectAlternativeNames", "validationMethod")
    outputs: ClassVar[Fields] = {"arn": "CertificateArn", "status": "Status"}
    inputs = frozenset({*fields, "region", "tags"})
    replace_on = frozenset({*fields, "region"})
    arn = "arn:aws:acm:{region}:{account}:certificate/{id}"
    defaults: ClassVar[Properties] = {"subjectAlternativeNames": []}

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        return self.call(cloud, self.create_call, **self.create_request(inputs))["CertificateArn"]

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        """Return the inputs; the alternative names are those beside the certificate's own name."""
        read = super().from_aws(found, known)
        names: list[str] = read.pop("subjectAlternativeNames")
        options = found["DomainValidationOptions"]
        return {
            **read,
            "subjectAlternativeNames": [name for name in names if name != read["domainName"]],
            "validationMethod": options[0]["ValidationMethod"],
            "domainValidationOptions": [_option(each) for each in options],
        }

    @override
    def arn_of(self, cloud: Cloud, resource_id: str, known: Values) -> str:
        return resource_id

    @override
    def update_request(self, old: Properties, new: Properties) -> Properties:
        return {}  # Only tags change without a new certificate.

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """Return the certificate with these names and tags, because several may have the same names."""
        listed = self.list_all(cloud, "list_certificates", "CertificateSummaryList")
        arns = (each["CertificateArn"] for each in listed)
        return self.first_that_reads_as(cloud, arns, {**self.defaults, **inputs})


def _option(found: Values) -> Properties:
    """Return the record that proves the ownership of one of the names."""
    record = found["ResourceRecord"]
    return {
        "domainName": found["DomainName"],
        "resourceRecordName": record["Name"],
        "resourceRecordType": record["Type"],
        "resourceRecordValue": record["Value"],
    }
