"""GET /widgets/{widgetId}."""

from handlers.widgets import storage
from handlers.widgets.models import Widget, WidgetPath

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import NotFound, Unavailable
from handlers.users.access import REFUSALS, admit


@operation(200, raises=(*REFUSALS, NotFound, Unavailable), authorize=admit)
def handler(path: WidgetPath) -> Response[Widget]:
    """Read a widget."""
    widget = storage.read(path.widget_id)
    if widget is None:
        raise NotFound("no widget has this id")
    return Response(widget)
