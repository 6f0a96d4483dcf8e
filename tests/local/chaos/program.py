"""A copy of the program with fault injection in its asynchronous functions.

Where it can, a copy wraps a module's own function at the module's end, so that it depends on nothing but the
function's name.
"""

from __future__ import annotations

from pathlib import Path

from tests import checkout

VISIBILITY_SECONDS = 3
"""The time after which a failed message is received again."""

DOUBT_SECONDS = 45
"""Three times the time until a message is dead-lettered, as on AWS: SES reports on the email before that."""

IMPORT = "\n\nfrom handlers.kit import chaos\n\n"
APPENDED = {
    "handlers/events/effect.py": (
        f"{IMPORT}DOUBT_SECONDS = {DOUBT_SECONDS}\neffect = chaos.interrupt_effects(effect)\n"
    ),
    "handlers/audit/record.py": f"{IMPORT}record_all = chaos.inject_batch(record_all)\n",
    "handlers/events/stream.py": f"{IMPORT}batches = chaos.interrupt_batches(batches)\n",
}
EDITS = {
    "components/queue.py": (
        "visibility_timeout_seconds=VISIBILITY_FACTOR * self.timeout + batching_window,",
        f"visibility_timeout_seconds={VISIBILITY_SECONDS},",
    ),
    "handlers/events/consumer.py": (
        "        self.function = function\n",
        "        from handlers.kit import chaos\n\n        self.function = chaos.inject(function)\n",
    ),
}


def with_faults(folder: Path, records: Path) -> Path:
    """Copy the program, which records each attempt and its fault in `records`."""
    root = checkout.copy(folder)
    faults = (Path(__file__).parent / "faults.py").read_text()
    (root / "handlers" / "kit" / "chaos.py").write_text(
        _replaced(faults, 'Path("FOLDER")', f"Path({str(records)!r})")
    )
    for name, text in APPENDED.items():
        with (root / name).open("a") as file:
            file.write(text)
    for name, (before, after) in EDITS.items():
        (root / name).write_text(_replaced((root / name).read_text(), before, after))
    records.mkdir()
    return root


def _replaced(text: str, before: str, after: str) -> str:
    """Apply an edit to a text, which must match exactly once."""
    assert text.count(before) == 1, f"{text.count(before)} matches for the edit of {before!r}"
    return text.replace(before, after)
