"""The stack `local` under the real engine, from its first preview to its destruction."""

from __future__ import annotations

from provider.cloud import Cloud
from tests.engine.conftest import MakeEngine
from tests.engine.project import declared, inventory, kinds, registered, steps


def test_preview_up_refresh_drift_and_destroy(engine: MakeEngine, cloud: Cloud) -> None:
    """A repeated up changes nothing, a drift is found and repaired, and destroy removes every resource."""
    local, empty = engine(), inventory(cloud)
    preview = local.preview()
    resources = len(declared("local"))
    assert kinds(preview) == {"create": resources}
    assert inventory(cloud) == empty

    created = local.up()
    assert registered(created) == declared("local")
    assert kinds(created) == {"create": resources}
    assert kinds(local.up()) == {"same": resources}
    assert kinds(local.refresh()) == {"same": resources}

    drift(cloud)
    drifted = {
        ("update", "aws:lambda/function:Function", "users-read"),
        ("delete", "aws:apigatewayv2/route:Route", "api-get-health"),
    }
    assert steps(local.refresh()) == drifted
    repaired = {
        ("update", "aws:lambda/function:Function", "users-read"),
        ("create", "aws:apigatewayv2/route:Route", "api-get-health"),
    }
    assert steps(local.up()) == repaired
    assert kinds(local.up(refresh=True)) == {"same": resources}

    assert kinds(local.destroy()) == {"delete": resources}
    assert inventory(cloud) == empty


def drift(cloud: Cloud) -> None:
    """Change a function and delete a route outside of the engine."""
    functions = cloud.client("lambda").list_functions(MaxItems=1000)["Functions"]
    (name,) = [each["FunctionName"] for each in functions if "-users-read-" in each["FunctionName"]]
    cloud.client("lambda").update_function_configuration(FunctionName=name, Timeout=29)
    gateway = cloud.client("apigatewayv2")
    (api,) = [api for api in gateway.get_apis()["Items"] if api["ProtocolType"] == "HTTP"]
    routes = gateway.get_routes(ApiId=api["ApiId"])["Items"]
    (health,) = [route["RouteId"] for route in routes if route["RouteKey"] == "GET /health"]
    gateway.delete_route(ApiId=api["ApiId"], RouteId=health)
