"""Validations of certificates."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, ProviderError, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names
from provider.resource import Resource
from provider.services.acm import SERVICE
from provider.shapes import domain_name


class CertificateValidation(Resource):
    """The wait until a certificate is issued; its ID is the certificate's ARN."""

    token = "aws:acm/certificateValidation:CertificateValidation"
    service = SERVICE
    noun = "certificate"
    read_call = "describe_{noun}"
    member = "Certificate"
    key: ClassVar[Names] = {"certificateArn": "CertificateArn"}
    id_format = "{certificateArn}"
    fields: ClassVar[Fields] = {}
    inputs = frozenset({*key, "region", "validationRecordFqdns"})
    replace_on = inputs

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Check that the records prove every name; the embedded cloud issues the certificate without them.

        Raises:
            ProviderError: for a certificate that does not exist, or a name without its record.
        """
        arn: str = inputs["certificateArn"]
        certificate = self.describe(cloud, arn, inputs)
        if certificate is None:
            raise ProviderError(f"{arn}: expected a certificate that exists")
        given = {domain_name(name) for name in inputs.get("validationRecordFqdns", ())}
        for option in certificate["DomainValidationOptions"]:
            record = domain_name(option["ResourceRecord"]["Name"])
            if given and record not in given:
                raise ProviderError(f"{option['DomainName']}: expected its validation record {record}")
        return arn

    @override
    def describe(self, cloud: Cloud, resource_id: str, known: Values) -> Any:
        """Return the certificate; None when it does not exist or is not issued."""
        certificate = super().describe(cloud, resource_id, known)
        return certificate if certificate and certificate["Status"] == "ISSUED" else None

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Do nothing: every change of an input replaces the validation."""

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        """Do nothing: the certificate stays issued."""
