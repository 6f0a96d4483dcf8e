"""Email templates."""

from __future__ import annotations

from typing import ClassVar, override

from provider.base import AutoName, Properties, Values
from provider.fields import Fields, Names, pascal_names
from provider.resource import Resource
from provider.services.sesv2 import SERVICE


class Template(Resource):
    """An email template; its ID is its name.

    Pulumi's type is of SES's first API version; the second has the same templates.
    """

    token = "aws:ses/template:Template"
    service = SERVICE
    noun = "email_template"
    member = "TemplateContent"
    key: ClassVar[Names] = {"name": "TemplateName"}
    id_format = "{name}"
    fields: ClassVar[Fields] = pascal_names("subject", "text", "html")
    inputs = frozenset({*key, *fields})
    replace_on = frozenset(key)
    autoname = AutoName("name", 64)
    arn = "arn:aws:ses:{region}:{account}:template/{name}"

    @override
    def to_aws(self, inputs: Values) -> Properties:
        return {"TemplateContent": super().to_aws(inputs)}
