"""The floor: a function of three lines behind an HTTP API on the same emulator."""

from __future__ import annotations

from dataclasses import dataclass

from bench.deployed import RUNTIME, zipped
from provider.cloud import Cloud

BARE = """
def handler(event, context):
    print({body!r})
    return {{"statusCode": 200, "body": {body!r}}}
"""


@dataclass
class BareFunction:
    """A function that returns a fixed text.

    Attributes:
        cloud: the embedded cloud.
        url: the address of its route.
    """

    cloud: Cloud
    url: str = ""

    def __post_init__(self) -> None:
        functions, gateway = self.cloud.client("lambda"), self.cloud.client("apigatewayv2")
        role = self.cloud.client("iam").create_role(RoleName="bench", AssumeRolePolicyDocument="{}")
        arn = functions.create_function(
            FunctionName="bench",
            Runtime=RUNTIME,
            Handler="main.handler",
            Role=role["Role"]["Arn"],
            Code={"ZipFile": _code("first")},
        )["FunctionArn"]
        api = gateway.create_api(Name="bench", ProtocolType="HTTP")["ApiId"]
        integration = gateway.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
        )["IntegrationId"]
        gateway.create_route(ApiId=api, RouteKey="GET /bare", Target=f"integrations/{integration}")
        gateway.create_stage(ApiId=api, StageName="bench", AutoDeploy=True)
        self.url = f"{self.cloud.endpoint}/_aws/execute-api/{api}/bench/bare"

    def edit(self, body: str) -> None:
        """Change the body that the function returns."""
        self.cloud.client("lambda").update_function_code(FunctionName="bench", ZipFile=_code(body))


def _code(body: str) -> bytes:
    return zipped(BARE.format(body=body))
