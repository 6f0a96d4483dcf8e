"""Inputs with keys of their own, whose names AWS has other words for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from provider.base import Properties
from provider.shapes import block, told


class Block(NamedTuple):
    """AWS's name of the whole and of each key."""

    name: str
    keys: Mapping[str, str]


def sent(inputs: Mapping[str, Any], blocks: Mapping[str, Block]) -> Properties:
    """Those of the blocks that the inputs have, in AWS's shape."""
    return {each.name: block(inputs[key], each.keys) for key, each in blocks.items() if key in inputs}


def found(answer: Mapping[str, Any], blocks: Mapping[str, Block]) -> Properties:
    """Those of the blocks that an answer of AWS has, as inputs."""
    return {key: told(answer[each.name], each.keys) for key, each in blocks.items() if each.name in answer}
