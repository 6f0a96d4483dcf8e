"""A copy of the program whose asynchronous functions fail at random."""

from __future__ import annotations

from pathlib import Path

from tests import checkout

VISIBILITY_SECONDS = 3
"""How soon a message that failed comes again."""

DOUBT_SECONDS = 45
"""As on AWS, three times what a message has until it is dead: the report of a mail is there by then."""

EDITS: dict[str, dict[str, str]] = {
    "components/queue.py": {
        "visibility_timeout_seconds=VISIBILITY_FACTOR * self.timeout + batching_window,": (
            f"visibility_timeout_seconds={VISIBILITY_SECONDS},"
        ),
    },
    "handlers/events/consumer.py": {
        "from handlers.kit import aws, correlation, log\n": (
            "from functools import partial\nfrom handlers.kit import aws, chaos, correlation, log\n"
        ),
        "return self.function(message) or": (
            "return chaos.suffer(self.function.__module__, message.correlation_id,"
            " partial(self.function, message)) or"
        ),
    },
    "handlers/events/effect.py": {
        "from handlers.kit import aws, dynamodb\n": "from handlers.kit import aws, chaos, dynamodb\n",
        "DOUBT_SECONDS = 900": f"DOUBT_SECONDS = {DOUBT_SECONDS}",
        "        return\n    try:\n        yield True\n": (
            "        return\n    chaos.doubt('begun')\n    try:\n        yield True\n"
        ),
        '        raise\n    _set_state(name, "done")\n': (
            "        raise\n    chaos.doubt('happened')\n    _set_state(name, \"done\")\n"
        ),
    },
    "handlers/audit/record.py": {
        "from handlers.kit import correlation, log\n": "from handlers.kit import chaos, correlation, log\n",
        'record_all([record["body"] for record in records])': (
            "chaos.suffer_together(__name__, [record['body'] for record in records], record_all,"
            " Result('failed', 'chaos'))"
        ),
    },
    "handlers/users/publish.py": {
        "from handlers.kit import correlation\n": "from handlers.kit import chaos, correlation\n",
        "for events in batches([event for event in converted if isinstance(event, NewEvent)]):\n": (
            "for events in chaos.interrupt(batches([e for e in converted if isinstance(e, NewEvent)])):\n"
        ),
    },
}


def failing_at_random(folder: Path, fates: Path) -> Path:
    """The copy; which fates its messages met is kept in `fates`."""
    root = checkout.copy(folder)
    strikes = (Path(__file__).parent / "strikes.py").read_text()
    (root / "handlers" / "kit" / "chaos.py").write_text(
        _replaced(strikes, 'Path("FOLDER")', f"Path({str(fates)!r})")
    )
    for name, edits in EDITS.items():
        text = (root / name).read_text()
        for before, after in edits.items():
            text = _replaced(text, before, after)
        (root / name).write_text(text)
    fates.mkdir()
    return root


def _replaced(text: str, before: str, after: str) -> str:
    """The text with an edit, which must find its place, and only one."""
    assert text.count(before) == 1, f"{text.count(before)} places for the edit of {before!r}"
    return text.replace(before, after)
