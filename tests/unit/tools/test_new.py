"""The generator of domains: names, edits and refusals. `tests/local/test_new_domain.py` runs a new domain."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkout import ROOT, copy
from tools.new import CATALOGUE, EDITS, MAIN, Names, NewError, generate, main

ORDERS = Names("orders", "order")


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        (ORDERS, "Widgets: a widget, WIDGETS_TABLE, widgetId", "Orders: an order, ORDERS_TABLE, orderId"),
        (Names("boxes", "box"), "A widget, CreateWidget", "A box, CreateBox"),
        (Names("invoices", "invoice"), "A widget. a new widget", "An invoice. a new invoice"),
    ],
)
def test_names_are_replaced_in_each_case(names: Names, text: str, expected: str) -> None:
    """Plural and singular keep their case, and the article fits."""
    assert names.replace(text) == expected


def test_edits_call_the_domain_and_declare_its_event() -> None:
    """`__main__.py` imports, declares and wires the domain; the catalogue has the event type once."""
    program = EDITS[MAIN]((ROOT / MAIN).read_text(), ORDERS)
    catalogue = EDITS[CATALOGUE]((ROOT / CATALOGUE).read_text(), ORDERS)

    assert program.count("orders") == 3
    assert "orders.wire(platform, people)\n\nfor name" in program
    assert catalogue.count("class OrderCreated(") == 1
    assert catalogue.count('"order.created": EventType("strata.orders", OrderCreated)') == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Orders"], "'Orders': expected 2 to 24 lowercase letters and digits, such as orders"),
        (["new-orders"], "'new-orders': expected 2 to 24 lowercase letters and digits, such as orders"),
        (["sheep"], "'sheep': expected a plural: give the singular with --singular"),
        (["users"], "'users' exists already: choose another name"),
        (["events"], "'events' exists already: choose another name"),
        (
            ["payments", "--singular", "user"],
            "the event type user.created exists already: choose another name",
        ),
    ],
)
def test_unusable_name_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """The error names the value and the expectation, and the exit status is 2."""
    root = copy(tmp_path / "strata")
    before = sorted(root.rglob("*.py"))

    assert main(["domain", *arguments, "--root", str(root)]) == 2
    assert capsys.readouterr().err == f"error: {message}\n"
    assert sorted(root.rglob("*.py")) == before


def test_file_that_cannot_be_edited_writes_nothing(tmp_path: Path) -> None:
    """A checkout whose `__main__.py` has another form is left as it is."""
    root = copy(tmp_path / "strata")
    (root / MAIN).write_text("import pulumi\n")

    with pytest.raises(NewError, match="the place to edit was not found"):
        generate(ORDERS, root)
    assert not (root / "handlers" / "orders").exists()
