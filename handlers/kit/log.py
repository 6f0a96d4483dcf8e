"""The log: one JSON object a line, on standard error, in the shape that Lambda's log levels understand."""

import json
import os
import sys
from typing import Literal, get_args

from handlers.kit import clock

Level = Literal["DEBUG", "INFO", "WARN", "ERROR"]
LEVELS: tuple[Level, ...] = get_args(Level)


def write(level: Level, message: str, facts: dict[str, object]) -> None:
    """Write one line, unless `LOG_LEVEL` asks for graver ones only.

    The facts are what an operator may read: never a body, a header's value, or who somebody is.
    """
    threshold = os.environ.get("LOG_LEVEL", "INFO")
    if threshold in LEVELS and LEVELS.index(level) < LEVELS.index(threshold):
        return
    line = {"timestamp": clock.now(), "level": level, "message": message, **facts}
    sys.stderr.write(json.dumps(line, default=str) + "\n")
    sys.stderr.flush()
