"""Objects in buckets."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, override

from provider.base import Properties, ProviderError, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.s3 import SERVICE


class BucketObjectv2(Resource):
    """An object whose body is text or a file; its ID is `bucket/key`."""

    token = "aws:s3/bucketObjectv2:BucketObjectv2"
    service = SERVICE
    noun = "object"
    create_call = update_call = "put_{noun}"
    read_call = "head_{noun}"
    # A response to HEAD has no body: its error code is the status.
    absent = ("404",)
    key: ClassVar[Names] = {"bucket": "Bucket", "key": "Key"}
    id_format = "{bucket}/{key}"
    fields: ClassVar[Fields] = pascal_names("cacheControl", "contentType")
    inputs = frozenset({*key, *fields, "content", "source"})
    replace_on = frozenset(key)
    arn = "arn:aws:s3:::{bucket}/{key}"

    @override
    def to_aws(self, inputs: Values) -> Properties:
        return {**super().to_aws(inputs), "Body": _body(inputs)}

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"etag": found["ETag"].strip('"')}


def _body(inputs: Values) -> bytes:
    """Return the text or the bytes of the file.

    Raises:
        ProviderError: when the file cannot be read.
    """
    if "source" not in inputs:
        return inputs.get("content", "").encode()
    path = Path(inputs["source"]["asset"]["path"])
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProviderError(f"the file {path} cannot be read: {error.strerror}") from error
