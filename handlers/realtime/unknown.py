"""Route $default: whatever no other route understands."""

from handlers.realtime.models import ACTIONS, Complaint
from handlers.realtime.route import Message, route


@route
def handler(_: Message) -> Complaint:
    """Say what would be understood."""
    return Complaint(f"expected a JSON object whose action is one of {', '.join(ACTIONS)}")
