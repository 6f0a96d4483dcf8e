"""Generated names of resources, by the project's `pulumi:autonaming` pattern."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass

from provider.base import AutoName, ProviderError

ALPHABETS = {
    "hex": "0123456789abcdef",
    "num": string.digits,
    "alphanum": string.ascii_lowercase + string.digits,
}
EXPRESSION = re.compile(r"\$\{(\w+)(?:\((\d+)\))?\}")


@dataclass(frozen=True)
class Naming:
    """Pulumi's autonaming: a pattern of `${project}`, `${stack}`, `${name}`, `${hex(n)}` and similar.

    Source: Pulumi's documentation of the `pulumi:autonaming` setting.
    """

    pattern: str
    project: str
    stack: str

    def propose(self, name: str, rule: AutoName) -> str:
        """Return a new physical name for the resource with the logical name `name`.

        Raises:
            ProviderError: when the name exceeds the type's limit; the text shows both lengths.
        """
        proposed = rule.prefix + EXPRESSION.sub(self._replacement(name), self.pattern) + rule.suffix
        if len(proposed) > rule.limit:
            raise ProviderError(
                f"{name}: the name {proposed} has {len(proposed)} characters, and AWS takes {rule.limit}"
            )
        return proposed

    def _replacement(self, name: str) -> Callable[[re.Match[str]], str]:
        words = {"project": self.project, "stack": self.stack, "name": name}

        def replace(match: re.Match[str]) -> str:
            word, length = match.groups()
            if length is None and word in words:
                return words[word]
            if length is not None and word in ALPHABETS:
                return "".join(secrets.choice(ALPHABETS[word]) for _ in range(int(length)))
            known = [*words, *(f"{alphabet}(n)" for alphabet in ALPHABETS)]
            raise ProviderError(f"pulumi:autonaming: {match.group()}: expected one of {', '.join(known)}")

        return replace
