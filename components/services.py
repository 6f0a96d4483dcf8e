"""AWS services without a resource of their own: what a function may use of them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from components.iam import Grant
from components.use import Use


def use_sms(countries: Sequence[str]) -> Use:
    """Allow sending text messages to telephone numbers, and deny publishing to topics.

    The beginnings of the numbers that may be used, such as `+44`, are passed as JSON: IAM cannot check them.

    The resource of a text message is `*`, which topics match too:
    https://docs.aws.amazon.com/sns/latest/dg/sns-using-identity-based-policies.html
    """
    grant = Grant(
        ("sns:Publish",), ("*",), "a telephone number is not a resource", denied=("arn:aws:sns:*:*:*",)
    )
    return Use((grant,), {"SMS_COUNTRIES": json.dumps(list(countries))})
