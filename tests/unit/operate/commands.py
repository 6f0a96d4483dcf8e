"""The commands of `python -m operate`, as its parser has them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator


def names(of: argparse.ArgumentParser, prefix: str = "") -> Iterator[str]:
    """Yield the full name of every command of a parser."""
    groups = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield prefix.strip()
    for group in groups:
        for name, below in group.choices.items():
            yield from names(below, f"{prefix} {name}")
