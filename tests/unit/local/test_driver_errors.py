"""The errors of the driver, which each command reports in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.driver import driver
from local.driver.changes import silent
from provider.cloud import Cloud
from tests.checkout import copy

CLOUD = Cloud("http://127.0.0.1:1", "us-east-1")


@pytest.mark.parametrize(
    ("text", "error"),
    [("def (:\n", r"SyntaxError: .*\(edits\.py, line 1\)"), ("1 / 0\n", r"edits\.py:1: ZeroDivisionError")],
)
def test_short_way_reports_an_invalid_module_of_the_program(tmp_path: Path, text: str, error: str) -> None:
    """`make dev` continues after a file of `components/` was saved with an error."""
    root = copy(tmp_path / "strata")
    (root / "components" / "bundle" / "edits.py").write_text(text)
    with pytest.raises(driver.DriverError, match=error):
        driver.update_functions(root, CLOUD, root / ".local" / "state.json", [], silent)
