"""Webhooks: outside services that call when something has happened, and sign what they say."""
