"""Templates: texts of mail with places for what is told in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from provider.base import AutoName, Properties, ResourceType
from provider.cloud import Cloud
from provider.shapes import arguments, told, unless_gone

GONE = "NotFoundException"

CONTENT = {"subject": "Subject", "text": "Text", "html": "Html"}


class Template(ResourceType):
    """A template. Its id is its name.

    Pulumi's type is of SES's first version; the second keeps the same templates, and replaces them whole.
    """

    token = "aws:ses/template:Template"
    inputs = frozenset({*CONTENT, "name"})
    replace_on = frozenset({"name"})
    autoname = AutoName("name", 64)

    @override
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        cloud.client("sesv2").create_email_template(**_content(inputs["name"], inputs))
        return inputs["name"]

    @override
    def read(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> Properties | None:
        answer: Any = _template(cloud, resource_id)
        if answer is None:
            return None
        content = told(answer["TemplateContent"], CONTENT)
        return {**content, "name": resource_id, "arn": cloud.arn("ses", f"template/{resource_id}")}

    @override
    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        cloud.client("sesv2").update_email_template(**_content(resource_id, new))

    @override
    def delete(self, cloud: Cloud, resource_id: str, known: Mapping[str, Any]) -> None:
        unless_gone(cloud.client("sesv2").delete_email_template, GONE, TemplateName=resource_id)

    @override
    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        return inputs["name"] if _template(cloud, inputs["name"]) else None


def _template(cloud: Cloud, name: str) -> Any:
    return unless_gone(cloud.client("sesv2").get_email_template, GONE, TemplateName=name)


def _content(name: str, inputs: Properties) -> Properties:
    return {"TemplateName": name, "TemplateContent": arguments(inputs, CONTENT)}
