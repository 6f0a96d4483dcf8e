"""Functions: code, configuration, reserved concurrency and published versions.

The emulator runs a function and accepts further updates while it still reports a change as in progress, so
nothing here waits for that: a changed handler is live when `update` returns.
"""

from __future__ import annotations

from typing import Any, ClassVar, override

from provider.base import AutoName, Properties, ProviderError, Values
from provider.cloud import Cloud
from provider.fields import Names
from provider.resource import Resource
from provider.services.lambda_ import SERVICE
from provider.services.lambda_.archive import digest, zip_file
from provider.shapes import camel, pascal

CONFIGURATION = (
    "deadLetterConfig",
    "description",
    "environment",
    "ephemeralStorage",
    "handler",
    "kmsKeyArn",
    "layers",
    "loggingConfig",
    "memorySize",
    "role",
    "runtime",
    "snapStart",
    "timeout",
    "tracingConfig",
)
"""The inputs that UpdateFunctionConfiguration takes."""
CREATED = (*CONFIGURATION, "architectures", "packageType")
"""The inputs that CreateFunction takes beside name, code and tags."""

UNRESERVED = -1
"""`reservedConcurrentExecutions` of a function that uses the account's shared concurrency."""


class Function(Resource):
    """A function; its ID is its name."""

    token = "aws:lambda/function:Function"
    service = SERVICE
    noun = "function"
    key: ClassVar[Names] = {"name": "FunctionName"}
    id_format = "{name}"
    inputs = frozenset({*key, *CREATED, "code", "publish", "reservedConcurrentExecutions", "tags"})
    replace_on = frozenset({"name", "packageType"})
    autoname = AutoName("name", 64)
    arn = "arn:aws:lambda:{region}:{account}:function:{name}"

    @override
    def to_aws(self, inputs: Values) -> Properties:
        stated = {key: inputs[key] for key in CREATED if key in inputs}
        request: Properties = pascal(stated)
        if "environment" in stated:
            # The names of environment variables are data.
            request["Environment"] = {"Variables": stated["environment"].get("variables", {})}
        if "kmsKeyArn" in stated:
            request["KMSKeyArn"] = request.pop("KmsKeyArn")
        return request

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        """Return every input except the code, of which AWS returns only digest and size."""
        configuration: Values = found["Configuration"]
        read: Properties = camel(configuration)
        read["environment"] = {"variables": configuration.get("Environment", {}).get("Variables", {})}
        if not read.get("deadLetterConfig", {}).get("targetArn"):
            read.pop("deadLetterConfig", None)
        if "SnapStart" in configuration:
            read["snapStart"] = {"applyOn": configuration["SnapStart"]["ApplyOn"]}
        read["kmsKeyArn"] = configuration.get("KMSKeyArn", "")
        read["layers"] = [layer["Arn"] for layer in configuration.get("Layers", [])]
        reserved = found.get("Concurrency", {}).get("ReservedConcurrentExecutions", UNRESERVED)
        settings = {key: read[key] for key in CREATED if key in read}
        return {**settings, "reservedConcurrentExecutions": reserved}

    @override
    def computed(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        configuration: Values = found["Configuration"]
        arn: str = configuration["FunctionArn"]
        pages = {"FunctionName": resource_id}
        version = self.list_all(cloud, "list_versions_by_function", "Versions", **pages)[-1]["Version"]
        qualified = f"{arn}:{version}"
        return {
            "arn": arn,
            "invokeArn": invoke_arn(cloud, arn),
            "qualifiedArn": qualified,
            "qualifiedInvokeArn": invoke_arn(cloud, qualified),
            "version": version,
            "lastModified": configuration["LastModified"],
            "codeSha256": configuration["CodeSha256"],
            "sourceCodeSize": configuration["CodeSize"],
        }

    @override
    def read_tags(self, cloud: Cloud, resource_id: str, found: Values, known: Values) -> Properties:
        return {"tags": found.get("Tags", {})}

    @override
    def create_request(self, inputs: Properties) -> Properties:
        return {**super().create_request(inputs), "Code": {"ZipFile": zip_file(inputs)}}

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Create the function, reserve its concurrency and publish its first version, if requested."""
        name = super().create(cloud, inputs)
        if "reservedConcurrentExecutions" in inputs:
            self._reserve(cloud, name, inputs)
        if inputs.get("publish"):
            self._publish(cloud, name)
        return name

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Update what differs with as few calls as possible: one when only the code changed."""
        configured = self._update_configuration(cloud, resource_id, old, new)
        coded = self._update_code(cloud, resource_id, old, new)
        if _differs(old, new, "reservedConcurrentExecutions"):
            self._reserve(cloud, resource_id, new)
        self.update_tags(cloud, resource_id, old, new)
        if new.get("publish") and (configured or coded or not old.get("publish")):
            self._publish(cloud, resource_id)

    def _update_configuration(self, cloud: Cloud, name: str, old: Properties, new: Properties) -> bool:
        """Update the changed settings; a setting that is no longer stated gets AWS's default."""
        defaults = _defaults(name)
        settings = {**defaults, **new}
        stated = [key for key in CONFIGURATION if key in settings]
        changed = {key: settings[key] for key in stated if settings[key] != old.get(key, defaults.get(key))}
        if changed:
            self.call(cloud, "update_function_configuration", FunctionName=name, **self.to_aws(changed))
        return bool(changed)

    def _update_code(self, cloud: Cloud, name: str, old: Properties, new: Properties) -> bool:
        architectures = _differs(old, new, "architectures")
        if digest(old) == digest(new) and not architectures:
            return False
        platform = {"Architectures": new.get("architectures", ["x86_64"])} if architectures else {}
        self.call(cloud, "update_function_code", FunctionName=name, ZipFile=zip_file(new), **platform)
        return True

    def _reserve(self, cloud: Cloud, name: str, inputs: Properties) -> None:
        reserved = inputs.get("reservedConcurrentExecutions", UNRESERVED)
        if reserved == UNRESERVED:
            self.call(cloud, "delete_function_concurrency", FunctionName=name)
        else:
            number = {"ReservedConcurrentExecutions": reserved}
            self.call(cloud, "put_function_concurrency", FunctionName=name, **number)

    def _publish(self, cloud: Cloud, name: str) -> None:
        """Publish a version; with SnapStart wait until it is active, as it rejects calls until then."""
        from botocore.exceptions import WaiterError

        published = self.call(cloud, "publish_version", FunctionName=name)
        if published.get("SnapStart", {}).get("OptimizationStatus") != "On":
            return
        version = published["Version"]
        waiter = cloud.client("lambda").get_waiter("published_version_active")
        try:
            waiter.wait(FunctionName=name, Qualifier=version, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
        except WaiterError as error:
            response: Any = error.last_response
            reason = response.get("StateReason") or error
            raise ProviderError(f"version {version} of {name} did not become active: {reason}") from error


def invoke_arn(cloud: Cloud, arn: str) -> str:
    """Return the ARN that API Gateway calls to invoke the function, version or alias with this ARN."""
    return f"arn:aws:apigateway:{cloud.region}:lambda:path/2015-03-31/functions/{arn}/invocations"


def _differs(old: Properties, new: Properties, key: str) -> bool:
    return old.get(key) != new.get(key)


def _defaults(name: str) -> Properties:
    return {
        "deadLetterConfig": {"targetArn": ""},
        "description": "",
        "environment": {},
        "ephemeralStorage": {"size": 512},
        "kmsKeyArn": "",
        "layers": [],
        "loggingConfig": {"logFormat": "Text", "logGroup": f"/aws/lambda/{name}"},
        "memorySize": 128,
        "snapStart": {"applyOn": "None"},
        "timeout": 3,
        "tracingConfig": {"mode": "PassThrough"},
    }
