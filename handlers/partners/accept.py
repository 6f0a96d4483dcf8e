"""POST /partners/{partner}/events."""

from handlers.http.operation import operation
from handlers.http.request import Request
from handlers.http.response import Response
from handlers.kit.errors import Unavailable
from handlers.partners import logic
from handlers.partners.errors import AnotherPartner, PartnerKeyInvalid
from handlers.partners.models import Accepted, PartnerEvent, PartnerPath


def own_path(request: Request) -> None:
    """Let a partner in under its own name, before anything of what it sends is looked at."""
    partner = request.authorizer.get("partner")
    if not partner:
        raise PartnerKeyInvalid("expected `Authorization: Bearer` with a partner's key that counts")
    if request.path.get("partner") != partner:
        raise AnotherPartner("a key is good for the events of its own partner alone")


@operation(202, raises=(PartnerKeyInvalid, AnotherPartner, Unavailable), authorize=own_path)
def handler(path: PartnerPath, body: PartnerEvent) -> Response[Accepted]:
    """Tell of an event.

    It is published under the partner's name. The same `id` may be sent again, when an answer was lost
    say: whoever has dealt with the event does not deal with it twice.
    """
    return Response(Accepted(logic.accept(path.partner, body)))
