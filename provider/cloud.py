"""The embedded cloud for boto3: one endpoint, one account, one region, shared clients."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from typing import Any

ACCOUNT = "000000000000"
ACCESS_KEY = "local"
SECRET_KEY = "local"
"""The emulator's root credentials: it listens on the loopback interface only."""

NO_PROXIES: dict[str, str] = {}
"""For a client's config: without it, boto3 uses the proxies in the environment, also for loopback."""

KEY_VALUE_STORE = "cloudfront-keyvaluestore"
"""The data API of CloudFront's key-value stores."""

FILES = {"config_file": os.devnull, "credentials_file": os.devnull}
"""The files of botocore's configuration."""


@dataclass
class Cloud:
    """The emulator's address and its boto3 clients.

    Attributes:
        endpoint: the emulator's address, such as `http://127.0.0.1:4566`.
        region: the AWS region that it emulates.
        account: the ID of its AWS account.
    """

    endpoint: str
    region: str = "us-east-1"
    account: str = ACCOUNT
    _session: Any = field(default=None, repr=False)
    _clients: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service, which is created once and shared by all threads."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource in this cloud."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def _make(self, service: str) -> Any:
        # A late import: a run without changes makes no client, and boto3 takes 250 ms to import.
        from botocore.config import Config

        if self._session is None:  # One for all clients, which share the data that it loads.
            self._session = session(self.region)
        config = Config(
            retries={"total_max_attempts": 3, "mode": "standard"},
            connect_timeout=5,
            read_timeout=60,
            max_pool_connections=32,
            inject_host_prefix=False,
            proxies=NO_PROXIES,
            # botocore signs SigV4A, which AWS requires there, with a further package only.
            signature_version="v4" if service == KEY_VALUE_STORE else None,
        )
        return self._session.client(service, endpoint_url=endpoint_of(service, self.endpoint), config=config)


def endpoint_of(service: str, endpoint: str) -> str:
    """Return the address that clients of a service need to reach the emulator at `endpoint`.

    Clients of key-value stores put the account before the host, and `<account>.127.0.0.1` is not an address.
    `<account>.0` is one: system libraries read it as 0.0.0.0, which connects to this machine.
    """
    return endpoint.replace("//127.0.0.1", "//0", 1) if service == KEY_VALUE_STORE else endpoint


def session(region: str) -> Any:
    """Return a boto3 session with the root credentials, which ignores the user's AWS configuration.

    It reads neither `~/.aws/config` and `~/.aws/credentials` nor the environment variables `AWS_*`: an
    unknown profile, a broken file or an option such as FIPS endpoints would make every call fail.
    """
    import boto3
    import botocore.session
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES as VARIABLES

    core = botocore.session.Session(
        session_vars={
            name: (None, None, FILES.get(name, default), convert)
            for name, (_, _, default, convert) in VARIABLES.items()
        }
    )
    # The variables of S3 are in a table of their own, which `session_vars` does not replace.
    core.get_component("config_store").set_config_variable("s3", {})
    return boto3.session.Session(ACCESS_KEY, SECRET_KEY, region_name=region, botocore_session=core)
