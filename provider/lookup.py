"""Provider functions, which read what a program does not create."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from provider.base import Properties, Values
from provider.cloud import Cloud


class Lookup(ABC):
    """A provider function.

    Attributes:
        token: Pulumi's token, such as `aws:route53/getZone:getZone`.
        inputs: every argument; any other is an error that names it.
    """

    token: ClassVar[str]
    inputs: ClassVar[frozenset[str]]

    @abstractmethod
    def find(self, cloud: Cloud, arguments: Values) -> Properties:
        """Return what the arguments identify.

        Raises:
            ProviderError: if they do not identify exactly one resource.
        """
