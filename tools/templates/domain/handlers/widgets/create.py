"""POST /widgets."""

from handlers.widgets import storage
from handlers.widgets.models import CreateWidget, Widget

from handlers.http.operation import operation
from handlers.http.response import BASE_PATH, Response
from handlers.kit import clock
from handlers.kit.errors import Unavailable
from handlers.kit.ids import new_id
from handlers.users.access import REFUSALS, admit


@operation(201, headers=("Location",), raises=(*REFUSALS, Unavailable), authorize=admit)
def handler(body: CreateWidget) -> Response[Widget]:
    """Create a widget."""
    widget = Widget(id=new_id(), name=body.name, created_at=clock.now())
    storage.create(widget)
    return Response(widget, {"Location": f"{BASE_PATH}/widgets/{widget.id}"})
