"""The embedded cloud as boto3 sees it: one endpoint, one account, one region, clients made once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

ACCOUNT = "000000000000"
ACCESS_KEY = "local"
SECRET_KEY = "local"
"""The emulator's root credentials: it listens on this machine alone."""


@dataclass
class Cloud:
    """Where the emulator listens and how to speak to it.

    Attributes:
        endpoint: the emulator's address, such as `http://127.0.0.1:4566`.
        region: the AWS region that it plays.
    """

    endpoint: str
    region: str = "us-east-1"
    account: str = ACCOUNT
    _session: Any = field(default=None, repr=False)
    _clients: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def client(self, service: str) -> Any:
        """The boto3 client of a service; made once, shared by all threads."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in this cloud."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def _make(self, service: str) -> Any:
        # Late: a run that changes nothing makes no client, and boto3 takes a quarter of a second.
        import boto3
        from botocore.config import Config

        if self._session is None:  # One for all clients: what it loads, they share.
            self._session = boto3.session.Session(
                aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY, region_name=self.region
            )
        config = Config(
            retries={"total_max_attempts": 3, "mode": "standard"},
            connect_timeout=5,
            read_timeout=60,
            max_pool_connections=32,
            inject_host_prefix=False,
        )
        return self._session.client(service, endpoint_url=self.endpoint, config=config)
