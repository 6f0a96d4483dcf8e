"""People who sign up with an email address."""

from __future__ import annotations

from tests.local.platform import Platform, address


def test_sign_up_mail_comes_from_the_senders_address(platform: Platform) -> None:
    """The user pool sends the code through SES; without that setting, its own sender is in the mail."""
    cognito, email = platform.cloud.client("cognito-idp"), address()

    cognito.sign_up(
        ClientId=platform.outputs["clientId"],
        Username=email,
        Password="A-newcomer-is-here-1",
        UserAttributes=[{"Name": "email", "Value": email}],
    )
    (mail,) = platform.mails(email)
    cognito.admin_delete_user(UserPoolId=platform.outputs["userPoolId"], Username=email)

    assert (mail["Source"], mail["Subject"]) == ("no-reply@example.com", "Your verification code")
