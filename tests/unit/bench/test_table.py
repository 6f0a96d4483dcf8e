"""The output of benchmarks."""

from __future__ import annotations

import json

import pytest

from bench.options import Options
from bench.table import Figure, show

FIGURES = [Figure("import", 2.0, 4.0, "a bare import"), Figure("start", 3.0, 0.0, "nothing", "s")]


def test_figures_are_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A row has Strata's figure, the compared figure with its name, and the ratio."""
    show("Cold import", FIGURES, as_json=False)

    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Cold import"
    assert lines[3].split() == ["import", "2.0", "ms", "a", "bare", "import", "4.0", "ms", "0.50"]


def test_figures_are_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Each figure is one object with the same keys."""
    show("Cold import", FIGURES[:1], as_json=Options.parse(["--json"]).json)

    assert json.loads(capsys.readouterr().out) == {
        "title": "Cold import",
        "name": "import",
        "ours": 2.0,
        "other": 4.0,
        "against": "a bare import",
        "unit": "ms",
        "ratio": 0.5,
    }
