"""A plugin that fails to create one resource, before or after AWS has created it.

python -m tests.engine.faulty NAME before|after ENGINE
"""

from __future__ import annotations

import sys
from typing import override

from local.plugin.server import serve
from local.plugin.servicer import NAMING, Servicer
from provider.base import Properties, ProviderError
from provider.provider import Provider

NAME, WHEN = sys.argv[1:3]


class Faulty(Provider):
    """Provider that fails for one name."""

    @override
    def create(self, token: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        if name == NAME and WHEN == "before":
            raise ProviderError(f"{token} {name}: InternalFailure: injected")
        created = super().create(token, name, inputs)
        if name == NAME:
            raise ProviderError(f"{token} {name}: InternalFailure: injected")
        return created


if __name__ == "__main__":
    sys.exit(serve(Servicer(lambda cloud: Faulty.of(cloud, NAMING))))
