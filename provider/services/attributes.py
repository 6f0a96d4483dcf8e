"""Resource types whose properties are one map of attributes, as SNS and SQS have them."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import Properties, Values
from provider.resource import Resource


class WithAttributes(Resource):
    """A topic or a queue.

    Attributes:
        name_parameter: the request parameter of the name.
        fifo_only: the properties that a creation takes for a FIFO topic or queue only.
        shared: the properties that may be separate resources: they are read only if the inputs state them.
    """

    member = "Attributes"
    name_parameter: ClassVar[str]
    fifo_only: ClassVar[tuple[str, ...]]
    shared: ClassVar[frozenset[str]]

    @override
    def create_request(self, inputs: Properties) -> Properties:
        stated = {key: value for key, value in inputs.items() if value or key not in self.fifo_only}
        return {**super().create_request(stated), self.name_parameter: inputs["name"]}

    @override
    def to_aws(self, inputs: Values) -> Properties:
        return {"Attributes": super().to_aws(inputs)}

    @override
    def from_aws(self, found: Values, known: Values) -> Properties:
        read = super().from_aws(found, known)
        return {key: value for key, value in read.items() if key not in self.shared or known.get(key)}
