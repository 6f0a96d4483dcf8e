"""The base of a bucket's settings that Pulumi models as separate resources."""

from __future__ import annotations

from typing import ClassVar

from provider.fields import Names
from provider.resource import Resource
from provider.services.s3 import SERVICE


class BucketSetting(Resource):
    """One setting of a bucket, written and read as a whole; its ID is the bucket's name."""

    service = SERVICE
    create_call = update_call = "put_{noun}"
    key: ClassVar[Names] = {"bucket": "Bucket"}
    id_format = "{bucket}"
    replace_on = frozenset({"bucket"})
    exists_by_default = True
