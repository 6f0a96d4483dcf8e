"""Parsing of events from EventBridge's document."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.events.catalogue import CATALOGUE, SOURCES, Preferences, UserCreated, UserState, is_from
from handlers.events.event import Event, InvalidEvent, correlation_of, read
from tests.unit.handlers.events.samples import CORRELATION_ID, USER, document


def test_event_of_the_catalogue_is_parsed() -> None:
    """The event has typed data and the detail as received."""
    given = document(**{"replay-name": "again"}, metadata={"actor": "subject-1"})

    assert read(given) == Event(
        type="user.created",
        source="strata.users",
        id=f"user.created:{USER['id']}:1",
        correlation_id=CORRELATION_ID,
        occurred_at="2026-11-21T13:52:00.714Z",
        actor="subject-1",
        data=UserCreated(
            user=UserState(
                id=USER["id"],
                email="ada@example.org",
                name="Ada",
                status="active",
                created_at="2026-11-21T13:52:00.714Z",
                updated_at="2026-11-21T13:52:00.714Z",
                version=1,
                preferences=Preferences(email=True, sms=False),
            )
        ),
        detail=given["detail"],
        replay="again",
    )


def test_unknown_field_is_ignored() -> None:
    """A consumer ignores fields that a later release adds."""
    assert read(document(data={"user": {**USER, "shoeSize": 42}})).data == read(document()).data


@pytest.mark.parametrize(
    ("event_type", "source", "data"),
    [
        ("order.placed", "partner.acme", {"orderId": "1", "amount": 3, "currency": "EUR"}),
        ("contact.changed", "partner.acme", {"contactId": "1"}),
        ("payment.failed", "webhook.stripe", {"paymentId": "1", "amount": 3, "currency": "EUR"}),
    ],
)
def test_unknown_field_of_another_source_is_ignored(
    event_type: str, source: str, data: dict[str, Any]
) -> None:
    """The API refuses unknown fields, a consumer does not: it may be older than the API."""
    later = document(event_type, source, data={**data, "shoeSize": 42})

    assert read(later).data == read(document(event_type, source, data=data)).data


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            document("user.exploded"),
            f"detail-type: 'user.exploded': expected one of {', '.join(CATALOGUE)}",
        ),
        (
            document(source="partner.acme"),
            "source: 'partner.acme': expected strata.users for user.created",
        ),
        (
            document("order.placed", "partner."),
            "source: 'partner.': expected partner.* for order.placed",
        ),
        (document(detail="no object"), "/detail/metadata: missing"),
        (document(detail={"metadata": document()["detail"]["metadata"]}), "/detail/data: missing"),
        (document(metadata={"id": ""}), "/detail/metadata/id: Expected `str` of length >= 1"),
        (
            document(data={"user": {**USER, "version": "one"}}),
            "/detail/data/user/version: Expected `int`, got `str`",
        ),
        (
            document("order.placed", "partner.acme", data={"orderId": "1", "amount": 3, "currency": "EURO"}),
            "/detail/data/currency: Expected `str` matching regex '^[A-Z]{3}$(?!\\\\n)'",
        ),
    ],
)
def test_invalid_document_is_refused_with_the_fault_and_its_place(given: dict[str, Any], reason: str) -> None:
    """The error names the faulty field and the expected value."""
    with pytest.raises(InvalidEvent) as refused:
        read(given)

    assert str(refused.value) == reason


@pytest.mark.parametrize("given", [{}, {"detail": None}, {"detail": {"metadata": {"correlationId": 7}}}])
def test_document_without_a_correlation_id_has_none(given: dict[str, Any]) -> None:
    """`correlation_of` returns None for any document without a correlation id."""
    assert correlation_of(given) is None


def test_every_type_has_one_source() -> None:
    """`SOURCES` assigns each event type to exactly one source."""
    assigned = [(source, name) for source, names in SOURCES.items() for name in names]

    assert sorted(assigned) == sorted((each.source, name) for name, each in CATALOGUE.items())
    assert SOURCES["partner.*"] == ("order.placed", "contact.changed")


@pytest.mark.parametrize(
    ("source", "pattern", "matches"),
    [
        ("strata.users", "strata.users", True),
        ("strata.users.more", "strata.users", False),
        ("partner.acme", "partner.*", True),
        ("partner.", "partner.*", False),
        ("partners.acme", "partner.*", False),
    ],
)
def test_source_matches_only_its_pattern(source: str, pattern: str, *, matches: bool) -> None:
    """A star matches one or more characters at the end."""
    assert is_from(source, pattern) == matches
