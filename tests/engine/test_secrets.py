"""Secrets under the real engine: they reach AWS and are never written in plain text."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi.automation import ConfigValue

from provider.cloud import Cloud
from tests.checkout import copy
from tests.engine.conftest import MakeEngine

SECRET = "a-secret-that-occurs-nowhere-else"
GOOGLE = "strata:auth.identityProviders.google"


def test_no_secret_is_written_in_plain_text(engine: MakeEngine, cloud: Cloud, tmp_path: Path) -> None:
    """Secrets of the config and of AWS are absent from state, history, previews, logs and outputs."""
    root = copy(tmp_path / "program", "local")
    local = engine(root)
    stack = local.select()
    stack.set_config(f"{GOOGLE}.clientId", ConfigValue("google-client"), path=True)
    stack.set_config(f"{GOOGLE}.clientSecret", ConfigValue(SECRET, secret=True), path=True)
    shutil.copy(local.folder / "work" / "Pulumi.local.yaml", root / "Pulumi.local.yaml")

    preview, created = local.preview(), local.up()
    again, refreshed = local.up(), local.refresh()

    assert google_secret(cloud, created.outputs["userPoolId"]) == SECRET
    generated = client_secrets(cloud, created.outputs)
    assert len(generated) == 1 + len(created.outputs["machineClients"])
    secrets = [SECRET, *generated]
    printed = "\n".join(run.text for run in (preview, created, again, refreshed))
    written = [root, local.folder, tmp_path / "cloud" / "emulator.log"]
    assert [secret for secret in secrets if secret in printed] == []
    assert [
        (secret, file.relative_to(tmp_path))
        for secret in secrets
        for place in written
        for file in ([place] if place.is_file() else place.rglob("*"))
        if file.is_file() and secret.encode() in file.read_bytes()
    ] == []
    assert "google-client" in json.dumps(local.backend.state)


def google_secret(cloud: Cloud, pool: str) -> str:
    """Return the client secret that Cognito uses for sign-in with Google."""
    provider = cloud.client("cognito-idp").describe_identity_provider(UserPoolId=pool, ProviderName="Google")
    return provider["IdentityProvider"]["ProviderDetails"]["client_secret"]


def client_secrets(cloud: Cloud, outputs: Mapping[str, Any]) -> list[str]:
    """Return the secrets that Cognito generated for the clients."""
    describe, pool = cloud.client("cognito-idp").describe_user_pool_client, outputs["userPoolId"]
    ids = [outputs["clientId"], *outputs["machineClients"].values()]
    clients = [describe(UserPoolId=pool, ClientId=each) for each in ids]
    return [client["UserPoolClient"]["ClientSecret"] for client in clients]
