"""ACM's resource types against the embedded cloud."""

import re

import pytest

from provider.base import Properties, ProviderError
from provider.cloud import Cloud
from provider.services.acm.certificate import Certificate
from provider.services.acm.certificate_validation import CertificateValidation
from tests.local.provider.lifecycle import exercise

MISSING = "arn:aws:acm:us-east-1:000000000000:certificate/11111111-2222-3333-4444-555555555555"


def certificate(name: str, *others: str) -> Properties:
    """Return the inputs of a certificate."""
    return {
        "domainName": name,
        **({"subjectAlternativeNames": list(others)} if others else {}),
        "validationMethod": "DNS",
        "tags": {"stack": "local", "component": "domain"},
    }


@pytest.mark.parametrize("others", [(), ("www.life.example.com",)])
def test_certificate_create_read_update_delete(cloud: Cloud, others: tuple[str, ...]) -> None:
    """Each name has a record to validate it; only the tags change in place."""
    inputs = certificate("life.example.com", *others)
    changed = {**inputs, "tags": {"stack": "local", "owner": "team"}}

    read = exercise(cloud, Certificate(), inputs, changed)

    options = read.pop("domainValidationOptions")
    assert [each["domainName"] for each in options] == ["life.example.com", *others]
    assert {each["resourceRecordType"] for each in options} == {"CNAME"}
    assert all(each["resourceRecordName"].endswith(f".{each['domainName']}.") for each in options)
    assert re.fullmatch(r"arn:aws:acm:us-east-1:000000000000:certificate/[0-9a-f-]{36}", read.pop("arn"))
    assert read == {**inputs, "subjectAlternativeNames": list(others), "status": "ISSUED"}


def test_tags_distinguish_certificates_of_one_name(cloud: Cloud) -> None:
    """Another stack's certificate for the same names is not adopted."""
    own = certificate("shared.example.com")
    Certificate().create(cloud, {**own, "tags": {"stack": "other"}})
    Certificate().create(cloud, certificate("shared.example.com", "more.example.com"))

    assert Certificate().find(cloud, own) is None
    assert Certificate().create(cloud, own) == Certificate().find(cloud, own)


def test_missing_certificate_reads_as_none_and_delete_succeeds(cloud: Cloud) -> None:
    """Reading or deleting a resource that does not exist is not an error."""
    Certificate().delete(cloud, MISSING, {})

    assert Certificate().read(cloud, MISSING, {}) is None


def test_validation_has_the_certificate_s_arn_and_ends_with_it(cloud: Cloud) -> None:
    """Deleting it changes nothing; it is gone when the certificate is."""
    arn = Certificate().create(cloud, certificate("valid.example.com"))
    known = Certificate().read(cloud, arn, {}) or {}
    names = [each["resourceRecordName"] for each in known["domainValidationOptions"]]
    inputs = {"certificateArn": arn, "region": "us-east-1", "validationRecordFqdns": names}
    validation = CertificateValidation()

    assert validation.create(cloud, inputs) == validation.find(cloud, inputs) == arn
    validation.delete(cloud, arn, inputs)
    assert validation.read(cloud, arn, inputs) == {"certificateArn": arn}
    Certificate().delete(cloud, arn, {})
    assert validation.read(cloud, arn, inputs) is None


def test_validation_without_a_record_of_each_name_is_rejected(cloud: Cloud) -> None:
    """The embedded cloud issues a certificate without its records, and AWS would wait for them in vain."""
    arn = Certificate().create(cloud, certificate("one.example.com", "two.example.com"))
    first = "_acme-challenge.one.example.com"

    with pytest.raises(ProviderError, match=r"^two\.example\.com: expected its validation record _"):
        CertificateValidation().create(cloud, {"certificateArn": arn, "validationRecordFqdns": [first]})


def test_validation_of_an_unknown_certificate_is_rejected(cloud: Cloud) -> None:
    """The error names the certificate."""
    with pytest.raises(ProviderError, match=f"^{MISSING}: expected a certificate that exists"):
        CertificateValidation().create(cloud, {"certificateArn": MISSING})
