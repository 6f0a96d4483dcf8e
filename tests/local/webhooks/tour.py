"""Requests that use every permission of the webhooks function."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.local.events.senders import deliver, payment, replace_secret
from tests.local.platform import Platform
from tests.unit.handlers.webhooks.stripe_sender import signature


def tour(platform: Platform) -> None:
    """Deliver a payment, once as it is and once while publishing fails, which unmarks the delivery."""
    secret = replace_secret(platform)
    text = payment()
    assert deliver(platform, text, signature(text, secret)).status_code == 202
    with _without(platform, "webhooks-receive", "EVENT_BUS"):
        text = payment()
        assert deliver(platform, text, signature(text, secret)).status_code == 500


@contextmanager
def _without(platform: Platform, function: str, variable: str) -> Iterator[None]:
    """Remove an environment variable of a function for a while, so that the function fails."""
    client, name = platform.cloud.client("lambda"), platform.functions[function]["FunctionName"]
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    rest = {key: value for key, value in variables.items() if key != variable}
    client.update_function_configuration(FunctionName=name, Environment={"Variables": rest})
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
