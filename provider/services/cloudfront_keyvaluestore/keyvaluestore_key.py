"""Keys of key-value stores."""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import Properties, Values
from provider.cloud import Cloud
from provider.fields import Fields, Names
from provider.resource import Resource
from provider.services.cloudfront_keyvaluestore import SERVICE
from provider.shapes import unless_gone

ATTEMPTS = 5
CONFLICTS = ("ConflictException",)
"""The error for another version of the store than the current one."""


class KeyvaluestoreKey(Resource):
    """A key of a key-value store with its value; its ID is `<ARN of the store>,<key>`."""

    token = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey"
    service = SERVICE
    noun = "key"
    create_call = update_call = "put_{noun}"
    key: ClassVar[Names] = {"keyValueStoreArn": "KvsARN", "key": "Key"}
    id_format = "{keyValueStoreArn},{key}"
    fields: ClassVar[Fields] = {"value": "Value"}
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        self._write(cloud, self.create_call, self.create_request(inputs))
        return self.id_of(cloud, inputs)

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self._write(cloud, self.update_call, self.create_request(new))

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Values) -> None:
        if self.describe(cloud, resource_id, known) is not None:
            self._write(cloud, self.delete_call, self.identify(resource_id, known))

    def _write(self, cloud: Cloud, operation: str, request: Any) -> None:
        """Call an operation on the store's current version, again if another key was written meanwhile."""
        for left in reversed(range(ATTEMPTS)):
            version = self.call(cloud, "describe_key_value_store", KvsARN=request["KvsARN"])["ETag"]
            write = self._operation(cloud, operation)
            written = unless_gone(write, *(CONFLICTS if left else ()), **request, IfMatch=version)
            if written is not None:
                return
