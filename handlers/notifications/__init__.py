"""Notifications: emails and SMS messages, each sent once, and SES's feedback on the emails."""
