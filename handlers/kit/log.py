"""The log: one JSON object per line on standard error, in the format of Lambda's log level filter."""

import json
import os
import sys
from typing import Literal, get_args

from handlers.kit import clock

Level = Literal["DEBUG", "INFO", "WARN", "ERROR"]
LEVELS: tuple[Level, ...] = get_args(Level)


def write(level: Level, message: str, facts: dict[str, object]) -> None:
    """Write one line unless its level is below `LOG_LEVEL` (default: INFO).

    Pass only facts that an operator may read: no bodies, header values or personal data.
    """
    threshold = os.environ.get("LOG_LEVEL", "INFO")
    if threshold in LEVELS and LEVELS.index(level) < LEVELS.index(threshold):
        return
    line = {"timestamp": clock.now(), "level": level, "message": message, **facts}
    sys.stderr.write(json.dumps(line, default=str) + "\n")
    sys.stderr.flush()
