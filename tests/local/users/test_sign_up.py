"""People who sign up with an email address."""

from __future__ import annotations

import base64
import hmac

from tests.local.platform import Platform, address


def secret_hash(platform: Platform, username: str) -> str:
    """Return the proof that the client's secret is known, which the hosted login adds by itself.

    https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
    """
    client_id = platform.outputs["clientId"]
    described = platform.cloud.client("cognito-idp").describe_user_pool_client(
        UserPoolId=platform.outputs["userPoolId"], ClientId=client_id
    )
    secret = described["UserPoolClient"]["ClientSecret"].encode()
    digest = hmac.digest(secret, f"{username}{client_id}".encode(), "sha256")
    return base64.b64encode(digest).decode()


def test_sign_up_mail_comes_from_the_senders_address(platform: Platform) -> None:
    """The user pool sends the code through SES; without that setting, its own sender is in the mail."""
    cognito, email = platform.cloud.client("cognito-idp"), address()

    cognito.sign_up(
        ClientId=platform.outputs["clientId"],
        SecretHash=secret_hash(platform, email),
        Username=email,
        Password="A-newcomer-is-here-1",
        UserAttributes=[{"Name": "email", "Value": email}],
    )
    (mail,) = platform.mails(email)
    cognito.admin_delete_user(UserPoolId=platform.outputs["userPoolId"], Username=email)

    assert (mail["Source"], mail["Subject"]) == ("no-reply@example.com", "Your verification code")
