"""What a bucket's companions have in common: each is one setting, put and read as a whole."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, override

from provider.base import Properties, ResourceType
from provider.cloud import Cloud
from provider.s3.bucket import GONE
from provider.shapes import unless_gone


class Companion(ResourceType):
    """One setting of the bucket in its input `bucket`. Its id is the bucket's name.

    Attributes:
        noun: what boto3's methods call it, as in `put_bucket_policy`.
        removal: the boto3 method that takes it away.
        missing: the error code by which S3 says that the bucket has none.
    """

    noun: ClassVar[str]
    removal: ClassVar[str]
    missing: ClassVar[str]
    replace_on = frozenset({"bucket"})

    @abstractmethod
    def arguments(self, inputs: Properties) -> Properties:
        """The inputs as boto3 takes them, beside the bucket's name."""

    @abstractmethod
    def properties(self, answer: Mapping[str, Any], known: Mapping[str, Any]) -> Properties:
        """What S3 answered, beside the bucket's name."""

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        put = getattr(cloud.client("s3"), f"put_{self.noun}")
        put(Bucket=inputs["bucket"], **self.arguments(inputs))
        return inputs["bucket"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        get = getattr(cloud.client("s3"), f"get_{self.noun}")
        answer: Any = unless_gone(get, GONE, self.missing, Bucket=resource_id)
        return None if answer is None else {"bucket": resource_id, **self.properties(answer, known)}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self.create(cloud, new)

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(getattr(cloud.client("s3"), self.removal), GONE, Bucket=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """Only one that is as stated: a new bucket has some of these by itself."""
        found = self.read(cloud, inputs["bucket"], inputs) or {}
        return inputs["bucket"] if all(found.get(key) == value for key, value in inputs.items()) else None
