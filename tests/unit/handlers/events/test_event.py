"""Reading an event from EventBridge's document."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.events.catalogue import CATALOGUE, SOURCES, Preferences, UserCreated, UserState, is_from
from handlers.events.event import Event, InvalidEvent, correlation_of, read
from tests.unit.handlers.events.samples import CORRELATION_ID, USER, document


def test_event_of_the_catalogue_is_read_whole() -> None:
    """What the catalogue describes arrives typed, with its detail as it came."""
    given = document(**{"replay-name": "again"}, metadata={"actor": "somebody"})

    assert read(given) == Event(
        type="user.created",
        source="strata.users",
        id=f"user.created:{USER['id']}:1",
        correlation_id=CORRELATION_ID,
        occurred_at="2026-11-21T13:52:00.714Z",
        actor="somebody",
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


def test_field_of_a_later_release_is_let_be() -> None:
    """A reader takes no notice of what it does not know."""
    assert read(document(data={"user": {**USER, "shoeSize": 42}})).data == read(document()).data


@pytest.mark.parametrize(
    ("kind", "source", "data"),
    [
        ("order.placed", "partner.acme", {"orderId": "1", "amount": 3, "currency": "EUR"}),
        ("contact.changed", "partner.acme", {"contactId": "1"}),
        ("payment.failed", "webhook.stripe", {"paymentId": "1", "amount": 3, "currency": "EUR"}),
    ],
)
def test_field_of_a_later_release_is_let_be_in_what_others_tell(
    kind: str, source: str, data: dict[str, Any]
) -> None:
    """The door refuses it, and a consumer does not: an old one may run beside a new door."""
    later = document(kind, source, data={**data, "shoeSize": 42})

    assert read(later).data == read(document(kind, source, data=data)).data


@pytest.mark.parametrize(
    ("given", "why"),
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
def test_document_that_is_no_event_says_what_is_wrong_and_where(given: dict[str, Any], why: str) -> None:
    """Whoever finds it in a dead-letter queue knows what to mend."""
    with pytest.raises(InvalidEvent) as refused:
        read(given)

    assert str(refused.value) == why


@pytest.mark.parametrize("given", [{}, {"detail": None}, {"detail": {"metadata": {"correlationId": 7}}}])
def test_document_without_a_correlation_id_has_none(given: dict[str, Any]) -> None:
    """Looking for it never fails."""
    assert correlation_of(given) is None


def test_every_type_has_one_source() -> None:
    """Who may say what is one table, and no type is in it twice."""
    assert SOURCES == {
        "strata.users": ("user.created", "user.updated", "user.deleted"),
        "partner.*": ("order.placed", "contact.changed"),
        "webhook.stripe": ("payment.succeeded", "payment.failed"),
    }


@pytest.mark.parametrize(
    ("source", "pattern", "belongs"),
    [
        ("strata.users", "strata.users", True),
        ("strata.users.more", "strata.users", False),
        ("partner.acme", "partner.*", True),
        ("partner.", "partner.*", False),
        ("partners.acme", "partner.*", False),
    ],
)
def test_source_belongs_to_its_pattern_alone(source: str, pattern: str, *, belongs: bool) -> None:
    """A star stands for a name, and for nothing else."""
    assert is_from(source, pattern) == belongs
